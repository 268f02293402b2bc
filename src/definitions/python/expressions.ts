import type { Node } from '../syntaxNode';
import { unknown } from '../../architecture/architecture';
import { MAXIMUM_LENGTH } from './budget';
import { isBuiltinName } from './builtins';
import { readCall } from './calls';
import { iterated, slice, subscript } from './collections';
import type { Context } from './context';
import { putInDoubt } from './doubt';
import { directed, unescaped } from './formatting';
import { defineFunction } from './functions';
import { keyOf } from './keys';
import { compare, decided, negated, reasonOf, truth } from './operators';
import { Scope } from './scope';
import { readIndex } from './readIndex';
import { childrenOf, field, lineOf, rangeOf, sliceBounds, written } from './syntax';
import { bindPattern } from './targets';
import { boolean, dictionary, float, integer, list, NONE, reference, text, tuple, undecided, undecidedPlain, type Value } from './values';

/** The rules by which nodes of Python's grammar are evaluated, by node type; a type that is absent is undecided. */
export const EXPRESSIONS: Readonly<Record<string, (node: Node, scope: Scope, context: Context) => Value>> = {
  identifier: readName,
  integer: node => numberLiteral(node),
  float: node => numberLiteral(node),
  true: () => boolean(true),
  false: () => boolean(false),
  none: () => NONE,
  string: readString,
  concatenated_string: (node, scope, context) =>
    joinTexts(
      childrenOf(node).map(part => context.evaluate(part, scope)),
      node,
    ),
  list: (node, scope, context) => readItems(node, scope, context, false),
  tuple: (node, scope, context) => readItems(node, scope, context, true),
  expression_list: (node, scope, context) => readItems(node, scope, context, true),
  // The grammar takes `*x.shape, 2` for an attribute of `*x`.
  list_splat: (node, scope, context) => context.evaluate(childrenOf(node)[0] ?? node, scope),
  dictionary: readDictionary,
  set: readSet,
  set_comprehension: (node, scope, context) => distinct(readComprehension(node, scope, context), node, context),
  parenthesized_expression: (node, scope, context) => context.evaluate(childrenOf(node)[0] ?? node, scope),
  list_comprehension: (node, scope, context) => readComprehension(node, scope, context),
  generator_expression: (node, scope, context) => readComprehension(node, scope, context),
  dictionary_comprehension: (node, scope, context) => readComprehension(node, scope, context),
  attribute: (node, scope, context) =>
    context.attribute(evaluateField(node, 'object', scope, context), field(node, 'attribute')?.text ?? '', lineOf(node)),
  subscript: readSubscript,
  call: readCallNode,
  lambda: (node, scope, context) => defineFunction(node, scope, context),
  binary_operator: (node, scope, context) =>
    operate(node, evaluateField(node, 'left', scope, context), evaluateField(node, 'right', scope, context), context),
  unary_operator: readUnary,
  not_operator(node, scope, context) {
    const value = evaluateField(node, 'argument', scope, context);
    return decided(negated(truth(value)), () => reasonOf(value, `\`${written(node)}\` is not known`, lineOf(node)));
  },
  boolean_operator: readBooleanOperator,
  comparison_operator: readComparison,
  conditional_expression: readConditional,
  yield: readYield,
  await: (node, scope, context) => context.evaluate(childrenOf(node)[0] ?? node, scope),
  named_expression(node, scope, context) {
    const value = evaluateField(node, 'value', scope, context);
    scope.set(field(node, 'name')?.text ?? '', value);
    return value;
  },
};

/** `yield value` and `yield from values`; what is sent to the generator is not followed. */
function readYield(node: Node, scope: Scope, context: Context): Value {
  const [child] = childrenOf(node);
  const value = child ? context.evaluate(child, scope) : NONE;
  const items = scope.generator;
  const isDelegating = node.children.some(({ type }) => type === 'from');
  const all = isDelegating ? iterated(value, context) : [value];
  if (items && all && items.items.length + all.length <= MAXIMUM_LENGTH) items.items.push(...all);
  else if (items) items.doubt ??= reasonOf(value, `\`${written(node)}\` is not known`, lineOf(node));
  return NONE;
}

