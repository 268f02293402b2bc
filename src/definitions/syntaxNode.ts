import type { Node as ParsedNode, Point } from '@vscode/tree-sitter-wasm';

/** What the nodes of one source have in common, whatever edits it goes through: its text as it stands, and the parser's memory. */
export interface Tree {
  text: string;
  readonly memory: () => Uint32Array;
}

/** How far a subtree stands from where it was parsed. */
interface Move {
  readonly by: number;
  readonly rows: number;
  /** Of what stands on its first row. */
  readonly columns: number;
}

/**
 * A node of a parsed source, as every reader sees it: tree-sitter's node with what was asked of it remembered, since every question to
 * tree-sitter crosses into WebAssembly. A node that an edit leaves alone stays the same object and moves along; all others end with the edit.
 */
export class Node {
  private typeName: string | undefined;
  private named: boolean | undefined;
  private broken: boolean | undefined;
  private missing: boolean | undefined;
  private end: number | undefined;
  private endPoint: Point | undefined;
  private below: Node[] | undefined;
  private namedBelow: Node[] | undefined;
  private fields: Map<string, readonly Node[]> | undefined;
  private place = 0;
  /** Of this node and all below, beside what those above it have moved. */
  private move: Move | undefined;

  constructor(
    private parsed: ParsedNode,
    readonly tree: Tree,
    public parent: Node | null = null,
  ) {}

  /** Tells nodes of one tree apart. */
  get id(): number {
    return this.parsed.id;
  }

  get type(): string {
    return (this.typeName ??= this.parsed.type);
  }

  get isNamed(): boolean {
    return (this.named ??= this.parsed.isNamed);
  }

  get isError(): boolean {
    return this.type === 'ERROR';
  }

  get isMissing(): boolean {
    return (this.missing ??= this.parsed.isMissing);
  }

  /** Whether anything in it does not parse. */
  get hasError(): boolean {
    return (this.broken ??= this.parsed.hasError);
  }

  get startIndex(): number {
    return this.parsed.startIndex + this.shift;
  }

  get endIndex(): number {
    return (this.end ??= this.parsed.endIndex) + this.shift;
  }

  get startPosition(): Point {
    return Node.moved(this.parsed.startPosition, this);
  }

  get endPosition(): Point {
    return Node.moved((this.endPoint ??= this.parsed.endPosition), this);
  }

  get text(): string {
    const { shift } = this;
    return this.tree.text.slice(this.parsed.startIndex + shift, (this.end ??= this.parsed.endIndex) + shift);
  }

  get children(): readonly Node[] {
    if (this.below) return this.below;
    this.below = this.adopt(this.parsed.children.flatMap(child => (child ? [new Node(child, this.tree)] : [])));
    // Tree-sitter's node would keep a list of its own.
    (this.parsed as unknown as { _children: unknown })._children = undefined;
    return this.below;
  }

  get namedChildren(): readonly Node[] {
    return (this.namedBelow ??= this.children.filter(child => child.isNamed));
  }

  get nextSibling(): Node | null {
    return this.parent?.children[this.place + 1] ?? null;
  }

  get previousSibling(): Node | null {
    return this.parent?.children[this.place - 1] ?? null;
  }

  childForFieldName(name: string): Node | null {
    return this.childrenForFieldName(name)[0] ?? null;
  }

  childrenForFieldName(name: string): readonly Node[] {
    let found = this.fields?.get(name);
    if (!found) {
      const first = this.parsed.childForFieldName(name);
      const all = first ? this.parsed.childrenForFieldName(name) : [];
      found = [first, ...all]
        .map(wanted => wanted && this.childAt(wanted))
        .filter((child, i, list) => child && list.indexOf(child) === i) as Node[];
      (this.fields ??= new Map()).set(name, found);
    }
    return found;
  }

  /** Every node of a type in it, in order; itself included. */
  descendantsOfType(type: string): readonly Node[] {
    const found: Node[] = [];
    const open: Node[] = [this];
    for (let next = open.pop(); next; next = open.pop()) {
      if (next.type === type) found.push(next);
      for (let index = next.children.length - 1; index >= 0; index--) open.push(next.children[index]!);
    }
    return found;
  }

  /**
   * The node that stands here in the next tree: this very object where tree-sitter kept the subtree, a new one that takes over the
   * children that were kept where not.
   */
  following(next: ParsedNode, depth = 0): Node {
    if (this.isKeptAs(next)) {
      this.moveTo(next);
      return this;
    }
    const replacement = new Node(next, this.tree);
    if (this.below && depth < MAXIMUM_PATH) {
      const after = next.children.filter(child => child !== null);
      replacement.below = replacement.adopt(followAll(this.below, after, this.tree, depth + 1));
    }
    return replacement;
  }

  /** Whether tree-sitter kept this subtree: a node's identity is the place in its parent that holds the subtree's address; leaves have none. */
  isKeptAs(next: ParsedNode): boolean {
    const memory = this.tree.memory();
    const subtree = memory[this.id >> 2]!;
    return subtree === memory[next.id >> 2] && subtree % 2 === 0 && aliasOf(this.parsed) === aliasOf(next);
  }

  private childAt(wanted: ParsedNode): Node | undefined {
    return this.children.find(child => child.id === wanted.id && child.parsed.startIndex + (child.move?.by ?? 0) === wanted.startIndex);
  }

  private adopt(children: Node[]): Node[] {
    for (const [index, child] of children.entries()) {
      child.parent = this;
      child.place = index;
    }
    return children;
  }

  /** Takes the place that the same subtree has in the next tree; everything below stands where it stood in it. */
  private moveTo(next: ParsedNode): void {
    const { startIndex, startPosition } = this.parsed;
    const by = next.startIndex - startIndex;
    const rows = next.startPosition.row - startPosition.row;
    const columns = next.startPosition.column - startPosition.column;
    this.move = by === 0 && rows === 0 && columns === 0 ? undefined : { by, rows, columns };
    this.parsed = next;
    Object.assign(next, { startIndex, startPosition });
  }

  private get shift(): number {
    return Node.shiftOf(this);
  }

  private static shiftOf(start: Node): number {
    let shift = 0;
    for (let node: Node | null = start; node; node = node.parent) if (node.move) shift += node.move.by;
    return shift;
  }

  /** Where a point of a node's subtree stands now. */
  private static moved(point: Point, start: Node): Point {
    let moved = point;
    for (let node: Node | null = start; node; node = node.parent) {
      const { move } = node;
      if (!move) continue;
      const isFirst = moved.row === node.parsed.startPosition.row;
      moved = { row: moved.row + move.rows, column: moved.column + (isFirst ? move.columns : 0) };
    }
    return moved;
  }
}

/** What a node is called other than its subtree, as tree-sitter's object keeps it. */
const aliasOf = (node: ParsedNode): number => (node as unknown as Record<0, number>)[0];

/** Changed nodes inside one another that are followed; deeper ones are read anew. */
const MAXIMUM_PATH = 300;

/** The nodes that follow some siblings: kept ones at both ends, and between them the changed ones in order. */
function followAll(before: readonly Node[], after: readonly ParsedNode[], source: Tree, depth: number): Node[] {
  const shift = after.length - before.length;
  const same = (index: number, oldIndex: number) => before[oldIndex]?.isKeptAs(after[index]!) ?? false;
  let end = after.length;
  while (end > 0 && same(end - 1, end - 1 - shift)) end--;
  return after.map((next, index) => {
    const candidate = before[index < end && !same(index, index - shift) ? index : index - shift];
    return candidate?.type === next.type ? candidate.following(next, depth) : new Node(next, source);
  });
}
