import type { Matrix } from './matrix';
import { symmetricEigenvalues } from './symmetricEigen';

/** Mean of every column. Throws a RangeError for a matrix without rows. */
export function columnMeans({ rows, columns, values }: Matrix): Float64Array {
  if (rows === 0) throw new RangeError('A mean needs at least one row');
  const means = new Float64Array(columns);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) means[j]! += values[i * columns + j]!;
  return means.map(sum => sum / rows);
}

/** Σ (row − means)(row − means)ᵀ: the scatter of the rows about `means`, symmetric, undivided. */
export function scatter({ rows, columns, values }: Matrix, means: Float64Array): Matrix {
  const sums = new Float64Array(columns * columns);
  const row = new Float64Array(columns);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) row[j] = values[i * columns + j]! - means[j]!;
    for (let j = 0; j < columns; j++) {
      const factor = row[j]!;
      if (factor !== 0) for (let k = 0; k <= j; k++) sums[j * columns + k]! += factor * row[k]!;
    }
  }
  for (let j = 0; j < columns; j++) for (let k = 0; k < j; k++) sums[k * columns + j] = sums[j * columns + k]!;
  return { rows: columns, columns, values: sums };
}

/** λ_max of (1/n)·Σ hhᵀ over the rows: the largest mean square of the features along any direction. */
export function secondMomentNorm(features: Matrix): number {
  return Math.max(0, symmetricEigenvalues(scatter(features, new Float64Array(features.columns)))[0]! / features.rows);
}

/** Rows less `means`, with a constant column that carries the bias. */
export function centredWithConstant({ rows, columns, values }: Matrix, means: Float64Array): Matrix {
  const result = new Float64Array(rows * (columns + 1)).fill(1);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) result[i * (columns + 1) + j] = values[i * columns + j]! - means[j]!;
  return { rows, columns: columns + 1, values: result };
}
