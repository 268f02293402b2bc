import type { Node } from '../syntaxNode';
import { unknown, type Architecture, type SourceRange } from '../../architecture/architecture';
import { readCall } from '../python/calls';
import type { Interpreter } from '../python/interpreter';
import type { ParsedSources } from '../python/parsedSources';
import { Scope } from '../python/scope';
import { childrenOf, markImported } from '../python/syntax';
import { reference, type Call, type Value } from '../python/values';
import type { Composer } from './forward/compose';
import type { InputShape } from './forward/inputShapes';
import { givenArguments } from './givenArguments';
import { ModuleValue } from './moduleValue';
import { toArchitecture } from './toArchitecture';

/** Names that an expression may use although the file does not import them. */
const NAMES: Readonly<Record<string, string>> = {
  SimpleNamespace: 'types.SimpleNamespace',
  partial: 'functools.partial',
  math: 'math',
  torch: 'torch',
  nn: 'torch.nn',
};

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
  if (!node) return nothing(name, range, `\`${expression}\` is not an expression`);
  const inner = scopeOfCall(scope);
  const value = interpreter.evaluate(node, inner);
  if (!(value instanceof ModuleValue)) {
    const reason = value.kind === 'undecided' ? value.reason : unknown(`\`${expression}\` makes no model`, range.startLine);
    return { ...nothing(name, range, reason.why), parameterCount: reason };
  }
  const bare = toArchitecture(name, range, value);
  const given = node.type === 'call' ? readCall(node, inner, interpreter).keywords : new Map<string, Value>();
  const architecture = composer.compose(bare, value, given, input);
  const callee = scope.get(name);
  if (callee?.kind !== 'class' || node.type !== 'call') return architecture;
  return { ...architecture, arguments: givenArguments(callee, readCall(node, inner, interpreter), 'call', range.startLine) };
}

/** The arguments of `Name(…)` as a comment has it; a text that is no call gives none, and says so. */
export function callOf(text: string, site: SourceRange, scope: Scope, interpreter: Interpreter, sources: ParsedSources): Call {
  const node = expressionNode(text, site, sources);
  if (node?.type === 'call') return readCall(node, scopeOfCall(scope), interpreter);
  const spread = unknown(`the comment \`${text}\` is not a call`, site.startLine);
  return { positional: [], keywords: new Map(), spread, range: site, type: text };
}

function expressionNode(text: string, site: SourceRange, sources: ParsedSources): Node | undefined {
  const root = sources.rootOf(`<${text}>`, text);
  markImported(root, () => site);
  const [statement, ...more] = childrenOf(root);
  if (root.hasError || more.length > 0 || statement?.type !== 'expression_statement') return undefined;
  return childrenOf(statement)[0];
}

function scopeOfCall(scope: Scope): Scope {
  const inner = new Scope(scope);
  for (const [name, path] of Object.entries(NAMES)) if (!scope.get(name)) inner.set(name, reference(path));
  return inner;
}

const nothing = (name: string, range: SourceRange, why: string): Architecture => ({
  framework: 'pytorch',
  name,
  range,
  layers: [],
  parameterCount: unknown(why, range.startLine),
});
