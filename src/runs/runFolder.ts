import { join } from 'node:path';
import { FileFault } from '../common/fault';
import type { TrainingState } from '../training/trainingState';
import { asFault, diskFiles, replaceFile, type RunFiles } from './files';
import { metricText } from './metricLines';
import { readMetrics, type MetricTail } from './metrics';
import type { MetricLine, RunRecord } from './record';
import { recordOf, recordText, type NoRecord } from './recordText';
import { readState, stateBytes, writeState, type FoundState, type MetricsMark, type StateKey } from './trainer/trainingStateFile';

/** A file that should be a run's record and is none, because something else cut or changed it. */
export class BrokenRecord extends FileFault {}

/**
 * The folder of one run: `run.json`, `metrics.jsonl`, `trainer.log`, `checkpoint/`, `training.state` until it is
 * finished, `alive` with its trainer's heartbeat and, once somebody asked, `stop`.
 * While its trainer lives only the trainer writes the record; before and after that, whoever queues or settles the run.
 * A run on a cluster stays queued there until it has a result; `live.json` then tells of its latest attempt below `attempts/`.
 */
export class RunFolder {
  private writing: Promise<unknown> = Promise.resolve();

  constructor(
    readonly path: string,
    readonly files: RunFiles = diskFiles,
  ) {}

  get recordFile(): string {
    return join(this.path, 'run.json');
  }

  get metricsFile(): string {
    return join(this.path, 'metrics.jsonl');
  }

  get logFile(): string {
    return join(this.path, 'trainer.log');
  }

  get checkpoint(): string {
    return join(this.path, 'checkpoint');
  }

  get stopFile(): string {
    return join(this.path, 'stop');
  }

  get stateFile(): string {
    return join(this.path, 'training.state');
  }

  get beatFile(): string {
    return join(this.path, 'alive');
  }

  get liveFile(): string {
    return join(this.path, 'live.json');
  }

  get attempts(): string {
    return join(this.path, 'attempts');
  }

  /** The name of the attempt whose result counts, once there is one. */
  get winnerFile(): string {
    return join(this.path, 'winner');
  }

  private get partialCheckpoint(): string {
    return join(this.path, 'checkpoint.partial');
  }

  /** The record; where the run waits for a cluster, that of its latest attempt. A `FileFault` when there is none or it is no record. */
  async read(): Promise<RunRecord> {
    const own = await this.readOwn();
    return own.state === 'queued' ? ((await this.readLive(own.id)) ?? own) : own;
  }

  /** What `run.json` itself says. */
  async readOwn(): Promise<RunRecord> {
    const record = recordOf(await asFault(this.recordFile, () => this.files.read(this.recordFile)));
    if (typeof record === 'object') return record;
    throw noRecord(this.recordFile, record);
  }

  private async readLive(id: string): Promise<RunRecord | undefined> {
    const live = recordOf(await this.files.read(this.liveFile).catch(() => ''));
    return typeof live === 'object' && live.id === id ? live : undefined;
  }

  /** Tells of the latest attempt of a run that waits for a cluster. */
  async writeLive(record: RunRecord): Promise<void> {
    await replaceFile(this.files, this.liveFile, recordText(record));
  }

  /** The record, or undefined when the folder has none. */
  async readIfPresent(): Promise<RunRecord | undefined> {
    if ((await asFault(this.recordFile, () => this.files.size(this.recordFile))) === undefined) return undefined;
    try {
      return await this.read();
    } catch (error) {
      // Somebody removed it in between.
      if (await this.isGone()) return undefined;
      throw error;
    }
  }

  /** Makes the folder where there is none and writes its record. */
  async create(record: RunRecord): Promise<void> {
    await asFault(this.path, () => this.files.makeFolder(this.path));
    await this.write(record);
  }

