import type { Matrix } from './matrix';
import { headOutputs } from './rampLoss';

export interface LogisticHeadSettings {
  /** Strength λ ≥ 0 of the penalty (λ/2)‖θ‖² beside the mean logistic loss. */
  readonly strength: number;
  /** Where to start; 0 when absent. */
  readonly start?: Float64Array;
  /** The gradient has shrunk enough at this share of the norm it has at θ = 0; 10⁻⁹ when absent. */
  readonly tolerance?: number;
}

/** Newton steps before giving up; fewer than fifteen are usual. */
const MOST_STEPS = 200;
const TOLERANCE = 1e-9;
/** Bisections of ln λ for the head on the boundary of the ball. */
const BALL_STEPS = 40;

/**
 * Logistic regression with an ℓ2 penalty to convergence: argmin (1/n)Σ ln(1 + exp(−yᵢθᵀhᵢ)) + (λ/2)‖θ‖², by Newton's method with conjugate gradients
 * for the step. No intercept: a constant feature carries it. Labels are +1 and −1. Throws a RangeError when labels and features do not match.
 */
export function fitLogisticHead(features: Matrix, labels: ArrayLike<number>, settings: LogisticHeadSettings): Float64Array {
  if (labels.length !== features.rows) throw new RangeError(`${labels.length} labels for ${features.rows} rows of features`);
  const { strength } = settings;
  const origin = new Float64Array(features.columns);
  const tolerance = (settings.tolerance ?? TOLERANCE) * norm(gradient(features, labels, strength, origin).vector);
  let head: Float64Array = settings.start ? Float64Array.from(settings.start) : origin;
  for (let step = 0; step < MOST_STEPS; step++) {
    const { vector, curvatures } = gradient(features, labels, strength, head);
    const size = norm(vector);
    if (!(size > tolerance)) break;
    const direction = newtonDirection(features, curvatures, strength, vector, size * Math.min(0.1, Math.sqrt(size)));
    const next = lineSearch(features, labels, strength, head, direction, dot(vector, direction));
    if (!next) break;
    head = next;
  }
  return head;
}

/**
 * The logistic head within a ball: argmin (1/n)Σ ln(1 + exp(−yᵢθᵀhᵢ/γ)) over ‖θ‖ ≤ radius, the convex surrogate of the ramp risk in D1. The constrained
 * minimiser is the penalised one whose norm is the radius (Lagrange), found by bisection on the penalty, and lies in the ball exactly.
 */
export function fitHeadInBall(features: Matrix, labels: ArrayLike<number>, radius: number, margin: number): Float64Array {
  const scaled: Matrix = { ...features, values: Float64Array.from(features.values, value => value / margin) };
  const largest = norm(gradient(scaled, labels, 0, new Float64Array(features.columns)).vector) / radius;
  if (largest === 0) return new Float64Array(features.columns);
  let tooStrong = Math.log(largest);
  let tooWeak = tooStrong - 30;
  let head = fitLogisticHead(scaled, labels, { strength: Math.exp(tooStrong) });
  let start = head;
  for (let i = 0; i < BALL_STEPS && tooStrong - tooWeak > 1e-9; i++) {
    const middle = (tooStrong + tooWeak) / 2;
    start = fitLogisticHead(scaled, labels, { strength: Math.exp(middle), start });
    if (norm(start) <= radius) {
      tooStrong = middle;
      head = start;
    } else tooWeak = middle;
  }
  return head;
}

const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, value, j) => sum + value * b[j]!, 0);
const norm = (a: Float64Array): number => Math.sqrt(dot(a, a));

/** ln(1 + e^{−m}) without overflow. */
const logisticLoss = (m: number): number => (m > 0 ? Math.log1p(Math.exp(-m)) : Math.log1p(Math.exp(m)) - m);

function objective(features: Matrix, labels: ArrayLike<number>, strength: number, head: Float64Array): number {
  const outputs = headOutputs(features, head);
  return outputs.reduce((sum, output, i) => sum + logisticLoss(labels[i]! * output), 0) / features.rows + (strength / 2) * dot(head, head);
}

/** Gradient of the objective, and the second derivatives of the loss at each point divided by n. */
function gradient(
  features: Matrix,
  labels: ArrayLike<number>,
  strength: number,
  head: Float64Array,
): { readonly vector: Float64Array; readonly curvatures: Float64Array } {
  const { rows } = features;
  const weights = headOutputs(features, head);
  const curvatures = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    const chance = 1 / (1 + Math.exp(labels[i]! * weights[i]!));
    curvatures[i] = (chance * (1 - chance)) / rows;
    weights[i] = (-labels[i]! * chance) / rows;
  }
  return { vector: addTransposed(features, weights, strength, head), curvatures };
}

/** Hᵀ·weights + strength·head. */
function addTransposed({ rows, columns, values }: Matrix, weights: Float64Array, strength: number, head: Float64Array): Float64Array {
  const result = head.map(value => strength * value);
  for (let i = 0; i < rows; i++) {
    const weight = weights[i]!;
    if (weight !== 0) for (let j = 0; j < columns; j++) result[j]! += weight * values[i * columns + j]!;
  }
  return result;
}

/** Conjugate gradients on (Hᵀ diag(curvatures) H + strength·I) d = −vector until the residual is below `tolerance`. */
function newtonDirection(
  features: Matrix,
  curvatures: Float64Array,
  strength: number,
  vector: Float64Array,
  tolerance: number,
): Float64Array {
  const direction = new Float64Array(vector.length);
  const residual = vector.map(value => -value);
  let search = Float64Array.from(residual);
  let square = dot(residual, residual);
  for (let k = 0; k < 2 * vector.length + 10 && Math.sqrt(square) > tolerance; k++) {
    const weights = headOutputs(features, search).map((output, i) => output * curvatures[i]!);
    const product = addTransposed(features, weights, strength, search);
    const curvature = dot(search, product);
    if (!(curvature > 0)) break;
    const step = square / curvature;
    for (let j = 0; j < direction.length; j++) {
      direction[j]! += step * search[j]!;
      residual[j]! -= step * product[j]!;
    }
    const previous = square;
    square = dot(residual, residual);
    search = search.map((value, j) => residual[j]! + (square / previous) * value);
  }
  return direction;
}

/** The first of the steps 1, ½, ¼ … that lowers the objective enough; undefined when rounding leaves none. */
function lineSearch(
  features: Matrix,
  labels: ArrayLike<number>,
  strength: number,
  head: Float64Array,
  direction: Float64Array,
  slope: number,
): Float64Array | undefined {
  const now = objective(features, labels, strength, head);
  for (let step = 1; step > 1e-10; step /= 2) {
    const next = head.map((value, j) => value + step * direction[j]!);
    if (objective(features, labels, strength, next) <= now + 1e-4 * step * slope + 1e-16 * Math.abs(now)) return next;
  }
  return undefined;
}
