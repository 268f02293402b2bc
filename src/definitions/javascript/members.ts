import { unknown } from '../../architecture/architecture';
import { lineOf, rangeOf, written } from '../python/syntax';
import type { Node } from '../syntaxNode';
import { arrayMember } from './arrayMembers';
import { bound, findMethod, propertiesOf, staticOf } from './classes';
import type { Context } from './context';
import { asText } from './operators';
import { bind } from './patterns';
import type { Scope } from './scope';
import { field } from './syntax';
import { textMember } from './textMembers';
import { NOTHING, putInDoubt, undecided, undecidedBy, type ObjectValue, type LibraryValue, type Value } from './values';

/** `object.name`, `object?.name` and `object[index]`. */
export function memberExpression(node: Node, scope: Scope, context: Context): Value {
  const value = context.evaluate(field(node, 'object') ?? node, scope);
  if (value.kind === 'nothing' && field(node, 'optional_chain')) return NOTHING;
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
  const unset = () => undecided(`\`${written(node)}\` is not followed`, lineOf(node));
  switch (value.kind) {
    case 'undecided':
      return value;
    case 'reference':
      return { kind: 'reference', path: `${value.path}.${key}` };
    case 'object': {
      if (value.doubt) return undecidedBy(value.doubt);
      const found = ownMember(value, value.classValue, key, node, context);
      if (!found && value.open) return undecidedBy(value.open);
      return found ?? NOTHING;
    }
    case 'array':
      return value.doubt ? undecidedBy(value.doubt) : arrayMember(value, key, node, context);
    case 'string':
      return textMember(value.value, key) ?? unset();
    case 'library': {
      const found = value.own && ownMember(value, value.own.classValue, key, node, context);
      return found ?? context.library.attribute(value, key, context) ?? undecided(`\`${key}\` is not known here`, lineOf(node));
    }
    case 'class':
      if (key === 'name') return { kind: 'string', value: value.name };
      return staticOf(value, key) ?? unset();
    case 'super': {
      const method = findMethod(value.owner.base, key);
      return (
        (method && bound(method, value.self, { range: rangeOf(node), type: key }, context)) ??
        baseMember(value.self, key, context) ??
        unset()
      );
    }
    case 'namespace':
      return value.member(key) ?? undecided(`\`${written(node)}\` is not exported`, lineOf(node));
    default:
      return unset();
  }
}

/** What an object holds itself, or what its class gives it. */
function ownMember(value: ObjectValue | LibraryValue, classValue: Value | undefined, key: string, node: Node, context: Context) {
  const found = propertiesOf(value)?.get(key);
  if (found) return found.kind === 'function' && !found.self && found.node.type !== 'arrow_function' ? { ...found, self: value } : found;
  const method = findMethod(classValue, key);
  return method && bound(method, value, { range: rangeOf(node), type: key }, context);
}

/** What the library's own class gives an object of a class that extends it. */
const baseMember = (self: Value, key: string, context: Context): Value | undefined =>
  self.kind === 'library' ? context.library.attribute(self, key, context) : undefined;

/** `target = value`, for a name, a member or a pattern; the value. */
export function assign(target: Node | undefined, value: Value, scope: Scope, context: Context): Value {
  if (target?.type === 'identifier') scope.assign(target.text, value);
  else if (target?.type === 'member_expression' || target?.type === 'subscript_expression') {
    const holder = context.evaluate(field(target, 'object') ?? target, scope);
    const key = keyOf(target, scope, context);
    if (key === undefined || !setMember(holder, key, value, context))
      putInDoubt(holder, unknown(`\`${written(target)}\` is not followed`, lineOf(target)));
  } else if (target) bind(target, value, scope, context);
  return value;
}

/** Sets a member of a value; false when that is not followed. */
function setMember(holder: Value, key: string, value: Value, context: Context): boolean {
  if (holder.kind === 'library' && context.library.assign(holder, key, value)) return true;
  const properties = propertiesOf(holder);
  if (properties) properties.set(key, value);
  else if (holder.kind === 'class') holder.statics.set(key, value);
  else if (holder.kind === 'array' && /^\d+$/.test(key) && Number(key) <= holder.items.length) holder.items[Number(key)] = value;
  else return false;
  return true;
}
