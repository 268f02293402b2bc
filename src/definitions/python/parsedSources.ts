import type { Node } from '../syntaxNode';
import type { SyntaxTree } from '../syntaxTree';
import type { SourceFiles } from './sourceFiles';

/** Characters of source whose trees are kept from one read to the next. */
const KEPT_TEXT = 2_000_000;

/** What makes trees: the parser, or a part of it. */
export interface TreeMaker {
  /** A tree of the text, which the caller deletes. */
  open(text: string): SyntaxTree;
}

/** Trees of imported files, kept while their text stays the same and deleted least recently used first. */
export class ParsedSources {
  private readonly trees = new Map<string, { readonly text: string; readonly tree: SyntaxTree }>();

  constructor(private readonly maker: TreeMaker) {}

  /** The root of a file's tree; it lives until `trim`. */
  root(path: string, files: SourceFiles): Node | undefined {
    const text = files.read(path);
    return text === undefined ? undefined : this.rootOf(path, text);
  }

  /** The root of the tree of a text that goes by a name of its own. */
  rootOf(path: string, text: string): Node {
    const before = this.trees.get(path);
    this.trees.delete(path);
    if (before && before.text !== text) before.tree.delete();
    const kept = before?.text === text ? before : { text, tree: this.maker.open(text) };
    this.trees.set(path, kept);
    return kept.tree.rootNode;
  }

  /** Deletes what is more than is kept; no node of it may be used afterwards. */
  trim(limit = KEPT_TEXT): void {
    let size = [...this.trees.values()].reduce((sum, { text }) => sum + text.length, 0);
    for (const [path, { text, tree }] of this.trees) {
      if (size <= limit) return;
      tree.delete();
      this.trees.delete(path);
      size -= text.length;
    }
  }
}
