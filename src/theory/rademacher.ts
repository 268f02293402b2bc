import type { Random } from '../common/random';
import { meanSquareNorm, type Matrix } from './matrix';
import type { Quantity } from './quantity';

/** Enumeration stops here: 2^(n−1) sign vectors. */
const MOST_ENUMERATED = 20;
/** Up to this many points the complexity is exact. */
export const EXACT_UP_TO = 12;

/** Which ball of linear heads: ‖θ‖₂ ≤ R or ‖θ‖₁ ≤ R. The supremum of ⟨θ, v⟩ over it is R‖v‖₂ or R‖v‖_∞. */
export type HeadBall = 'l2' | 'l1';

export interface ComplexitySettings {
  /** Number M of random sign vectors; 1,000 when absent. */
  readonly draws?: number;
  /** Probability with which the Monte Carlo upper limit may fail, over the signs. */
  readonly failureProbability: number;
  readonly random: Random;
  /** The ℓ2 ball when absent. */
  readonly ball?: HeadBall;
}

/** Empirical Rademacher complexity (R/n)·E‖Hᵀε‖ of the linear heads ‖θ‖ ≤ R on features H, from below, in the mean and from above; ‖·‖ is the dual norm. */
export interface HeadComplexity {
  /** Monte Carlo mean and its standard error; exact (error 0) up to twelve points. */
  readonly mean: number;
  readonly standardError: number;
  /** Khintchine's lower bound: R‖H‖_F/(√2·n), for the ℓ1 ball R·max_j‖H_j‖/(√2·n) over the columns. */
  readonly lower: number;
  /** Jensen's upper bound R‖H‖_F/n, for either ball. */
  readonly jensen: number;
  /** Massart's upper bound for the ℓ1 ball. */
  readonly massart?: number;
  /** The smallest of these upper bounds and the Monte Carlo upper limit: certified. */
  readonly certified: number;
  /** The certified value with its provenance, ready for `generalTheorem`. */
  readonly quantity: Quantity;
}

function euclideanNorm(vector: Float64Array): number {
  let sum = 0;
  for (const value of vector) sum += value * value;
  return Math.sqrt(sum);
}

function largestSize(vector: Float64Array): number {
  let most = 0;
  for (const value of vector) most = Math.max(most, Math.abs(value));
  return most;
}

const DUAL_NORMS: Readonly<Record<HeadBall, (vector: Float64Array) => number>> = { l2: euclideanNorm, l1: largestSize };

function addRow(to: Float64Array, { values, columns }: Matrix, row: number, factor: number): void {
  const from = row * columns;
  for (let j = 0; j < columns; j++) to[j]! += factor * values[from + j]!;
}

/** Jensen's upper bound R‖H‖_F/n on the complexity of the ℓ2 ball of heads: equality for orthogonal rows. */
export const complexityUpperBound = (features: Matrix, radius: number): number =>
  radius * Math.sqrt(meanSquareNorm(features) / features.rows);

/** Khintchine's lower bound R‖H‖_F/(√2·n) (Latała and Oleszkiewicz 1994 for the constant). */
export const complexityLowerBound = (features: Matrix, radius: number): number => complexityUpperBound(features, radius) * Math.SQRT1_2;

/** max_j‖H_j‖₂ over the columns. */
function largestColumnNorm({ columns, values }: Matrix): number {
  const squares = new Float64Array(columns);
  values.forEach((value: number, i: number) => (squares[i % columns]! += value * value));
  return Math.sqrt(largestSize(squares));
}

/** Massart's upper bound (R/n)·√(2 ln 2p)·max_j‖H_j‖ on the complexity of the ℓ1 ball: the largest of 2p sub-Gaussian sums. */
export const massartUpperBound = (features: Matrix, radius: number): number =>
  (radius / features.rows) * Math.sqrt(2 * Math.log(2 * features.columns)) * largestColumnNorm(features);

/** Khintchine's lower bound R·max_j‖H_j‖/(√2·n) for the ℓ1 ball: one coordinate alone does as much. */
export const coordinateLowerBound = (features: Matrix, radius: number): number =>
  (radius / features.rows) * Math.SQRT1_2 * largestColumnNorm(features);

/** The complexity by going through all sign vectors, in Gray-code order. Throws a RangeError for more than 20 rows. */
export function exactComplexity(features: Matrix, radius: number, ball: HeadBall = 'l2'): number {
  const norm = DUAL_NORMS[ball];
  const { rows, columns } = features;
  if (rows > MOST_ENUMERATED) throw new RangeError(`${rows} points have too many sign vectors to go through (at most ${MOST_ENUMERATED})`);
  const signs = new Int8Array(rows).fill(1);
  const sum = new Float64Array(columns);
  for (let i = 0; i < rows; i++) addRow(sum, features, i, 1);
  const configurations = 2 ** (rows - 1);
  let total = norm(sum);
  for (let code = 1; code < configurations; code++) {
    const row = 31 - Math.clz32(code & -code);
    signs[row]! *= -1;
    addRow(sum, features, row, 2 * signs[row]!);
    total += norm(sum);
  }
  return (radius * total) / configurations / rows;
}

