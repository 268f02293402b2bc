import { unknown } from '../../architecture/architecture';
import type { Node } from '../syntaxNode';
import { callBuiltin } from './builtins';
import type { Context } from './context';
import { callFunction } from './functions';
import { inner } from './literals';
import { reasonOf } from './reasons';
import { childrenOf, field, lineOf, rangeOf, written } from './syntax';
import { putInDoubt, undecided, undecidedBy, type Call, type Scope, type Value } from './values';

/** The values that a call hands over. */
export function argumentsOf(node: Node, scope: Scope, context: Context): Value[] {
  const list = field(node, 'arguments');
  return (list ? childrenOf(list) : []).flatMap(argument => {
    if (argument.type !== 'spread_element') return [context.evaluate(argument, scope)];
    const value = inner(argument, scope, context);
    return value.kind === 'array' && !value.doubt
      ? value.items
      : [undecidedBy(reasonOf(value, `\`${written(argument)}\` is not known`, lineOf(argument)))];
  });
}

export function callExpression(node: Node, scope: Scope, context: Context): Value {
  const name = field(node, 'function') ?? node;
  const callee = context.evaluate(name, scope);
  const call: Call = { values: argumentsOf(node, scope, context), range: rangeOf(node), type: written(name) };
  if (callee.kind === 'reference' && callee.path === 'require') {
    const [module] = call.values;
    const path = module?.kind === 'string' ? context.library.importPath(module.value) : undefined;
    return path === undefined ? undecided(`\`${written(node)}\` is another file`, lineOf(node)) : { kind: 'reference', path };
  }
  return context.call(callee, call);
}

/** Calls a value; what is not known puts in doubt what it is handed. */
export function callValue(callee: Value, call: Call, context: Context): Value {
  const line = call.range.startLine;
  if (callee.kind === 'function') return callFunction(callee, call, context);
  if (callee.kind === 'builtin') return callee.call(call);
  if (callee.kind === 'reference') {
    const value = callBuiltin(callee.path, call) ?? context.library.call(callee.path, call);
    if (value) return value;
  }
  const reason = callee.kind === 'undecided' ? callee.reason : unknown(`\`${call.type}(…)\` is not known`, line);
  const harmless = callee.kind === 'reference' && context.library.isHarmless(callee.path);
  if (!harmless) for (const value of call.values) putInDoubt(value, reason);
  return undecidedBy(reason);
}

/** `new Name(…)`. */
export function newExpression(node: Node, scope: Scope, context: Context): Value {
  const values = argumentsOf(node, scope, context);
  const reason = unknown(`\`${written(node)}\` is not followed`, lineOf(node));
  for (const value of values) putInDoubt(value, reason);
  return undecidedBy(reason);
}
