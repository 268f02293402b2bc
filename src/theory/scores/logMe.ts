import { gram, type GramFunction } from '../gram';
import { rotateTargets, type RotatedTargets } from '../symmetricEigen';
import { classCounts, classSums, type LabelledFeatures } from './labelledFeatures';

/** Half the width, in ln t, of the range that is searched around the largest eigenvalue, and the step of the first look. */
const SEARCH_WIDTH = 32;
const SEARCH_STEP = 0.5;
/** Golden-section steps after the first look: ln t is then known to 10⁻⁶, and the evidence, which is flat there, to 10⁻¹². */
const REFINEMENTS = 28;
const GOLDEN = (Math.sqrt(5) - 1) / 2;
/** Shares whose product still is far above the least number: each is at least e⁻³³ where ln t is searched. */
const SHARES_A_LOGARITHM = 8;
/** Eigenvalues below this share of the largest, times the order, are rounding. */
const ROUNDING = 2 ** -52;

/**
 * LogME (You et al. 2021): the evidence per point of Bayesian linear regression on fixed features, ln p(y|X)/n with weights N(0, α⁻¹I) and noise N(0, β⁻¹), at the α
 * and β that maximise it, averaged over the targets. For fixed t = α/β the best β is n/S(t) with S(t) = yᵀ(I + XXᵀ/t)⁻¹y, which leaves one variable:
 * ln p = ½Σ ln(t/(t + σᵢ)) + (n/2)(ln(n/S(t)) − 1 − ln 2π) over the eigenvalues σ of XᵀX. Zero eigenvalues cancel, so n < d needs nothing special.
 * `rotated` holds σ and, in its columns, VᵀXᵀy of each target; `squares` holds ‖y‖² of each.
 */
export function logMe(rotated: RotatedTargets, squares: ArrayLike<number>, count: number): number {
  const evidences = maximumEvidences(rotated, squares, count);
  return evidences.reduce((sum, evidence) => sum + evidence, 0) / evidences.length;
}

/** The evidence per point of each target; see `logMe`. */
export function maximumEvidences({ values, targets }: RotatedTargets, squares: ArrayLike<number>, count: number): Float64Array {
  const largest = Math.max(values[0] ?? 0, Number.MIN_VALUE);
  const rank = values.findLastIndex(value => value > largest * ROUNDING * values.length) + 1;
  const sigma = values.subarray(0, rank);
  const grid = searchGrid(sigma, largest);
  return Float64Array.from({ length: targets.columns }, (_, c) => {
    const shares = Float64Array.from(sigma, (value, i) => targets.values[i * targets.columns + c]! ** 2 / value);
    const outside = Math.max(0, squares[c]! - shares.reduce((sum, share) => sum + share, 0));
    return maximise(sigma, shares, outside, count, grid);
  });
}

interface GridPoint {
  readonly logRatio: number;
  /** t/(t + σᵢ) */
  readonly shrinkage: Float64Array;
  /** ½Σ ln(t/(t + σᵢ)) */
  readonly volume: number;
}

function searchGrid(sigma: Float64Array, largest: number): readonly GridPoint[] {
  const points = Math.round((2 * SEARCH_WIDTH) / SEARCH_STEP) + 1;
  return Array.from({ length: points }, (_, i) => {
    const logRatio = Math.log(largest) - SEARCH_WIDTH + i * SEARCH_STEP;
    const t = Math.exp(logRatio);
    const shrinkage = sigma.map(value => t / (t + value));
    return { logRatio, shrinkage, volume: shrinkage.reduce((sum, share) => sum + Math.log(share), 0) / 2 };
  });
}

function maximise(sigma: Float64Array, shares: Float64Array, outside: number, count: number, grid: readonly GridPoint[]): number {
  const evidence = (volume: number, residual: number) => volume / count + (Math.log(count / residual) - 1 - Math.log(2 * Math.PI)) / 2;
  let best = -Infinity;
  let place = 0;
  for (const { logRatio, shrinkage, volume } of grid) {
    let residual = outside;
    for (let i = 0; i < shares.length; i++) residual += shares[i]! * shrinkage[i]!;
    const value = evidence(volume, residual);
    if (value > best) [best, place] = [value, logRatio];
  }
  const at = (logRatio: number) => {
    const t = Math.exp(logRatio);
    let residual = outside;
    let volume = 0;
    let product = 1;
    for (let i = 0; i < shares.length; i++) {
      const share = t / (t + sigma[i]!);
      residual += shares[i]! * share;
      product *= share;
      if (i % SHARES_A_LOGARITHM > 0) continue;
      volume += Math.log(product);
      product = 1;
    }
    return evidence((volume + Math.log(product)) / 2, residual);
  };
  return Math.max(best, goldenSection(at, place - SEARCH_STEP, place + SEARCH_STEP));
}

/** The largest value of a function of one hump between two points. */
function goldenSection(f: (x: number) => number, low: number, high: number): number {
  let left = high - GOLDEN * (high - low);
  let right = low + GOLDEN * (high - low);
  let [leftValue, rightValue] = [f(left), f(right)];
  for (let i = 0; i < REFINEMENTS; i++) {
    if (leftValue > rightValue) {
      [high, right, rightValue] = [right, left, leftValue];
      left = high - GOLDEN * (high - low);
      leftValue = f(left);
    } else {
      [low, left, leftValue] = [left, right, rightValue];
      right = low + GOLDEN * (high - low);
      rightValue = f(right);
    }
  }
  return Math.max(leftValue, rightValue);
}

/** LogME of labelled features by itself, without an interval: one Gram matrix and one eigenvalue problem without eigenvectors. */
export async function logMeOf(data: LabelledFeatures, multiply: GramFunction = gram): Promise<number> {
  const { rows, columns, values } = classSums(data);
  const sums = new Float64Array(columns * rows);
  for (let c = 0; c < rows; c++) for (let j = 0; j < columns; j++) sums[j * rows + c] = values[c * columns + j]!;
  const rotated = rotateTargets(await multiply(data.features), { rows: columns, columns: rows, values: sums });
  return logMe(rotated, classCounts(data), data.features.rows);
}
