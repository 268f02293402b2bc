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
  const settle = await adoption(store);
  return Promise.all(runs.map(settle));
}

/** What `adoptRuns` does to one run of a study folder. */
export async function adoption(store: RunStore): Promise<(run: StoredRun) => Promise<StoredRun>> {
  const owner = await queueOwner(store.path, store.files);
  const submissions = await Submissions.open(store.path).catch(() => undefined);
  return async run => {
    if (isOver(run.record)) return run;
    if (run.record.state === 'queued' && owner !== undefined) return run;
    if (submissions?.has(run.record.id)) return run;
    if (run.record.state !== 'queued' && !(await isAbandoned(run))) return run;
    const settled = (record: RunRecord) => (isOver(record) ? record : interrupted(record));
    // Where nothing can be written it is still known how the run ended.
    return { folder: run.folder, record: await run.folder.update(settled).catch(() => settled(run.record)) };
  };
}

/** Whether the record says running although its trainer is gone, as far as can be known on this machine. */
export async function isAbandoned({ folder, record }: { readonly folder: RunFolder; readonly record: RunRecord }): Promise<boolean> {
  return record.state === 'running' && !record.attempt && !(record.process && (await mayLive(record.process, folder.beatFile)));
}

/** Whether nothing more will happen to a run. */
export function isOver({ state }: Pick<RunRecord, 'state'>): boolean {
  return state !== 'queued' && state !== 'running';
}

function interrupted(record: RunRecord): RunRecord {
  return { ...record, state: 'interrupted', endedAt: new Date().toISOString() };
}
