/** Mean with its spread over repeats. `deviation` is the sample standard deviation (n − 1), absent for one value. */
export interface Spread {
  readonly mean: number;
  readonly deviation?: number;
  readonly count: number;
}

/** Mean and sample standard deviation. Throws a RangeError for an empty list. */
export function spread(values: readonly number[]): Spread {
  if (values.length === 0) throw new RangeError('spread of no values');
  const count = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  if (count === 1) return { mean, count };
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / (count - 1)), count };
}

/** 97.5 % quantiles of Student's t for 1 … 30 degrees of freedom. */
const T_QUANTILES = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131, 2.12, 2.11, 2.101, 2.093, 2.086,
  2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042,
];

/** 97.5 % quantile of Student's t; beyond 30 degrees of freedom the Cornish–Fisher expansion (error below 1e-4). */
export function studentQuantile(degrees: number): number {
  const tabulated = T_QUANTILES[degrees - 1];
  if (tabulated !== undefined) return tabulated;
  const z = 1.959964;
  return z + (z ** 3 + z) / (4 * degrees) + (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * degrees ** 2);
}

/** A paired difference with its 95 % Student interval. */
export interface PairedDifference {
  readonly mean: number;
  readonly interval: readonly [low: number, high: number];
  readonly count: number;
}

/** Mean of `left[i] − right[i]` with its 95 % interval; undefined for fewer than two pairs, where no interval exists. */
export function pairedDifference(left: readonly number[], right: readonly number[]): PairedDifference | undefined {
  const { mean, deviation, count } = spread(left.map((value, i) => value - right[i]!));
  if (deviation === undefined) return undefined;
  const half = (studentQuantile(count - 1) * deviation) / Math.sqrt(count);
  return { mean, interval: [mean - half, mean + half], count };
}
