import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import { sentenceOf } from '../common/fault';
import { summarise } from '../runs/summary/studySummary';
import type { DefinitionService } from './definitionService';
import type { Log } from './log';
import { PanelCurves } from './panelCurves';
import { definitionOf, panelSnapshot, shownRuns, shownStudy, studyOf, type PanelChoice } from './panelData';
import type { HostMessage, PageMessage, PanelDefinition, PanelState } from '../reporting/panelMessages';
import { panelPage } from './panelPage';
import { summaryOf } from '../reporting/runSummary';
import { type DefinitionPlace, type StudyRuns } from './runIndex';
import type { RunService } from './runService';
import type { RunsChange } from './runWatcher';

export const PANEL_TYPE = 'boundlens.panel';

/** Between two looks at the metrics of runs that are drawn; the page hears of them no more often. */
const METRICS_MS = 250;

/** The panel seen from the host: one webview, brought up to date by a snapshot and deltas while it can be seen, restored after a reload. */
export class PanelHost implements vscode.WebviewPanelSerializer<PanelState>, vscode.Disposable {
  private panel?: vscode.WebviewPanel;
  private choice: PanelChoice = {};
  private readonly curves = new PanelCurves();
  /** Where definitions stand and what is estimated of them, kept when their documents are closed. */
  private readonly placed = new Map<string, Pick<PanelDefinition, 'line' | 'estimate'>>();
  /** Whether the page has said that it listens since it was last loaded. */
  private ready = false;
  private timer?: ReturnType<typeof setTimeout>;
  /** One message after the other, so that no delta overtakes its snapshot. */
  private sending: Promise<void> = Promise.resolve();
  private readonly subscriptions: readonly { dispose(): unknown }[];

