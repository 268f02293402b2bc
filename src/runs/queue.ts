import { setTimeout as pause } from 'node:timers/promises';
import { sentenceOf } from '../common/fault';
import type { Trial } from '../studies/study';
import { trialHash } from '../studies/trialHash';
import { isAbandoned, isOver } from './adopt';
import { hasSameData, type DataFingerprints } from './dataFingerprints';
import { mayLive } from './heartbeat';
import { EarlyStopping, earlyStopSentence, type Verdict } from './earlyStopping';
import type { LaunchedTrainer } from './launch';
import { readControl } from './queueControl';
import type { RunRecord } from './record';
import type { RunFolder } from './runFolder';
import type { RunStore, StoredRun } from './store';
import { stopRun, type Patience } from './stopRun';
import { takeStudyFolder } from './studyLock';
import { sweepProgress, type SweepProgress } from './sweepProgress';

export interface SweepOptions {
  readonly trials: readonly Trial[];
  readonly store: RunStore;
  /** How many trainers run at the same time. */
  readonly jobs: number;
  /** Starts the trainer of one run, usually `launchTrainer` with its settings. */
  readonly launch: (folder: RunFolder) => Promise<LaunchedTrainer>;
  /** Stops the sweep: running trainers are stopped, waiting trials are marked as stopped. */
  readonly signal?: AbortSignal;
  /** What a trial's data are now; a finished run of other data runs anew. */
  readonly fingerprint?: (trial: Trial) => Promise<DataFingerprints>;
  /** Hears what a person should know while they wait, in one sentence. */
  readonly onNote?: (sentence: string) => void;
  /** How often the trainer of a trial that ended without a word is started again; 2 when absent. */
  readonly retries?: number;
  /** Milliseconds before the first such start, twice as many before the next; 1000 when absent. */
  readonly retryMilliseconds?: number;
  /** Called after every change, at most four times a second per running trial. */
  readonly onProgress?: (progress: SweepProgress) => void;
  readonly pollMilliseconds?: number;
  readonly patience?: Patience;
}

/**
 * Runs the trials of a sweep and resolves with their records when all are over, also when it was stopped or when some failed: one trial
 * does not stop the others. Finished runs of the same trial are kept, a run that is still going on is watched, others go on from their
 * last saved state or start anew. A trainer that dies without a word is started again, a few times.
 *
 * @throws EnvironmentFault when another process works on the same folder, FileFault when the folder cannot be written
 */
export async function runSweep(options: SweepOptions): Promise<readonly RunRecord[]> {
  const lost = new AbortController();
  const release = await takeStudyFolder(options.store.path, options.store.files, () => lost.abort());
  const signal = options.signal ? AbortSignal.any([options.signal, lost.signal]) : lost.signal;
  try {
    const records = await new Sweep({ ...options, signal }, lost.signal).run();
    if (lost.signal.aborted) options.onNote?.(`Another process works on ${options.store.path} now, so this one stopped.`);
    return records;
  } finally {
    await release();
  }
}

class Sweep {
  private readonly runs: StoredRun[] = [];
  private readonly records: RunRecord[] = [];
  private kept = 0;
  private paused = false;
  private busy = 0;
  private readonly earlyStopping: EarlyStopping;
  private comparing: Promise<unknown> = Promise.resolve();
  private readonly poll: number;

  /** @param lost fires when another process has the study folder, whose runs are then none of ours */
  constructor(
    private readonly options: SweepOptions,
    private readonly lost: AbortSignal,
  ) {
    this.poll = options.pollMilliseconds ?? 250;
    this.earlyStopping = new EarlyStopping(options.trials);
  }

  async run(): Promise<readonly RunRecord[]> {
    for (const trial of this.options.trials) {
      const run = await this.prepare(trial);
      this.runs.push(run);
      this.records.push(run.record);
    }
    this.report();
    // Runs that go on already come first: they take up a place among the jobs.
    const order = [...this.runs.keys()].sort(
      (a, b) => Number(this.records[b]!.state === 'running') - Number(this.records[a]!.state === 'running'),
    );
    const waiting = order.filter(index => !isOver(this.records[index]!));
    await this.compare(waiting);
    const worker = async () => {
      for (let index = await this.next(waiting); index !== undefined; index = await this.next(waiting)) {
        this.busy++;
        this.note(index, await this.execute(index));
        await this.compare(waiting);
        this.busy--;
      }
    };
    await Promise.all(Array.from({ length: Math.max(1, this.options.jobs) }, worker));
    if (!this.isLost())
      for (const [index, record] of this.records.entries())
        if (!isOver(record)) this.note(index, await ended(this.runs[index]!.folder, 'stopped').catch(() => record));
    return this.records;
  }

