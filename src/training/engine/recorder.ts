import type { Scalar, Tensor, Variable } from '@tensorflow/tfjs-core';
import type { InputSpecs } from './engine';
import type { Traced } from './graph';

export interface TraceOptions {
  /** Accept tensors from outside the function as constants of the graph; otherwise they are a `TraceFault`. */
  readonly allowConstants?: boolean;
}

/** Makes the recording backend known to tfjs, so that variables can be created where no computing backend is bundled. Idempotent. */
export declare function registerRecorder(): void;

export declare function trace(
  inputs: InputSpecs,
  variables: readonly Variable[],
  fn: (inputs: Readonly<Record<string, Tensor>>) => Readonly<Record<string, Tensor>>,
  options?: TraceOptions,
): Traced;

/** Outputs `loss`, the other scalars of `loss`, and `grad/<name>` for each variable in `trainable`. */
export declare function traceStep(
  inputs: InputSpecs,
  variables: readonly Variable[],
  trainable: readonly Variable[],
  loss: (inputs: Readonly<Record<string, Tensor>>) => { loss: Scalar } & Record<string, Tensor>,
  options?: TraceOptions,
): Traced;
