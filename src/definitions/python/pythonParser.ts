import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Language, Parser, type Node } from '@vscode/tree-sitter-wasm';

/** Tree-sitter is started once a process; the object it is given afterwards holds a view of its memory. */
interface StartOptions {
  readonly locateFile: (file: string) => string;
  HEAPU8?: Uint8Array;
}

let started: Promise<StartOptions> | undefined;

async function start(assets: string): Promise<StartOptions> {
  const options: StartOptions = { locateFile: file => join(assets, file) };
  await Parser.init(options);
  return options;
}

/** Tree-sitter's Python grammar, from the WebAssembly files in one folder. */
export class PythonParser {
  private constructor(
    private readonly parser: Parser,
    private readonly runtime: StartOptions,
  ) {}

  /** Loads `tree-sitter.wasm` and `tree-sitter-python.wasm` from `assets`. */
  static async load(assets: string): Promise<PythonParser> {
    started ??= start(assets);
    const runtime = await started;
    const language = await Language.load(await readFile(join(assets, 'tree-sitter-python.wasm')));
    const parser = new Parser();
    parser.setLanguage(language);
    return new PythonParser(parser, runtime);
  }

  /** Parses a text and hands its root to `use`; the tree is deleted afterwards, so that no node may outlive the call. */
  parse<T>(text: string, use: (root: Node) => T): T {
    const tree = this.parser.parse(text);
    if (!tree) throw new Error('the parser gave no tree');
    try {
      return use(tree.rootNode);
    } finally {
      tree.delete();
    }
  }

  /** Bytes of memory that the parser and its trees have taken so far; never shrinks. */
  get memoryBytes(): number {
    return this.runtime.HEAPU8?.byteLength ?? 0;
  }
}
