import { fileURLToPath } from 'node:url';
import type { Architecture, Layer, SourceRange, Unknown } from '../architecture/architecture';
import type { AnalysisSettings, SourceDocument } from './analysisProtocol';
import type { DefinitionReader } from './definitionReader';
import { KerasReader } from './keras/kerasReader';
import { PytorchReader } from './pytorch/pytorchReader';
import { ParsedSources } from './python/parsedSources';

import { DiskFiles, type SourceFiles } from './python/sourceFiles';
import { isWhole } from './python/syntax';
import { SourceParser } from './sourceParser';

/** One definition of a document as it stands, or as it last stood when its text is broken. */
export interface ReadDefinition {
  readonly architecture: Architecture;
  readonly stale: boolean;
}

export interface ReadDocument {
  readonly definitions: readonly ReadDefinition[];
  /** Why the text was not looked at. */
  readonly skipped?: string;
}

const MAXIMUM_TEXT = 1_000_000;

/** Documents whose last good results are remembered. */
const REMEMBERED = 32;

/**
 * Reads the definitions of documents and remembers the last good result of each: while a text is broken, a definition that can no longer
 * be read keeps what it last said.
 */
export class Documents {
  private readonly readers: readonly DefinitionReader[] = [new PytorchReader(), new KerasReader()];
  /** Least recently read first. */
  private readonly remembered = new Map<string, readonly Architecture[]>();
  /** Texts of the documents that are open, by path: they come before what is on disk. */
  private readonly open = new Map<string, string>();
  private readonly sources: ParsedSources;
  private readonly files: SourceFiles;

  constructor(
    private readonly parser: SourceParser,
    disk: SourceFiles = new DiskFiles(),
  ) {
    this.sources = new ParsedSources(parser);
    this.files = { read: path => this.open.get(path) ?? disk.read(path) };
  }

  /** Loads the parser from the folder that holds its WebAssembly files. */
  static async load(assets: string): Promise<Documents> {
    return new Documents(await SourceParser.load(assets, 'python'));
  }

  /** Reads one version of a document. Never throws over its text. */
  read({ uri, text }: Pick<SourceDocument, 'uri' | 'text'>, { folders = [], call }: Partial<AnalysisSettings> = {}): ReadDocument {
    if (text.length > MAXIMUM_TEXT) return { definitions: [], skipped: 'the file is larger than 1 MB' };
    const readers = this.readers.filter(reader => reader.mayDefine(text));
    if (readers.length === 0) return { definitions: [] };
    const before = this.remembered.get(uri) ?? [];
    const path = pathOf(uri);
    if (path !== undefined) this.open.set(path, text);
    const context = { path, files: this.files, folders, sources: this.sources, call };
    const { found, broken } = this.parser.parse(text, root => ({
      found: readers.flatMap(reader => reader.read(root, context)),
      broken: !isWhole(root),
    }));
    this.sources.trim();
    const definitions = broken ? keepLastGood(found, before) : found.map(architecture => ({ architecture, stale: false }));
    this.remember(
      uri,
      definitions.map(({ architecture }) => architecture),
    );
    return { definitions };
  }

  /** Drops what is remembered of a document. */
  forget(uri: string): void {
    this.remembered.delete(uri);
    this.open.delete(pathOf(uri) ?? '');
  }

  private remember(uri: string, architectures: readonly Architecture[]): void {
    this.remembered.delete(uri);
    this.remembered.set(uri, architectures);
    if (this.remembered.size > REMEMBERED) this.remembered.delete(this.remembered.keys().next().value!);
  }
}

const pathOf = (uri: string): string | undefined => (uri.startsWith('file:') ? fileURLToPath(uri) : undefined);

/** What a broken text still says: new results that are known, and for everything else the last good one where its header stands now. */
function keepLastGood(found: readonly Architecture[], before: readonly Architecture[]): ReadDefinition[] {
  const kept = found.map(architecture => {
    const last = before.find(other => other.name === architecture.name);
    if (architecture.parameterCount.known || !last?.parameterCount.known) return { architecture, stale: false };
    return { architecture: moved(last, architecture.range), stale: true };
  });
  const lost = before.filter(last => !found.some(({ name }) => name === last.name)).map(architecture => ({ architecture, stale: true }));
  return [...kept, ...lost].sort((left, right) => left.architecture.range.startLine - right.architecture.range.startLine);
}

/** An architecture with every line moved by as much as its header has. */
function moved(architecture: Architecture, range: SourceRange): Architecture {
  const lines = range.startLine - architecture.range.startLine;
  const movedRange = (old: SourceRange): SourceRange => ({ ...old, startLine: old.startLine + lines, endLine: old.endLine + lines });
  const movedReason = (reason: Unknown): Unknown => ({ ...reason, line: reason.line + lines });
  const movedLayer = (layer: Layer): Layer => ({
    ...layer,
    range: movedRange(layer.range),
    parameters: layer.parameters.known ? layer.parameters : movedReason(layer.parameters),
    children: layer.children.map(movedLayer),
  });
  return { ...architecture, range, layers: architecture.layers.map(movedLayer) };
}