  /** Replaces the record as a whole. A failed write leaves the one before; a folder that was deleted stays so. */
  write(record: RunRecord): Promise<void> {
    return this.inTurn(() => replaceFile(this.files, this.recordFile, recordText(record)));
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
          await this.files.append(this.metricsFile, lines.map(metricText).join(''));
        } catch (error) {
          await this.files.truncate(this.metricsFile, before ?? 0).catch(() => undefined);
          throw error;
        }
      }),
    );
  }

  /** The complete lines after `offset` bytes. */
  async metrics(offset = 0): Promise<MetricTail> {
    return readMetrics(await this.presentMetricsFile(), offset);
  }

  /** Bytes and lines that the metrics have now. */
  async metricsMark(): Promise<MetricsMark> {
    const { offset, lines } = await this.allMetrics();
    return { bytes: offset, lines: lines.length };
  }

  /** Whether the metrics still begin with what they held at a mark. */
  async hasMetrics({ bytes, lines }: MetricsMark): Promise<boolean> {
    if (((await this.files.size(this.metricsFile)) ?? 0) < bytes) return false;
    await this.cutMetrics(bytes);
    const now = await this.allMetrics();
    return now.damaged === 0 && now.lines.length === lines && now.offset === bytes;
  }

  private async allMetrics(): Promise<MetricTail> {
    let all: MetricTail = { lines: [], damaged: 0, offset: 0, restarted: false };
    for (;;) {
      const next = await readMetrics(this.metricsFile, all.offset);
      if (next.lines.length + next.damaged === 0) return all;
      all = { ...next, lines: [...all.lines, ...next.lines], damaged: all.damaged + next.damaged };
    }
  }

  /** Takes back what the metrics hold beyond so many bytes. */
  cutMetrics(bytes: number): Promise<void> {
    return this.inTurn(() =>
      asFault(this.metricsFile, async () => {
        const size = await this.files.size(this.metricsFile);
        if (size !== undefined && size > bytes) await this.files.truncate(this.metricsFile, bytes);
      }),
    );
  }

  /** The state that an earlier trainer left, if it belongs to `key`. */
  trainingState(key: StateKey): Promise<FoundState> {
    return readState(this.files, this.stateFile, key);
  }

  async keepTrainingState(state: TrainingState, key: StateKey, metrics: MetricsMark): Promise<void> {
    await writeState(this.files, this.stateFile, stateBytes(state, key, metrics));
  }

  /** Whether an earlier trainer left a state to go on from. */
  async hasTrainingState(): Promise<boolean> {
    return (await this.files.size(this.stateFile)) !== undefined;
  }

  /** Removes what only the training needed; the run is finished. */
  async dropTrainingState(): Promise<void> {
    for (const file of [this.stateFile, this.beatFile]) await asFault(file, () => this.files.remove(file));
  }

  private async presentMetricsFile(): Promise<string> {
    const isLive = (await this.files.size(this.liveFile)) !== undefined;
    if (!isLive && (await this.files.size(this.metricsFile)) !== undefined) return this.metricsFile;
    const attempt = (await this.readIfPresent().catch(() => undefined))?.attempt;
    const file = attempt && join(this.attempts, attempt.name, 'metrics.jsonl');
    return file !== undefined && (await this.files.size(file)) !== undefined ? file : this.metricsFile;
  }

  /** Asks the trainer to stop; it looks four times a second. */
  async requestStop(): Promise<void> {
    await asFault(this.stopFile, () => this.files.write(this.stopFile, ''));
  }

  async stopRequested(): Promise<boolean> {
    return (await this.files.size(this.stopFile)) !== undefined;
  }

  /** Removes what an earlier execution left, and keeps the record. @param keepsTraining whether to leave what training can go on from */
  async clear(keepsTraining = false): Promise<void> {
    const training = [this.metricsFile, this.logFile, this.stateFile];
    const others = [this.stopFile, this.beatFile, this.liveFile, this.winnerFile, this.attempts, this.checkpoint];
    // A process that was killed while it replaced a file leaves what it had written so far.
    const partial = (await asFault(this.path, () => this.files.names(this.path))).filter(name => name.endsWith('.partial'));
    others.push(...partial.map(name => join(this.path, name)));
    for (const file of keepsTraining ? others : [...others, ...training]) await asFault(file, () => this.files.remove(file));
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

function noRecord(file: string, why: NoRecord): FileFault {
  switch (why) {
    case 'later':
      return new FileFault(file, 'was written by a later BoundLens', 'update BoundLens, or choose another folder');
    case 'damaged':
      return new BrokenRecord(file, 'was damaged or changed after it was written', 'delete the folder of this run and run it again');
    case 'else':
      return new BrokenRecord(file, 'is not a run record', 'delete the folder of this run and run it again');
  }
}
