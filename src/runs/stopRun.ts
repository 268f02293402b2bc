import { setTimeout as pause } from 'node:timers/promises';
import { isOver } from './adopt';
import { isHere, mayLive } from './heartbeat';
import type { ProcessIdentity } from './processIdentity';
import type { RunRecord } from './record';
import type { RunFolder } from './runFolder';

/** How patiently a run is stopped, in milliseconds. */
export interface Patience {
  /** For the trainer to notice the `stop` file and to save what it has. */
  readonly grace: number;
  /** After SIGTERM, before SIGKILL. */
  readonly term: number;
}

const PATIENCE: Patience = { grace: 5000, term: 3000 };
const POLL = 100;

/**
 * Stops a run: asks by a `stop` file, then SIGTERM, then SIGKILL, and resolves when its trainer is gone and the record says how it ended.
 * A trainer on another machine can only be asked; it is gone when it says so or is silent for long.
 *
 * @param launched the trainer, where it was just started and may not have written the record yet
 */
export async function stopRun(folder: RunFolder, launched?: ProcessIdentity, patience: Patience = PATIENCE): Promise<RunRecord> {
  await folder.requestStop();
  if (await isGone(folder, launched, patience.grace)) return settled(folder);
  await send(folder, launched, 'SIGTERM');
  if (await isGone(folder, launched, patience.term)) return settled(folder);
  await send(folder, launched, 'SIGKILL');
  await isGone(folder, launched, Infinity);
  return settled(folder);
}

/** Waits up to `milliseconds` for the trainer to end. A queued run without a trainer counts as ended when the time is up. */
async function isGone(folder: RunFolder, launched: ProcessIdentity | undefined, milliseconds: number): Promise<boolean> {
  const end = performance.now() + milliseconds;
  for (;;) {
    const record = await folder.read();
    const trainer = launched ?? record.process;
    const alive = trainer !== undefined && !(isOver(record) && !isHere(trainer)) && (await mayLive(trainer, folder.beatFile));
    if (!alive && (isOver(record) || trainer)) return true;
    if (performance.now() >= end) return !alive;
    await pause(POLL);
  }
}

async function send(folder: RunFolder, launched: ProcessIdentity | undefined, signal: NodeJS.Signals): Promise<void> {
  const trainer = launched ?? (await folder.read()).process;
  if (!trainer || !isHere(trainer) || !(await mayLive(trainer, folder.beatFile))) return;
  // A trainer leads its own process group: reach what it may have started, too.
  for (const target of process.platform === 'win32' ? [trainer.pid] : [-trainer.pid, trainer.pid]) {
    try {
      process.kill(target, signal);
      return;
    } catch {
      // Gone already, or no group of its own.
    }
  }
}

/** A trainer that was killed could not write how it ended. */
async function settled(folder: RunFolder): Promise<RunRecord> {
  const record = await folder.read();
  return isOver(record) ? record : folder.update(last => ({ ...last, state: 'stopped', endedAt: new Date().toISOString() }));
}
