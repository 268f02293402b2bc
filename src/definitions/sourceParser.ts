import { Language, Parser } from '@vscode/tree-sitter-wasm';
import { folderAssets, type Assets } from './assets';
import type { Node } from './syntaxNode';
import { SyntaxTree } from './syntaxTree';

/** The grammars that are shipped, by the names of their WebAssembly files. */
export type Grammar = 'python' | 'javascript' | 'typescript' | 'tsx';

/** Tree-sitter is started once a process; the object it is given afterwards holds views of its memory. */
interface StartOptions {
  readonly wasmBinary: Uint8Array;
  readonly locateFile: (file: string) => string;
  HEAPU8?: Uint8Array;
  HEAPU32?: Uint32Array;
}

let started: Promise<StartOptions> | undefined;

async function start(assets: Assets): Promise<StartOptions> {
  const options: StartOptions = { wasmBinary: await assets('tree-sitter.wasm'), locateFile: file => file };
  await Parser.init(options);
  return options;
}

/** A tree-sitter grammar, from the WebAssembly files in one folder. */
export class SourceParser {
  private constructor(
    private readonly parser: Parser,
    private readonly runtime: StartOptions,
  ) {}

  /** Loads `tree-sitter.wasm` and the grammar's own file from `assets`: a folder, or what reads them. */
  static async load(assets: Assets | string, grammar: Grammar): Promise<SourceParser> {
    const read = typeof assets === 'string' ? folderAssets(assets) : assets;
    started ??= start(read);
    const runtime = await started;
    const language = await Language.load(await read(`tree-sitter-${grammar}.wasm`));
    const parser = new Parser();
    parser.setLanguage(language);
    return new SourceParser(parser, runtime);
  }

  /** Parses a text and hands its root to `use`; the tree is deleted afterwards, so that no node may outlive the call. */
  parse<T>(text: string, use: (root: Node) => T): T {
    const tree = this.open(text);
    try {
      return use(tree.rootNode);
    } finally {
      tree.delete();
    }
  }

  /** A tree of the text; whoever asks for it deletes it. */
  open(text: string): SyntaxTree {
    return SyntaxTree.parse(this.parser, text, () => this.runtime.HEAPU32!);
  }

  /** Bytes of memory that all parsers and their trees have taken so far; never shrinks. */
  get memoryBytes(): number {
    return this.runtime.HEAPU8?.byteLength ?? 0;
  }
}