function evaluateField(node: Node, name: string, scope: Scope, context: Context): Value {
  const child = field(node, name);
  return child ? context.evaluate(child, scope) : undecided('this does not parse', lineOf(node));
}

/** The value of a name that the source binds or imports, star imports among it; undefined for Python's own names and for unknown ones. */
export function lookUp(name: string, scope: Scope, context: Context): Value | undefined {
  const value = scope.get(name);
  if (value) return value;
  for (const { module, namespace } of scope.wildcardModules) {
    const found = name.startsWith('_') ? undefined : namespace?.member(name);
    if (found) return found;
    if (!namespace && context.library.exports(module, name)) return reference(`${module}.${name}`);
  }
  return undefined;
}

function readName(node: Node, scope: Scope, context: Context): Value {
  const name = node.text;
  const value = lookUp(name, scope, context);
  if (value) return value;
  if (isBuiltinName(name)) return reference(`builtins.${name}`);
  if (name === '__name__') return text('__imported__');
  return undecided(`\`${name}\` is not defined in this file`, lineOf(node));
}

function numberLiteral(node: Node): Value {
  const digits = node.text.replaceAll('_', '').toLowerCase();
  const value = Number(digits);
  if (digits.endsWith('j') || Number.isNaN(value))
    return undecidedPlain(unknown(`\`${written(node)}\` is not a number that is followed`, lineOf(node)));
  if (node.type === 'float') return float(value);
  return Number.isSafeInteger(value) ? integer(value) : undecidedPlain(unknown(`\`${written(node)}\` is too large`, lineOf(node)));
}

function readString(node: Node, scope: Scope, context: Context): Value {
  const parts: Value[] = [];
  for (const part of childrenOf(node)) {
    if (part.type === 'string_content') {
      const escaped = childrenOf(part).length > 0;
      const plain = escaped ? unescaped(part.text) : part.text;
      parts.push(plain === undefined ? undecidedPlain(unknown('text with escapes is not followed', lineOf(part))) : text(plain));
    } else if (part.type === 'interpolation') {
      const [expression, ...format] = childrenOf(part);
      const [directive, ...more] = format;
      const isSimple = more.length === 0 && (!directive || (directive.type === 'format_specifier' && childrenOf(directive).length === 0));
      const word = expression && isSimple ? directed(context.evaluate(expression, scope), directive?.text.slice(1) ?? '') : undefined;
      parts.push(word === undefined ? undecidedPlain(unknown(`\`${written(part)}\` is not known`, lineOf(part))) : text(word));
    }
  }
  return joinTexts(parts, node);
}

function joinTexts(parts: readonly Value[], node: Node): Value {
  let joined = '';
  for (const part of parts) {
    if (part.kind !== 'string') return undecidedPlain(reasonOf(part, `\`${written(node)}\` is not known`, lineOf(node)));
    joined += part.value;
  }
  return joined.length > MAXIMUM_LENGTH ? undecidedPlain(unknown('the text is too long', lineOf(node))) : text(joined);
}

const isSpread = (node: Node): boolean => {
  const [first] = ['attribute', 'subscript', 'call'].includes(node.type) ? childrenOf(node) : [];
  return node.type === 'list_splat' || (first !== undefined && isSpread(first));
};

function readItems(node: Node, scope: Scope, context: Context, asTuple: boolean): Value {
  const items: Value[] = [];
  for (const child of childrenOf(node)) {
    if (!isSpread(child)) {
      items.push(context.evaluate(child, scope));
      continue;
    }
    const value = context.evaluate(child, scope);
    const inner = iterated(value, context);
    if (!inner || items.length + inner.length > MAXIMUM_LENGTH)
      return { kind: 'sequence', tuple: asTuple, items, doubt: reasonOf(value, `\`${written(child)}\` is not known`, lineOf(child)) };
    items.push(...inner);
  }
  return asTuple ? tuple(items) : list(items);
}

/** A set is a list of its distinct items, in the order in which they are written. */
function readSet(node: Node, scope: Scope, context: Context): Value {
  return distinct(readItems(node, scope, context, false), node, context);
}

