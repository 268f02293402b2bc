import { minimiserInBall } from '../ballBisection';
import type { Matrix } from '../matrix';
import { dot, minimiseConvex, norm } from '../newton';
import { classScores, type ClassHeads } from './classScores';

export interface SoftmaxHeadSettings {
  /** Strength λ > 0 of the penalty (λ/2)‖Θ‖_F² beside the mean cross-entropy. */
  readonly strength: number;
  /** Where to start; 0 when absent. */
  readonly start?: ClassHeads;
  /** The gradient has shrunk enough at this share of the norm it has at Θ = 0; 10⁻⁷ when absent. */
  readonly tolerance?: number;
}

const TOLERANCE = 1e-7;
/** The search of ln λ for the heads on the boundary of the ball. */
const BALL_SEARCH = { span: 25, steps: 30, tolerance: 1e-6 };

/**
 * Multinomial logistic regression to convergence: argmin (1/n)Σ −ln softmax(Θhᵢ)_{yᵢ} + (λ/2)‖Θ‖_F², by Newton's method. No intercept: a constant feature
 * carries it. Throws a RangeError when labels and features do not match.
 *
 * @param classOf the class of each row, 0 … classes − 1
 */
export function fitSoftmaxHead(
  features: Matrix,
  classOf: ArrayLike<number>,
  classes: number,
  { strength, start, tolerance = TOLERANCE }: SoftmaxHeadSettings,
): ClassHeads {
  if (classOf.length !== features.rows) throw new RangeError(`${classOf.length} labels for ${features.rows} rows of features`);
  const origin = new Float64Array(classes * features.columns);
  const heads = (values: Float64Array): ClassHeads => ({ classes, values });
  const slope = (values: Float64Array) => {
    const chances = softmax(classScores(features, heads(values)));
    const gradient = addTransposed(features, residuals(chances, classOf), strength, values);
    const curvature = (direction: Float64Array): Float64Array =>
      addTransposed(features, curved(chances, classScores(features, heads(direction))), strength, direction);
    return { gradient, curvature };
  };
  const value = (values: Float64Array): number =>
    crossEntropy(classScores(features, heads(values)), classOf) + (strength / 2) * dot(values, values);
  return heads(minimiseConvex({ value, slope }, { start: start?.values ?? origin, tolerance: tolerance * norm(slope(origin).gradient) }));
}

/** The softmax heads of least cross-entropy of Θh/γ within ‖Θ‖_F ≤ radius, the convex surrogate of the ramp risk of the margin; in the ball exactly. */
export function fitSoftmaxHeadInBall(
  features: Matrix,
  classOf: ArrayLike<number>,
  classes: number,
  radius: number,
  margin: number,
): ClassHeads {
  const scaled: Matrix = { ...features, values: Float64Array.from(features.values, value => value / margin) };
  // At strength λ the minimiser's norm is at most √(2 ln K/λ): beyond this λ it lies in the ball.
  const tooStrong = Math.log((2 * Math.log(classes)) / radius ** 2);
  return minimiserInBall({
    tooStrong,
    ...BALL_SEARCH,
    fit: (strength, start) => fitSoftmaxHead(scaled, classOf, classes, { strength, start }),
    isInside: ({ values }) => norm(values) <= radius,
  });
}

/** Mean of −ln softmax(scores)_y over the rows, without overflow. */
export function crossEntropy({ rows, columns, values }: Matrix, classOf: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < rows; i++) {
    const row = values.subarray(i * columns, (i + 1) * columns);
    let most = -Infinity;
    for (const value of row) most = Math.max(most, value);
    let mass = 0;
    for (const value of row) mass += Math.exp(value - most);
    sum += Math.log(mass) + most - row[classOf[i]!]!;
  }
  return sum / rows;
}

/** Softmax of each row of scores: chances that sum to 1. */
export function softmax({ rows, columns, values }: Matrix): Matrix {
  const chances = new Float64Array(values.length);
  for (let i = 0; i < rows; i++) {
    let most = -Infinity;
    for (let k = 0; k < columns; k++) most = Math.max(most, values[i * columns + k]!);
    let mass = 0;
    for (let k = 0; k < columns; k++) mass += chances[i * columns + k] = Math.exp(values[i * columns + k]! - most);
    for (let k = 0; k < columns; k++) chances[i * columns + k]! /= mass;
  }
  return { rows, columns, values: chances };
}

/** Derivative of the mean cross-entropy in the scores. */
function residuals({ rows, columns, values }: Matrix, classOf: ArrayLike<number>): Float64Array {
  const result = Float64Array.from(values, value => value / rows);
  for (let i = 0; i < rows; i++) result[i * columns + classOf[i]!]! -= 1 / rows;
  return result;
}

/** The Hessian of the mean cross-entropy in the scores, (diag p − ppᵀ)/n a row, times a change of the scores. */
function curved(chances: Matrix, change: Matrix): Float64Array {
  const { rows, columns, values } = chances;
  const result = new Float64Array(values.length);
  for (let i = 0; i < rows; i++) {
    let mean = 0;
    for (let k = 0; k < columns; k++) mean += values[i * columns + k]! * change.values[i * columns + k]!;
    for (let k = 0; k < columns; k++)
      result[i * columns + k] = (values[i * columns + k]! * (change.values[i * columns + k]! - mean)) / rows;
  }
  return result;
}

/** weightsᵀ·H + strength·heads for weights `rows × classes`. */
function addTransposed({ rows, columns, values }: Matrix, weights: Float64Array, strength: number, heads: Float64Array): Float64Array {
  const classes = heads.length / columns;
  const result = heads.map(value => strength * value);
  for (let i = 0; i < rows; i++)
    for (let k = 0; k < classes; k++) {
      const weight = weights[i * classes + k]!;
      if (weight !== 0) for (let j = 0; j < columns; j++) result[k * columns + j]! += weight * values[i * columns + j]!;
    }
  return result;
}
