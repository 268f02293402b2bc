import { setTimeout as pause } from 'node:timers/promises';
import { isOver } from '../adopt';
import type { LaunchedTrainer } from '../launch';
import { deathSentence } from '../queue';
import type { Attempt, RunRecord } from '../record';
import type { RunFolder } from '../runFolder';
import { stopRun, type Patience } from '../stopRun';
import { Attempts } from './attempts';

export interface TrialTaskOptions {
  /** Starts the trainer of an attempt. */
  readonly launch: (folder: RunFolder) => Promise<LaunchedTrainer>;
  /** Fires when the machine wants the task to end. */
  readonly signal: AbortSignal;
  readonly pollMilliseconds?: number;
  readonly patience?: Patience;
}

/**
 * One start of a trial on a node of a cluster: trains in a folder of its own, tells how far it is in `live.json`, and offers its result.
 * A trial that has its result, or that somebody stopped, is left as it is. Resolves with how this start ended.
 *
 * @throws FileFault when the shared folder cannot be read or written
 */
export async function runTrialTask(run: RunFolder, attempt: Attempt, options: TrialTaskOptions): Promise<RunRecord> {
  const attempts = new Attempts(run);
  if ((await attempts.settle()) || (await run.stopRequested())) return run.read();
  const folder = await attempts.begin(attempt);
  const trainer = await options.launch(folder);
  let exit: Awaited<LaunchedTrainer['ended']> | undefined;
  void trainer.ended.then(status => (exit = status));
  let told = '';
  for (;;) {
    const over = exit !== undefined;
    const record = await folder.readIfPresent();
    if (!record) return run.read();
    if (over) return ended(run, attempts, folder, record, exit);
    if (JSON.stringify(record) !== told) await run.writeLive({ ...record, attempt });
    told = JSON.stringify(record);
    if (options.signal.aborted || (await run.stopRequested()) || (await run.isGone())) {
      const stopped = await stopRun(folder, trainer.identity, options.patience);
      return ended(run, attempts, folder, stopped, exit);
    }
    await pause(options.pollMilliseconds ?? 500, undefined, { signal: options.signal }).catch(() => undefined);
  }
}

async function ended(
  run: RunFolder,
  attempts: Attempts,
  folder: RunFolder,
  record: RunRecord,
  exit: Awaited<LaunchedTrainer['ended']> | undefined,
): Promise<RunRecord> {
  const last = isOver(record) ? record : await crashed(folder, exit);
  if (last.state === 'finished') {
    await attempts.finish(last.attempt!.name);
    return run.read();
  }
  if (!(await run.isGone())) await run.writeLive(last);
  return last;
}

function crashed(folder: RunFolder, exit: Awaited<LaunchedTrainer['ended']> | undefined): Promise<RunRecord> {
  return folder.update(record => ({
    ...record,
    state: 'failed',
    endedAt: new Date().toISOString(),
    fault: deathSentence(folder, exit),
    attempt: { ...record.attempt!, crashed: true },
  }));
}
