import type { EngineName } from '../training/engine/engine';
import type { TrialResults } from '../training/results';
import type { Trial } from '../studies/study';
import type { DataFingerprints } from './dataFingerprints';

export type RunState = 'queued' | 'running' | 'finished' | 'stopped' | 'failed' | 'interrupted';

export interface RunProgress {
  /** `pre-training`, `fine-tuning`, `certifying`, in the order in which they happen. */
  readonly phase: string;
  /** Share of the whole run that is done, in [0, 1]. */
  readonly fraction: number;
  readonly step: number;
  readonly steps: number;
  readonly secondsLeft?: number;
}

/** What is on disk as `run.json`: the truth about a run. Replaced atomically. */
export interface RunRecord {
  readonly version: 1;
  readonly id: string;
  readonly trial: Trial;
  readonly state: RunState;
  readonly createdAt: string;
  readonly startedAt?: string;
  readonly endedAt?: string;
  /** The trainer process: adopted after a reload only when both agree with a living process. */
  readonly process?: { readonly pid: number; readonly startedAt: string };
  readonly engine?: { readonly name: EngineName; readonly threads: number; readonly note?: string };
  /** What the data were when the run started. */
  readonly data?: DataFingerprints;
  readonly progress?: RunProgress;
  readonly results?: TrialResults;
  /** Why it failed: one sentence with the mend. */
  readonly fault?: string;
}

/** One line of `metrics.jsonl`. Scalars by name: `loss`, `regulariser`, `heldOutRegulariser`, `featureNorm`, `holdOutLoss`, `learningRate`. */
export interface MetricLine {
  readonly phase: string;
  readonly step: number;
  /** Seconds since the run started. */
  readonly time: number;
  readonly values: Readonly<Record<string, number>>;
}
