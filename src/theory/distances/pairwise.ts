import { Stopped } from '../../common/fault';
import { Random } from '../../common/random';
import { rowsAt, type Matrix } from '../matrix';

/** Squared Euclidean distance of two rows. */
function squaredDistance(a: Matrix, i: number, b: Matrix, k: number): number {
  const { columns } = a;
  const [left, right] = [a.values, b.values];
  let [one, two] = [i * columns, k * columns];
  let sum = 0;
  for (let j = 0; j < columns; j++) sum += (left[one++]! - right[two++]!) ** 2;
  return sum;
}

/** Pooled rows beyond this number are thinned at random before the median of their distances is taken. */
const MOST_POOLED = 4000;

/** Two samples of one width, one below the other. */
export function pooled(source: Matrix, target: Matrix): Matrix {
  const values = new Float64Array(source.values.length + target.values.length);
  values.set(source.values);
  values.set(target.values, source.values.length);
  return { rows: source.rows + target.rows, columns: source.columns, values };
}

/** Median distance between different rows of both samples together: the usual width of an RBF kernel. Above 4,000 rows it is that of a fixed random choice of 4,000. */
export function medianDistance(source: Matrix, target: Matrix): number {
  const all = pooled(source, target);
  const points = all.rows > MOST_POOLED ? rowsAt(all, new Random('median').permutation(all.rows).subarray(0, MOST_POOLED)) : all;
  const squares = new Float64Array((points.rows * (points.rows - 1)) / 2);
  let place = 0;
  for (let i = 1; i < points.rows; i++) for (let k = 0; k < i; k++) squares[place++] = squaredDistance(points, i, points, k);
  squares.sort();
  const middle = squares.length >> 1;
  const upper = Math.sqrt(squares[middle]!);
  return squares.length % 2 === 1 ? upper : (Math.sqrt(squares[middle - 1]!) + upper) / 2;
}

/** Distances of two samples that are means over pairs of rows. */
export interface PairDistances {
  /** Unbiased estimate of the squared maximum mean discrepancy with the kernel exp(−d²/2σ²); may be negative. */
  readonly mmd2: number;
  /** Energy distance 2E‖X − Y‖ − E‖X − X′‖ − E‖Y − Y′‖ over all pairs, a row with itself included. */
  readonly energy2: number;
}

interface PairSums {
  kernel: number;
  distance: number;
}

/**
 * Maximum mean discrepancy (Gretton et al. 2012) and energy distance (Székely and Rizzo 2013) in one pass over all pairs. Throws `Stopped` when `signal` fires.
 * @param progress told the share of the pairs that are done
 */
export function pairDistances(
  source: Matrix,
  target: Matrix,
  sigma: number,
  { signal, progress }: { readonly signal?: AbortSignal; readonly progress?: (fraction: number) => void } = {},
): PairDistances {
  const total = source.rows * target.rows + (source.rows * (source.rows - 1) + target.rows * (target.rows - 1)) / 2;
  let done = 0;
  const sumsOf = (a: Matrix, b?: Matrix): PairSums => {
    const sums = { kernel: 0, distance: 0 };
    for (let i = 0; i < a.rows; i++) {
      if (signal?.aborted) throw new Stopped();
      const last = b?.rows ?? i;
      for (let k = 0; k < last; k++) {
        const square = squaredDistance(a, i, b ?? a, k);
        sums.kernel += Math.exp(-square / (2 * sigma ** 2));
        sums.distance += Math.sqrt(square);
      }
      done += last;
      progress?.(done / total);
    }
    return sums;
  };
  const [n, m] = [source.rows, target.rows];
  const [within, others, across] = [sumsOf(source), sumsOf(target), sumsOf(source, target)];
  return {
    mmd2: (2 * within.kernel) / (n * (n - 1)) + (2 * others.kernel) / (m * (m - 1)) - (2 * across.kernel) / (n * m),
    energy2: (2 * across.distance) / (n * m) - (2 * within.distance) / n ** 2 - (2 * others.distance) / m ** 2,
  };
}
