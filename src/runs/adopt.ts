import { mayLive } from './heartbeat';
import type { RunRecord } from './record';
import type { RunFolder } from './runFolder';
import type { RunStore, StoredRun } from './store';
import { Submissions } from './cluster/submissions';
import { queueOwner } from './studyLock';

/**
 * Looks after what earlier processes left behind: a running run whose trainer is gone and a queued run that nobody will start become
 * `interrupted`; living trainers and what a cluster has are left alone and can be watched. Returns all runs of the study as they now stand.
 */
export async function adoptRuns(store: RunStore, onBroken?: (fault: unknown) => void): Promise<StoredRun[]> {
  const runs = await store.list(onBroken);
  const queued = runs.some(({ record }) => record.state === 'queued') && (await queueOwner(store.path)) !== undefined;
  const submissions = await Submissions.open(store.path).catch(() => undefined);
  return Promise.all(
    runs.map(async run => {
      if (run.record.state === 'queued' && queued) return run;
      if (!isOver(run.record) && submissions?.has(run.record.id)) return run;
      if (run.record.state !== 'queued' && !(await isAbandoned(run))) return run;
      return { folder: run.folder, record: await run.folder.update(record => (isOver(record) ? record : interrupted(record))) };
    }),
  );
}

/** Whether the record says running although its trainer is gone, as far as can be known on this machine. */
export async function isAbandoned({ folder, record }: { readonly folder: RunFolder; readonly record: RunRecord }): Promise<boolean> {
  return record.state === 'running' && !record.attempt && !(record.process && (await mayLive(record.process, folder.beatFile)));
}

/** Whether nothing more will happen to a run. */
export function isOver(record: RunRecord): boolean {
  return record.state !== 'queued' && record.state !== 'running';
}

function interrupted(record: RunRecord): RunRecord {
  return { ...record, state: 'interrupted', endedAt: new Date().toISOString() };
}
