import { add, div, matMul, mean, mul, sqrt, square, sub, sum, type Scalar, type Tensor } from '@tensorflow/tfjs-core';
import type { Random } from '../../common/random';

/** Rounds the corner of ‖s‖ at 0, where its gradient does not exist; far below any norm met in training. */
const SMOOTHING = 1e-6;

export interface RadRegSettings {
  /** Radius R of the heads over which the maximum is taken. */
  readonly radius: number;
  /** Number N of unlabelled downstream images whose complexity is meant; a batch of m overstates it by about √(N/m). */
  readonly population: number;
}

/** `draws × batch` fair signs, fresh for every step: fixed ones would be fitted. */
export function drawSigns(random: Random, draws: number, batch: number): Float32Array {
  return Float32Array.from({ length: draws * batch }, () => random.sign());
}

/**
 * RadReg (Deng et al. 2024): the empirical Rademacher complexity of linear heads of norm ≤ R on `features`
 * (`batch × width`), averaged over the rows of `signs` (`draws × batch`). The inner maximum has a closed form,
 * max over ‖v‖ ≤ R of ⟨v, s⟩ = R‖s‖ with s = (1/m)·Σᵢ σᵢ·h(xᵢ), here R·(√(‖s‖² + ε²) − ε), and the factor √(m/N) carries
 * the value of a batch of m to all N images.
 */
export function radReg(features: Tensor, signs: Tensor, { radius, population }: RadRegSettings): Scalar {
  const batch = features.shape[0];
  const sums = div(matMul(signs, features), batch);
  const norms = sub(sqrt(add(sum(square(sums), 1), SMOOTHING ** 2)), SMOOTHING);
  return mul(mean(norms), radius * Math.sqrt(Math.min(1, batch / population)));
}
