import type { Matrix } from './matrix';

/** An n × d matrix with n < d, expressed in an orthonormal basis that holds its row space. */
export interface RowSpace {
  /** n × n and lower triangular: all inner products between rows are those of the given matrix. */
  readonly coordinates: Matrix;
  /** Coordinates of the projection of the all-ones vector of ℝᵈ, which belongs to no basis in particular. */
  readonly ones: Float64Array;
}

/** X = LQ by Householder reflections of the rows (Golub and Van Loan, chapter 5): L and Q·1. Throws a RangeError when n ≥ d. */
export function rowSpace({ rows: n, columns: d, values }: Matrix): RowSpace {
  if (n >= d) throw new RangeError(`${n} rows span all ${d} dimensions already`);
  const work = new Float64Array((n + 1) * d);
  work.set(values);
  work.fill(1, n * d);
  const reflection = new Float64Array(d);
  for (let k = 0; k < n; k++) {
    let square = 0;
    for (let j = k; j < d; j++) square += work[k * d + j]! ** 2;
    if (square === 0) continue;
    const head = work[k * d + k]!;
    const pivot = head > 0 ? -Math.sqrt(square) : Math.sqrt(square);
    reflection.set(work.subarray(k * d, (k + 1) * d));
    reflection[k] = head - pivot;
    const length = 2 * (square - head * pivot);
    for (let i = k; i <= n; i++) reflect(work, i * d, reflection, k, d, 2 / length);
  }
  const coordinates = new Float64Array(n * n);
  for (let i = 0; i < n; i++) coordinates.set(work.subarray(i * d, i * d + i + 1), i * n);
  return { coordinates: { rows: n, columns: n, values: coordinates }, ones: work.slice(n * d, n * d + n) };
}

/** row ← row − scale·(row·v)v on the columns from `start` on. */
function reflect(work: Float64Array, row: number, v: Float64Array, start: number, end: number, scale: number): void {
  let dot = 0;
  for (let j = start; j < end; j++) dot += work[row + j]! * v[j]!;
  const factor = scale * dot;
  for (let j = start; j < end; j++) work[row + j]! -= factor * v[j]!;
}
