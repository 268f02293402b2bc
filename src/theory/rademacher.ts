import type { Random } from '../common/random';
import { meanSquareNorm, type Matrix } from './matrix';
import type { Quantity } from './quantity';

/** Enumeration stops here: 2^(n−1) sign vectors. */
const MOST_ENUMERATED = 20;

export interface ComplexitySettings {
  /** Number M of random sign vectors; 1,000 when absent. */
  readonly draws?: number;
  /** Probability with which the Monte Carlo upper limit may fail, over the signs. */
  readonly failureProbability: number;
  readonly random: Random;
}

/** Empirical Rademacher complexity (R/n)·E‖Hᵀε‖ of the linear heads ‖θ‖ ≤ R on features H, from below, in the mean and from above. */
export interface HeadComplexity {
  /** Monte Carlo mean and its standard error; exact (error 0) up to twelve points. */
  readonly mean: number;
  readonly standardError: number;
  /** Khintchine's lower bound R‖H‖_F/(√2·n). */
  readonly lower: number;
  /** Jensen's upper bound R‖H‖_F/n. */
  readonly jensen: number;
  /** The smaller of Jensen's bound and the Monte Carlo upper limit: certified. */
  readonly certified: number;
  /** The certified value with its provenance, ready for `generalTheorem`. */
  readonly quantity: Quantity;
}

function euclideanNorm(vector: Float64Array): number {
  let sum = 0;
  for (const value of vector) sum += value * value;
  return Math.sqrt(sum);
}

function addRow(to: Float64Array, { values, columns }: Matrix, row: number, factor: number): void {
  const from = row * columns;
  for (let j = 0; j < columns; j++) to[j]! += factor * values[from + j]!;
}

/** Jensen's upper bound R‖H‖_F/n on the complexity of the ℓ2 ball of heads: equality for orthogonal rows. */
export const complexityUpperBound = (features: Matrix, radius: number): number =>
  radius * Math.sqrt(meanSquareNorm(features) / features.rows);

/** Khintchine's lower bound R‖H‖_F/(√2·n) (Latała and Oleszkiewicz 1994 for the constant). */
export const complexityLowerBound = (features: Matrix, radius: number): number => complexityUpperBound(features, radius) * Math.SQRT1_2;

/** The complexity by going through all sign vectors, in Gray-code order. Throws a RangeError for more than 20 rows. */
export function exactComplexity(features: Matrix, radius: number): number {
  const { rows, columns } = features;
  if (rows > MOST_ENUMERATED) throw new RangeError(`${rows} points have too many sign vectors to go through (at most ${MOST_ENUMERATED})`);
  const signs = new Int8Array(rows).fill(1);
  const sum = new Float64Array(columns);
  for (let i = 0; i < rows; i++) addRow(sum, features, i, 1);
  const configurations = 2 ** (rows - 1);
  let total = euclideanNorm(sum);
  for (let code = 1; code < configurations; code++) {
    const row = 31 - Math.clz32(code & -code);
    signs[row]! *= -1;
    addRow(sum, features, row, 2 * signs[row]!);
    total += euclideanNorm(sum);
  }
  return (radius * total) / configurations / rows;
}

/** Monte Carlo mean of (R/n)‖Hᵀε‖ over random signs, with its standard error. */
export function sampledComplexity(
  features: Matrix,
  radius: number,
  draws: number,
  random: Random,
): { readonly mean: number; readonly standardError: number } {
  const { rows, columns } = features;
  const vector = new Float64Array(columns);
  let sum = 0;
  let squares = 0;
  for (let draw = 0; draw < draws; draw++) {
    vector.fill(0);
    for (let i = 0; i < rows; i++) addRow(vector, features, i, random.sign());
    const value = (radius * euclideanNorm(vector)) / rows;
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

/**
 * Complexity of the ℓ2 ball of linear heads of radius R on the features of n labelled points ("complexity" in docs/theory.md): exact up to twelve points,
 * otherwise Monte Carlo with the upper limit mean + (R‖H‖_F/n)·√(2 ln(1/δ)/M) (McDiarmid over the n·M signs).
 */
export function headComplexity(features: Matrix, radius: number, settings: ComplexitySettings): HeadComplexity {
  const { draws = 1000, failureProbability, random } = settings;
  const jensen = complexityUpperBound(features, radius);
  const exact = features.rows <= 12;
  const { mean, standardError } = exact
    ? { mean: exactComplexity(features, radius), standardError: 0 }
    : sampledComplexity(features, radius, draws, random);
  const limit = exact ? mean : mean + jensen * Math.sqrt((2 * Math.log(1 / failureProbability)) / draws);
  const certified = Math.min(limit, jensen);
  const inputs = { R: radius, n: features.rows, '‖H‖_F': (jensen * features.rows) / radius };
  const sampled = !exact && limit < jensen;
  return {
    mean,
    standardError,
    lower: complexityLowerBound(features, radius),
    jensen,
    certified,
    quantity: {
      value: certified,
      evidence: 'certified',
      formula: exact
        ? 'R·E‖Hᵀε‖/n over all sign vectors'
        : sampled
          ? 'mean over M sign vectors of R‖Hᵀε‖/n + (R‖H‖_F/n)·√(2 ln(1/δ)/M)'
          : 'R‖H‖_F/n',
      inputs: sampled ? { ...inputs, M: draws, δ: failureProbability, mean } : inputs,
      assumptions: [],
      failureProbability: sampled ? failureProbability : 0,
    },
  };
}
