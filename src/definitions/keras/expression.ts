import type { SourceRange } from '../../architecture/architecture';
import type { ParsedSources } from '../python/parsedSources';
import { childrenOf, markImported } from '../python/syntax';
import type { Node } from '../syntaxNode';

/** The node of an expression that stands outside the source; a place of the source stands for all of its places. Undefined when it is none. */
export function expressionIn(text: string, site: SourceRange, sources: ParsedSources): Node | undefined {
  const root = sources.rootOf(`<${text}>`, text);
  markImported(root, () => site);
  const [statement, ...more] = childrenOf(root);
  if (root.hasError || more.length > 0 || statement?.type !== 'expression_statement') return undefined;
  return childrenOf(statement)[0];
}
