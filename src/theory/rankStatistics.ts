import { Random } from '../common/random';

/** A statistic of two paired lists. */
export type PairStatistic = (first: ArrayLike<number>, second: ArrayLike<number>) => number;

const RESAMPLES = 1000;

/** Ranks from 1 in rising order; equals share their mean rank. */
export function meanRanks(values: ArrayLike<number>): Float64Array {
  const order = Array.from({ length: values.length }, (_, i) => i).sort((a, b) => values[a]! - values[b]!);
  const ranks = new Float64Array(values.length);
  for (let start = 0; start < order.length;) {
    let end = start + 1;
    while (end < order.length && values[order[end]!] === values[order[start]!]) end++;
    for (let k = start; k < end; k++) ranks[order[k]!] = (start + 1 + end) / 2;
    start = end;
  }
  return ranks;
}

/** Pearson's correlation; NaN when either list does not vary. Throws a RangeError when the lists differ in length or hold fewer than two values. */
export const pearson: PairStatistic = (first, second) => {
  checkPairs(first, second);
  const n = first.length;
  let [meanFirst, meanSecond] = [0, 0];
  for (let i = 0; i < n; i++) {
    meanFirst += first[i]! / n;
    meanSecond += second[i]! / n;
  }
  let [cross, squareFirst, squareSecond] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    const [a, b] = [first[i]! - meanFirst, second[i]! - meanSecond];
    cross += a * b;
    squareFirst += a * a;
    squareSecond += b * b;
  }
  return cross / Math.sqrt(squareFirst * squareSecond);
};

/** Spearman's correlation: Pearson's of the mean ranks. */
export const spearman: PairStatistic = (first, second) => {
  checkPairs(first, second);
  return pearson(meanRanks(first), meanRanks(second));
};

/** Kendall's τ_b (1945), which corrects for ties in either list; NaN when either does not vary. */
export const kendallTauB: PairStatistic = (first, second) => weightedConcordance(first, second, () => 1);

/**
 * Weighted τ with additive hyperbolic weights 1/(rank + 1) + 1/(rank′ + 1), ranks from 0 at the largest value (Vigna 2015): pairs that involve the best count most.
 * The mean of the statistics with ranks by the first and by the second list, ties broken by the other list, as SciPy's default.
 */
export const weightedTau: PairStatistic = (first, second) => {
  const by = (main: ArrayLike<number>, other: ArrayLike<number>) => {
    const order = Array.from({ length: main.length }, (_, i) => i).sort((a, b) => main[b]! - main[a]! || other[b]! - other[a]!);
    const rank = new Float64Array(main.length);
    order.forEach((i, place) => (rank[i] = place));
    return weightedConcordance(main, other, (i, j) => 1 / (rank[i]! + 1) + 1 / (rank[j]! + 1));
  };
  return (by(first, second) + by(second, first)) / 2;
};

function weightedConcordance(first: ArrayLike<number>, second: ArrayLike<number>, weight: (i: number, j: number) => number): number {
  checkPairs(first, second);
  let [cross, squareFirst, squareSecond] = [0, 0, 0];
  for (let i = 0; i < first.length; i++)
    for (let j = 0; j < i; j++) {
      const w = weight(i, j);
      const [a, b] = [Math.sign(first[i]! - first[j]!), Math.sign(second[i]! - second[j]!)];
      cross += w * a * b;
      squareFirst += w * a * a;
      squareSecond += w * b * b;
    }
  return cross / Math.sqrt(squareFirst * squareSecond);
}

function checkPairs(first: ArrayLike<number>, second: ArrayLike<number>): void {
  if (first.length !== second.length) throw new RangeError(`${first.length} values cannot be paired with ${second.length}`);
  if (first.length < 2) throw new RangeError('A correlation needs at least two pairs');
}

/**
 * 95 % percentile bootstrap interval of a statistic over resampled pairs (Efron and Tibshirani 1993), the same for the same seed. Resamples without variation are
 * left out; throws a RangeError when fewer than a hundred remain.
 */
export function bootstrapInterval(
  statistic: PairStatistic,
  first: ArrayLike<number>,
  second: ArrayLike<number>,
  seed: number | string,
): readonly [number, number] {
  checkPairs(first, second);
  const random = new Random(seed);
  const values: number[] = [];
  for (let k = 0; k < RESAMPLES; k++) {
    const chosen = Array.from({ length: first.length }, () => random.integer(first.length));
    const value = statistic(
      chosen.map(i => first[i]!),
      chosen.map(i => second[i]!),
    );
    if (Number.isFinite(value)) values.push(value);
  }
  if (values.length < 100) throw new RangeError('Too few pairs that differ for an interval');
  values.sort((a, b) => a - b);
  const at = (share: number) => values[Math.round(share * (values.length - 1))]!;
  return [at(0.025), at(0.975)];
}
