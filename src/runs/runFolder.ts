import { join } from 'node:path';
import { FileFault } from '../common/fault';
import { asFault, diskFiles, replaceFile, type RunFiles } from './files';
import { readMetrics, type MetricTail } from './metrics';
import type { MetricLine, RunRecord } from './record';

/**
 * The folder of one run: `run.json`, `metrics.jsonl`, `trainer.log`, `checkpoint/` and, once somebody asked, `stop`.
 * While its trainer lives only the trainer writes the record; before and after that, whoever queues or settles the run.
 * A run on a cluster stays queued there until it has a result; `live.json` then tells of its latest attempt below `attempts/`.
 */
export class RunFolder {
  readonly recordFile: string;
  readonly metricsFile: string;
  readonly logFile: string;
  readonly checkpoint: string;
  readonly stopFile: string;
  readonly liveFile: string;
  readonly attempts: string;
  /** The name of the attempt whose result counts, once there is one. */
  readonly winnerFile: string;
  private readonly partialCheckpoint: string;
  private writing: Promise<unknown> = Promise.resolve();

  constructor(
    readonly path: string,
    private readonly files: RunFiles = diskFiles,
  ) {
    this.recordFile = join(path, 'run.json');
    this.metricsFile = join(path, 'metrics.jsonl');
    this.logFile = join(path, 'trainer.log');
    this.checkpoint = join(path, 'checkpoint');
    this.partialCheckpoint = join(path, 'checkpoint.partial');
    this.stopFile = join(path, 'stop');
    this.liveFile = join(path, 'live.json');
    this.attempts = join(path, 'attempts');
    this.winnerFile = join(path, 'winner');
  }

  /** The record; where the run waits for a cluster, that of its latest attempt. A `FileFault` when there is none or it is no record. */
  async read(): Promise<RunRecord> {
    const own = await this.readOwn();
    return own.state === 'queued' ? ((await this.readLive(own.id)) ?? own) : own;
  }

  /** What `run.json` itself says. */
  async readOwn(): Promise<RunRecord> {
    const text = await asFault(this.recordFile, () => this.files.read(this.recordFile));
    const record = parsed(text);
    if (!isRecord(record)) throw new FileFault(this.recordFile, 'is not a run record', 'delete the folder of this run and run it again');
    return record;
  }

  private async readLive(id: string): Promise<RunRecord | undefined> {
    const live = parsed(await this.files.read(this.liveFile).catch(() => ''));
    return isRecord(live) && live.id === id ? live : undefined;
  }

  /** Tells of the latest attempt of a run that waits for a cluster. */
  async writeLive(record: RunRecord): Promise<void> {
    await replaceFile(this.files, this.liveFile, `${JSON.stringify(record, undefined, 1)}\n`);
  }

  /** The record, or undefined when the folder has none. */
  async readIfPresent(): Promise<RunRecord | undefined> {
    return (await asFault(this.recordFile, () => this.files.size(this.recordFile))) === undefined ? undefined : this.read();
  }

  /** Makes the folder where there is none and writes its record. */
  async create(record: RunRecord): Promise<void> {
    await asFault(this.path, () => this.files.makeFolder(this.path));
    await this.write(record);
  }

  /** Replaces the record as a whole. A failed write leaves the one before; a folder that was deleted stays so. */
  write(record: RunRecord): Promise<void> {
    return this.inTurn(() => replaceFile(this.files, this.recordFile, `${JSON.stringify(record, undefined, 1)}\n`));
  }

  /** Whether somebody deleted the run. */
  async isGone(): Promise<boolean> {
    return (await this.files.size(this.recordFile)) === undefined;
  }

  /** Reads, changes and replaces the record; returns the new one. */
  async update(change: (record: RunRecord) => RunRecord): Promise<RunRecord> {
    const record = change(await this.read());
    await this.write(record);
    return record;
  }

  /** Appends lines. A write that fails half-way is taken back, so that the same lines can be appended again. */
  appendMetrics(lines: readonly MetricLine[]): Promise<void> {
    return this.inTurn(() =>
      asFault(this.metricsFile, async () => {
        const before = await this.files.size(this.metricsFile);
        try {
          await this.files.append(this.metricsFile, lines.map(line => `${JSON.stringify(line)}\n`).join(''));
        } catch (error) {
          if (before !== undefined) await this.files.truncate(this.metricsFile, before).catch(() => undefined);
          throw error;
        }
      }),
    );
  }

  /** The complete lines after `offset` bytes. */
  async metrics(offset = 0): Promise<MetricTail> {
    return readMetrics(await this.presentMetricsFile(), offset);
  }

  private async presentMetricsFile(): Promise<string> {
    if ((await this.files.size(this.metricsFile)) !== undefined) return this.metricsFile;
    const attempt = (await this.readIfPresent().catch(() => undefined))?.attempt;
    return attempt ? join(this.attempts, attempt.name, 'metrics.jsonl') : this.metricsFile;
  }

  /** Asks the trainer to stop; it looks four times a second. */
  async requestStop(): Promise<void> {
    await asFault(this.stopFile, () => this.files.write(this.stopFile, ''));
  }

  async stopRequested(): Promise<boolean> {
    return (await this.files.size(this.stopFile)) !== undefined;
  }

  /** Removes what an earlier execution left, and keeps the record. */
  async clear(): Promise<void> {
    const left = [this.stopFile, this.liveFile, this.winnerFile, this.attempts, this.metricsFile, this.logFile, this.checkpoint];
    for (const file of left) await asFault(file, () => this.files.remove(file));
  }

  /** An empty folder for a new checkpoint, beside the one that may be there. */
  async beginCheckpoint(): Promise<string> {
    await asFault(this.partialCheckpoint, async () => {
      await this.files.remove(this.partialCheckpoint);
      await this.files.makeFolder(this.partialCheckpoint);
    });
    return this.partialCheckpoint;
  }

  /** Puts the new checkpoint in the place of the one before. */
  async finishCheckpoint(): Promise<void> {
    await asFault(this.checkpoint, async () => {
      await this.files.remove(this.checkpoint);
      await this.files.rename(this.partialCheckpoint, this.checkpoint);
    });
  }

  /** Removes a checkpoint that did not get finished. */
  async dropCheckpoint(): Promise<void> {
    await asFault(this.partialCheckpoint, () => this.files.remove(this.partialCheckpoint));
  }

  /** Deletes the run. Its trainer must have ended. */
  async delete(): Promise<void> {
    await asFault(this.path, () => this.files.remove(this.path));
  }

  /** One write after the other, so that the last one asked for is the one that stays. */
  private inTurn(write: () => Promise<void>): Promise<void> {
    const turn = this.writing.then(write);
    this.writing = turn.catch(() => undefined);
    return turn;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is RunRecord {
  const record = value as Partial<RunRecord> | null | undefined;
  return record?.version === 1 && typeof record.id === 'string' && typeof record.state === 'string' && typeof record.trial === 'object';
}
