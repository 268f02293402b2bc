import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import type { EngineName } from './engineChoice';
import type { OptimiserState } from './optimiserRule';
import type { Parameters } from './parameters';

export type { EngineName } from './engineChoice';

/** Shapes and types of what a step is fed; every dimension is fixed (one trace per batch shape). */
export type InputSpecs = Readonly<Record<string, { readonly shape: readonly number[]; readonly dtype?: 'float32' | 'int32' }>>;

/** Host arrays, one per input, row-major. */
export type Feeds = Readonly<Record<string, Float32Array | Int32Array>>;

/** Named results; scalars are arrays of length 1. */
export type Results = Record<string, Float32Array>;

export type Tensors = Readonly<Record<string, Tensor>>;

export interface OptimiserSettings {
  readonly kind: 'adam' | 'adamw' | 'sgd';
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
  /** Decoupled for `adamw`; added to the gradient for `adam` and `sgd`. */
  readonly weightDecay?: number;
  /** For `sgd`. */
  readonly momentum?: number;
}

export interface TrainingSpec {
  readonly inputs: InputSpecs;
  readonly parameters: Parameters;
  /** Names of the parameters that are updated; all of them when absent. */
  readonly trainable?: readonly string[];
  /** A pure function over tfjs tensors; `loss` is minimised, the other scalars are reported. Randomness must come in as inputs. */
  readonly loss: (inputs: Tensors) => { loss: Scalar } & Record<string, Tensor>;
  readonly optimiser: OptimiserSettings;
}

/** One compiled optimiser step over the parameters it was made for. */
export interface TrainingStep {
  /** Runs forward, backward and the update with this learning rate; returns the scalars of the loss function. */
  run(feeds: Feeds, learningRate: number): Promise<Results>;
  /** Gradients of the loss by parameter name, without an update (for tests and for the taught). */
  gradients(feeds: Feeds): Promise<Results>;
  /** A copy of how far the optimiser is; between steps. */
  optimiserState(): OptimiserState;
  /** Goes on from where the optimiser of such a step stood, on the same engine. */
  restoreOptimiser(state: OptimiserState): void;
  /** The same step for inputs of other shapes: both share the optimiser's moments and its count of steps. */
  reshaped(inputs: InputSpecs): Promise<TrainingStep>;
  dispose(): void;
}

export interface ForwardSpec {
  readonly inputs: InputSpecs;
  readonly parameters: Parameters;
  readonly outputs: (inputs: Tensors) => Record<string, Tensor>;
}

/** A compiled function of the inputs that always uses the parameters' present values. */
export interface ForwardPass {
  run(feeds: Feeds): Promise<Results>;
  dispose(): void;
}

/** A pass whose inputs are known for every batch size. */
export type ExportSpec = Omit<ForwardSpec, 'inputs'> & { readonly inputs: (batch: number) => InputSpecs };

/** Executes models written over tfjs tensors. The same seed, engine and thread count give bit-identical weights. */
export interface Engine {
  readonly name: EngineName;
  readonly threads: number;
  trainingStep(spec: TrainingSpec): Promise<TrainingStep>;
  forwardPass(spec: ForwardSpec): Promise<ForwardPass>;
  /** A standalone ONNX file of `spec` with the present weights inside: standard operators, dynamic batch. */
  exportOnnx(spec: ExportSpec): Uint8Array;
  dispose(): void;
}
