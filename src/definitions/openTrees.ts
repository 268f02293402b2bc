import type { SourceParser } from './sourceParser';
import type { Node } from './syntaxNode';
import type { SyntaxTree } from './syntaxTree';

/** Trees that are kept: the documents that are being edited. */
const KEPT = 8;

/** The trees of the documents that were read last, each following its document's edits. */
export class OpenTrees {
  /** Least recently used first. */
  private readonly trees = new Map<string, { readonly parser: SourceParser; readonly tree: SyntaxTree }>();

  /** Hands the root of a document's text to `use`; no node may be kept beyond the call. */
  use<T>(uri: string, text: string, parser: SourceParser, use: (root: Node) => T): T {
    const before = this.trees.get(uri);
    this.trees.delete(uri);
    if (before && before.parser !== parser) before.tree.delete();
    const open = before?.parser === parser ? before : { parser, tree: parser.open(text) };
    try {
      open.tree.update(text);
      const result = use(open.tree.rootNode);
      this.trees.set(uri, open);
      return result;
    } finally {
      if (!this.trees.has(uri)) open.tree.delete();
      for (const oldest of this.trees.keys()) if (this.trees.size > KEPT) this.close(oldest);
    }
  }

  close(uri: string): void {
    this.trees.get(uri)?.tree.delete();
    this.trees.delete(uri);
  }
}
