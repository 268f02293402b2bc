import { fileURLToPath } from 'node:url';
import type { Architecture } from '../architecture/architecture';
import type { AnalysisSettings, SourceDocument } from './analysisProtocol';
import type { Assets } from './assets';
import type { DefinitionReader } from './definitionReader';
import { FlaxReader } from './flax/flaxReader';
import { KerasReader } from './keras/kerasReader';
import { PytorchReader } from './pytorch/pytorchReader';
import { Exhausted } from './python/budget';
import { ParsedSources } from './python/parsedSources';
import { DiskFiles, type SourceFiles } from './python/sourceFiles';
import { isWhole } from './python/syntax';
import { mayConfigure, readConfiguration } from './huggingFace/huggingFaceReader';
import { languageOf } from './languages';
import { keepLastGood, type LastGood, type ReadDefinition } from './lastGood';
import { OpenTrees } from './openTrees';
import { SourceParser, type Grammar } from './sourceParser';
import { mayUseTensorflow, readTensorflow } from './tensorflowJs/tensorflowReader';

export interface ReadDocument {
  readonly definitions: readonly ReadDefinition[];
  /** Why the text was not looked at. */
  readonly skipped?: string;
}

/** The grammars of scripts, which may import one another. */
const SCRIPTS: readonly Grammar[] = ['javascript', 'typescript', 'tsx'];

const MAXIMUM_TEXT = 1_000_000;

/** Documents whose last good results are remembered. */
const REMEMBERED = 32;

/**
 * Reads the definitions of documents and remembers the last good result of each: while a text is broken, a definition that can no longer
 * be read keeps what it last said.
 */
export class Documents {
  private readonly readers: readonly DefinitionReader[] = [new PytorchReader(), new KerasReader(), new FlaxReader()];
  /** Least recently read first. */
  private readonly remembered = new Map<string, LastGood>();
  /** Texts of the documents that are open, by path: they come before what is on disk. */
  private readonly open = new Map<string, string>();
  private readonly trees = new OpenTrees();
  private readonly parsers: Map<Grammar, SourceParser>;
  private readonly sources: ParsedSources;
  /** Trees of imported scripts, by their grammar. */
  private readonly scripts = new Map<Grammar, ParsedSources>();
  private readonly files: SourceFiles;

  private constructor(
    private readonly assets: Assets | string,
    private readonly python: SourceParser,
    disk: SourceFiles,
  ) {
    this.parsers = new Map([['python', python]]);
    this.sources = new ParsedSources(python);
    this.files = { read: path => this.open.get(path) ?? disk.read(path) };
  }

  /** Loads the parser of Python from the parsers' WebAssembly files: a folder that holds them, or what reads them. */
  static async load(assets: Assets | string, disk: SourceFiles = new DiskFiles()): Promise<Documents> {
    return new Documents(assets, await SourceParser.load(assets, 'python'), disk);
  }

  /** Loads what reading a document needs and is not loaded yet; to be awaited before `read`. */
  async prepare(uri: string): Promise<void> {
    const language = languageOf(uri);
    const needed = language === 'json' ? [] : language === 'python' ? [language] : SCRIPTS;
    for (const each of needed) if (!this.parsers.has(each)) this.parsers.set(each, await SourceParser.load(this.assets, each));
  }

  /** Reads one version of a document. Never throws over its text. */
  read({ uri, text }: Pick<SourceDocument, 'uri' | 'text'>, settings: Partial<AnalysisSettings> = {}): ReadDocument {
    if (text.length > MAXIMUM_TEXT) return { definitions: [], skipped: 'the file is larger than 1 MB' };
    const read = this.readText(uri, text, settings);
    if (!read) this.trees.close(uri);
    const { found, broken } = read ?? { found: [], broken: false };
    const before = this.remembered.get(uri);
    const isKept = (broken || settings.isTyping === true) && before;
    const definitions = isKept ? keepLastGood(found, before, text) : found.map(architecture => ({ architecture, stale: false }));
    this.remember(uri, { text, architectures: definitions.map(({ architecture }) => architecture) });
    return { definitions };
  }

