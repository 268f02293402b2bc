import { unknown } from '../../architecture/architecture';
import { lineOf, written } from '../python/syntax';
import type { Node } from '../syntaxNode';
import type { Context } from './context';
import { memberOf } from './members';
import type { Scope } from './scope';
import { childrenOf, descendants, field } from './syntax';
import { array, NOTHING, undecidedBy, type Value } from './values';

/** Binds the names of a pattern. */
export function bind(target: Node, value: Value, scope: Scope, context: Context): void {
  switch (target.type) {
    case 'identifier':
    case 'shorthand_property_identifier_pattern':
      scope.declare(target.text, value);
      return;
    case 'assignment_pattern': {
      const fallback = field(target, 'right');
      const bound = value.kind === 'nothing' && fallback ? context.evaluate(fallback, scope) : value;
      bind(field(target, 'left') ?? target, bound, scope, context);
      return;
    }
    case 'array_pattern':
      bindItems(target, value, scope, context);
      return;
    case 'object_pattern':
      for (const item of childrenOf(target)) bindProperty(item, value, scope, context);
      return;
    default:
      for (const node of descendants([target]))
        if (node.type.includes('identifier')) scope.declare(node.text, undecidedBy(reasonFor(target, value)));
  }
}

const reasonFor = (target: Node, value: Value) =>
  value.kind === 'undecided' ? value.reason : unknown(`\`${written(target)}\` is not known`, lineOf(target));

function bindItems(target: Node, value: Value, scope: Scope, context: Context): void {
  const items = value.kind === 'array' && !value.doubt ? value.items : undefined;
  const open = undecidedBy(reasonFor(target, value));
  let place = 0;
  for (const item of target.children) {
    if (item.type === ',') place++;
    else if (item.type === 'rest_pattern') bind(childrenOf(item)[0] ?? item, items ? array(items.slice(place)) : open, scope, context);
    else if (item.isNamed && item.type !== 'comment') bind(item, items ? (items[place] ?? NOTHING) : open, scope, context);
  }
}

function bindProperty(item: Node, value: Value, scope: Scope, context: Context): void {
  const key = (field(item, 'key') ?? field(item, 'left') ?? item).text;
  const found = value.kind === 'undecided' ? value : memberOf(value, key, item, context);
  const fallback = field(item, 'right');
  const bound = found.kind === 'nothing' && fallback ? context.evaluate(fallback, scope) : found;
  bind(field(item, 'value') ?? field(item, 'left') ?? item, bound, scope, context);
}
