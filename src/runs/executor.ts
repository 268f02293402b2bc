import type { Trial } from '../studies/study';
import type { DataFingerprints } from './dataFingerprints';
import type { SweepProgress } from './sweepProgress';
import type { RunRecord } from './record';
import type { RunStore } from './store';

/** A sweep that somebody wants done. */
export interface SweepRequest {
  /** The study's name. */
  readonly name: string;
  readonly trials: readonly Trial[];
  readonly store: RunStore;
  readonly signal: AbortSignal;
  /** What a trial's data are now; a finished run of other data runs anew. */
  readonly fingerprint: (trial: Trial) => Promise<DataFingerprints>;
  readonly onProgress: (progress: SweepProgress) => void;
  /** Hears what a person should know while they wait, in one sentence. */
  readonly onNote: (sentence: string) => void;
}

/** Where the trials of a sweep run: on this machine, or in a cluster. The run folders are the truth about how far they are. */
export interface Executor {
  /** What the person reads before it starts: "2 at a time with 1 thread each". */
  readonly description: string;
  /** Whether trials go on when the signal of the request fires: a cluster's do, this machine's are stopped. */
  readonly outlivesCaller: boolean;
  /** Takes every trial to its end and resolves with their records in order, also when some failed; when the signal fires, with what there is. */
  run(request: SweepRequest): Promise<readonly RunRecord[]>;
}