const distinct = (items: Value, node: Node, context: Context): Value =>
  context.call(reference('builtins.set'), { positional: [items], keywords: new Map(), range: rangeOf(node), type: 'set' });

function readDictionary(node: Node, scope: Scope, context: Context): Value {
  const result = dictionary();
  for (const child of childrenOf(node)) {
    const key = child.type === 'pair' ? evaluateField(child, 'key', scope, context) : undefined;
    const value =
      child.type === 'pair' ? evaluateField(child, 'value', scope, context) : context.evaluate(childrenOf(child)[0] ?? child, scope);
    const place = keyOf(key);
    if (place !== undefined) result.entries.set(place, value);
    else if (!key && value.kind === 'dictionary' && !value.doubt) for (const [name, item] of value.entries) result.entries.set(name, item);
    else result.doubt ??= unknown(`\`${written(child)}\` is not known`, lineOf(child));
  }
  return result;
}

/** List, generator and dictionary comprehensions; undecided clauses leave the result in doubt. */
function readComprehension(node: Node, scope: Scope, context: Context): Value {
  const [body, ...clauses] = childrenOf(node);
  const isDictionary = node.type === 'dictionary_comprehension';
  const result = isDictionary ? dictionary() : list([]);
  const inner = new Scope(scope);
  const add = () => {
    if (!body) return;
    if (result.kind === 'sequence') {
      if (result.items.length < MAXIMUM_LENGTH) result.items.push(context.evaluate(body, inner));
      else result.doubt ??= unknown('the list is too long', lineOf(node));
      return;
    }
    const key = keyOf(evaluateField(body, 'key', inner, context));
    const value = evaluateField(body, 'value', inner, context);
    if (key !== undefined) result.entries.set(key, value);
    else result.doubt ??= unknown(`\`${written(body)}\` has an unknown key`, lineOf(body));
  };
  const expand = (index: number): void => {
    const clause = clauses[index];
    if (!clause) {
      add();
      return;
    }
    if (clause.type === 'if_clause') {
      const condition = context.evaluate(childrenOf(clause)[0] ?? clause, inner);
      const holds = truth(condition);
      if (holds === undefined) result.doubt ??= reasonOf(condition, `\`${written(clause)}\` is not decided`, lineOf(clause));
      if (holds) expand(index + 1);
      return;
    }
    const source = evaluateField(clause, 'right', inner, context);
    const items = iterated(source, context);
    if (!items) result.doubt ??= reasonOf(source, `\`${written(field(clause, 'right') ?? clause)}\` is not known`, lineOf(clause));
    for (const item of items ?? []) {
      bindPattern(field(clause, 'left') ?? clause, item, inner, context);
      expand(index + 1);
    }
  };
  expand(0);
  return result;
}

function readSubscript(node: Node, scope: Scope, context: Context): Value {
  const value = evaluateField(node, 'value', scope, context);
  const indices = node.childrenForFieldName('subscript');
  const [index] = indices;
  if (value.kind === 'undecided') return value;
  const reason = () => unknown(`\`${written(node)}\` is not known`, lineOf(node));
  const selected =
    value.kind === 'library' &&
    context.library.select?.(
      value,
      indices.map(each => readIndex(each, scope, context)),
      lineOf(node),
    );
  if (selected) return selected;
  if (!index) return { kind: 'undecided', reason: reason(), plain: false };
  if (indices.length > 1) {
    const place = indices.some(({ type }) => type === 'slice') ? undefined : tuple(indices.map(each => context.evaluate(each, scope)));
    return (place && subscript(value, place, context)) ?? { kind: 'undecided', reason: reason(), plain: false };
  }
  if (index.type === 'slice') {
    const bounds = sliceBounds(index).map(bound => bound && context.evaluate(bound, scope));
    return slice(value, bounds) ?? { kind: 'undecided', reason: reason(), plain: false };
  }
  const place = context.evaluate(index, scope);
  const item = subscript(value, place, context);
  if (item) return item;
  putInDoubt(value, reason());
  return { kind: 'undecided', reason: reasonOf(place, reason().why, lineOf(node)), plain: false };
}

