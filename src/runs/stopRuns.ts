import path from 'node:path';
import { grouped } from '../common/grouped';
import { isOnCluster, stopOnCluster } from './cluster/stopOnCluster';
import type { RunRecord } from './record';
import type { RunFolder } from './runFolder';
import { stopRun } from './stopRun';

/**
 * Stops runs wherever they run, and resolves when every one is over.
 *
 * @throws EnvironmentFault when a cluster does not answer
 */
export async function stopRuns(folders: readonly RunFolder[]): Promise<RunRecord[]> {
  const away = await Promise.all(folders.map(isOnCluster));
  const studies = grouped(
    folders.filter((_, i) => away[i]),
    folder => path.dirname(folder.path),
  );
  const stopped = await Promise.all([
    ...folders.filter((_, i) => !away[i]).map(folder => stopRun(folder)),
    ...[...studies.values()].map(study => stopOnCluster(study)),
  ]);
  return stopped.flat();
}
