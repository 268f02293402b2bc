import type { Node } from '../syntaxNode';

/** The named children of a node without comments. */
export const childrenOf = (node: Node): readonly Node[] => node.namedChildren.filter(({ type }) => type !== 'comment');

export const field = (node: Node, name: string): Node | undefined => node.childForFieldName(name) ?? undefined;

/** Every node inside some nodes, themselves among them, without recursion. */
export function* descendants(nodes: readonly Node[]): Generator<Node, void, undefined> {
  const open = [...nodes].reverse();
  for (let next = open.pop(); next; next = open.pop()) {
    yield next;
    for (let index = next.children.length - 1; index >= 0; index--) open.push(next.children[index]!);
  }
}
