import type { Edit, Parser, Point, Tree as ParsedTree } from '@vscode/tree-sitter-wasm';
import { Node, type Tree } from './syntaxNode';

/** A source's tree, which can follow the source's edits. Holds memory outside the garbage collector until `delete`. */
export class SyntaxTree {
  rootNode: Node;

  private constructor(
    private readonly parser: Parser,
    private readonly source: Tree,
    private readonly tree: ParsedTree,
  ) {
    this.rootNode = new Node(tree.rootNode, source);
  }

  /** `memory` is what the parser keeps its trees in, as it stands. */
  static parse(parser: Parser, text: string, memory: () => Uint32Array): SyntaxTree {
    return new SyntaxTree(parser, { text, memory }, parsed(parser, text, null));
  }

  get text(): string {
    return this.source.text;
  }

  /** Becomes the tree of another version of the text; what the edit leaves alone is not parsed again. */
  update(text: string): void {
    if (text === this.source.text) return;
    this.tree.edit(editBetween(this.source.text, text));
    const other = parsed(this.parser, text, this.tree);
    exchange(this.tree, other);
    this.rootNode = this.rootNode.following(this.tree.rootNode);
    this.source.text = text;
    other.delete();
  }

  delete(): void {
    this.tree.delete();
  }
}

/** Where tree-sitter's tree keeps the address of what it stands for. */
type Handle = Record<0, number>;

/**
 * Lets each of two trees stand for what the other did. So the object that all nodes of a source point to stays the same one through its edits: written anew
 * into each of a hundred thousand nodes that are kept, a young object would cost the garbage collector far more than the parsing.
 */
function exchange(one: ParsedTree, other: ParsedTree): void {
  const [a, b] = [one, other] as unknown as [Handle, Handle];
  if (typeof a[0] !== 'number' || typeof b[0] !== 'number') throw new Error('the parser keeps its trees in another way than before');
  [a[0], b[0]] = [b[0], a[0]];
}

function parsed(parser: Parser, text: string, before: ParsedTree | null): ParsedTree {
  const tree = parser.parse(text, before);
  if (!tree) throw new Error('the parser gave no tree');
  return tree;
}

/** The one stretch in which two texts differ: what their beginnings and their ends have in common is left out. */
export function editBetween(before: string, after: string): Edit {
  const shorter = Math.min(before.length, after.length);
  let start = longest(shorter, (from, to) => before.slice(from, to) === after.slice(from, to));
  if (start > 0 && isHighSurrogate(before.charCodeAt(start - 1))) start--;
  const fromEnd = (text: string, from: number, to: number) => text.slice(text.length - to, text.length - from);
  let common = longest(shorter - start, (from, to) => fromEnd(before, from, to) === fromEnd(after, from, to));
  if (common > 0 && isLowSurrogate(before.charCodeAt(before.length - common))) common--;
  const [oldEndIndex, newEndIndex] = [before.length - common, after.length - common];
  const startPosition = pointAt(before, start);
  return {
    startIndex: start,
    oldEndIndex,
    newEndIndex,
    startPosition,
    oldEndPosition: pointAfter(before, start, oldEndIndex, startPosition),
    newEndPosition: pointAfter(after, start, newEndIndex, startPosition),
  };
}

/** The longest stretch that is the same, of at most `most`: halved again and again, since comparing stretches is far faster than their letters. */
function longest(most: number, isSame: (from: number, to: number) => boolean): number {
  let [low, high] = [0, most];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (isSame(low, middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}

const isHighSurrogate = (code: number): boolean => code >= 0xd800 && code <= 0xdbff;
const isLowSurrogate = (code: number): boolean => code >= 0xdc00 && code <= 0xdfff;

const pointAt = (text: string, index: number): Point => pointAfter(text, 0, index, { row: 0, column: 0 });

/** Row and column at `to`, when those at `from` are known. */
function pointAfter(text: string, from: number, to: number, start: Point): Point {
  let { row, column } = start;
  let at = from;
  for (let newline = text.indexOf('\n', at); newline !== -1 && newline < to; newline = text.indexOf('\n', at)) {
    row++;
    column = 0;
    at = newline + 1;
  }
  return { row, column: column + to - at };
}
