import type { Node, Tree } from '../syntaxNode';
import type { SourceRange } from '../../architecture/architecture';

/** The named children of a node without comments and backslashes at line ends. */
export function childrenOf(node: Node): Node[] {
  return node.namedChildren.filter(child => child.type !== 'comment' && child.type !== 'line_continuation');
}

/** The child in a field that the grammar always fills, unless the text is broken. */
export const field = (node: Node, name: string): Node | undefined => node.childForFieldName(name) ?? undefined;

/** Texts of imported files, and what stands for every place in them: where the file that is read led there. */
const imported = new WeakMap<Tree, () => SourceRange>();

/** Lets a range of the file that is read stand for every node of another file's tree. */
export const markImported = (root: Node, site: () => SourceRange): void => void imported.set(root.tree, site);

/** Whether a node belongs to an imported file. */
export const isImported = (node: Node): boolean => imported.has(node.tree);

/** Zero-based line on which a node starts; of an imported file, the line that led there. */
export const lineOf = (node: Node): number => imported.get(node.tree)?.().startLine ?? node.startPosition.row;

/** Where a node stands; for a node of an imported file, the place that led there. */
export function rangeOf(node: Node): SourceRange {
  const site = imported.get(node.tree);
  if (site) return site();
  const { startPosition: start, endPosition: end } = node;
  return { startLine: start.row, startColumn: start.column, endLine: end.row, endColumn: end.column };
}

/** Whether Python would accept the text. The grammar lets a line end after `=` and takes the next line for the value; Python does not. */
export const isWhole = (root: Node): boolean =>
  !root.hasError && !(ENDS_IN_EQUALS.test(root.text) && root.descendantsOfType('assignment').some(isDangling));

/** A line that ends in `=`, a comment aside: only after one can an assignment dangle. */
const ENDS_IN_EQUALS = /=[^\S\n]*(#.*)?$/m;

/** An assignment whose value stands on another line than its `=`, without a backslash between them. */
export function isDangling(assignment: Node): boolean {
  const right = field(assignment, 'right');
  const before = right && right.previousSibling;
  if (!before || before.endPosition.row === right.startPosition.row) return false;
  return !assignment.text.slice(before.endIndex - assignment.startIndex, right.startIndex - assignment.startIndex).includes('\\');
}

/** The three places of `start:stop:step`; colons are unnamed children. */
export function sliceBounds(node: Node): (Node | undefined)[] {
  const bounds: (Node | undefined)[] = [undefined, undefined, undefined];
  let place = 0;
  for (const child of node.children) {
    if (child.type === ':') place++;
    else if (child.isNamed) bounds[place] = child;
  }
  return bounds;
}

/** A node's text on one line, shortened: for a sentence. */
export function written(node: Node, length = 48): string {
  const text = node.text.slice(0, 4 * length).replace(/\s+/g, ' ');
  return text.length > length ? `${text.slice(0, length - 1)}…` : text;
}

/**
 * Some nodes and all their descendants with their parents, in order; without recursion, and without asking a node for its parent,
 * which takes as long as the node is deep. `inside` says which children to go on with.
 */
export function* descendants(
  nodes: readonly Node[],
  inside: (node: Node) => readonly (Node | null)[] = node => node.children,
): Generator<{ readonly node: Node; readonly parent: Node | undefined }, void, undefined> {
  const open: { node: Node; parent: Node | undefined }[] = nodes.map(node => ({ node, parent: undefined })).reverse();
  for (let next = open.pop(); next; next = open.pop()) {
    yield next;
    const children = inside(next.node);
    for (let index = children.length - 1; index >= 0; index--) {
      const child = children[index];
      if (child) open.push({ node: child, parent: next.node });
    }
  }
}
