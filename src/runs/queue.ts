import { setTimeout as pause } from 'node:timers/promises';
import { sentenceOf } from '../common/fault';
import type { Trial } from '../studies/study';
import { trialHash } from '../studies/trials';
import { isAbandoned, isOver } from './adopt';
import { sameData, type DataFingerprints } from './dataFingerprints';
import type { LaunchedTrainer } from './launch';
import { isAlive } from './processIdentity';
import type { RunRecord } from './record';
import type { RunFolder } from './runFolder';
import type { RunStore, StoredRun } from './store';
import { stopRun, type Patience } from './stopRun';
import { takeStudyFolder } from './studyLock';
import { shareDone, timeLeft } from './timeLeft';

/** Where a sweep stands. */
export interface SweepProgress {
  /** One record per trial, in the order of the trials. */
  readonly records: readonly RunRecord[];
  /** The trials that were finished before and are kept as they are. */
  readonly kept: number;
  /** Share of all work that is done, in [0, 1]. */
  readonly fraction: number;
  readonly secondsLeft?: number;
}

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
  /** Called after every change, at most four times a second per running trial. */
  readonly onProgress?: (progress: SweepProgress) => void;
  readonly pollMilliseconds?: number;
  readonly patience?: Patience;
}

/**
 * Runs the trials of a sweep and resolves with their records when all are over, also when it was stopped or when some failed: one trial
 * does not stop the others. Finished runs of the same trial are kept, a run that is still going on is watched, all others start anew.
 *
 * @throws EnvironmentFault when another process works on the same folder, FileFault when the folder cannot be written
 */
export async function runSweep(options: SweepOptions): Promise<readonly RunRecord[]> {
  const release = await takeStudyFolder(options.store.path);
  try {
    return await new Sweep(options).run();
  } finally {
    await release();
  }
}

class Sweep {
  private readonly runs: StoredRun[] = [];
  private readonly records: RunRecord[] = [];
  private kept = 0;
  private readonly poll: number;

  constructor(private readonly options: SweepOptions) {
    this.poll = options.pollMilliseconds ?? 250;
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
    const worker = async () => {
      for (let index = waiting.shift(); index !== undefined; index = waiting.shift()) this.note(index, await this.execute(index));
    };
    await Promise.all(Array.from({ length: Math.max(1, this.options.jobs) }, worker));
    return this.records;
  }

  /** The run of a trial: what is finished or going on already, or a new one. */
  private async prepare(trial: Trial): Promise<StoredRun> {
    const folder = this.options.store.folder(trial.id);
    const record = await folder.readIfPresent().catch(() => undefined);
    if (record?.state === 'running' && !(await isAbandoned(record))) {
      if (trialHash(record.trial) === trialHash(trial)) return { folder, record };
      await stopRun(folder, undefined, this.options.patience);
    } else if (record?.state === 'finished' && trialHash(record.trial) === trialHash(trial) && (await this.hasSameData(record, trial))) {
      this.kept++;
      const unchanged = JSON.stringify(record.trial) === JSON.stringify(trial);
      return { folder, record: unchanged ? record : await folder.update(last => ({ ...last, trial })) };
    }
    return this.options.store.create(trial);
  }

  private async hasSameData({ data }: RunRecord, trial: Trial): Promise<boolean> {
    return sameData(data, data && (await this.options.fingerprint?.(trial)));
  }

  /** Takes one run to its end; never rejects. */
  private async execute(index: number): Promise<RunRecord> {
    const { folder, record } = this.runs[index]!;
    try {
      if (record.state === 'running') return await this.watch(index, () => isAlive(record.process!));
      const waited = await folder.read();
      if (isOver(waited)) return waited;
      if (this.options.signal?.aborted || (await folder.stopRequested())) return await ended(folder, 'stopped');
      const trainer = await this.options.launch(folder);
      let exit: Awaited<LaunchedTrainer['ended']> | undefined;
      void trainer.ended.then(status => (exit = status));
      const last = await this.watch(index, () => Promise.resolve(exit === undefined), trainer);
      return isOver(last) ? last : await ended(folder, 'failed', deathSentence(folder, exit));
    } catch (error) {
      return ended(folder, 'failed', sentenceOf(error)).catch(() => ({ ...record, state: 'failed', fault: sentenceOf(error) }));
    }
  }

  /** Follows the record until the trainer is gone; stops it when the sweep is stopped. */
  private async watch(index: number, isRunning: () => Promise<boolean>, trainer?: LaunchedTrainer): Promise<RunRecord> {
    const { folder } = this.runs[index]!;
    for (;;) {
      const running = await isRunning();
      const record = await folder.read();
      this.note(index, record);
      if (!running) return isOver(record) ? record : folder.read();
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
    const seconds = timeLeft(this.records, this.options.jobs, Date.now());
    this.options.onProgress?.({
      records: [...this.records],
      kept: this.kept,
      fraction: shareDone(this.records),
      ...(seconds !== undefined && { secondsLeft: seconds }),
    });
  }
}

function ended(folder: RunFolder, state: 'stopped' | 'failed', fault?: string): Promise<RunRecord> {
  return folder.update(record => ({ ...record, state, endedAt: new Date().toISOString(), ...(fault && { fault }) }));
}

/** Why a trainer that did not write how it ended is gone, and what to do. */
export function deathSentence(
  folder: RunFolder,
  exit: { readonly code: number | null; readonly signal: string | null } | undefined,
): string {
  const how = exit?.signal ? `was ended by ${exit.signal}` : `ended with exit code ${exit?.code ?? 'unknown'} without a word`;
  const mend = exit?.signal === 'SIGKILL' ? 'free some memory and run it again' : `read ${folder.logFile}`;
  return `The trainer ${how}: ${mend}.`;
}
