import { columnMeans, scatter } from '../covariance';
import type { Matrix } from '../matrix';
import { symmetricEigen, symmetricEigenvalues } from '../symmetricEigen';

/** Means and covariance of a sample, divided by n − 1. */
export interface Moments {
  readonly means: Float64Array;
  readonly covariance: Matrix;
}

/** Throws a RangeError for fewer than two rows. */
export function momentsOf(sample: Matrix): Moments {
  if (sample.rows < 2) throw new RangeError('A covariance takes at least two rows');
  const means = columnMeans(sample);
  const sums = scatter(sample, means);
  return { means, covariance: { ...sums, values: Float64Array.from(sums.values, value => value / (sample.rows - 1)) } };
}

/** ‖μ₁ − μ₂‖²: the squared discrepancy of the linear kernel. */
export const meanDistance2 = (source: Moments, target: Moments): number =>
  source.means.reduce((sum, mean, j) => sum + (mean - target.means[j]!) ** 2, 0);

/** CORAL ‖Σ₁ − Σ₂‖_F²/4d² (Sun and Saenko 2016). */
export function coral(source: Moments, target: Moments): number {
  const [a, b] = [source.covariance.values, target.covariance.values];
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i]! - b[i]!) ** 2;
  return sum / (4 * source.covariance.rows ** 2);
}

function product(left: Matrix, right: Matrix): Matrix {
  const n = left.rows;
  const values = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let k = 0; k < n; k++) {
      const factor = left.values[i * n + k]!;
      if (factor !== 0) for (let j = 0; j < n; j++) values[i * n + j]! += factor * right.values[k * n + j]!;
    }
  return { rows: n, columns: n, values };
}

/** The positive square root of a covariance; negative eigenvalues are rounding and count as 0. */
function squareRoot(covariance: Matrix): Matrix {
  const { values, vectors } = symmetricEigen(covariance);
  const n = covariance.rows;
  const scaled = Float64Array.from(vectors.values, (value, i) => value * Math.max(0, values[Math.floor(i / n)]!) ** 0.25);
  const root = new Float64Array(n * n);
  for (let k = 0; k < n; k++)
    for (let i = 0; i < n; i++) {
      const factor = scaled[k * n + i]!;
      for (let j = 0; j < n; j++) root[i * n + j]! += factor * scaled[k * n + j]!;
    }
  return { rows: n, columns: n, values: root };
}

/**
 * Squared Fréchet distance ‖μ₁ − μ₂‖² + tr(Σ₁ + Σ₂ − 2(Σ₁^{½}Σ₂Σ₁^{½})^{½}): the squared 2-Wasserstein distance of normal laws with these moments
 * (Dowson and Landau 1982).
 */
export function frechet2(source: Moments, target: Moments): number {
  const n = source.covariance.rows;
  const root = squareRoot(source.covariance);
  const middle = product(product(root, target.covariance), root);
  const cross = symmetricEigenvalues(middle).reduce((sum, value) => sum + Math.sqrt(Math.max(0, value)), 0);
  let traces = 0;
  for (let j = 0; j < n; j++) traces += source.covariance.values[j * n + j]! + target.covariance.values[j * n + j]!;
  return Math.max(0, meanDistance2(source, target) + traces - 2 * cross);
}

/**
 * Discrepancy of the squared loss over pairs of linear heads ‖θ‖ ≤ R: sup |E_U(⟨θ − θ′, h⟩²) − E_T(⟨θ − θ′, h⟩²)| = 4R²·‖E_U hhᵀ − E_T hhᵀ‖
 * (Mansour, Mohri and Rostamizadeh 2009), on the samples' second moments. For labels that a head of the class gives, it bounds the difference of the two risks.
 */
export function squaredLossDiscrepancy(source: Matrix, target: Matrix, radius: number): number {
  const origin = new Float64Array(source.columns);
  const [a, b] = [scatter(source, origin), scatter(target, origin)];
  const difference = Float64Array.from(a.values, (value, i) => value / source.rows - b.values[i]! / target.rows);
  const values = symmetricEigenvalues({ ...a, values: difference });
  return 4 * radius ** 2 * Math.max(Math.abs(values[0]!), Math.abs(values.at(-1)!));
}
