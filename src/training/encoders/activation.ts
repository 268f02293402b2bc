import { relu, tanh, type Tensor } from '@tensorflow/tfjs-core';
import { gelu } from '../engine/operations';

/** Activations by their names in a study; all of them are 0 at 0. */
export type ActivationName = 'relu' | 'gelu' | 'tanh' | 'identity';

export const ACTIVATIONS: Readonly<Record<ActivationName, (x: Tensor) => Tensor>> = { relu, gelu, tanh, identity: x => x };
