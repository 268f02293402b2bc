import * as vscode from 'vscode';
import { sentenceOf, Stopped } from '../common/fault';
import type { AnalysisClient } from '../definitions/analysisClient';
import type { AnalysedDefinition, Analysis, AnalysisSettings } from '../definitions/analysisProtocol';
import type { Log } from './log';
import { driftAll, type Edit, type Place } from './positionDrift';
import type { DefinitionPlace } from './runIndex';
import type { PythonEnvironments } from './pythonEnvironments';
import { importFolders, isExcluded, SECTION, settings } from './settings';
import type { StudyArguments } from './studyArguments';

const LANGUAGES = ['python', 'javascript', 'javascriptreact', 'typescript', 'typescriptreact'];
const SCHEMES = ['file', 'untitled', 'vscode-remote', 'vscode-vfs'];

/** Documents that BoundLens reads: sources in files and new buffers and Hugging Face's config.json, not the read-only sides of comparisons. */
export const SOURCES: vscode.DocumentSelector = SCHEMES.flatMap(scheme => [
  ...LANGUAGES.map(language => ({ language, scheme })),
  { pattern: '**/config.json', scheme },
]);

/** Rest after the last keystroke before a definition that can no longer be read, or whose numbers are no longer known, is shown as such. */
const REST_MS = 1_500;

/** Files that a definition may import. */
const IMPORTED = '**/*.{py,js,jsx,ts,tsx,mjs,cjs}';

/** Files that change on disk within this time, as when another branch is checked out, cause one reading. */
const TOGETHER_MS = 300;

/** Rests before a text that could not be read is read again: what went wrong may have passed. Then its next edit is waited for, or a command. */
const AGAIN_MS = [1_000, 5_000];

/** How long a command waits for a document to be read. */
const PATIENCE_MS = 5_000;

/** The newest answer about a document, with the edits made since it was asked. */
export class AnalysedDocument {
  private readonly edits: Edit[] = [];

  constructor(readonly analysis: Analysis) {}

  record(edits: readonly Edit[]): void {
    this.edits.push(...edits);
  }

  /** Whether the text is as it was analysed. */
  get isCurrent(): boolean {
    return this.edits.length === 0;
  }

  get definitions(): readonly AnalysedDefinition[] {
    return this.analysis.definitions;
  }

  /** Where a place of the analysed text stands in the text as it is now. */
  now(place: Place): vscode.Position {
    const { line, column } = driftAll(place, this.edits);
    return new vscode.Position(line, column);
  }
}

interface Entry {
  current?: AnalysedDocument;
  /** Edits since the request under way was sent. */
  pending: Edit[];
  /** Counts down to the next reading. */
  timer?: ReturnType<typeof setTimeout>;
  /** Counts down to the reading of a text that rests, or that could not be read. */
  rest?: ReturnType<typeof setTimeout>;
  /** The one reading under way. */
  request?: AbortController;
  /** Whether something changed since that one was sent. */
  isOutdated: boolean;
  /** When the text was changed last, in milliseconds of the process. */
  editedAt: number;
  /** Whether somebody was typing when the last reading began. */
  wasTyping: boolean;
  /** How many readings of this text have failed, one after the other. */
  failures: number;
}

/**
 * What is known of the definitions in open documents. Reads them in the analysis worker while they are edited, one reading of a document at a time;
 * answers from memory at once, and keeps the old answer until a newer one is there. While somebody types, a definition keeps its last good result.
 */
export class DefinitionService implements vscode.Disposable {
  private readonly entries = new Map<string, Entry>();
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  /** Counts down to the reading after files have changed on disk. */
  private looking: ReturnType<typeof setTimeout> | undefined;
  private readonly subscriptions: readonly { dispose(): unknown }[];

  /** Fires with the document whose answer is new. */
  readonly onDidChange = this.changed.event;

