import type { RunRecord } from './record';
import { shareDone, timeLeft } from './timeLeft';

/** Where a sweep stands. */
export interface SweepProgress {
  /** One record per trial, in the order of the trials. */
  readonly records: readonly RunRecord[];
  /** The trials that were finished before and are kept as they are. */
  readonly kept: number;
  /** Share of all work that is done, in [0, 1]. */
  readonly fraction: number;
  readonly secondsLeft?: number;
}

/** Where a sweep stands now, with `jobs` of its trials at a time. */
export function sweepProgress(records: readonly RunRecord[], kept: number, jobs: number): SweepProgress {
  const seconds = timeLeft(records, jobs, Date.now());
  return { records, kept, fraction: shareDone(records), ...(seconds !== undefined && { secondsLeft: seconds }) };
}
