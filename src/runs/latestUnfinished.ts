import type { RunRecord } from './record';

/** The run that was created last of those that have not finished: the one by which all are resumed. */
export function latestUnfinished<R extends Pick<RunRecord, 'state' | 'createdAt'>>(runs: readonly R[]): R | undefined {
  return runs
    .filter(({ state }) => state !== 'finished')
    .reduce<R | undefined>((last, run) => (last && last.createdAt >= run.createdAt ? last : run), undefined);
}
