import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { EnvironmentFault } from '../../common/fault';
import type { Trial } from '../../studies/study';
import { trialHash } from '../../studies/trialHash';
import { isOver } from '../adopt';
import { hasSameData, type DataFingerprints } from '../dataFingerprints';
import { asFault } from '../files';
import type { AskedOptions, RunRecord } from '../record';
import type { RunFolder } from '../runFolder';
import type { RunStore } from '../store';
import { takeStudyFolder } from '../studyLock';
import { sweepProgress, type SweepProgress } from '../sweepProgress';
import { Attempts } from './attempts';
import type { QueuedTask, Scheduler } from './scheduler';
import { Submissions } from './submissions';

export interface ClusterSweepOptions {
  readonly name: string;
  readonly trials: readonly Trial[];
  readonly store: RunStore;
  readonly scheduler: Scheduler;
  /** Text of the script that every task runs. */
  readonly script: string;
  /** With which options of the command line the cluster is asked, for whoever resumes a run. */
  readonly asked?: AskedOptions;
  /** How many trials may run at the same time; all that find room when absent. */
  readonly atOnce?: number;
  /** Ends the watching; the trials go on in the cluster. */
  readonly signal: AbortSignal;
  readonly fingerprint?: (trial: Trial) => Promise<DataFingerprints>;
  readonly onProgress?: (progress: SweepProgress) => void;
  /** Hears once when the scheduler stops answering, and once when it answers again. */
  readonly onNote?: (sentence: string) => void;
  /** How often a trial whose task is lost or whose trainer crashed is submitted again; 3 when absent. */
  readonly retries?: number;
  readonly pollMilliseconds?: number;
  /** How long a look at the queue waits for the scheduler; 5 seconds when absent. */
  readonly answerMilliseconds?: number;
}

/**
 * Has a cluster run the trials of a sweep and follows them until all are over or the signal fires. The run folders are the truth, the
 * scheduler's queue only hints: a trial without a result and without a task is submitted again. Submitted trials of an earlier call are followed, not
 * submitted twice; finished ones are kept.
 *
 * @throws EnvironmentFault when the scheduler refuses the first submission, FileFault when the shared folder cannot be written
 */
export async function runClusterSweep(options: ClusterSweepOptions): Promise<readonly RunRecord[]> {
  const release = await takeStudyFolder(options.store.path);
  try {
    return await new ClusterSweep(options, await Submissions.open(options.store.path)).run();
  } finally {
    await release();
  }
}

/** How often in a row a trial must be seen without a task before it counts as lost: its result may be on its way. */
const SIGHTINGS = 3;

class ClusterSweep {
  private readonly records = new Map<string, RunRecord>();
  private readonly unseen = new Map<string, number>();
  private kept = 0;
  private answers = true;
  private asked: Promise<readonly QueuedTask[] | undefined> | undefined;

  constructor(
    private readonly options: ClusterSweepOptions,
    private readonly submissions: Submissions,
  ) {}

  async run(): Promise<readonly RunRecord[]> {
    await this.prepare();
    await this.submit(this.options.trials.filter(({ id }) => this.isOpen(id) && !this.submissions.has(id)));
    while (this.hasOpenTrials() && !this.options.signal.aborted) {
      await this.look();
      await pause(this.options.pollMilliseconds ?? 2000, undefined, { signal: this.options.signal }).catch(() => undefined);
    }
    return this.inOrder();
  }

  /** Puts new trials on disk and finds those that are finished or on their way. */
  private async prepare(): Promise<void> {
    const fresh: string[] = [];
    for (const trial of this.options.trials) {
      const folder = this.options.store.folder(trial.id);
      const record = await this.usable(folder, trial);
      if (record?.state === 'finished') this.kept++;
      if (!record) fresh.push(trial.id);
      const { store, onNote: tell, asked } = this.options;
      this.note(record ?? (await store.create(trial, { tell, asked })).record, record?.state !== 'finished');
    }
    await this.submissions.forget(fresh);
    await this.submissions.enlist(this.options.trials.map(({ id }) => id));
    this.report();
  }

  /** The record of a trial that is finished, or that was submitted and has no end yet. */
  private async usable(folder: RunFolder, trial: Trial): Promise<RunRecord | undefined> {
    const own = await folder.readOwn().catch(() => undefined);
    if (!own || trialHash(own.trial) !== trialHash(trial)) return undefined;
    if (own.state === 'finished') return (await hasSameData(own.data, trial, this.options.fingerprint)) ? own : undefined;
    const isSubmitted = own.state === 'queued' && this.submissions.has(trial.id) && !(await folder.stopRequested());
    return isSubmitted ? folder.read() : undefined;
  }

  private async submit(trials: readonly Trial[]): Promise<void> {
    if (trials.length === 0) return;
    const { name, store, scheduler, script, atOnce } = this.options;
    const logs = logFolder(store);
    const file = path.join(logs, 'trial.sh');
    await asFault(file, async () => {
      await mkdir(logs, { recursive: true });
      await writeFile(file, script, { mode: 0o755 });
    });
    const indices = trials.map(({ id }) => this.submissions.indexOf(id)!);
    const job = await scheduler.submit({ name: `boundlens:${name}`, script: file, logs, indices, ...(atOnce !== undefined && { atOnce }) });
    await this.submissions.add({ scheduler: scheduler.name, job, submittedAt: new Date().toISOString(), indices });
    for (const { id } of trials) this.unseen.delete(id);
  }

