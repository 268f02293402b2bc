import { minimiserInBall } from './ballBisection';
import type { Matrix } from './matrix';
import { dot, minimiseConvex, norm } from './newton';
import { headOutputs } from './rampLoss';

export interface LogisticHeadSettings {
  /** Strength λ ≥ 0 of the penalty (λ/2)‖θ‖² beside the mean logistic loss. */
  readonly strength: number;
  /** Where to start; 0 when absent. */
  readonly start?: Float64Array;
  /** The gradient has shrunk enough at this share of the norm it has at θ = 0; 10⁻⁹ when absent. */
  readonly tolerance?: number;
}

const TOLERANCE = 1e-9;
/** The search of ln λ for the head on the boundary of the ball. */
const BALL_SEARCH = { span: 30, steps: 40, tolerance: 1e-9 };

/**
 * Logistic regression with an ℓ2 penalty to convergence: argmin (1/n)Σ ln(1 + exp(−yᵢθᵀhᵢ)) + (λ/2)‖θ‖², by Newton's method with conjugate gradients
 * for the step. No intercept: a constant feature carries it. Labels are +1 and −1. Throws a RangeError when labels and features do not match.
 */
export function fitLogisticHead(features: Matrix, labels: ArrayLike<number>, settings: LogisticHeadSettings): Float64Array {
  if (labels.length !== features.rows) throw new RangeError(`${labels.length} labels for ${features.rows} rows of features`);
  const { strength } = settings;
  const origin = new Float64Array(features.columns);
  const tolerance = (settings.tolerance ?? TOLERANCE) * norm(gradient(features, labels, strength, origin).vector);
  return minimiseConvex(
    {
      value: head => objective(features, labels, strength, head),
      slope: head => {
        const { vector, curvatures } = gradient(features, labels, strength, head);
        const curvature = (direction: Float64Array): Float64Array => {
          const weights = headOutputs(features, direction).map((output, i) => output * curvatures[i]!);
          return addTransposed(features, weights, strength, direction);
        };
        return { gradient: vector, curvature };
      },
    },
    { start: settings.start ?? origin, tolerance },
  );
}

/**
 * The logistic head within a ball: argmin (1/n)Σ ln(1 + exp(−yᵢθᵀhᵢ/γ)) over ‖θ‖ ≤ radius, the convex surrogate of the ramp risk in D1; in the
 * ball exactly.
 */
export function fitHeadInBall(features: Matrix, labels: ArrayLike<number>, radius: number, margin: number): Float64Array {
  const scaled: Matrix = { ...features, values: Float64Array.from(features.values, value => value / margin) };
  const largest = norm(gradient(scaled, labels, 0, new Float64Array(features.columns)).vector) / radius;
  if (largest === 0) return new Float64Array(features.columns);
  return minimiserInBall({
    tooStrong: Math.log(largest),
    ...BALL_SEARCH,
    fit: (strength, start) => fitLogisticHead(scaled, labels, { strength, start }),
    isInside: head => norm(head) <= radius,
  });
}

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
