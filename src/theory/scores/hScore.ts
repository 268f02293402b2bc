import type { Matrix } from '../matrix';
import type { RotatedTargets } from '../symmetricEigen';
import { squareSum, trace as traceOf } from './entries';

/** Eigenvalues below this share of the largest, times the order, are rounding. */
const ROUNDING = 2 ** -52;

/**
 * H-score (Bao et al. 2019): tr(cov(x)⁺ cov(E[x|y])), at most classes − 1. `rotated` is the scatter Σ(x − mean)(x − mean)ᵀ with √n_c(mean of class c − mean) in the
 * columns of its targets; the divisor of both covariances cancels. Directions without variance are left out, as the pseudo-inverse does.
 */
export function hScore({ values, targets }: RotatedTargets): number {
  const floor = values[0]! * ROUNDING * values.length;
  return sumOver(targets, i => (values[i]! > floor ? 1 / values[i]! : 0));
}

/**
 * The H-score with the covariance shrunk as Ledoit and Wolf (2004) prescribe, Σ_s = (1 − s)Σ + s(tr Σ/d)I, as (1 − s)·tr(Σ_s⁻¹ cov(E[x|y])) (Ibrahim et al. 2022).
 * Σ is divided by n and the class means' covariance by n − 1, as in the authors' code. `trace` is that of the scatter, `dimensions` that of the features.
 */
export function regularisedHScore(
  { values, targets }: RotatedTargets,
  shrinkage: number,
  { count, dimensions, trace }: { readonly count: number; readonly dimensions: number; readonly trace: number },
): number {
  const floor = values[0]! * ROUNDING * values.length;
  const ridge = (shrinkage * trace) / count / dimensions;
  const inverse = (i: number) => {
    const value = values[i]! > floor ? ((1 - shrinkage) * values[i]!) / count : 0;
    return value + ridge > 0 ? 1 / (value + ridge) : 0;
  };
  return ((1 - shrinkage) / (count - 1)) * sumOver(targets, inverse);
}

/** Σ weight(i)·targets[i, c]² over rows and columns. */
function sumOver({ rows, columns, values }: Matrix, weight: (row: number) => number): number {
  let sum = 0;
  for (let i = 0; i < rows; i++) {
    const factor = weight(i);
    for (let c = 0; c < columns; c++) sum += factor * values[i * columns + c]! ** 2;
  }
  return sum;
}

/**
 * The shrinkage of Ledoit and Wolf (2004) towards a multiple of the identity, in [0, 1]. `fourthMoment` is Σ‖x − mean‖⁴ over the points, `scatter` undivided.
 */
export function ledoitWolfShrinkage(scatter: Matrix, fourthMoment: number, count: number, dimensions: number): number {
  const square = squareSum(scatter) / count ** 2;
  const spread = square - (traceOf(scatter) / count) ** 2 / dimensions;
  const noise = Math.min((fourthMoment / count - square) / count, spread);
  return noise > 0 ? noise / spread : 0;
}