  /** One look at the folders and at the queue, and what follows from them. */
  private async look(): Promise<void> {
    const tasks = await this.queue();
    const lost: Trial[] = [];
    for (const trial of this.options.trials.filter(({ id }) => this.isOpen(id))) {
      const folder = this.options.store.folder(trial.id);
      if (await folder.isGone()) {
        this.records.set(trial.id, { ...this.records.get(trial.id)!, state: 'stopped' });
        continue;
      }
      const finished = await new Attempts(folder).settle();
      const record = await folder.read();
      if (finished || !tasks) this.note(record, !finished);
      else if (await this.isLost(folder, record, tasks)) lost.push(trial);
    }
    await this.submitAgain(lost);
    this.report();
  }

  /** Settles a trial that is over; returns whether it has to be submitted again. */
  private async isLost(folder: RunFolder, record: RunRecord, tasks: readonly QueuedTask[]): Promise<boolean> {
    const { id } = record;
    const index = this.submissions.indexOf(id);
    const hasTask = tasks.some(task => task.index === index);
    this.unseen.set(id, hasTask ? 0 : (this.unseen.get(id) ?? 0) + 1);
    const gone = this.unseen.get(id)! >= SIGHTINGS;
    const failed = record.state === 'failed' && !record.attempt?.crashed;
    if (failed || (gone && (await folder.stopRequested()))) {
      this.note(await settled(folder, failed ? record : { ...record, state: 'stopped' }));
      return false;
    }
    if (!gone) {
      this.note(record, true);
      return false;
    }
    const times = this.submissions.tasksOf(id).length;
    if (times <= (this.options.retries ?? 3)) return true;
    const fault =
      record.fault ??
      `The cluster lost this trial ${times} times: read what its tasks print in ${logFolder(this.options.store)}, then give boundlens runs resume ${this.options.store.path}.`;
    this.note(await settled(folder, { ...record, state: 'failed', fault }));
    return false;
  }

  private async submitAgain(trials: readonly Trial[]): Promise<void> {
    try {
      await this.submit(trials);
    } catch (error) {
      if (!(error instanceof EnvironmentFault)) throw error;
      this.heard(error.what);
    }
  }

  /** The tasks that wait or run; undefined while the scheduler does not answer. A slow answer is not waited for: the next look takes it. */
  private async queue(): Promise<readonly QueuedTask[] | undefined> {
    this.asked ??= this.ask().finally(() => (this.asked = undefined));
    const answer = await Promise.race([this.asked, pause(this.options.answerMilliseconds ?? 5000, 'late' as const)]);
    if (answer === 'late') this.heard('it is slow');
    return answer === 'late' ? undefined : answer;
  }

  private async ask(): Promise<readonly QueuedTask[] | undefined> {
    try {
      const { scheduler } = this.options;
      const tasks = await scheduler.queue(this.submissions.jobsOf(scheduler.name));
      await scheduler.cancel(tasks.filter(task => task.stuck));
      this.heard();
      return tasks.filter(task => !task.stuck);
    } catch (error) {
      if (!(error instanceof EnvironmentFault)) throw error;
      this.heard(error.what);
      return undefined;
    }
  }

  /** @param silence why the scheduler does not answer; absent when it did */
  private heard(silence?: string): void {
    const answers = silence === undefined;
    if (answers === this.answers) return;
    this.answers = answers;
    const { title } = this.options.scheduler;
    this.options.onNote?.(
      answers ? `${title} answers again.` : `${title} does not answer (${silence}): results are still taken from the folder.`,
    );
  }

  /** @param goesOn whether the trial has more to come, whatever its record says */
  private note(record: RunRecord, goesOn = false): void {
    this.records.set(record.id, goesOn && isOver(record) ? { ...record, state: 'queued' } : record);
  }

  private isOpen(id: string): boolean {
    return !isOver(this.records.get(id)!);
  }

  private hasOpenTrials(): boolean {
    return this.options.trials.some(({ id }) => this.isOpen(id));
  }

  private inOrder(): RunRecord[] {
    return this.options.trials.map(({ id }) => this.records.get(id)!);
  }

  private report(): void {
    const records = this.inOrder();
    const running = records.filter(({ state }) => state === 'running').length;
    this.options.onProgress?.(sweepProgress(records, this.kept, Math.max(1, running)));
  }
}

/** Where the tasks of a study print. */
const logFolder = (store: RunStore): string => path.join(store.path, 'cluster');

/** Writes how a trial ended into its own record, unless a result came in at the last moment. */
async function settled(folder: RunFolder, record: RunRecord): Promise<RunRecord> {
  if (await new Attempts(folder).settle()) return folder.read();
  const end = { ...record, endedAt: record.endedAt ?? new Date().toISOString() };
  await folder.write(end);
  return end;
}
