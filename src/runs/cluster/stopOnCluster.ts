import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { grouped } from '../../common/grouped';
import { isOver } from '../adopt';
import type { RunRecord } from '../record';
import type { RunFolder } from '../runFolder';
import { Attempts } from './attempts';
import type { Scheduler } from './scheduler';
import { schedulerNamed } from './schedulers';
import { Submissions } from './submissions';

/** How long a running trial may take to save what it has before its task is cancelled, in milliseconds. */
const GRACE = 10_000;
const POLL = 200;

/** Whether a cluster has the run: it waits there or runs there. */
export async function isOnCluster(folder: RunFolder): Promise<boolean> {
  const { state, id } = await folder.readOwn();
  return state === 'queued' && (await Submissions.open(path.dirname(folder.path))).has(id);
}

/**
 * Stops runs that a cluster has: asks each by its `stop` file, gives those that run time to save, cancels the tasks, and writes down how
 * each ended. The folders all belong to one study.
 *
 * @throws EnvironmentFault when the scheduler does not answer; the runs have been asked to stop by then
 */
export async function stopOnCluster(
  folders: readonly RunFolder[],
  { grace = GRACE, scheduler = schedulerNamed }: { grace?: number; scheduler?: (name: string) => Scheduler | undefined } = {},
): Promise<RunRecord[]> {
  const [first] = folders;
  if (!first) return [];
  const submissions = await Submissions.open(path.dirname(first.path));
  await Promise.all(folders.map(folder => folder.requestStop()));
  const records = await Promise.all(folders.map(folder => folder.read()));
  const cancel = async (some: readonly RunRecord[]) => {
    for (const [name, tasks] of grouped(
      some.flatMap(({ id }) => submissions.tasksOf(id)),
      task => task.scheduler,
    ))
      await scheduler(name)?.cancel(tasks);
  };
  // Those that wait must not start while the others are given time.
  await cancel(records.filter(({ state }) => state !== 'running'));
  const end = Date.now() + grace;
  while (Date.now() < end && (await anyRunning(folders))) await pause(POLL);
  await cancel(records.filter(({ state }) => state === 'running'));
  return Promise.all(folders.map(settled));
}

async function anyRunning(folders: readonly RunFolder[]): Promise<boolean> {
  return (await Promise.all(folders.map(folder => folder.read()))).some(({ state }) => state === 'running');
}

async function settled(folder: RunFolder): Promise<RunRecord> {
  if (await new Attempts(folder).settle()) return folder.read();
  const record = await folder.read();
  const end: RunRecord = {
    ...record,
    state: isOver(record) ? record.state : 'stopped',
    endedAt: record.endedAt ?? new Date().toISOString(),
  };
  await folder.write(end);
  return end;
}
