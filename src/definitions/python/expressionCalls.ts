import type { Node } from '../syntaxNode';
import { unknown, type SourceRange } from '../../architecture/architecture';
import { readCall } from './calls';
import type { Interpreter } from './interpreter';
import type { ParsedSources } from './parsedSources';
import { Scope } from './scope';
import { childrenOf, markImported } from './syntax';
import { reference, type Call } from './values';

/** Names that an expression may use although the file does not import them. */
const NAMES: Readonly<Record<string, string>> = {
  SimpleNamespace: 'types.SimpleNamespace',
  partial: 'functools.partial',
  math: 'math',
  torch: 'torch',
  nn: 'torch.nn',
  nnx: 'flax.nnx',
};

/** The arguments of `Name(…)` as a comment has it; a text that is no call gives none, and says so. */
export function callOf(text: string, site: SourceRange, scope: Scope, interpreter: Interpreter, sources: ParsedSources): Call {
  const node = expressionNode(text, site, sources);
  if (node?.type === 'call') return readCall(node, scopeOfCall(scope), interpreter);
  const spread = unknown(`the comment \`${text}\` is not a call`, site.startLine);
  return { positional: [], keywords: new Map(), spread, range: site, type: text };
}

/** The one expression that a text is; undefined where it is none. Its nodes stand at `site`. */
export function expressionNode(text: string, site: SourceRange, sources: ParsedSources): Node | undefined {
  const root = sources.rootOf(`<${text}>`, text);
  markImported(root, () => site);
  const [statement, ...more] = childrenOf(root);
  if (root.hasError || more.length > 0 || statement?.type !== 'expression_statement') return undefined;
  return childrenOf(statement)[0];
}

/** A source's scope with the names that an expression may use besides. */
export function scopeOfCall(scope: Scope): Scope {
  const inner = new Scope(scope);
  for (const [name, path] of Object.entries(NAMES)) if (!scope.get(name)) inner.set(name, reference(path));
  return inner;
}
