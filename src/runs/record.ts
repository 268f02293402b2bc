import type { EngineName } from '../training/engine/engine';
import type { TrialResults } from '../training/results';
import type { Trial } from '../studies/study';
import type { DataFingerprints } from './dataFingerprints';
import type { ProcessIdentity } from './processIdentity';
import type { Provenance } from './provenance';

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

/** One start of a trial by a cluster, in a folder of its own until it has a result. */
export interface Attempt {
  /** Name of its folder below `attempts/`. */
  readonly name: string;
  /** The cluster's task, such as `4711_3`. */
  readonly task: string;
  /** The node it runs on. */
  readonly node?: string;
  /** Whether the trainer ended without writing how: worth another attempt. */
  readonly crashed?: boolean;
}

/** Where a run was stopped because its hold-out loss was worse than that of other trials with its seed. */
export interface StoppedEarly {
  /** Share of pre-training at which they were compared. */
  readonly share: number;
  readonly loss: number;
  /** The worst hold-out loss of those that went on. */
  readonly kept: number;
}

/** Options of the command line, by name. */
export type AskedOptions = Readonly<Record<string, string | readonly string[]>>;

/** Version of the records that this BoundLens writes; it reads no later ones. */
export const RECORD_VERSION = 1;

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
  readonly process?: ProcessIdentity;
  readonly engine?: { readonly name: EngineName; readonly threads: number; readonly note?: string };
  /** Which start of the trial this tells of, where a cluster runs it. */
  readonly attempt?: Attempt;
  /** With which options a cluster was asked for the run; absent where it was this machine. Whoever resumes it asks for the same. */
  readonly asked?: AskedOptions;
  /** What the data were when the run started. */
  readonly data?: DataFingerprints;
  readonly provenance?: Provenance;
  /** Steps of pre-training after which later trainers went on, where earlier ones had ended. */
  readonly resumedAfter?: readonly number[];
  /** Step of pre-training after which the trainer ends, so that the run can be compared with others; absent to go on to the end. */
  readonly pauseAfter?: number;
  /** That step, while the run waits there. */
  readonly pausedAfter?: number;
  /** Where its loss was worse than that of others, so that it was stopped. */
  readonly earlyStop?: StoppedEarly;
  /** How many trainers of this run ended without a word since it was last asked for. */
  readonly crashes?: number;
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
