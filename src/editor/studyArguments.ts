import * as path from 'node:path';
import * as vscode from 'vscode';
import { sentenceOf } from '../common/fault';
import type { TrainedPart } from '../definitions/definitionReader';
import type { Log } from './log';
import { glance, type StudyGlance } from './studyFiles';

const PATTERN = '**/*.study.json';
const MOST_STUDIES = 200;

/** Rest after the last keystroke in a study before what it says is taken over. */
const DELAY_MS = 300;

/** How the studies of the workspace construct the definitions that they name; follows their files, and their texts while they are edited. */
export class StudyArguments implements vscode.Disposable {
  private readonly glances = new Map<string, StudyGlance>();
  /** How often each file was looked at. */
  private readonly turns = new Map<string, number>();
  private readonly changed = new vscode.EventEmitter<void>();
  private readonly subscriptions: readonly { dispose(): unknown }[];
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** Fires when a study constructs its definition in another way than before. */
  readonly onDidChange = this.changed.event;
  /** Settles when the studies of the workspace have been looked at for the first time. */
  readonly ready: Promise<void>;

  constructor(private readonly log: Log) {
    const watcher = vscode.workspace.createFileSystemWatcher(PATTERN);
    this.subscriptions = [
      this.changed,
      watcher,
      watcher.onDidCreate(uri => void this.look(uri)),
      watcher.onDidChange(uri => void this.look(uri)),
      watcher.onDidDelete(uri => {
        this.turnOf(uri.toString());
        this.take(uri.toString(), undefined);
      }),
      vscode.workspace.onDidChangeTextDocument(({ document }) => this.edited(document)),
      vscode.workspace.onDidChangeWorkspaceFolders(() => void this.lookAround()),
    ];
    this.ready = this.lookAround();
  }

  /** The calls that construct definitions of a file, by their names. Of several studies that say one, the first by path counts. */
  of(document: vscode.Uri): Readonly<Record<string, string>> {
    const calls: Record<string, string> = {};
    const studies = [...this.glances.values()].sort((a, b) => (a.file < b.file ? -1 : 1));
    for (const { definition, call } of studies)
      if (definition && call !== undefined && path.relative(definition.file, document.fsPath) === '') calls[definition.name] ??= call;
    return calls;
  }

  /** Whether a study regularises a definition of a file with RadReg. */
  usesRadReg(document: vscode.Uri): boolean {
    const studies = [...this.glances.values()];
    return studies.some(({ usesRadReg, definition }) => usesRadReg && definition && path.relative(definition.file, document.fsPath) === '');
  }

  /** What they train of definitions of a file, by their names. Of several studies that train one, the first by path counts. */
  trainedOf(document: vscode.Uri): Readonly<Record<string, TrainedPart>> {
    const parts: Record<string, TrainedPart> = {};
    const studies = [...this.glances.values()].sort((a, b) => (a.file < b.file ? -1 : 1));
    for (const { definition, trained } of studies)
      if (definition && trained && path.relative(definition.file, document.fsPath) === '') parts[definition.name] ??= trained;
    return parts;
  }

  dispose(): void {
    clearTimeout(this.timer);
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  private async lookAround(): Promise<void> {
    try {
      const files = await vscode.workspace.findFiles(PATTERN, '**/node_modules/**', MOST_STUDIES);
      await Promise.all(files.map(uri => this.look(uri)));
    } catch (error) {
      this.log.info(`The studies of the workspace were not looked at: ${sentenceOf(error)}`);
    }
  }

  private async look(uri: vscode.Uri): Promise<void> {
    const key = uri.toString();
    const turn = this.turnOf(key);
    let found: StudyGlance | undefined;
    try {
      // A document may stay open for a while after its file is gone: only what is not saved counts instead of the file.
      const unsaved = vscode.workspace.textDocuments.find(document => document.isDirty && document.uri.toString() === key);
      found = glance(uri.fsPath, unsaved?.getText() ?? new TextDecoder().decode(await vscode.workspace.fs.readFile(uri)));
    } catch (error) {
      this.log.info(`${vscode.workspace.asRelativePath(uri)} was not read: ${sentenceOf(error)}`);
    }
    // What was read before a later look or the deletion is out of date.
    if (this.turns.get(key) === turn) this.take(key, found);
  }

  /** Begins a look at a file: those before it no longer count. */
  private turnOf(key: string): number {
    const turn = (this.turns.get(key) ?? 0) + 1;
    this.turns.set(key, turn);
    return turn;
  }

  private edited(document: vscode.TextDocument): void {
    if (!document.uri.path.endsWith('.study.json')) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.look(document.uri), DELAY_MS);
  }

  private take(uri: string, found: StudyGlance | undefined): void {
    const before = this.glances.get(uri);
    if (found) this.glances.set(uri, found);
    else this.glances.delete(uri);
    const says = (study: StudyGlance | undefined) =>
      JSON.stringify(
        study && [
          study.usesRadReg && study.definition,
          study.call !== undefined && [study.definition, study.call],
          study.trained && [study.definition, study.trained],
        ],
      );
    if (says(before) !== says(found)) this.changed.fire();
  }
}