  constructor(
    private readonly extension: vscode.Uri,
    private readonly runs: RunService,
    private readonly definitions: DefinitionService,
    private readonly log: Log,
  ) {
    this.subscriptions = [
      runs.onDidChange(change => this.inTurn(() => this.sendChange(change))),
      definitions.onDidChange(uri => {
        if (this.definition()?.file === uri.fsPath) this.inTurn(() => this.sendSnapshot());
      }),
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.inTurn(() => this.sendSnapshot())),
    ];
  }

  /** Opens the panel or brings it to the front; shows the study given, else the latest one of the definition given. */
  show(what: { readonly study?: string; readonly run?: string; readonly place?: DefinitionPlace } = {}): void {
    const study = what.study ?? (what.place && studyOf(this.runs.all(), what.place)?.name);
    if (study !== undefined) this.choice = { study, runs: what.run === undefined ? undefined : [what.run] };
    if (this.panel) {
      this.panel.reveal(undefined, true);
      this.inTurn(() => this.sendSnapshot());
    } else {
      const column = vscode.window.activeTextEditor ? vscode.ViewColumn.Beside : vscode.ViewColumn.Active;
      this.attach(vscode.window.createWebviewPanel(PANEL_TYPE, 'BoundLens', { viewColumn: column, preserveFocus: true }));
    }
  }

  deserializeWebviewPanel(panel: vscode.WebviewPanel, state: PanelState | undefined): Promise<void> {
    this.choice = { study: state?.study, runs: state?.selected };
    this.attach(panel);
    return Promise.resolve();
  }

  dispose(): void {
    this.panel?.dispose();
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  private attach(panel: vscode.WebviewPanel): void {
    this.panel?.dispose();
    this.panel = panel;
    this.ready = false;
    const resource = (...parts: string[]) => vscode.Uri.joinPath(this.extension, ...parts);
    panel.webview.options = { enableScripts: true, localResourceRoots: [resource('dist'), resource('media')] };
    panel.iconPath = { light: resource('media', 'icons', 'panel-light.svg'), dark: resource('media', 'icons', 'panel-dark.svg') };
    panel.webview.onDidReceiveMessage((message: PageMessage) => this.receive(message));
    panel.onDidChangeViewState(() => {
      // A hidden page is unloaded; shown again it says `ready` anew.
      if (!panel.visible) this.pause();
    });
    panel.onDidDispose(() => {
      if (this.panel !== panel) return;
      this.pause();
      this.panel = undefined;
    });
    const script = panel.webview.asWebviewUri(resource('dist', 'panel.js')).toString();
    panel.webview.html = panelPage({ script, cspSource: panel.webview.cspSource, nonce: randomUUID() });
  }

  private pause(): void {
    this.ready = false;
    clearTimeout(this.timer);
  }

  private receive(message: PageMessage): void {
    switch (message.type) {
      case 'ready':
        this.ready = true;
        if (this.choice.study === undefined) this.choice = { study: message.study, runs: message.selected };
        this.inTurn(() => this.sendSnapshot());
        return;
      case 'selectRuns':
        this.choice = { study: message.study, runs: message.runs };
        this.inTurn(() => this.sendSnapshot());
        return;
      case 'openSource':
        void this.openSource(message.file, message.line ?? 0);
        return;
      case 'command':
        void vscode.commands.executeCommand(`boundlens.${message.command}`, this.subjectOf(message));
        return;
      case 'log':
        this.log[message.level](`Panel: ${message.message}`);
        return;
      default:
        this.log.warn(`Unknown message of the panel: ${JSON.stringify(message)}`);
    }
  }

  /** What a command of the page is about: the run that it names, the definition to pre-train, or else the study shown. */
  private subjectOf({ command, run }: Extract<PageMessage, { type: 'command' }>): unknown {
    const study = this.study();
    const entry = study?.entries.find(({ id }) => id === run);
    if (command === 'preTrain') return definitionOf(study);
    return entry ? { kind: 'run', entry } : study && { kind: 'study', study };
  }

  private async openSource(file: string, line: number): Promise<void> {
    const uri = vscode.Uri.file(file);
    if (this.definition()?.file !== file && !vscode.workspace.getWorkspaceFolder(uri)) {
      this.log.warn(`The panel asked for ${file}, which is not in this workspace`);
      return;
    }
    const selection = new vscode.Range(line, 0, line, 0);
    try {
      await vscode.window.showTextDocument(uri, { selection, viewColumn: vscode.ViewColumn.One });
    } catch (error) {
      this.log.failure(error);
    }
  }

  private study(): StudyRuns | undefined {
    return shownStudy(this.runs.all(), this.choice);
  }

  private definition(): PanelDefinition | undefined {
    const place = definitionOf(this.study());
    if (!place) return undefined;
    const key = `${place.file}#${place.name}`;
    const found = this.definitions.find(place);
    if (found) this.placed.set(key, { line: found.architecture.range.startLine, estimate: found.bound?.report });
    else if (!this.placed.has(key)) {
      this.placed.set(key, { line: 0 });
      this.definitions.read(place.file);
    }
    return { ...place, ...this.placed.get(key)!, label: vscode.workspace.asRelativePath(place.file) };
  }

  private async sendSnapshot(): Promise<void> {
    if (!this.ready) return;
    const study = this.study();
    this.curves.follow(study ? shownRuns(study, this.choice) : []);
    await this.curves.read();
    const around = { series: this.curves.snapshot(), definition: this.definition(), trusted: vscode.workspace.isTrusted };
    await this.post({ type: 'snapshot', snapshot: panelSnapshot(this.runs.all(), this.choice, around) });
    this.followMetrics();
  }

  private async sendChange({ changed, removed, states }: RunsChange): Promise<void> {
    if (!this.ready) return;
    // New states may change which runs are drawn and what the study amounts to; progress does not.
    if (states && !this.choice.runs) return this.sendSnapshot();
    const study = this.study();
    const here = changed.filter(({ studyFolder }) => studyFolder === study?.folder);
    if (here.length + removed.length === 0) return;
    const summary = states && study ? summarise(study.entries.map(({ record }) => record)) : undefined;
    await this.post({ type: 'runs', changed: here.map(summaryOf), removed: removed.map(({ id }) => id), ...(summary && { summary }) });
    this.followMetrics();
  }

  private async sendMetrics(): Promise<void> {
    if (!this.ready) return;
    const { added, restarted } = await this.curves.read();
    if (restarted) return this.sendSnapshot();
    if (Object.keys(added).length > 0) await this.post({ type: 'metrics', series: added });
    this.followMetrics();
  }

  /** Looks at the metrics again soon, as long as something runs in the study that is shown. */
  private followMetrics(): void {
    clearTimeout(this.timer);
    if (this.ready && this.study()?.entries.some(({ record }) => record.state === 'running'))
      this.timer = setTimeout(() => this.inTurn(() => this.sendMetrics()), METRICS_MS);
  }

  private async post(message: HostMessage): Promise<void> {
    await this.panel?.webview.postMessage(message);
  }

  private inTurn(send: () => Promise<void>): void {
    this.sending = this.sending
      .then(send)
      .catch((error: unknown) => this.log.warn(`The panel was not brought up to date: ${sentenceOf(error)}`));
  }
}
