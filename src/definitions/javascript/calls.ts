import { unknown } from '../../architecture/architecture';
import { lineOf, rangeOf, written } from '../python/syntax';
import type { Node } from '../syntaxNode';
import { callBuiltin, newBuiltin } from './builtins';
import { construct, initialiseBase } from './classes';
import type { Context } from './context';
import { doubtValues } from './doubt';
import { callFunction } from './functions';
import { required } from './imports';
import { inner } from './literals';
import { reasonOf } from './reasons';
import type { Scope } from './scope';
import { childrenOf, field } from './syntax';
import { NOTHING, undecidedBy, type Call, type Value } from './values';

/** The values that a call hands over. */
function argumentsOf(node: Node, scope: Scope, context: Context): Value[] {
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
  const callee = name.type === 'super' ? (scope.get('super') ?? NOTHING) : context.evaluate(name, scope);
  const call: Call = { values: argumentsOf(node, scope, context), range: rangeOf(node), type: written(name) };
  if (callee.kind === 'super') {
    initialiseBase(callee.owner, callee.self, call, context);
    return NOTHING;
  }
  if (callee.kind === 'nothing' && field(node, 'optional_chain')) return NOTHING;
  if (callee.kind === 'reference' && callee.path === 'require' && call.values[0]?.kind === 'string')
    return required(call.values[0].value, node, scope, context);
  return context.call(callee, call);
}

/** Calls a value; what is not known puts in doubt what it is handed. */
export function callValue(callee: Value, call: Call, context: Context): Value {
  const line = call.range.startLine;
  if (callee.kind === 'function') return callFunction(callee, call, context);
  if (callee.kind === 'builtin') return callee.call(call);
  if (callee.kind === 'reference') {
    const value = callBuiltin(callee.path, call, context) ?? context.library.call(callee.path, call, context);
    if (value) return value;
  }
  return refused(callee, call, unknown(`\`${call.type}(…)\` is not known`, line), context);
}

/** `new Name(…)`. */
export function newExpression(node: Node, scope: Scope, context: Context): Value {
  const name = field(node, 'constructor') ?? node;
  const callee = context.evaluate(name, scope);
  const call: Call = { values: argumentsOf(node, scope, context), range: rangeOf(node), type: written(name) };
  if (callee.kind === 'class') return construct(callee, call, context);
  const made = callee.kind === 'reference' ? newBuiltin(callee.path, call, context) : undefined;
  return made ?? refused(callee, call, unknown(`\`${written(node)}\` is not followed`, lineOf(node)), context);
}

function refused(callee: Value, call: Call, otherwise: ReturnType<typeof unknown>, context: Context): Value {
  const isHarmless = callee.kind === 'reference' && context.library.isHarmless(callee.path);
  const open = isHarmless ? call.values.find(value => value.kind === 'undecided') : undefined;
  const reason = callee.kind === 'undecided' ? callee.reason : open?.kind === 'undecided' ? open.reason : otherwise;
  if (!isHarmless) doubtValues(call.values, reason, context);
  return undecidedBy(reason);
}
