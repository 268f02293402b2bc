import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import type { RandomState } from '../../common/random';
import type { BatchesState } from '../batches';
import type { Feeds, InputSpecs, Results, Tensors } from '../engine/engine';

/** What a regulariser makes of one step. */
export interface Penalty {
  /** What λ is multiplied with, without λ. */
  readonly value: Scalar;
  /** The same on what the step cannot fit: signs that it does not see. */
  readonly heldOut?: Scalar;
  /** What `took` is handed after the step, by name. */
  readonly carried?: Readonly<Record<string, Tensor>>;
}

/** Where the draws of a regulariser stand. */
export interface DrawState {
  readonly batches: BatchesState;
  readonly signs?: RandomState;
}

/**
 * Something that is added to an objective. Tensors come in by the names of `inputs`, which are unique among the regularisers of a run;
 * at λ = 0 the loss is the objective's own, bit for bit.
 */
export interface Regulariser {
  readonly kind: string;
  readonly lambda: number;
  /** Whether λ acts as decoupled weight decay in the optimiser; `value` is then reported and not added. */
  readonly decays?: boolean;
  readonly inputs: InputSpecs;
  /** What is drawn for one step; asked for in order, ahead of the step. */
  next(): Promise<Feeds>;
  /** Where its draws stand, for `restore`; absent where it draws nothing. What it carries is no part of it. */
  snapshot?(): DrawState;
  restore?(state: DrawState): void;
  /** What it carries from step to step, as it stands right before one. */
  carried?(): Feeds;
  penalty(inputs: Tensors): Penalty;
  /** Hands back `Penalty.carried` after a step. */
  took?(results: Results): void;
}

export const nothingDrawn = (): Promise<Feeds> => Promise.resolve({});
