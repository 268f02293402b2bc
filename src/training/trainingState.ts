import type { RandomState } from '../common/random';
import type { BatchesState } from './batches';
import type { Feeds } from './engine/engine';
import type { OptimiserState } from './engine/optimiserRule';
import type { SamplerState } from './metricSampler';
import type { ObserverState } from './momentObserver';
import type { DrawState } from './regularisers/regulariser';

/** Where the draws of pre-training stand: everything that the next step is fed follows from it. */
export interface FeedsState {
  readonly step: number;
  readonly batches: BatchesState;
  readonly masks: RandomState;
  readonly ratios: RandomState;
  /** One a regulariser; undefined for one that draws nothing. */
  readonly regularisers: readonly (DrawState | undefined)[];
}

/** Pre-training between two steps: with it, the steps that follow are those of a run that was never interrupted, bit for bit. */
export interface StepsState {
  /** Steps that are done. */
  readonly step: number;
  readonly parameters: ReadonlyMap<string, Float32Array>;
  /** Absent before the first step. */
  readonly optimiser?: OptimiserState;
  readonly feeds: FeedsState;
  /** What each regulariser carries from step to step. */
  readonly carried: readonly (Feeds | undefined)[];
  readonly normCaps?: readonly Float64Array[];
  /** Sum of the objective's loss over the steps of the tail so far. */
  readonly tail: number;
}

/** A trial between two steps of its pre-training. What comes after pre-training follows from the seed and is done again. */
export interface TrainingState {
  readonly steps: StepsState;
  readonly observer: ObserverState;
  readonly sampler: SamplerState;
  /** Where the estimates of layer norms stand. */
  readonly norms: readonly Float64Array[];
  /** Seconds since the trial started, and when its pre-training did. */
  readonly seconds: number;
  readonly started: number;
}

/** Takes a state at most now and then. `capture` copies it, which costs time, so it is called only when the state is wanted. */
export interface StateKeeping {
  /** Where to go on; absent for a trial that begins. */
  readonly resume?: TrainingState;
  /**
   * Called between steps.
   *
   * @param isLast whether none will follow: the trial is being stopped or its pre-training is over
   * @param step how many steps are done
   */
  readonly offer: (capture: () => Promise<TrainingState>, isLast: boolean, step: number) => Promise<void>;
}
