import { unknown } from '../../architecture/architecture';
import type { Node } from '../syntaxNode';
import { arrayMember } from './arrayMembers';
import type { Context } from './context';
import { asText } from './operators';
import { bind } from './patterns';
import { field, lineOf, written } from './syntax';
import { NOTHING, putInDoubt, undecided, undecidedBy, type Scope, type Value } from './values';

/** `object.name` and `object[index]`. */
export function memberExpression(node: Node, scope: Scope, context: Context): Value {
  const value = context.evaluate(field(node, 'object') ?? node, scope);
  const key = keyOf(node, scope, context);
  return key === undefined ? undecided(`\`${written(node)}\` is not known`, lineOf(node)) : memberOf(value, key, node, context);
}

function keyOf(node: Node, scope: Scope, context: Context): string | undefined {
  const property = field(node, 'property');
  if (property) return property.text;
  const index = field(node, 'index');
  return index && asText(context.evaluate(index, scope));
}

/** A member of a value; `node` is where it is asked for. */
export function memberOf(value: Value, key: string, node: Node, context: Context): Value {
  switch (value.kind) {
    case 'undecided':
      return value;
    case 'reference':
      return { kind: 'reference', path: `${value.path}.${key}` };
    case 'object': {
      const found = value.properties.get(key);
      if (value.doubt) return undecidedBy(value.doubt);
      if (!found && value.open) return undecidedBy(value.open);
      return found?.kind === 'function' ? { ...found, self: value } : (found ?? NOTHING);
    }
    case 'array':
      return value.doubt ? undecidedBy(value.doubt) : arrayMember(value.items, key, node, context);
    case 'library':
      return context.library.attribute(value, key) ?? undecided(`\`${key}\` is not known here`, lineOf(node));
    default:
      return undecided(`\`${written(node)}\` is not followed`, lineOf(node));
  }
}

/** `target = value`, for a name, a member or a pattern; the value. */
export function assign(target: Node | undefined, value: Value, scope: Scope, context: Context): Value {
  if (target?.type === 'identifier') scope.assign(target.text, value);
  else if (target?.type === 'member_expression' || target?.type === 'subscript_expression') {
    const holder = context.evaluate(field(target, 'object') ?? target, scope);
    const key = keyOf(target, scope, context);
    if (holder.kind === 'object' && key !== undefined) holder.properties.set(key, value);
    else if (!(holder.kind === 'library' && key !== undefined && context.library.assign(holder, key, value)))
      putInDoubt(holder, unknown(`\`${written(target)}\` is not followed`, lineOf(target)));
  } else if (target) bind(target, value, scope, context);
  return value;
}
