import { add, square, sum, type Scalar, type Tensor } from '@tensorflow/tfjs-core';
import type { OptimiserSettings } from '../engine/engine';
import type { Parameters } from '../engine/parameters';
import { nothingDrawn, type Penalty, type Regulariser } from './regulariser';

/**
 * The L2 regulariser as decoupled weight decay (Loshchilov & Hutter 2019): each step shrinks every trained parameter by
 * learning rate · λ. Its value is the sum of their squares.
 */
export class WeightDecay implements Regulariser {
  readonly kind = 'l2';
  readonly decays = true;
  readonly inputs = {};

  /** @param names the trained parameters */
  constructor(
    readonly lambda: number,
    private readonly parameters: Parameters,
    private readonly names: readonly string[],
  ) {}

  next = nothingDrawn;

  penalty(): Penalty {
    const squares = this.names.map(name => sum<Tensor>(square(this.parameters.variable(name))));
    return { value: squares.reduce((total, one) => add(total, one)) as Scalar };
  }
}

/** The optimiser of pre-training: Adam with β = (0.9, 0.95) as in He et al. 2022, with the weight decay of the regularisers. */
export function pretrainingOptimiser(regularisers: readonly Pick<Regulariser, 'decays' | 'lambda'>[]): OptimiserSettings {
  const adam = { beta1: 0.9, beta2: 0.95 };
  const decay = regularisers.find(({ decays }) => decays);
  return decay ? { kind: 'adamw', ...adam, weightDecay: decay.lambda } : { kind: 'adam', ...adam };
}
