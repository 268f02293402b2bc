import { clone, type Tensor } from '@tensorflow/tfjs-core';
import { withGradient } from './tfjs';

/** What `compute` makes, as a constant of the loss: no gradient goes through it. */
export const withoutGradient = (compute: () => Tensor): Tensor => withGradient([], () => ({ value: clone(compute()), gradient: () => [] }));
