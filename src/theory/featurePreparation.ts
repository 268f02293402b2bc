import { Fault } from '../common/fault';
import { columnMeans, scatter } from './covariance';
import type { Matrix } from './matrix';
import { symmetricEigen } from './symmetricEigen';

export interface PreparationSettings {
  /** α in Σ_U^{−α/2}: 0 leaves the features centred, 1 whitens them. */
  readonly exponent: number;
  /** Whether rows are scaled to norm 1 before the constant feature is appended. */
  readonly unitNormalised: boolean;
}

/** A map of features that was fixed by unlabelled points alone, so that it may stand before any certificate (F3 in docs/theory.md). */
export interface FeaturePreparation {
  readonly settings: PreparationSettings;
  /** Centred, preconditioned features with one constant column appended that carries the bias. */
  apply(features: Matrix): Matrix;
}

/** Eigenvalues of Σ_U below this share of the largest one are raised to it, so that directions without spread are not blown up. */
const EIGENVALUE_FLOOR = 1e-6;

/**
 * The maps h ↦ Σ_U^{−α/2}(h − mean_U), optionally scaled to norm 1, with a constant feature as large as the rest (root mean square over the unlabelled
 * points). Only `unlabelled` is looked at. Throws a Fault for fewer than two unlabelled points.
 */
export function featurePreparations(unlabelled: Matrix, grid: readonly PreparationSettings[]): readonly FeaturePreparation[] {
  if (unlabelled.rows < 2)
    throw new Fault('Preparing features takes at least two unlabelled points', 'give the data set more unlabelled images');
  const { columns } = unlabelled;
  const means = columnMeans(unlabelled);
  const rotation = grid.some(settings => settings.exponent !== 0) ? principalAxes(unlabelled, means) : undefined;
  return grid.map(settings => {
    const factors = rotation?.deviations.map(deviation => deviation ** -settings.exponent);
    const transform = (row: Float64Array): Float64Array =>
      settings.exponent === 0 || !rotation || !factors ? row : scaleAlong(rotation.axes, factors, row);
    const constant = settings.unitNormalised ? 1 : rootMeanSquareNorm(unlabelled, means, transform);
    return {
      settings,
      apply: features => {
        if (features.columns !== columns) throw new RangeError(`Features have ${features.columns} columns, the unlabelled ones ${columns}`);
        const values = new Float64Array(features.rows * (columns + 1));
        for (let i = 0; i < features.rows; i++) {
          const row = transform(centredRow(features, i, means));
          const scale = settings.unitNormalised ? 1 / (norm(row) || 1) : 1;
          for (let j = 0; j < columns; j++) values[i * (columns + 1) + j] = scale * row[j]!;
          values[i * (columns + 1) + columns] = constant;
        }
        return { rows: features.rows, columns: columns + 1, values };
      },
    };
  });
}

/**
 * Rows scaled to norm 1 with a constant feature of size `constant`: a map that looks at no point at all, for labelled features without unlabelled ones.
 * It neither centres nor preconditions.
 */
export const rowNormalisation = (constant: number): FeaturePreparation => ({
  settings: { exponent: 0, unitNormalised: true },
  apply: ({ rows, columns, values }) => {
    const result = new Float64Array(rows * (columns + 1));
    for (let i = 0; i < rows; i++) {
      let square = 0;
      for (let j = 0; j < columns; j++) square += values[i * columns + j]! ** 2;
      const scale = 1 / (Math.sqrt(square) || 1);
      for (let j = 0; j < columns; j++) result[i * (columns + 1) + j] = scale * values[i * columns + j]!;
      result[i * (columns + 1) + columns] = constant;
    }
    return { rows, columns: columns + 1, values: result };
  },
});

interface PrincipalAxes {
  readonly axes: Matrix;
  /** Standard deviation along each axis, floored. */
  readonly deviations: Float64Array;
}

function principalAxes(unlabelled: Matrix, means: Float64Array): PrincipalAxes {
  const { values, vectors } = symmetricEigen(scatter(unlabelled, means));
  const largest = values[0]!;
  const deviations =
    largest > 0
      ? values.map(value => Math.sqrt(Math.max(value, EIGENVALUE_FLOOR * largest) / (unlabelled.rows - 1)))
      : new Float64Array(values.length).fill(1);
  return { axes: vectors, deviations };
}

const norm = (row: Float64Array): number => Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));

function centredRow({ columns, values }: Matrix, row: number, means: Float64Array): Float64Array {
  return means.map((mean, j) => values[row * columns + j]! - mean);
}

/** V diag(factors) Vᵀ row, where the rows of `axes` are the columns of V. */
function scaleAlong(axes: Matrix, factors: Float64Array, row: Float64Array): Float64Array {
  const n = axes.columns;
  const result = new Float64Array(n);
  for (let k = 0; k < n; k++) {
    let coordinate = 0;
    for (let j = 0; j < n; j++) coordinate += axes.values[k * n + j]! * row[j]!;
    coordinate *= factors[k]!;
    for (let j = 0; j < n; j++) result[j]! += coordinate * axes.values[k * n + j]!;
  }
  return result;
}

function rootMeanSquareNorm(features: Matrix, means: Float64Array, transform: (row: Float64Array) => Float64Array): number {
  let sum = 0;
  for (let i = 0; i < features.rows; i++) for (const value of transform(centredRow(features, i, means))) sum += value * value;
  return Math.sqrt(sum / features.rows);
}
