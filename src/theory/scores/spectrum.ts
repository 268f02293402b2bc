import type { Matrix } from '../matrix';
import { squareSum, trace } from './entries';

/** Added to every share before the entropy, as its authors do. */
const RANK_ME_EPSILON = 1e-7;
/** Eigenvalues below this share of the largest, times the order, are rounding. */
const ROUNDING = 2 ** -52;

/**
 * RankMe (Garrido et al. 2023): exp of the entropy of the singular values as shares of their sum, not centred; the effective number of dimensions in use, without
 * labels. `eigenvalues` are those of XᵀX in falling order, of which min(n, d) belong to singular values.
 */
export function rankMe(eigenvalues: Float64Array, count: number, dimensions: number): number {
  const floor = (eigenvalues[0] ?? 0) * ROUNDING * eigenvalues.length;
  const singular = Array.from(eigenvalues.subarray(0, Math.min(count, dimensions)), value => (value > floor ? Math.sqrt(value) : 0));
  const sum = singular.reduce((total, value) => total + value, 0);
  if (sum === 0) throw new RangeError('All features are 0');
  let entropy = 0;
  for (const value of singular) {
    const share = value / sum + RANK_ME_EPSILON;
    entropy -= share * Math.log(share);
  }
  return Math.exp(entropy);
}

/** (Σλ)²/Σλ² of the covariance's eigenvalues, from any multiple of the covariance: the number of dimensions over which the variance spreads. */
export function participationRatio(covariance: Matrix): number {
  const square = squareSum(covariance);
  if (square === 0) throw new RangeError('The features do not vary');
  return trace(covariance) ** 2 / square;
}