  /** Drops what is remembered of a document. */
  forget(uri: string): void {
    this.remembered.delete(uri);
    this.open.delete(pathOf(uri) ?? '');
    this.trees.close(uri);
  }

  /** Bytes of memory that the parsers have taken for trees; never shrinks. */
  get treeBytes(): number {
    return this.python.memoryBytes;
  }

  /** What a text defines, and whether it is broken; undefined where it cannot define a model. */
  private readText(uri: string, text: string, settings: Partial<AnalysisSettings>): ReadText | undefined {
    const language = languageOf(uri);
    if (language === 'json') return mayConfigure(text) ? readConfiguration(text) : undefined;
    if (language === 'python') return this.readPython(uri, text, settings);
    const parser = this.parsers.get(language);
    if (!parser || (settings.call === undefined && !mayUseTensorflow(text))) return undefined;
    return this.readScript(uri, text, parser, language, settings);
  }

  private readScript(
    uri: string,
    text: string,
    parser: SourceParser,
    language: Grammar,
    { call, studied, trained, program }: Partial<AnalysisSettings>,
  ): ReadText {
    const path = pathOf(uri);
    if (path !== undefined) this.open.set(path, text);
    const roots = (file: string) => {
      const grammar = languageOf(file);
      return grammar === 'json' || grammar === 'python' ? undefined : this.sourcesOf(grammar)?.root(file, this.files);
    };
    const expression = (written: string) => this.sourcesOf(language)!.rootOf(`<${written}>`, written);
    const read = this.trees.use(uri, text, parser, root => ({
      found: readTensorflow(root, { path, files: this.files, call, studied, trained, program, roots, expression }),
      broken: root.hasError,
    }));
    for (const sources of this.scripts.values()) sources.trim();
    return read;
  }

  private sourcesOf(grammar: Grammar): ParsedSources | undefined {
    const parser = this.parsers.get(grammar);
    const before = this.scripts.get(grammar);
    if (before || !parser) return before;
    const sources = new ParsedSources(parser);
    this.scripts.set(grammar, sources);
    return sources;
  }

  private readPython(
    uri: string,
    text: string,
    { folders = [], call, studied, trained, program }: Partial<AnalysisSettings>,
  ): ReadText | undefined {
    const readers = this.readers.filter(reader => reader.mayDefine(text));
    if (readers.length === 0) return undefined;
    const path = pathOf(uri);
    if (path !== undefined) this.open.set(path, text);
    const context = { path, files: this.files, folders, sources: this.sources, call, studied, trained, program };
    const read = this.trees.use(uri, text, this.python, root => {
      const each = readers.map(reader => readBounded(() => reader.read(root, context)));
      const found = each.flatMap(read => read ?? []);
      return { found: call === undefined ? found : answersOf(found), broken: each.includes(undefined) || !isWhole(root) };
    });
    this.sources.trim();
    return read;
  }

  private remember(uri: string, last: LastGood): void {
    this.remembered.delete(uri);
    this.remembered.set(uri, last);
    if (this.remembered.size > REMEMBERED) this.remembered.delete(this.remembered.keys().next().value!);
  }
}

interface ReadText {
  readonly found: readonly Architecture[];
  readonly broken: boolean;
}

/** Of what the frameworks make of one expression: the models that are known; everything where none is. */
function answersOf(found: readonly Architecture[]): readonly Architecture[] {
  const known = found.filter(({ parameterCount }) => parameterCount.known);
  return known.length > 0 ? known : found;
}

/** What a reader finds; undefined when its steps ran out where it had no answer left. */
function readBounded(read: () => Architecture[]): Architecture[] | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof Exhausted) return undefined;
    throw error;
  }
}

const pathOf = (uri: string): string | undefined => (uri.startsWith('file:') ? fileURLToPath(uri) : undefined);
