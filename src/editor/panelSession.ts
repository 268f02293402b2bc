import * as path from 'node:path';
import * as vscode from 'vscode';
import { sentenceOf } from '../common/fault';
import type { HostMessage, PageMessage, PanelDefinition, PanelSnapshot, PanelTab } from '../reporting/panelMessages';
import { readReconstructions } from '../reporting/readReconstructions';
import { summaryOf } from '../reporting/runSummary';
import { RunFolder } from '../runs/runFolder';
import { summarise } from '../runs/summary/studySummary';
import type { Reconstructions } from '../training/reconstructions';
import { CAPTURE_FOLDER, CaptureFollower } from './captureFollower';
import type { DefinitionService } from './definitionService';
import type { Log } from './log';
import { PanelCurves } from './panelCurves';
import { definitionOf, panelSnapshot, shownRuns, shownStudy, type PanelChoice } from './panelData';
import { layerShares } from './panelDefinition';
import { saveExport } from './panelExport';
import type { DefinitionPlace, StudyRuns } from './runIndex';
import type { RunService } from './runService';
import type { RunsChange } from './runWatcher';

/** Between two looks at the metrics of runs that are drawn; the page hears of them no more often. */
const METRICS_MS = 250;

/** Between two looks for an experiment of the multi-view laboratory while none runs. */
const IDLE_MS = 3000;

/** What a session works with. */
export interface PanelParts {
  readonly runs: RunService;
  readonly definitions: DefinitionService;
  readonly log: Log;
  /** Makes the page with its data inside, as one HTML file. */
  readonly reportOf: (snapshot: PanelSnapshot) => Promise<string>;
}

/** One page that is attached to the host: brought up to date by a snapshot and deltas while it can be seen, told nothing while it cannot. */
export class PanelSession implements vscode.Disposable {
  private readonly curves = new PanelCurves();
  /** Where definitions stand and what is estimated of them, kept when their documents are closed. */
  private readonly placed = new Map<string, Pick<PanelDefinition, 'line' | 'estimate' | 'layers'>>();
  /** Whether the page has said that it listens since it was last loaded. */
  private ready = false;
  /** The tab to show with the next snapshot. */
  private tab?: PanelTab;
  private timer?: ReturnType<typeof setTimeout>;
  private captureTimer?: ReturnType<typeof setTimeout>;
  private readonly capture = new CaptureFollower(() =>
    (vscode.workspace.workspaceFolders ?? []).map(({ uri }) => path.join(uri.fsPath, CAPTURE_FOLDER)),
  );
  /** One message after the other, so that no delta overtakes its snapshot. */
  private sending: Promise<void> = Promise.resolve();
  private readonly subscriptions: readonly vscode.Disposable[];

