import { basename, join, sep } from 'node:path';
import type { Trial } from '../studies/study';
import { trialHash } from '../studies/trialHash';
import { carryState } from './cluster/carriedState';
import { asFault, diskFiles, type RunFiles } from './files';
import type { AskedOptions, RunRecord } from './record';
import { BrokenRecord, RunFolder } from './runFolder';

/** A run as it lies on disk. */
export interface StoredRun {
  readonly folder: RunFolder;
  readonly record: RunRecord;
}

export interface CreateOptions {
  /** Hears in one sentence of a broken record that has moved out of the way. */
  readonly tell?: (sentence: string) => void;
  /** With which options a cluster is asked for the run. */
  readonly asked?: AskedOptions;
}

/** The runs of one study: a folder with one folder per trial, named by the trial's id. */
export class RunStore {
  /** What the path of every run begins with. */
  private readonly base: string;

  constructor(
    readonly path: string,
    readonly files: RunFiles = diskFiles,
  ) {
    this.base = path === '' ? '' : join(path, sep);
  }

  /** The folder of the run with this id, whether it exists or not. */
  folder(id: string): RunFolder {
    return new RunFolder(this.base + id, this.files);
  }

  /**
   * Puts a trial on disk as queued. What an unfinished execution left is cleared, except what the same trial can go on from; a finished
   * one, and one whose record is broken, move to `earlier/`.
   */
  async create(trial: Trial, { tell, asked }: CreateOptions = {}): Promise<StoredRun> {
    const folder = this.folder(trial.id);
    const earlier = await this.earlier(folder, tell);
    if (earlier?.state === 'finished') await this.keepEarlier(folder, `until-${(earlier.endedAt ?? '').replace(/[^0-9TZ]/g, '')}`);
    const isSame = earlier !== undefined && earlier.state !== 'finished' && trialHash(earlier.trial) === trialHash(trial);
    const resumedAfter = isSame ? await this.bringState(folder, earlier) : undefined;
    const goesOn = isSame && (await folder.hasTrainingState());
    const record: RunRecord = {
      version: 1,
      id: trial.id,
      trial,
      state: 'queued',
      createdAt: new Date().toISOString(),
      ...(asked && { asked }),
      ...(goesOn && resumedAfter && { resumedAfter }),
    };
    await folder.create(record);
    await folder.clear(goesOn);
    return { folder, record };
  }

  /** Has the state that a cluster's attempts left in the run's own folder; returns where the run had gone on by then. */
  private async bringState(folder: RunFolder, earlier: RunRecord): Promise<RunRecord['resumedAfter']> {
    const hasAttempts = (await asFault(folder.attempts, () => this.files.folders(folder.attempts))).length > 0;
    const from = hasAttempts ? await carryState(folder, folder) : undefined;
    return from && from !== folder ? (await from.readOwn().catch(() => undefined))?.resumedAfter : earlier.resumedAfter;
  }

  private async earlier(folder: RunFolder, tell?: (sentence: string) => void): Promise<RunRecord | undefined> {
    try {
      return await folder.readIfPresent();
    } catch (error) {
      if (!(error instanceof BrokenRecord)) throw error;
      const kept = await this.keepEarlier(folder, `broken-${new Date().toISOString().replace(/[^0-9TZ]/g, '')}`);
      tell?.(`${error.what}: its folder is now ${kept}, and the trial runs anew.`);
      return undefined;
    }
  }

  /** Moves a run out of the way; returns where it is now. */
  private async keepEarlier(folder: RunFolder, why: string): Promise<string> {
    const kept = join(this.path, 'earlier');
    await asFault(kept, () => this.files.makeFolder(kept));
    const name = join(kept, `${basename(folder.path)}-${why}`);
    await asFault(folder.path, () => this.files.rename(folder.path, name));
    return name;
  }

  /** Names of the folders that may be runs, sorted. */
  names(): Promise<string[]> {
    return asFault(this.path, () => this.files.folders(this.path));
  }

  /** For each of these folders a text that changes whenever its record is replaced; undefined for one without a record. */
  stamps(names: readonly string[]): Promise<(string | undefined)[]> {
    return this.files.stamps(names.map(name => `${this.base}${name}${sep}run.json`));
  }

  /** All runs whose record can be read, by id; `onBroken` hears of the others. */
  async list(onBroken?: (fault: unknown) => void): Promise<StoredRun[]> {
    const names = await this.names();
    const runs = await Promise.all(
      names.map(async name => {
        const folder = this.folder(name);
        try {
          const record = await folder.readIfPresent();
          return record ? [{ folder, record }] : [];
        } catch (error) {
          onBroken?.(error);
          return [];
        }
      }),
    );
    return runs.flat();
  }
}

/** The study folders with at least one run at or below `root`, at most `depth` levels down. */
export async function findStores(root: string, depth = 2, files: RunFiles = diskFiles): Promise<RunStore[]> {
  const names: string[] = [];
  const holdsRuns = async (): Promise<boolean> => {
    for await (const name of files.eachFolder(root)) {
      if ((await files.size(join(root, name, 'run.json'))) !== undefined) return true;
      names.push(name);
    }
    return false;
  };
  if (await asFault(root, holdsRuns)) return [new RunStore(root, files)];
  if (depth === 0) return [];
  return (await Promise.all(names.sort().map(name => findStores(join(root, name), depth - 1, files)))).flat();
}