  constructor(
    private readonly client: Pick<AnalysisClient, 'analyse' | 'forget'>,
    private readonly studies: Pick<StudyArguments, 'of' | 'trainedOf' | 'onDidChange' | 'ready'>,
    private readonly environments: Pick<PythonEnvironments, 'of' | 'onDidChange'>,
    private readonly log: Pick<Log, 'info' | 'silentFailure'>,
  ) {
    const sources = vscode.workspace.createFileSystemWatcher(IMPORTED);
    this.subscriptions = [
      this.changed,
      sources,
      sources.onDidCreate(() => this.lookAgain()),
      sources.onDidChange(() => this.lookAgain()),
      sources.onDidDelete(() => this.lookAgain()),
      studies.onDidChange(() => this.analyseAll()),
      environments.onDidChange(() => this.analyseAll()),
      vscode.workspace.onDidChangeTextDocument(event => this.edited(event)),
      vscode.workspace.onDidCloseTextDocument(document => this.forget(document.uri)),
      vscode.workspace.onDidChangeConfiguration(event => {
        if (!event.affectsConfiguration(SECTION)) return;
        for (const document of this.known()) this.changed.fire(document.uri);
        this.analyseAll();
      }),
    ];
  }

  /** The newest answer about a document; undefined while the first one is under way or when BoundLens is off there. */
  analysed(document: vscode.TextDocument): AnalysedDocument | undefined {
    if (!settings(document.uri).enabled || isExcluded(document)) return undefined;
    const entry = this.entries.get(document.uri.toString());
    if (!entry) void this.analyse(document);
    return entry?.current;
  }

  /** The same for a command, which can wait: until the first answer is there, at most 5 seconds. What could not be read is read again. */
  async whenAnalysed(document: vscode.TextDocument): Promise<AnalysedDocument | undefined> {
    const before = this.analysed(document);
    const entry = this.entries.get(document.uri.toString());
    if (entry && !entry.request && entry.failures > 0) void this.analyse(document);
    if (!before && entry)
      await new Promise<void>(resolve => {
        const done = () => {
          clearTimeout(timer);
          subscription.dispose();
          resolve();
        };
        const subscription = this.onDidChange(uri => uri.toString() === document.uri.toString() && done());
        const timer = setTimeout(done, PATIENCE_MS);
      });
    return this.analysed(document);
  }

  /** What is known of a definition whose document is open. */
  find({ file, name }: DefinitionPlace): AnalysedDefinition | undefined {
    const entry = this.entries.get(vscode.Uri.file(file).toString());
    return entry?.current?.definitions.find(({ architecture }) => architecture.name === name);
  }

  /** Where the header of a definition of an open document stands now. */
  headerOf(document: vscode.TextDocument, name: string): vscode.Position | undefined {
    const current = this.entries.get(document.uri.toString())?.current;
    const range = current?.definitions.find(({ architecture }) => architecture.name === name)?.architecture.range;
    return range && current.now({ line: range.startLine, column: range.startColumn });
  }

  /** Has a file read that may not be open; `onDidChange` tells when it is. A file that cannot be opened stays unknown. */
  read(file: string): void {
    vscode.workspace.openTextDocument(vscode.Uri.file(file)).then(
      document => void this.analysed(document),
      (error: unknown) => this.log.info(`${file} was not read: ${sentenceOf(error)}`),
    );
  }

  /** Whether a document is known to define a model. */
  knows(uri: vscode.Uri): boolean {
    return (this.entries.get(uri.toString())?.current?.definitions.length ?? 0) > 0;
  }