  /** Stops the runs whose losses turned out worse than those of others and lets the others go on. One comparison after the other. */
  private compare(waiting: number[]): Promise<void> {
    const turn = this.comparing.then(async () => {
      for (const verdict of await this.earlyStopping.compare(this.runs, this.records))
        if (await this.follow(verdict)) waiting.push(verdict.index);
    });
    this.comparing = turn;
    return turn;
  }

  /** Does to a run what a comparison says; returns whether it goes on. Never rejects. */
  private async follow({ index, stopped }: Verdict): Promise<boolean> {
    const { folder } = this.runs[index]!;
    const record = this.records[index]!;
    try {
      if (stopped) {
        if (isOver(record)) return false;
        const change = { earlyStop: stopped, pausedAfter: undefined };
        this.note(index, await ended(folder, 'stopped', earlyStopSentence(stopped), change));
        return false;
      }
      if (!isOver(record)) return true;
      if (!record.earlyStop) return false;
      // It is no longer worse, because the arms have changed.
      this.runs[index] = await this.options.store.create(this.options.trials[index]!);
      this.note(index, this.runs[index].record);
      return true;
    } catch (error) {
      this.note(index, { ...record, state: 'failed', fault: sentenceOf(error) });
      return false;
    }
  }

  /** Takes the run that comes next out of those that wait; waits while the queue is paused. Undefined when none is left. */
  private async next(waiting: number[]): Promise<number | undefined> {
    for (;;) {
      const { paused, first } = await readControl(this.options.store.path, this.options.store.files);
      const mayGrow = waiting.length === 0 && this.busy > 0 && this.earlyStopping.isAsked;
      if (this.options.signal?.aborted || (waiting.length === 0 && !mayGrow)) return waiting.shift();
      if (mayGrow) {
        await pause(this.poll, undefined, { signal: this.options.signal }).catch(() => undefined);
        continue;
      }
      const isRunning = this.records[waiting[0]!]!.state === 'running';
      if (!paused || isRunning) {
        this.tellPaused(false);
        const place = isRunning
          ? 0
          : mostUrgent(
              waiting.map(index => this.records[index]!.id),
              first,
            );
        return waiting.splice(place, 1)[0];
      }
      this.tellPaused(true);
      await pause(this.poll, undefined, { signal: this.options.signal }).catch(() => undefined);
    }
  }

  private tellPaused(paused: boolean): void {
    if (paused === this.paused) return;
    this.paused = paused;
    const { path } = this.options.store;
    this.options.onNote?.(paused ? `The queue is paused: boundlens runs unpause ${path} lets it go on.` : 'The queue goes on.');
  }

  /** The run of a trial: what is finished or going on already, or a new one. */
  private async prepare(trial: Trial): Promise<StoredRun> {
    const folder = this.options.store.folder(trial.id);
    const record = await folder.readIfPresent().catch(() => undefined);
    if (record?.state === 'running' && !(await isAbandoned({ folder, record }))) {
      if (trialHash(record.trial) === trialHash(trial)) return { folder, record };
      await stopRun(folder, undefined, this.options.patience);
    } else if (
      record?.state === 'finished' &&
      trialHash(record.trial) === trialHash(trial) &&
      (await hasSameData(record.data, trial, this.options.fingerprint))
    ) {
      this.kept++;
      const unchanged = JSON.stringify(record.trial) === JSON.stringify(trial);
      return { folder, record: unchanged ? record : await folder.update(last => ({ ...last, trial })) };
    }
    // Whether it stays stopped is decided again, by the same losses.
    const wasStopped = trial.earlyStop && record?.state === 'stopped' && record.earlyStop && trialHash(record.trial) === trialHash(trial);
    if (wasStopped && (await hasSameData(record.data, trial, this.options.fingerprint))) return { folder, record };
    return this.options.store.create(trial, { tell: this.options.onNote });
  }