function readCallNode(node: Node, scope: Scope, context: Context): Value {
  const calleeNode = field(node, 'function');
  if (!calleeNode) return undecided('this does not parse', lineOf(node));
  if (calleeNode.type === 'identifier' && calleeNode.text === 'super' && !scope.get('super')) {
    const frame = scope.frame;
    return frame
      ? { kind: 'super', instance: frame.self, after: frame.owner }
      : undecided('`super()` stands outside a method', lineOf(node));
  }
  if (calleeNode.text === 'locals' && !scope.isModule && !lookUp('locals', scope, context)) return dictionary(scope.ownNames);
  const callee = context.evaluate(calleeNode, scope);
  const result = context.call(callee, readCall(node, scope, context));
  if (callee.kind === 'undecided' && calleeNode.type === 'attribute') {
    const object = field(calleeNode, 'object');
    const reason = unknown(`\`${written(calleeNode)}(…)\` is not followed`, lineOf(node));
    const holder = object?.type === 'identifier' || object?.type === 'attribute' ? context.evaluate(object, scope) : undefined;
    if (!(callee.plain && isOwnAttribute(holder, field(calleeNode, 'attribute')?.text))) putInDoubt(holder, reason);
  }
  return result;
}

/** Whether an object was given something by this name, which knows nothing of the object, other than its methods. */
const isOwnAttribute = (holder: Value | undefined, name = ''): boolean => holder?.kind === 'instance' && holder.attributes.has(name);

function operate(node: Node, left: Value, right: Value, context: Context): Value {
  const operator = field(node, 'operator')?.type ?? '';
  return context.operate(operator, left, right, lineOf(node));
}

function readUnary(node: Node, scope: Scope, context: Context): Value {
  const value = evaluateField(node, 'argument', scope, context);
  return operate(node, field(node, 'operator')?.type === '-' ? integer(0) : NONE, value, context);
}

function readBooleanOperator(node: Node, scope: Scope, context: Context): Value {
  const left = evaluateField(node, 'left', scope, context);
  const holds = truth(left);
  const isAnd = field(node, 'operator')?.type === 'and';
  if (holds !== undefined) return holds === isAnd ? evaluateField(node, 'right', scope, context) : left;
  const right = evaluateField(node, 'right', scope, context);
  const isPlain = (value: Value) =>
    !['undecided', 'instance', 'library'].includes(value.kind) || (value.kind === 'undecided' && value.plain);
  return {
    kind: 'undecided',
    reason: reasonOf(left, `\`${written(node)}\` is not decided`, lineOf(node)),
    plain: isPlain(left) && isPlain(right),
  };
}

function readComparison(node: Node, scope: Scope, context: Context): Value {
  const operands = childrenOf(node).map(child => context.evaluate(child, scope));
  const operators = node.childrenForFieldName('operators').map(operator => operator.type);
  const [left, right] = operands;
  const joined =
    left && right && operators.length === 1 && /^[<>=!]/.test(operators[0]!)
      ? context.library.compare?.(operators[0]!, left, right, lineOf(node))
      : undefined;
  if (joined) return joined;
  let all: boolean | undefined = true;
  for (const [index, operator] of operators.entries()) {
    const holds = compare(operator, operands[index] ?? NONE, operands[index + 1] ?? NONE);
    if (holds === false) return boolean(false);
    if (holds === undefined) all = undefined;
  }
  const reason = operands.find(operand => operand.kind === 'undecided');
  return decided(all, () => reasonOf(reason ?? NONE, `\`${written(node)}\` is not decided`, lineOf(node)));
}

function readConditional(node: Node, scope: Scope, context: Context): Value {
  const [consequence, condition, alternative] = childrenOf(node) as [Node, Node, Node];
  const value = context.evaluate(condition, scope);
  const holds = truth(value);
  if (holds !== undefined) return context.evaluate(holds ? consequence : alternative, scope);
  const reason = reasonOf(value, `\`${written(condition)}\` is not decided`, lineOf(condition));
  const isLayerless = (branch: Node) => /^(integer|float|string|true|false|none|comparison_operator|binary_operator)$/.test(branch.type);
  if (isLayerless(consequence) && isLayerless(alternative)) return undecidedPlain(reason);
  return { kind: 'undecided', reason, plain: false };
}