  dispose(): void {
    clearTimeout(this.looking);
    for (const uri of [...this.entries.keys()]) this.drop(uri);
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  private edited({ document, contentChanges }: vscode.TextDocumentChangeEvent): void {
    const entry = this.entries.get(document.uri.toString());
    if (!entry || contentChanges.length === 0) return;
    entry.editedAt = performance.now();
    entry.failures = 0;
    clearTimeout(entry.rest);
    const edits = contentChanges.map(({ range, text }) => ({ start: place(range.start), end: place(range.end), text }));
    entry.pending.push(...edits);
    entry.current?.record(edits);
    entry.timer ??= setTimeout(() => {
      entry.timer = undefined;
      void this.analyse(document);
    }, settings(document.uri).delay);
  }

  private async analyse(document: vscode.TextDocument): Promise<void> {
    if (document.isClosed || vscode.languages.match(SOURCES, document) === 0) return;
    const uri = document.uri.toString();
    const entry = this.entries.get(uri) ?? { pending: [], isOutdated: false, editedAt: -Infinity, wasTyping: false, failures: 0 };
    this.entries.set(uri, entry);
    entry.isOutdated = entry.request !== undefined;
    if (entry.request) return;
    entry.request = new AbortController();
    try {
      this.take(document, entry, await this.ask(document, entry, entry.request.signal));
    } catch (error) {
      if (!(error instanceof Stopped)) this.failed(document, entry, error);
    }
    entry.request = undefined;
    if (entry.isOutdated && this.entries.get(uri) === entry) void this.analyse(document);
  }

  private async ask(document: vscode.TextDocument, entry: Entry, signal: AbortSignal): Promise<Analysis> {
    await this.studies.ready;
    entry.pending = [];
    entry.wasTyping = performance.now() - entry.editedAt < REST_MS;
    const { uri, version } = document;
    const wishes = { ...this.wishes(document), isTyping: entry.wasTyping };
    return this.client.analyse({ uri: uri.toString(), version, text: document.getText() }, wishes, signal);
  }

  private wishes({ uri, languageId }: vscode.TextDocument): AnalysisSettings {
    return {
      unlabelled: settings(uri).unlabelledImages,
      folders: importFolders(uri, languageId === 'python' ? this.environments.of(uri) : []),
      studied: this.studies.of(uri),
      trained: this.studies.trainedOf(uri),
      isBrief: true,
    };
  }

  /**
   * Reads another version of a document, as if it stood beside it under the name `version`: what it imports is looked for where the document's imports are.
   * Rejects as the analysis does.
   */
  async readVersion(document: vscode.TextDocument, version: string, text: string): Promise<readonly AnalysedDefinition[]> {
    await this.studies.ready;
    const folder = vscode.Uri.joinPath(document.uri, '..');
    const uri = vscode.Uri.joinPath(folder, `.${version}.${document.uri.path.split('/').at(-1)!}`).toString();
    const { definitions } = await this.client.analyse({ uri, version: 0, text }, this.wishes(document));
    this.client.forget(uri);
    return definitions;
  }

  private take(document: vscode.TextDocument, entry: Entry, analysis: Analysis): void {
    entry.current = new AnalysedDocument(analysis);
    entry.current.record(entry.pending);
    entry.failures = 0;
    clearTimeout(entry.rest);
    const left = Math.max(0, entry.editedAt + REST_MS - performance.now());
    const isKept = analysis.definitions.some(({ stale }) => stale);
    if (isKept && entry.wasTyping) entry.rest = setTimeout(() => void this.analyse(document), left + 1);
    if (analysis.skipped) this.log.info(`${vscode.workspace.asRelativePath(document.uri)} was not read: ${analysis.skipped}`);
    this.changed.fire(document.uri);
  }

  private failed(document: vscode.TextDocument, entry: Entry, error: unknown): void {
    this.log.silentFailure(error);
    clearTimeout(entry.rest);
    const rest = AGAIN_MS[entry.failures++];
    if (rest) entry.rest = setTimeout(() => void this.analyse(document), rest);
  }

  /** Reads again what may import a file that has changed on disk, once for all files that change together. */
  private lookAgain(): void {
    clearTimeout(this.looking);
    this.looking = setTimeout(() => this.analyseAll(), TOGETHER_MS);
  }

  /** Reads every document again that was read before: something beside its text has changed. */
  private analyseAll(): void {
    for (const document of this.known()) void this.analyse(document);
  }

  private known(): readonly vscode.TextDocument[] {
    return vscode.workspace.textDocuments.filter(({ uri }) => this.entries.has(uri.toString()));
  }

  private forget(uri: vscode.Uri): void {
    if (this.drop(uri.toString())) this.client.forget(uri.toString());
  }

  private drop(uri: string): boolean {
    const entry = this.entries.get(uri);
    if (!entry) return false;
    clearTimeout(entry.timer);
    clearTimeout(entry.rest);
    entry.request?.abort();
    return this.entries.delete(uri);
  }
}

const place = ({ line, character }: vscode.Position): Place => ({ line, column: character });
