import { abs, add, div, matMul, max, mean, mul, reshape, sqrt, square, sub, sum, type Scalar, type Tensor } from '@tensorflow/tfjs-core';

/** Rounds the corner of ‖s‖ at 0, where its gradient does not exist; far below any norm met in training. */
const SMOOTHING = 1e-6;

export interface RadRegSettings {
  /** Radius R of the heads over which the maximum is taken. */
  readonly radius: number;
  /** Number N of unlabelled images whose complexity is meant; a batch of m overstates it by about √(N/m). */
  readonly population: number;
}

/** The factor √(m/N) that carries the value of a batch of m to all N images. */
export const populationFactor = (batch: number, population: number): number => Math.sqrt(Math.min(1, batch / population));

/** s = (1/m)·Σᵢ σᵢ·h(xᵢ) for each row of `signs` (draws × batch): draws × width. */
const signedMeans = (features: Tensor, signs: Tensor): Tensor => div(matMul(signs, features), features.shape[0]);

/** √(‖s‖² + ε²) − ε for each row. */
const smoothNorms = (rows: Tensor): Tensor => sub(sqrt(add(sum(square(rows), 1), SMOOTHING ** 2)), SMOOTHING);

/**
 * RadReg (Deng et al. 2024): the empirical Rademacher complexity of linear heads of norm ≤ R on `features`
 * (`batch × width`), averaged over the rows of `signs` (`draws × batch`). The inner maximum has a closed form,
 * max over ‖v‖ ≤ R of ⟨v, s⟩ = R‖s‖ with s = (1/m)·Σᵢ σᵢ·h(xᵢ), here R·(√(‖s‖² + ε²) − ε), and the factor √(m/N) carries
 * the value of a batch of m to all N images.
 */
export function radReg(features: Tensor, signs: Tensor, { radius, population }: RadRegSettings): Scalar {
  const norms = smoothNorms(signedMeans(features, signs));
  return mul(mean(norms), radius * populationFactor(features.shape[0], population));
}

/** The same for heads whose absolute weights sum to at most R: max of ⟨v, s⟩ = R·‖s‖_∞. */
export function radRegL1(features: Tensor, signs: Tensor, { radius, population }: RadRegSettings): Scalar {
  const largest = max(abs(signedMeans(features, signs)), 1);
  return mul(mean(largest), radius * populationFactor(features.shape[0], population));
}

/**
 * The same for linear heads with K outputs and Frobenius norm ≤ R, with a sign for every output of every image (the complexity that
 * Maurer's contraction (2016) leaves of K-class losses): max of Σ_k ⟨v_k, s_k⟩ = R·(Σ_k ‖s_k‖²)^½. Rows k, K + k, … of `signs` belong
 * to output k.
 */
export function radRegClasses(features: Tensor, signs: Tensor, classes: number, { radius, population }: RadRegSettings): Scalar {
  const means = reshape(signedMeans(features, signs), [signs.shape[0] / classes, classes * features.shape[1]!]);
  return mul(mean(smoothNorms(means)), radius * populationFactor(features.shape[0], population));
}
