import type { SourceRange } from '../../architecture/architecture';
import type { Node } from '../syntaxNode';

/** The named children of a node without comments. */
export const childrenOf = (node: Node): readonly Node[] => node.namedChildren.filter(({ type }) => type !== 'comment');

export const field = (node: Node, name: string): Node | undefined => node.childForFieldName(name) ?? undefined;

/** Zero-based line on which a node starts. */
export const lineOf = (node: Node): number => node.startPosition.row;

export function rangeOf({ startPosition: start, endPosition: end }: Node): SourceRange {
  return { startLine: start.row, startColumn: start.column, endLine: end.row, endColumn: end.column };
}

/** A node's text on one line, shortened: for a sentence. */
export function written(node: Node, length = 48): string {
  const text = node.text.slice(0, 4 * length).replace(/\s+/g, ' ');
  return text.length > length ? `${text.slice(0, length - 1)}…` : text;
}

/** Every node inside some nodes, themselves among them, without recursion. */
export function* descendants(nodes: readonly Node[]): Generator<Node, void, undefined> {
  const open = [...nodes].reverse();
  for (let next = open.pop(); next; next = open.pop()) {
    yield next;
    for (let index = next.children.length - 1; index >= 0; index--) open.push(next.children[index]!);
  }
}
