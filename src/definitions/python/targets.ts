import type { Node } from '../syntaxNode';
import { unknown } from '../../architecture/architecture';
import { assignSlice, assignSubscript, iterated } from './collections';
import type { Context } from './context';
import { readIndex } from './readIndex';
import { keyOf } from './keys';
import type { Scope } from './scope';
import { childrenOf, field, lineOf, sliceBounds, written } from './syntax';
import { InstanceValue, list, type Value } from './values';

/** Assigns a value to what stands left of `=` or between `for` and `in`: a name, an attribute, an element, or a tuple of these. */
export function bindPattern(target: Node, value: Value, scope: Scope, context: Context): void {
  switch (target.type) {
    case 'identifier':
      scope.set(target.text, value);
      return;
    case 'attribute': {
      const object = context.evaluate(field(target, 'object') ?? target, scope);
      const name = field(target, 'attribute')?.text ?? '';
      assignAttribute(object, name, value, context);
      context.library.assign(object, name, value, lineOf(target));
      return;
    }
    case 'subscript': {
      const container = context.evaluate(field(target, 'value') ?? target, scope);
      const index = field(target, 'subscript');
      if (container.kind === 'library') {
        const indices = target.childrenForFieldName('subscript').map(each => readIndex(each, scope, context));
        if (context.library.assignPart?.(container, indices, value)) return;
        context.library.assign(container, '[]', value, lineOf(target));
      }
      if (index?.type === 'slice') {
        const bounds = sliceBounds(index).map(bound => bound && context.evaluate(bound, scope));
        assignSlice(container, bounds, iterated(value, context), lineOf(target));
        return;
      }
      const place = index ? context.evaluate(index, scope) : value;
      if (!context.library.assignElement?.(container, place, value)) assignSubscript(container, place, value, lineOf(target));
      return;
    }
    default:
      bindEach(target, value, scope, context);
  }
}

/** Sets an attribute of an object, through the setter of its class where that has one, or of a class. */
export function assignAttribute(object: Value, name: string, value: Value, context: Context): void {
  if (object.kind === 'class') object.members.set(name, value);
  if (!(object instanceof InstanceValue)) return;
  const setter = context.methodOf(object, `${name}.setter`);
  if (setter) context.call(setter, { positional: [value], keywords: new Map(), range: NOWHERE, type: name });
  else {
    context.library.assigning?.(object, name);
    object.attributes.set(name, value);
  }
}

const NOWHERE = { startLine: 0, startColumn: 0, endLine: 0, endColumn: 0 };

/** Carries out `del target` for names, attributes and elements; false for what is not followed. */
export function deleteTarget(target: Node, scope: Scope, context: Context): boolean {
  if (target.type === 'identifier') return scope.delete(target.text);
  if (target.type === 'attribute') {
    const object = context.evaluate(field(target, 'object') ?? target, scope);
    return object instanceof InstanceValue && object.attributes.delete(field(target, 'attribute')?.text ?? '');
  }
  const [container, index] = ['value', 'subscript'].map(name => field(target, name)).map(node => node && context.evaluate(node, scope));
  if (target.type !== 'subscript' || !container || !index) return false;
  if (container.kind === 'sequence' && index.kind === 'integer' && !container.doubt) {
    const place = index.value < 0 ? container.items.length + index.value : index.value;
    return container.items.splice(place, 1).length === 1;
  }
  const key = keyOf(index);
  return container.kind === 'dictionary' && key !== undefined && container.entries.delete(key);
}

function bindEach(pattern: Node, value: Value, scope: Scope, context: Context): void {
  const targets = childrenOf(pattern);
  const items = iterated(value, context);
  const starred = targets.findIndex(target => target.type === 'list_splat_pattern');
  const reason = value.kind === 'undecided' ? value.reason : unknown(`\`${written(pattern)}\` is not known`, lineOf(pattern));
  const extra = (items?.length ?? 0) - targets.length + 1;
  for (const [index, target] of targets.entries()) {
    const undecidedItem: Value = { kind: 'undecided', reason, plain: value.kind === 'undecided' && value.plain };
    if (index === starred) {
      bindPattern(
        childrenOf(target)[0] ?? target,
        list(items?.slice(index, index + extra) ?? [], items ? undefined : reason),
        scope,
        context,
      );
    } else {
      const place = starred >= 0 && index > starred ? index + extra - 1 : index;
      bindPattern(target, items?.[place] ?? undecidedItem, scope, context);
    }
  }
}