  /** Takes one run to its end, also when its trainer dies a few times; never rejects. */
  private async execute(index: number): Promise<RunRecord> {
    const { folder, record } = this.runs[index]!;
    try {
      for (;;) {
        const waited = await folder.read();
        if (isOver(waited)) return waited;
        if (this.isLost()) return { ...waited, state: 'stopped' };
        if (waited.state !== 'running' && (await this.isUnwanted(folder))) return await ended(folder, 'stopped');
        const { last, fault } = await this.attempt(index, waited);
        if (isOver(last) || last.pausedAfter !== undefined) return last;
        if (this.isLost()) continue;
        if (await this.isUnwanted(folder)) return await ended(folder, 'stopped');
        const crashes = (last.crashes ?? 0) + 1;
        if (crashes > (this.options.retries ?? 2)) return await ended(folder, 'failed', fault);
        this.note(index, await folder.update(one => ({ ...one, state: 'queued', crashes })));
        const wait = (this.options.retryMilliseconds ?? 1000) * 2 ** (crashes - 1);
        await pause(wait, undefined, { signal: this.options.signal }).catch(() => undefined);
      }
    } catch (error) {
      if (await folder.isGone().catch(() => false))
        return { ...record, state: 'stopped', fault: `${folder.path} was deleted while it ran.` };
      return ended(folder, 'failed', sentenceOf(error)).catch(() => ({ ...record, state: 'failed', fault: sentenceOf(error) }));
    }
  }

  private isLost(): boolean {
    return this.lost.aborted;
  }

  private async isUnwanted(folder: RunFolder): Promise<boolean> {
    return this.options.signal?.aborted === true || folder.stopRequested();
  }

  /** Starts a trainer, or watches the one that runs, until it is gone; `fault` says how it ended where the record does not. */
  private async attempt(index: number, { state, process }: RunRecord): Promise<{ last: RunRecord; fault: string }> {
    const { folder } = this.runs[index]!;
    if (state === 'running' && process) {
      const last = await this.watch(index, () => mayLive(process, folder.beatFile));
      return { last, fault: deathSentence(folder, undefined) };
    }
    const pauseAfter = this.earlyStopping.pauseAfter(index);
    if (this.earlyStopping.isAsked) await folder.update(record => ({ ...record, pauseAfter, pausedAfter: undefined }));
    const trainer = await this.options.launch(folder);
    let exit: Awaited<LaunchedTrainer['ended']> | undefined;
    void trainer.ended.then(status => (exit = status));
    const last = await this.watch(index, () => Promise.resolve(exit === undefined), trainer);
    return { last, fault: deathSentence(folder, exit) };
  }

  /** Follows the record until the trainer is gone; stops it when the sweep is stopped. */
  private async watch(index: number, isRunning: () => Promise<boolean>, trainer?: LaunchedTrainer): Promise<RunRecord> {
    const { folder } = this.runs[index]!;
    for (;;) {
      const running = await isRunning();
      const record = await folder.read();
      // That it waits to be compared counts only once its trainer is gone: a comparison may start the next one at once.
      this.note(index, { ...record, pausedAfter: undefined });
      if (!running) return isOver(record) ? record : folder.read();
      if (this.isLost()) return record;
      if (this.options.signal?.aborted) return stopRun(folder, trainer?.identity, this.options.patience);
      await pause(this.poll, undefined, { signal: this.options.signal }).catch(() => undefined);
    }
  }

  private note(index: number, record: RunRecord): void {
    const before = this.records[index]!;
    this.records[index] = record;
    if (
      before.state !== record.state ||
      before.progress?.fraction !== record.progress?.fraction ||
      before.progress?.phase !== record.progress?.phase
    )
      this.report();
  }

  private report(): void {
    this.options.onProgress?.(sweepProgress([...this.records], this.kept, this.options.jobs));
  }
}

/** Place of the run that starts next: the first that is named in `first`, else the first of all. */
function mostUrgent(ids: readonly string[], first: readonly string[]): number {
  const named = first.map(id => ids.indexOf(id)).find(place => place >= 0);
  return named ?? 0;
}

function ended(folder: RunFolder, state: 'stopped' | 'failed', fault?: string, change: Partial<RunRecord> = {}): Promise<RunRecord> {
  return folder.update(record => ({ ...record, ...change, state, endedAt: new Date().toISOString(), ...(fault && { fault }) }));
}

/** Why a trainer that did not write how it ended is gone, and what to do. */
export function deathSentence(
  folder: RunFolder,
  exit: { readonly code: number | null; readonly signal: string | null } | undefined,
): string {
  const how = !exit
    ? 'is gone without a word'
    : exit.signal
      ? `was ended by ${exit.signal}`
      : `ended with exit code ${exit.code ?? 'unknown'} without a word`;
  const mend = exit?.signal === 'SIGKILL' ? 'free some memory and run it again' : `read ${folder.logFile}`;
  return `The trainer ${how}: ${mend}.`;
}
