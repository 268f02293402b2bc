import type { Node } from '@vscode/tree-sitter-wasm';
import type { SourceRange } from '../../architecture/architecture';

/** The named children of a node without comments. */
export function childrenOf(node: Node): Node[] {
  return node.namedChildren.filter(child => child !== null && child.type !== 'comment') as Node[];
}

/** The child in a field that the grammar always fills, unless the text is broken. */
export const field = (node: Node, name: string): Node | undefined => node.childForFieldName(name) ?? undefined;

/** Zero-based line on which a node starts. */
export const lineOf = (node: Node): number => node.startPosition.row;

export function rangeOf(node: Node): SourceRange {
  const { startPosition: start, endPosition: end } = node;
  return { startLine: start.row, startColumn: start.column, endLine: end.row, endColumn: end.column };
}

/** A node's text on one line, shortened: for a sentence. */
export function written(node: Node, length = 48): string {
  const text = node.text.slice(0, 4 * length).replace(/\s+/g, ' ');
  return text.length > length ? `${text.slice(0, length - 1)}…` : text;
}

/** Every descendant of some nodes and the nodes themselves, in order, without recursion. */
export function* descendants(nodes: readonly Node[]): Generator<Node, void, undefined> {
  const open = [...nodes].reverse();
  for (let node = open.pop(); node; node = open.pop()) {
    yield node;
    for (let index = node.childCount - 1; index >= 0; index--) {
      const child = node.child(index);
      if (child) open.push(child);
    }
  }
}
