import path from 'node:path';
import { asFault, diskFiles, replaceFile, type RunFiles } from '../files';
import type { Attempt, RunRecord } from '../record';
import { RunFolder } from '../runFolder';
import { carryState } from './carriedState';

/**
 * The starts of one trial on machines that share its folder. A cluster starts a task at least once and may start it twice at a time, so each
 * attempt works in a folder of its own; the first that finishes wins, and its result is moved to where the run's files belong. Whoever was
 * ended half-way through that move is helped by the next that looks.
 */
export class Attempts {
  constructor(
    private readonly run: RunFolder,
    private readonly files: RunFiles = diskFiles,
  ) {}

  /** Makes the folder of a new attempt, queued, with the state that earlier ones left: its training goes on from there. */
  async begin(attempt: Attempt): Promise<RunFolder> {
    const { id, trial, version, asked } = await this.run.readOwn();
    const folder = this.folder(attempt.name);
    await folder.create({ version, id, trial, state: 'queued', createdAt: new Date().toISOString(), attempt, ...(asked && { asked }) });
    const from = await carryState(this.run, folder);
    const resumedAfter = (await from?.readOwn().catch(() => undefined))?.resumedAfter;
    if (resumedAfter) await folder.update(record => ({ ...record, resumedAfter }));
    return folder;
  }

  /** Offers the result of an attempt; returns whether it is the one that counts. An attempt that lost is removed. */
  async finish(name: string): Promise<boolean> {
    const claim = path.join(this.run.path, `winner.${name}`);
    await replaceFile(this.files, claim, name);
    const won = await asFault(this.run.winnerFile, () => this.files.link(claim, this.run.winnerFile));
    await asFault(claim, () => this.files.remove(claim));
    await this.settle();
    if (!won) await this.folder(name).delete();
    return won;
  }

  /** Brings the result that won to its place, if there is one and it is not there; returns whether the run has its result. */
  async settle(): Promise<boolean> {
    if ((await this.run.readOwn()).state === 'finished') return true;
    const winner = await this.files.read(this.run.winnerFile).catch(() => undefined);
    if (winner === undefined) return false;
    const folder = this.folder(winner);
    const record = await folder.readIfPresent();
    if (record) await this.publish(folder, record);
    return (await this.run.readOwn()).state === 'finished';
  }

  /** Moves the files first and replaces the record last: who sees it finished finds everything. */
  private async publish(folder: RunFolder, record: RunRecord): Promise<void> {
    for (const name of ['metrics.jsonl', 'trainer.log', 'checkpoint'])
      await this.moveIfThere(path.join(folder.path, name), path.join(this.run.path, name));
    const { createdAt } = await this.run.readOwn();
    await this.run.write({ ...record, createdAt });
    const others = (await this.files.folders(this.run.attempts)).map(name => this.folder(name).stateFile);
    for (const file of [this.run.liveFile, this.run.stateFile, ...others, folder.path]) await asFault(file, () => this.files.remove(file));
  }

  private async moveIfThere(from: string, to: string): Promise<void> {
    try {
      await this.files.rename(from, to);
    } catch (error) {
      const gone = ['ENOENT', 'ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '');
      if (!gone) await asFault(to, () => Promise.reject(error as Error));
    }
  }

  private folder(name: string): RunFolder {
    return new RunFolder(path.join(this.run.attempts, name), this.files);
  }
}
