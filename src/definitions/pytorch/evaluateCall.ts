import { unknown, type Architecture, type SourceRange } from '../../architecture/architecture';
import { readCall } from '../python/calls';
import type { Interpreter } from '../python/interpreter';
import type { ParsedSources } from '../python/parsedSources';
import type { Scope } from '../python/scope';
import type { Value } from '../python/values';
import type { Composer } from './forward/compose';
import type { InputShape } from './forward/inputShapes';
import { givenArguments } from '../python/givenArguments';
import { expressionNode, scopeOfCall } from '../python/expressionCalls';
import { ModuleValue } from './moduleValue';
import { toArchitecture } from './toArchitecture';
import { withoutLayers } from '../withoutLayers';

/** The model that an expression makes in the scope of a source; without layers, and with the reason, when it makes none that is known. */
export function evaluateCall(
  expression: string,
  name: string,
  range: SourceRange,
  scope: Scope,
  interpreter: Interpreter,
  sources: ParsedSources,
  composer: Composer,
  input?: InputShape,
): Architecture {
  const node = expressionNode(expression, range, sources);
  if (!node) return withoutLayers('pytorch', name, range, unknown(`\`${expression}\` is not an expression`, range.startLine));
  const inner = scopeOfCall(scope);
  const value = interpreter.evaluate(node, inner);
  if (!(value instanceof ModuleValue)) {
    const reason = value.kind === 'undecided' ? value.reason : unknown(`\`${expression}\` makes no model`, range.startLine);
    return withoutLayers('pytorch', name, range, reason);
  }
  const bare = toArchitecture(name, range, value);
  const given = node.type === 'call' ? readCall(node, inner, interpreter).keywords : new Map<string, Value>();
  const architecture = composer.compose(bare, value, given, input);
  const callee = scope.get(name);
  if (callee?.kind !== 'class' || node.type !== 'call') return architecture;
  return { ...architecture, arguments: givenArguments(callee, readCall(node, inner, interpreter), 'call', range.startLine) };
}
