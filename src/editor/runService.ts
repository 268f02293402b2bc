import * as vscode from 'vscode';
import type { RunRecord } from '../runs/record';
import { RunFolder } from '../runs/runFolder';
import { stopRuns } from '../runs/stopRuns';
import type { FinishedRun } from './lensText';
import type { Log } from './log';
import type { ReadRun, RunEntry } from '../reporting/runSummary';
import { belongsTo, isActive, latestFinished, type DefinitionPlace } from './runIndex';
import type { DamagedRun, RunsChange, RunWatcher } from './runWatcher';
import { stopStudy } from './studyProcess';

/** What is asked of the runs by those who only show them. */
export type RunsView = Pick<
  RunService,
  'all' | 'active' | 'activeOf' | 'latestFinished' | 'read' | 'readNow' | 'onDidChange' | 'onDidChangeStates'
>;

/** Between two looks at runs that are running. */
const POLL_MS = 250;
/** Between two looks for new runs and dead trainers while something is active. */
const SCAN_MS = 2000;

/**
 * The runs of the workspace: what is on disk, kept current by looking four times a second while something runs and not at all otherwise.
 * Runs belong to processes of their own; this only watches, stops and deletes them.
 */
export class RunService implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<RunsChange>();
  private readonly changedStates = new vscode.EventEmitter<void>();
  private timer?: ReturnType<typeof setTimeout>;
  private looking: Promise<void> = Promise.resolve();
  private lastScan = 0;
  private scanAsked = false;
  /** Until when to look although nothing is active yet: a study is being started. */
  private expectUntil = 0;
  private disposed = false;

  /** Fires with every run that is new, gone or further on. */
  readonly onDidChange = this.changed.event;
  /** Fires when a run comes, goes or enters another state; not for progress. */
  readonly onDidChangeStates = this.changedStates.event;

  constructor(
    private readonly watcher: RunWatcher,
    private readonly log: Log,
  ) {}

  all(): readonly RunEntry[] {
    return this.watcher.all();
  }

  active(): readonly RunEntry[] {
    return this.all().filter(isActive);
  }

  activeOf(place: DefinitionPlace): readonly RunEntry[] {
    return this.active().filter(entry => belongsTo(entry, place));
  }

  latestFinished(place: DefinitionPlace): FinishedRun | undefined {
    const entry = latestFinished(this.all(), place);
    const record = entry && this.readNow(entry);
    return record?.results && { ...record, results: record.results };
  }

  /** The runs with their whole records, read where they are not known yet; those that cannot be read are left out. */
  read(entries: readonly RunEntry[]): Promise<readonly ReadRun[]> {
    return this.watcher.read(entries);
  }

  /** The whole record of a single run at once, for who cannot wait; undefined when it cannot be read. */
  readNow(entry: RunEntry): RunRecord | undefined {
    return this.watcher.readNow(entry);
  }

  /** The runs whose records are damaged. */
  damaged(): readonly DamagedRun[] {
    return this.watcher.damaged();
  }

  /** Looks at the disk now; resolves when it has. */
  refresh(): Promise<void> {
    this.scanAsked = true;
    return this.look();
  }

  /** Looks often for a while, because a study was just started. */
  expectRuns(milliseconds = 30_000): Promise<void> {
    this.expectUntil = Date.now() + milliseconds;
    return this.refresh();
  }

  /** Stops runs and waits until they have ended; a study whose active runs are all meant starts no further ones. */
  async stop(entries: readonly RunEntry[]): Promise<void> {
    const meant = new Set(entries.map(({ folder }) => folder));
    const studies = new Set(entries.map(({ studyFolder }) => studyFolder));
    for (const study of studies) {
      const active = this.active().filter(entry => entry.studyFolder === study);
      if (active.every(({ folder }) => meant.has(folder))) await stopStudy(study);
    }
    await this.refresh();
    await stopRuns(
      this.active()
        .filter(({ folder }) => meant.has(folder))
        .map(({ folder }) => new RunFolder(folder)),
    );
    await this.refresh();
  }

  /** Deletes a run that has ended, with everything in its folder. */
  async remove(entry: RunEntry): Promise<void> {
    await new RunFolder(entry.folder).delete();
    await this.refresh();
  }

  dispose(): void {
    this.disposed = true;
    clearTimeout(this.timer);
    this.changed.dispose();
    this.changedStates.dispose();
  }

  /** One look at a time, then the next one if there is reason for it. */
  private look(): Promise<void> {
    clearTimeout(this.timer);
    this.looking = this.looking.then(() => this.lookOnce());
    return this.looking;
  }

  private async lookOnce(): Promise<void> {
    try {
      const due = this.scanAsked || Date.now() - this.lastScan >= SCAN_MS;
      if (due) this.scanAsked = false;
      const change = due ? await this.watcher.scan() : await this.watcher.poll();
      if (due) this.lastScan = Date.now();
      if (this.disposed) return;
      if (change.changed.length + change.removed.length > 0) this.changed.fire(change);
      if (change.states) this.changedStates.fire();
    } catch (error) {
      this.log.silentFailure(error);
    }
    clearTimeout(this.timer);
    if (!this.disposed && (this.active().length > 0 || Date.now() < this.expectUntil))
      this.timer = setTimeout(() => void this.look(), POLL_MS);
  }
}