/** Monte Carlo mean of (R/n)‖Hᵀε‖ over random signs, with its standard error. */
export function sampledComplexity(
  features: Matrix,
  radius: number,
  draws: number,
  random: Random,
  ball: HeadBall = 'l2',
): { readonly mean: number; readonly standardError: number } {
  const norm = DUAL_NORMS[ball];
  const { rows, columns } = features;
  const vector = new Float64Array(columns);
  let sum = 0;
  let squares = 0;
  for (let draw = 0; draw < draws; draw++) {
    vector.fill(0);
    for (let i = 0; i < rows; i++) addRow(vector, features, i, random.sign());
    const value = (radius * norm(vector)) / rows;
    sum += value;
    squares += value * value;
  }
  const mean = sum / draws;
  const variance = draws > 1 ? Math.max(0, squares - draws * mean * mean) / (draws - 1) : 0;
  return { mean, standardError: Math.sqrt(variance / draws) };
}

/** E|ε₁ + … + ε_n|: the complexity of n identical rows of norm 1 with radius 1 is this divided by n. */
export function expectedAbsoluteSignSum(count: number): number {
  let value = 1;
  for (let n = 3; n <= count; n += 2) value *= n / (n - 1);
  return value;
}

/** √Σᵢ‖hᵢ‖² in the norm that a change of one sign moves: ‖H‖_F for the ℓ2 ball, √Σᵢ‖hᵢ‖²_∞ for the ℓ1 ball. */
function signSensitivity({ rows, columns, values }: Matrix, ball: HeadBall): number {
  let sum = 0;
  for (let i = 0; i < rows; i++) sum += DUAL_NORMS[ball](Float64Array.from(values.subarray(i * columns, (i + 1) * columns))) ** 2;
  return Math.sqrt(sum);
}

/** What McDiarmid's inequality adds to the mean over `draws` sign vectors for an upper limit that fails with probability δ: (R·S/n)·√(2 ln(1/δ)/M). */
const monteCarloMargin = (features: Matrix, radius: number, draws: number, failureProbability: number, ball: HeadBall): number =>
  ((radius * signSensitivity(features, ball)) / features.rows) * Math.sqrt((2 * Math.log(1 / failureProbability)) / draws);

interface UpperBound {
  readonly value: number;
  readonly formula: string;
  /** Whether it rests on random signs. */
  readonly sampled?: boolean;
}

/**
 * Complexity of a ball of linear heads of radius R on the features of n labelled points ("complexity" in docs/theory.md): exact up to twelve points,
 * otherwise the least of Jensen's bound, Massart's (ℓ1) and the Monte Carlo upper limit mean + (R·S/n)·√(2 ln(1/δ)/M) (McDiarmid over the n·M signs).
 */
export function headComplexity(features: Matrix, radius: number, settings: ComplexitySettings): HeadComplexity {
  const { draws = 1000, failureProbability, random, ball = 'l2' } = settings;
  const { rows } = features;
  const dual = ball === 'l2' ? '‖Hᵀε‖' : '‖Hᵀε‖_∞';
  const exact = rows <= EXACT_UP_TO;
  const { mean, standardError } = exact
    ? { mean: exactComplexity(features, radius, ball), standardError: 0 }
    : sampledComplexity(features, radius, draws, random, ball);
  const jensen = complexityUpperBound(features, radius);
  const massart = ball === 'l1' ? massartUpperBound(features, radius) : undefined;
  const limit: UpperBound = exact
    ? { value: mean, formula: `R·E${dual}/n over all sign vectors` }
    : {
        value: mean + monteCarloMargin(features, radius, draws, failureProbability, ball),
        formula: `mean over M sign vectors of R${dual}/n + (R${ball === 'l2' ? '‖H‖_F' : '√Σ‖hᵢ‖²_∞'}/n)·√(2 ln(1/δ)/M)`,
        sampled: true,
      };
  const candidates: readonly UpperBound[] = [
    { value: jensen, formula: 'R‖H‖_F/n' },
    ...(massart === undefined ? [] : [{ value: massart, formula: '(R/n)·√(2 ln 2p)·max_j‖H_j‖' }]),
    limit,
  ];
  const best = candidates.reduce((least, one) => (one.value < least.value || (exact && one === limit) ? one : least));
  const inputs = { R: radius, n: rows, '‖H‖_F': Math.sqrt(meanSquareNorm(features) * rows) };
  return {
    mean,
    standardError,
    lower: ball === 'l2' ? complexityLowerBound(features, radius) : coordinateLowerBound(features, radius),
    jensen,
    ...(massart !== undefined && { massart }),
    certified: best.value,
    quantity: {
      value: best.value,
      evidence: 'certified',
      formula: best.formula,
      inputs: best.sampled ? { ...inputs, M: draws, δ: failureProbability, mean } : inputs,
      assumptions: [],
      failureProbability: best.sampled ? failureProbability : 0,
    },
  };
}
