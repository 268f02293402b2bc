import { unknown } from '../../architecture/architecture';
import { lineOf, written } from '../python/syntax';
import type { Node } from '../syntaxNode';
import type { Context } from './context';
import { asText, operate, truth } from './operators';
import {
  array,
  boolean,
  builtin,
  NOTHING,
  number,
  putInDoubt,
  text,
  undecided,
  undecidedBy,
  type ArrayValue,
  type Call,
  type Value,
} from './values';

/** Items that an array has at most. */
export const MAXIMUM_ITEMS = 4096;

type Method = (call: Call) => Value | undefined;

/** An item, the length or a method of an array whose items are all known. What is not followed puts the array in doubt. */
export function arrayMember(whole: ArrayValue, name: string, node: Node, context: Context): Value {
  if (name === 'length') return number(whole.items.length);
  if (/^\d+$/.test(name)) return whole.items[Number(name)] ?? NOTHING;
  const methods = { ...reading(whole.items), ...visiting(whole.items, context), ...changing(whole.items) };
  const method = Object.hasOwn(methods, name) ? methods[name] : undefined;
  return builtin(call => {
    const value = method?.(call);
    if (value) return value;
    const reason = unknown(`\`${written(node)}\` is not followed`, lineOf(node));
    putInDoubt(whole, reason);
    for (const each of call.values) putInDoubt(each, reason);
    return undecidedBy(reason);
  });
}

/** A whole number, or nothing where none is given; undefined for everything else. */
function placeOf(value: Value | undefined, otherwise: number): number | undefined {
  if (!value || value.kind === 'nothing') return otherwise;
  return value.kind === 'number' ? value.value : undefined;
}

function reading(items: readonly Value[]): Readonly<Record<string, Method>> {
  const place = ([wanted]: readonly Value[]) => {
    const matches = items.map(item => (wanted ? operate('===', item, wanted) : undefined));
    return matches.every(match => match?.kind === 'boolean') ? matches.findIndex(match => match.value) : undefined;
  };
  return {
    slice: ({ values: [from, to] }) => {
      const [start, end] = [placeOf(from, 0), placeOf(to, items.length)];
      return start === undefined || end === undefined ? undefined : array(items.slice(start, end));
    },
    concat: ({ values }) => {
      const known = values.every(
        value => value.kind !== 'undecided' && value.kind !== 'reference' && !(value.kind === 'array' && value.doubt),
      );
      if (!known) return undefined;
      const joined = [...items, ...values.flatMap(value => (value.kind === 'array' ? value.items : [value]))];
      return joined.length > MAXIMUM_ITEMS ? undefined : array(joined);
    },
    at: ({ values: [index] }) => (index?.kind === 'number' ? (items.at(index.value) ?? NOTHING) : undefined),
    includes: ({ values }) => {
      const found = place(values);
      return found === undefined ? undefined : boolean(found >= 0);
    },
    indexOf: ({ values }) => {
      const found = place(values);
      return found === undefined ? undefined : number(found);
    },
    join: ({ values: [separator] }) => {
      const words = items.map(asText);
      const between = separator?.kind === 'string' ? separator.value : ',';
      return words.every(word => word !== undefined) ? text(words.join(between)) : undefined;
    },
    flat: ({ values }) =>
      values.length > 0 || items.some(item => item.kind === 'undecided' || (item.kind === 'array' && item.doubt))
        ? undefined
        : array(items.flatMap(item => (item.kind === 'array' ? item.items : [item]))),
    entries: () => array(items.map((item, index) => array([number(index), item]))),
    keys: () => array(items.map((_, index) => number(index))),
    values: () => array([...items]),
  };
}

function visiting(items: readonly Value[], context: Context): Readonly<Record<string, Method>> {
  const results = (call: Call): Value[] => {
    const [callee] = call.values;
    return [...items].map((item, index) => {
      context.spend(1);
      return callee ? context.call(callee, { ...call, values: [item, number(index), array([...items])] }) : NOTHING;
    });
  };
  const decided = (call: Call): boolean[] | undefined => {
    const all = results(call).map(truth);
    return all.every(each => each !== undefined) ? all : undefined;
  };
  return {
    forEach: call => (results(call), NOTHING),
    map: call => array(results(call)),
    filter: call => {
      const kept = decided(call);
      return kept && array(items.filter((_, index) => kept[index]));
    },
    find: call => {
      const found = decided(call)?.indexOf(true);
      return found === undefined ? undefined : (items[found] ?? NOTHING);
    },
    some: call => {
      const all = decided(call);
      return all && boolean(all.includes(true));
    },
    every: call => {
      const all = decided(call);
      return all && boolean(!all.includes(false));
    },
    flatMap: call => {
      const all = results(call);
      return all.some(each => each.kind === 'undecided' || (each.kind === 'array' && each.doubt))
        ? undefined
        : array(all.flatMap(each => (each.kind === 'array' ? each.items : [each])));
    },
    reduce: call => {
      const [callee, start] = call.values;
      if (!callee) return undefined;
      const first = start ?? items[0];
      const rest = start ? items : items.slice(1);
      return (
        first &&
        rest.reduce<Value>((sum, item, index) => {
          context.spend(1);
          return context.call(callee, { ...call, values: [sum, item, number(start ? index : index + 1)] });
        }, first)
      );
    },
  };
}

function changing(items: Value[]): Readonly<Record<string, Method>> {
  return {
    push: ({ values }) => {
      if (items.length + values.length > MAXIMUM_ITEMS) return undefined;
      items.push(...values);
      return number(items.length);
    },
    unshift: ({ values }) => {
      if (items.length + values.length > MAXIMUM_ITEMS) return undefined;
      items.unshift(...values);
      return number(items.length);
    },
    fill: ({ values }) => {
      const [value = NOTHING, ...rest] = values;
      return rest.length > 0 ? undefined : array(items.fill(value));
    },
    reverse: () => array(items.reverse()),
    pop: () => items.pop() ?? NOTHING,
    shift: () => items.shift() ?? NOTHING,
  };
}

/** An array of `length` items; undecided for a length that is not known or too large. */
export function repeated(length: Value | undefined, make: (index: number) => Value, line: number): Value {
  const count = length?.kind === 'number' ? length.value : -1;
  if (!Number.isSafeInteger(count) || count < 0 || count > MAXIMUM_ITEMS) return undecided('the length of this array is not known', line);
  return array(Array.from({ length: count }, (_, index) => make(index)));
}
