import type { Variable } from '@tensorflow/tfjs-core';
import type { Random } from '../../common/random';

/** How a parameter starts. `uniform` draws from ±bound, `truncated` from a normal cut at two standard deviations. */
export type Initialiser =
  | { readonly kind: 'zeros' }
  | { readonly kind: 'ones' }
  | { readonly kind: 'uniform'; readonly bound: number }
  | { readonly kind: 'normal'; readonly deviation: number }
  | { readonly kind: 'truncated'; readonly deviation: number };

/**
 * The named learnable tensors of one model. They are declared while the model is built; their values live in one
 * WebAssembly memory, so that engines and the optimiser kernel share them without copies.
 */
export declare class Parameters {
  constructor(random: Random);
  /** Declares a parameter and returns the tfjs variable that stands for it in model code. Names are unique within the model. */
  declare(name: string, shape: readonly number[], initialiser: Initialiser): Variable;
  readonly names: readonly string[];
  readonly count: number;
  shape(name: string): readonly number[];
  /** The live values: writing here changes the model. The view stays valid for the life of the object. */
  values(name: string): Float32Array;
  /** A copy of all values, for checkpoints and for restarting from the same weights. */
  snapshot(): Map<string, Float32Array>;
  restore(snapshot: ReadonlyMap<string, Float32Array>): void;
  dispose(): void;
}
