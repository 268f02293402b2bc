import * as vscode from 'vscode';
import { sentenceOf, Stopped } from '../common/fault';
import type { AnalysisClient } from '../definitions/analysisClient';
import type { AnalysedDefinition, Analysis } from '../definitions/analysisProtocol';
import type { Log } from './log';
import { driftAll, type Edit, type Place } from './positionDrift';
import type { DefinitionPlace } from './runIndex';
import { importFolders, SECTION, settings } from './settings';

const LANGUAGES = ['python', 'javascript', 'javascriptreact', 'typescript', 'typescriptreact'];
const SCHEMES = ['file', 'untitled', 'vscode-remote', 'vscode-vfs'];

/** Documents that BoundLens reads: sources in files and new buffers and Hugging Face's config.json, not the read-only sides of comparisons. */
export const SOURCES: vscode.DocumentSelector = SCHEMES.flatMap(scheme => [
  ...LANGUAGES.map(language => ({ language, scheme })),
  { pattern: '**/config.json', scheme },
]);

/** Rest after the last keystroke before a document is read again. */
const DELAY_MS = 300;

/** The newest answer about a document, with the edits made since it was asked. */
export class AnalysedDocument {
  private readonly edits: Edit[] = [];

  constructor(readonly analysis: Analysis) {}

  record(edits: readonly Edit[]): void {
    this.edits.push(...edits);
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
  /** Edits since the request under way was sent, or since `current` was asked. */
  pending: Edit[];
  timer?: ReturnType<typeof setTimeout>;
  request?: AbortController;
}

/**
 * What is known of the definitions in open documents. Reads them in the analysis worker, 300 ms after the last change;
 * answers from memory at once, and keeps the old answer until a newer one is there.
 */
export class DefinitionService implements vscode.Disposable {
  private readonly entries = new Map<string, Entry>();
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  private readonly subscriptions: readonly { dispose(): unknown }[];

  /** Fires with the document whose answer is new. */
  readonly onDidChange = this.changed.event;

  constructor(
    private readonly client: Pick<AnalysisClient, 'analyse' | 'forget'>,
    private readonly log: Log,
  ) {
    this.subscriptions = [
      this.changed,
      vscode.workspace.onDidChangeTextDocument(event => this.edited(event)),
      vscode.workspace.onDidCloseTextDocument(document => this.forget(document.uri)),
      vscode.workspace.onDidChangeConfiguration(event => {
        if (event.affectsConfiguration(SECTION)) this.refreshAll();
      }),
    ];
  }

  /** The newest answer about a document; undefined while the first one is under way or when BoundLens is off there. */
  analysed(document: vscode.TextDocument): AnalysedDocument | undefined {
    if (!settings(document.uri).enabled) return undefined;
    const entry = this.entries.get(document.uri.toString());
    if (!entry) void this.analyse(document);
    return entry?.current;
  }

  /** What is known of a definition whose document is open. */
  find({ file, name }: DefinitionPlace): AnalysedDefinition | undefined {
    const entry = this.entries.get(vscode.Uri.file(file).toString());
    return entry?.current?.definitions.find(({ architecture }) => architecture.name === name);
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
    for (const uri of [...this.entries.keys()]) this.drop(uri);
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  private edited({ document, contentChanges }: vscode.TextDocumentChangeEvent): void {
    const entry = this.entries.get(document.uri.toString());
    if (!entry || contentChanges.length === 0) return;
    const edits = contentChanges.map(({ range, text }) => ({ start: place(range.start), end: place(range.end), text }));
    entry.pending.push(...edits);
    entry.current?.record(edits);
    clearTimeout(entry.timer);
    entry.timer = setTimeout(() => void this.analyse(document), DELAY_MS);
  }

  private async analyse(document: vscode.TextDocument): Promise<void> {
    if (document.isClosed || vscode.languages.match(SOURCES, document) === 0) return;
    const uri = document.uri.toString();
    const entry = this.entries.get(uri) ?? { pending: [] };
    this.entries.set(uri, entry);
    entry.request?.abort();
    entry.request = new AbortController();
    entry.pending = [];
    const { signal } = entry.request;
    try {
      const request = { uri, version: document.version, text: document.getText() };
      const wishes = { unlabelled: settings(document.uri).unlabelledImages, folders: importFolders(document.uri) };
      const analysis = await this.client.analyse(request, wishes, signal);
      if (signal.aborted) return;
      entry.current = new AnalysedDocument(analysis);
      entry.current.record(entry.pending);
      if (analysis.skipped) this.log.info(`${vscode.workspace.asRelativePath(document.uri)} was not read: ${analysis.skipped}`);
      this.changed.fire(document.uri);
    } catch (error) {
      if (!(error instanceof Stopped)) this.log.failureOnce(error);
    }
  }

  /** Reads every document again that was read before: N or a switch has changed. */
  private refreshAll(): void {
    for (const document of vscode.workspace.textDocuments) {
      if (!this.entries.has(document.uri.toString())) continue;
      this.changed.fire(document.uri);
      void this.analyse(document);
    }
  }

  private forget(uri: vscode.Uri): void {
    if (this.drop(uri.toString())) this.client.forget(uri.toString());
  }

  private drop(uri: string): boolean {
    const entry = this.entries.get(uri);
    if (!entry) return false;
    clearTimeout(entry.timer);
    entry.request?.abort();
    return this.entries.delete(uri);
  }
}

const place = ({ line, character }: vscode.Position): Place => ({ line, column: character });
