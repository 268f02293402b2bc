import type { Random } from '../../common/random';
import { rowsOfClasses, type LabelledFeatures } from './labelledFeatures';

/** A score with the 95 % interval of its jack-knife standard error. */
export interface Estimate {
  readonly value: number;
  readonly interval: readonly [low: number, high: number];
}

/** 97.5 % quantile of the normal distribution. */
const NORMAL_QUANTILE = 1.959963984540054;

/** A row in no group is never left out. */
const KEPT = -1;

/**
 * Deals the rows into `count` groups of nearly equal size, every class spread over as many groups as it has points; the only point of a class is in none
 * (−1), so that leaving a group out never loses a class.
 */
export function jackknifeGroups(data: Pick<LabelledFeatures, 'classOf' | 'classes'>, count: number, random: Random): Int32Array {
  const groups = new Int32Array(data.classOf.length).fill(KEPT);
  let dealt = 0;
  for (const rows of rowsOfClasses(data)) {
    if (rows.length < 2) continue;
    for (const k of random.permutation(rows.length)) groups[rows[k]!] = dealt++ % count;
  }
  return groups;
}

/** Row numbers that stay when a group is left out. */
export function rowsWithout(groups: Int32Array, group: number): Int32Array {
  const rows: number[] = [];
  groups.forEach((other, i) => {
    if (other !== group) rows.push(i);
  });
  return Int32Array.from(rows);
}

/**
 * 95 % interval of a score from its values with one group of the rows left out each time (delete-group jack-knife; Shao and Tu 1995, chapter 2): Student's t on
 * groups − 1 degrees of freedom about `value`, cut to `range`. `share` is the share of the rows that the left-out values were computed on, when those are a
 * subsample: standard errors shrink with the root of the count. Throws a RangeError when fewer than two values are finite.
 */
export function jackknifeInterval(
  value: number,
  leftOut: readonly number[],
  { range = [-Infinity, Infinity], share = 1 }: { readonly range?: readonly [number, number]; readonly share?: number } = {},
): readonly [number, number] {
  const finite = leftOut.filter(Number.isFinite);
  const count = finite.length;
  if (count < 2) throw new RangeError('Too few points for an interval');
  const mean = finite.reduce((sum, left) => sum + left, 0) / count;
  const variance = (finite.reduce((sum, left) => sum + (left - mean) ** 2, 0) * (count - 1)) / count;
  const half = studentQuantile(count - 1) * Math.sqrt(variance * share);
  return [Math.min(value, Math.max(range[0], value - half)), Math.max(value, Math.min(range[1], value + half))];
}

/** 97.5 % quantile of Student's t, to 0.2 % from 4 degrees of freedom on (expansion about the normal quantile; Abramowitz and Stegun 26.7.5). */
export function studentQuantile(degrees: number): number {
  const z = NORMAL_QUANTILE;
  const first = (z ** 3 + z) / 4;
  const second = (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96;
  const third = (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384;
  const fourth = (79 * z ** 9 + 776 * z ** 7 + 1482 * z ** 5 - 1920 * z ** 3 - 945 * z) / 92160;
  return z + first / degrees + second / degrees ** 2 + third / degrees ** 3 + fourth / degrees ** 4;
}