  constructor(
    private readonly webview: vscode.Webview,
    private readonly parts: PanelParts,
    private choice: PanelChoice,
  ) {
    const { runs, definitions } = parts;
    this.subscriptions = [
      webview.onDidReceiveMessage((message: PageMessage) => this.receive(message)),
      runs.onDidChange(change => this.inTurn(() => this.sendChange(change))),
      definitions.onDidChange(uri => {
        if (this.definition()?.file === uri.fsPath) this.inTurn(() => this.sendSnapshot());
      }),
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.inTurn(() => this.sendSnapshot())),
    ];
  }

  /** Shows another study or other runs. */
  choose(choice: PanelChoice): void {
    this.choice = choice;
    this.inTurn(() => this.sendSnapshot());
  }

  /** Brings a tab to the front, once the page listens. */
  showTab(tab: PanelTab): void {
    this.tab = tab;
    this.inTurn(() => this.sendSnapshot());
  }

  /** Sends nothing until the page says again that it listens: a page that is hidden is unloaded. */
  pause(): void {
    this.ready = false;
    clearTimeout(this.timer);
    clearTimeout(this.captureTimer);
  }

  dispose(): void {
    this.pause();
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  private receive(message: PageMessage): void {
    switch (message.type) {
      case 'ready':
        this.ready = true;
        if (this.choice.study === undefined) this.choice = { study: message.study, runs: message.selected };
        this.inTurn(() => this.sendSnapshot());
        return;
      case 'selectRuns':
        this.choose({ study: message.study, runs: message.runs });
        return;
      case 'openSource':
        void this.openSource(message.file, message.line ?? 0);
        return;
      case 'command':
        void vscode.commands.executeCommand(`boundlens.${message.command}`, this.subjectOf(message));
        return;
      case 'export':
        this.attempt(() => saveExport(message.file));
        return;
      case 'exportReport':
        this.attempt(async () => {
          const snapshot = await this.snapshot();
          const content = await this.parts.reportOf(snapshot);
          await saveExport({ format: 'html', name: `${snapshot.study ?? 'boundlens'}.html`, content });
        });
        return;
      case 'log':
        this.parts.log[message.level](`Panel: ${message.message}`);
        return;
      default:
        this.parts.log.warn(`Unknown message of the panel: ${JSON.stringify(message)}`);
    }
  }

  private attempt(what: () => Promise<void>): void {
    what().catch((error: unknown) => this.parts.log.failure(error));
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
      this.parts.log.warn(`The panel asked for ${file}, which is not in this workspace`);
      return;
    }
    const selection = new vscode.Range(line, 0, line, 0);
    try {
      await vscode.window.showTextDocument(uri, { selection, viewColumn: vscode.ViewColumn.One });
    } catch (error) {
      this.parts.log.failure(error);
    }
  }

  private study(): StudyRuns | undefined {
    return shownStudy(this.parts.runs.all(), this.choice);
  }

  private definition(): PanelDefinition | undefined {
    const place = definitionOf(this.study());
    return place && { ...place, ...this.placeOf(place), label: vscode.workspace.asRelativePath(place.file) };
  }

  private placeOf(place: DefinitionPlace): Pick<PanelDefinition, 'line' | 'estimate' | 'layers'> {
    const key = `${place.file}#${place.name}`;
    const found = this.parts.definitions.find(place);
    if (found)
      this.placed.set(key, { line: found.architecture.range.startLine, estimate: found.bound?.report, layers: layerShares(found) });
    else if (!this.placed.has(key)) {
      this.placed.set(key, { line: 0 });
      this.parts.definitions.read(place.file);
    }
    return this.placed.get(key)!;
  }

  private async snapshot(): Promise<PanelSnapshot> {
    const study = this.study();
    const shown = study ? shownRuns(study, this.choice) : [];
    this.curves.follow(shown);
    await this.curves.read();
    await this.capture.read();
    const pictures = await Promise.all(
      shown.map(async ({ id, folder }) => [id, await readReconstructions(new RunFolder(folder).checkpoint)] as const),
    );
    const around = {
      series: this.curves.snapshot(),
      reconstructions: Object.fromEntries(pictures.filter((one): one is readonly [string, Reconstructions] => one[1] !== undefined)),
      definition: this.definition(),
      capture: this.capture.record,
      trusted: vscode.workspace.isTrusted,
    };
    const all = this.parts.runs.all();
    const read = await this.parts.runs.read(shownStudy(all, this.choice)?.entries ?? []);
    return panelSnapshot(all, this.choice, read, around);
  }

  private async sendSnapshot(): Promise<void> {
    if (!this.ready) return;
    await this.post({ type: 'snapshot', snapshot: await this.snapshot() });
    if (this.tab) await this.post({ type: 'tab', tab: this.tab });
    this.tab = undefined;
    this.followMetrics();
    this.followCapture();
  }

  private async sendChange({ changed, removed, states }: RunsChange): Promise<void> {
    if (!this.ready) return;
    // New states may change which runs are drawn and what the study amounts to; progress does not.
    if (states && !this.choice.runs) return this.sendSnapshot();
    const study = this.study();
    const here = changed.filter(({ studyFolder }) => studyFolder === study?.folder);
    if (here.length + removed.length === 0) return;
    const { runs } = this.parts;
    const summary = states && study ? summarise((await runs.read(study.entries)).map(({ record }) => record)) : undefined;
    await this.post({
      type: 'runs',
      changed: (await runs.read(here)).map(summaryOf),
      removed: removed.map(({ id }) => id),
      ...(summary && { summary }),
    });
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

  private async sendCapture(): Promise<void> {
    if (!this.ready) return;
    const { added, restarted } = await this.capture.read();
    if (added) await this.post({ type: 'capture', added, restarted });
    this.followCapture();
  }

  /** Looks at the experiment again: soon while one runs, else now and then whether another one was begun. */
  private followCapture(): void {
    clearTimeout(this.captureTimer);
    const { record } = this.capture;
    const pause = record && !record.ended ? METRICS_MS : IDLE_MS;
    if (this.ready) this.captureTimer = setTimeout(() => this.inTurn(() => this.sendCapture()), pause);
  }

  private async post(message: HostMessage): Promise<void> {
    await this.webview.postMessage(message);
  }

  private inTurn(send: () => Promise<void>): void {
    this.sending = this.sending
      .then(send)
      .catch((error: unknown) => this.parts.log.warn(`The panel was not brought up to date: ${sentenceOf(error)}`));
  }
}
