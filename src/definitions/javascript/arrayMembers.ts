import type { Node } from '../syntaxNode';
import type { Context } from './context';
import { notFollowed } from './reasons';
import { array, NOTHING, number, type Call, type Value } from './values';

const MAXIMUM_ITEMS = 4096;

/** An item, the length or a method of an array whose items are all known. */
export function arrayMember(items: Value[], name: string, node: Node, context: Context): Value {
  if (name === 'length') return number(items.length);
  if (/^\d+$/.test(name)) return items[Number(name)] ?? NOTHING;
  const methods = methodsOf(items, node, context);
  return Object.hasOwn(methods, name) ? { kind: 'builtin', call: methods[name]! } : notFollowed(node);
}

function methodsOf(items: Value[], node: Node, context: Context): Readonly<Record<string, (call: Call) => Value>> {
  const each = (call: Call, use: (result: Value, item: Value) => void): void => {
    const [callee] = call.values;
    items.forEach((item, index) => {
      context.spend(1);
      const inner: Call = { ...call, values: [item, number(index), array(items)] };
      use(callee ? context.call(callee, inner) : NOTHING, item);
    });
  };
  return {
    push: call => {
      if (items.length + call.values.length > MAXIMUM_ITEMS) return notFollowed(node);
      items.push(...call.values);
      return number(items.length);
    },
    forEach: call => {
      each(call, () => undefined);
      return NOTHING;
    },
    map: call => {
      const results: Value[] = [];
      each(call, result => results.push(result));
      return array(results);
    },
    slice: ({ values: [from, to] }) => {
      const bounds = [from, to].map(bound => (bound?.kind === 'number' ? bound.value : undefined));
      return [from, to].some(bound => bound && bound.kind !== 'number' && bound.kind !== 'nothing')
        ? notFollowed(node)
        : array(items.slice(bounds[0], bounds[1]));
    },
    concat: ({ values }) => {
      const known = values.every(value => value.kind === 'array' && !value.doubt);
      return known ? array([...items, ...values.flatMap(value => (value.kind === 'array' ? value.items : []))]) : notFollowed(node);
    },
    reverse: () => array(items.reverse()),
    pop: () => items.pop() ?? NOTHING,
  };
}
