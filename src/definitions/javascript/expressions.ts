import { lineOf, written } from '../python/syntax';
import type { Node } from '../syntaxNode';
import { callExpression, newExpression } from './calls';
import { classOf } from './classes';
import type { Context } from './context';
import { arrayOf, inner, numberOf, objectOf, stringOf, templateOf } from './literals';
import { assign, memberExpression } from './members';
import { asText, operate, truth } from './operators';
import { notFollowed, reasonOf } from './reasons';
import type { Scope } from './scope';
import { childrenOf, field } from './syntax';
import { boolean, NOTHING, number, text, undecidedBy, type Value } from './values';

type Rule = (node: Node, scope: Scope, context: Context) => Value;

const nameOf: Rule = (node, scope, context) => {
  if (node.text === 'undefined') return NOTHING;
  return scope.get(node.text) ?? context.library.global(node.text) ?? { kind: 'reference', path: node.text };
};

const functionOf: Rule = (node, scope) => {
  return { kind: 'function', name: 'function', node, scope };
};

/** What each kind of expression is worth. */
export const EXPRESSIONS: Readonly<Record<string, Rule>> = {
  number: numberOf,
  string: stringOf,
  template_string: templateOf,
  true: () => boolean(true),
  false: () => boolean(false),
  null: () => NOTHING,
  undefined: () => NOTHING,
  identifier: nameOf,
  this: nameOf,
  shorthand_property_identifier: nameOf,
  parenthesized_expression: inner,
  await_expression: inner,
  non_null_expression: inner,
  as_expression: inner,
  satisfies_expression: inner,
  super: (node, scope) => scope.get('super') ?? notFollowed(node),
  class: classOf,
  instantiation_expression: inner,
  type_assertion: (node, scope, context) => context.evaluate(childrenOf(node).at(-1) ?? node, scope),
  array: arrayOf,
  object: objectOf,
  arrow_function: functionOf,
  function_expression: functionOf,
  function: functionOf,
  unary_expression: unary,
  binary_expression: binary,
  ternary_expression(node, scope, context) {
    const test = context.evaluate(field(node, 'condition') ?? node, scope);
    const holds = truth(test);
    if (holds === undefined) return undecidedBy(reasonOf(test, `\`${written(node)}\` is not decided`, lineOf(node)));
    return context.evaluate(field(node, holds ? 'consequence' : 'alternative') ?? node, scope);
  },
  assignment_expression: (node, scope, context) =>
    assign(field(node, 'left'), context.evaluate(field(node, 'right') ?? node, scope), scope, context),
  augmented_assignment_expression(node, scope, context) {
    const [left, right] = [field(node, 'left'), field(node, 'right')];
    if (!left || !right) return notFollowed(node);
    const operator = (field(node, 'operator')?.type ?? '').replace(/=$/, '');
    return assign(left, applied(operator, context.evaluate(left, scope), context.evaluate(right, scope), node), scope, context);
  },
  update_expression(node, scope, context) {
    const target = field(node, 'argument');
    const before = target ? context.evaluate(target, scope) : NOTHING;
    return assign(target, applied(node.text.includes('++') ? '+' : '-', before, number(1), node), scope, context);
  },
  member_expression: memberExpression,
  subscript_expression: memberExpression,
  call_expression: callExpression,
  new_expression: newExpression,
  sequence_expression: (node, scope, context) =>
    childrenOf(node)
      .map(child => context.evaluate(child, scope))
      .at(-1) ?? NOTHING,
};

function unary(node: Node, scope: Scope, context: Context): Value {
  const operator = field(node, 'operator')?.type ?? '';
  const value = context.evaluate(field(node, 'argument') ?? node, scope);
  if (operator === 'void') return NOTHING;
  const type = operator === 'typeof' ? typeOf(value) : undefined;
  if (type !== undefined) return text(type);
  const holds = truth(value);
  if (operator === '!' && holds !== undefined) return boolean(!holds);
  if (operator === '-' && value.kind === 'number') return number(-value.value);
  if (operator === '+' && value.kind === 'number') return value;
  return undecidedBy(reasonOf(value, `\`${written(node)}\` is not known`, lineOf(node)));
}

/** What `typeof` says; undefined where it is not decided. */
function typeOf(value: Value): string | undefined {
  if (value.kind === 'number' || value.kind === 'string' || value.kind === 'boolean' || value.kind === 'function') return value.kind;
  return value.kind === 'object' || value.kind === 'array' ? 'object' : value.kind === 'class' ? 'function' : undefined;
}

function binary(node: Node, scope: Scope, context: Context): Value {
  const [left, right] = [field(node, 'left'), field(node, 'right')];
  const operator = field(node, 'operator')?.type ?? '';
  if (!left || !right) return notFollowed(node);
  const first = context.evaluate(left, scope);
  if (operator === '&&' || operator === '||' || operator === '??') {
    const holds = operator === '??' ? (first.kind === 'undecided' ? undefined : first.kind !== 'nothing') : truth(first);
    if (holds === undefined) return undecidedBy(reasonOf(first, `\`${written(node)}\` is not decided`, lineOf(node)));
    return holds === (operator === '&&') ? context.evaluate(right, scope) : first;
  }
  const second = context.evaluate(right, scope);
  const isInstance = operator === 'instanceof' ? instanceOf(first, second, context) : undefined;
  if (isInstance !== undefined) return boolean(isInstance);
  const keys = operator === 'in' && second.kind === 'object' && !second.doubt && !second.open ? asText(first) : undefined;
  if (keys !== undefined && second.kind === 'object') return boolean(second.properties.has(keys));
  return applied(operator, first, second, node);
}

/** `value instanceof type`; undefined where that is not decided. */
function instanceOf(value: Value, type: Value, { library }: Context): boolean | undefined {
  if (type.kind !== 'class' && type.kind !== 'reference') return undefined;
  switch (value.kind) {
    case 'number':
    case 'string':
    case 'boolean':
    case 'nothing':
      return false;
    case 'array':
      return type.kind === 'reference' && type.path === 'Array';
    case 'library': {
      const isOwn = isDerived(value.own?.classValue, type);
      return isOwn || type.kind === 'class' ? isOwn : library.isInstance(value, type.path);
    }
    case 'object':
      return value.classValue
        ? isDerived(value.classValue, type) || (value.open ? undefined : false)
        : type.kind === 'class'
          ? false
          : undefined;
    default:
      return undefined;
  }
}

function isDerived(from: Value | undefined, type: Value): boolean {
  for (let each = from; each?.kind === 'class'; each = each.base) if (each === type) return true;
  return false;
}

function applied(operator: string, left: Value, right: Value, node: Node): Value {
  const value = operate(operator, left, right);
  if (value) return value;
  const open = [left, right].find(each => each.kind === 'undecided');
  return undecidedBy(reasonOf(open ?? left, `\`${written(node)}\` is not known`, lineOf(node)));
}
