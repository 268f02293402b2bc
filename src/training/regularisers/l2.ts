import type { Trial } from '../../studies/study';
import type { OptimiserSettings } from '../engine/engine';

/**
 * The optimiser of pre-training: Adam with β = (0.9, 0.95) as in He et al. 2022. The L2 regulariser is decoupled weight
 * decay (Loshchilov & Hutter 2019): each step shrinks every parameter by learning rate · λ.
 */
export function pretrainingOptimiser(regulariser: Trial['regulariser']): OptimiserSettings {
  const adam = { beta1: 0.9, beta2: 0.95 };
  return regulariser.kind === 'l2' ? { kind: 'adamw', ...adam, weightDecay: regulariser.lambda } : { kind: 'adam', ...adam };
}
