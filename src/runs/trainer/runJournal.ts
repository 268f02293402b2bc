import { setTimeout as pause } from 'node:timers/promises';
import { sentenceOf } from '../../common/fault';
import type { MetricLine, RunProgress, RunRecord } from '../record';
import type { MetricsMark } from './trainingStateFile';
import type { RunFolder } from '../runFolder';
import { Coalesced } from './coalesced';

/** Milliseconds between writes while a run goes on. */
const INTERVAL = 250;
/** Milliseconds between attempts to write how a run ended: about a minute in all. */
const LAST_ATTEMPTS: readonly number[] = [0, 500, 1000, 2000, 4000, 8000, 15_000, 30_000];

/** What a trainer writes about its own run: progress and metrics a few times a second, the end for certain. */
export class RunJournal {
  private readonly lines: MetricLine[] = [];
  private readonly recordWrites: Coalesced;
  private readonly metricWrites: Coalesced;
  private troubled = false;

  private constructor(
    private readonly folder: RunFolder,
    private current: RunRecord,
    private readonly log: (line: string) => void,
    private readonly lastAttempts: readonly number[],
  ) {
    const trouble = (error: unknown) => this.trouble(error);
    this.recordWrites = new Coalesced(() => folder.write(this.current), INTERVAL, trouble);
    this.metricWrites = new Coalesced(() => this.appendLines(), INTERVAL, trouble);
  }

  /** Opens the journal of a run. Throws a `FileFault` when the folder has no record. */
  static async open(folder: RunFolder, log: (line: string) => void, lastAttempts = LAST_ATTEMPTS): Promise<RunJournal> {
    return new RunJournal(folder, await folder.read(), log, lastAttempts);
  }

  get record(): RunRecord {
    return this.current;
  }

  /** Changes the record and waits until it is on disk. */
  async write(change: Partial<RunRecord>): Promise<void> {
    this.current = { ...this.current, ...change };
    this.recordWrites.request();
    await this.recordWrites.flush();
  }

  progress(progress: RunProgress): void {
    this.current = { ...this.current, progress };
    this.recordWrites.request();
  }

  metrics(lines: readonly MetricLine[]): void {
    this.lines.push(...lines);
    this.metricWrites.request();
  }

  /** Waits until all metrics so far are on disk; returns what the file then holds. Throws when they cannot be written. */
  async settleMetrics(): Promise<MetricsMark> {
    await this.metricWrites.flush();
    return this.folder.metricsMark();
  }

  /** Writes the last metrics and the last record; tries for a while when the disk is full. Throws when it stays so. */
  async end(change: Partial<RunRecord>): Promise<void> {
    this.current = { ...this.current, ...change, endedAt: new Date().toISOString() };
    this.recordWrites.request();
    for (const [attempt, delay] of this.lastAttempts.entries()) {
      await pause(delay);
      try {
        await this.metricWrites.flush();
        await this.recordWrites.flush();
        return;
      } catch (error) {
        this.log(sentenceOf(error));
        if (attempt === this.lastAttempts.length - 1) throw error;
      }
    }
  }

  /** Writes nothing any more: the run is gone. */
  abandon(): void {
    this.recordWrites.cancel();
    this.metricWrites.cancel();
  }

  private async appendLines(): Promise<void> {
    const batch = this.lines.splice(0);
    try {
      await this.folder.appendMetrics(batch);
    } catch (error) {
      this.lines.unshift(...batch);
      throw error;
    }
  }

  private trouble(error: unknown): void {
    if (!this.troubled) this.log(`${sentenceOf(error)} Training goes on, and writing is tried again.`);
    this.troubled = true;
  }
}
