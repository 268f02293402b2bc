import type { Node } from '../syntaxNode';
import { unknown } from '../../architecture/architecture';
import { assignSubscript, iterated } from './collections';
import type { Context } from './context';
import type { Scope } from './scope';
import { childrenOf, field, lineOf, written } from './syntax';
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
      if (object instanceof InstanceValue) object.attributes.set(name, value);
      context.library.assign(object, name, value, lineOf(target));
      return;
    }
    case 'subscript': {
      const container = context.evaluate(field(target, 'value') ?? target, scope);
      const index = field(target, 'subscript');
      if (container.kind === 'library') context.library.assign(container, '[]', value, lineOf(target));
      const place = index ? context.evaluate(index, scope) : value;
      if (!context.library.assignElement?.(container, place, value)) assignSubscript(container, place, value, lineOf(target));
      return;
    }
    default:
      bindEach(target, value, scope, context);
  }
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
