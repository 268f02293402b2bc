import type { Matrix } from './matrix';

/** Eigenvalues in falling order and, row by row, the orthonormal eigenvectors that belong to them. */
export interface SymmetricEigen {
  readonly values: Float64Array;
  readonly vectors: Matrix;
}

/** Sweeps of the QL iteration that one eigenvalue may take; two or three are usual. */
const MOST_SWEEPS = 60;

/** Eigenvalues in falling order and, row by row, the coordinates of the carried columns along the eigenvectors. */
export interface RotatedTargets {
  readonly values: Float64Array;
  /** Vᵀ·targets: row i belongs to the i-th eigenvalue. */
  readonly targets: Matrix;
}

/**
 * All eigenvalues and eigenvectors of a symmetric matrix: Householder reduction to tridiagonal form, then the implicit QL iteration
 * (Golub and Van Loan, chapter 8). Reads the lower triangle. Throws a RangeError for a matrix that is not square or holds a value that is not finite.
 */
export function symmetricEigen(matrix: Matrix): SymmetricEigen {
  const n = matrix.rows;
  const identity = new Float64Array(n * n);
  for (let i = 0; i < n; i++) identity[i * n + i] = 1;
  const { values, targets } = rotateTargets(matrix, { rows: n, columns: n, values: identity });
  return { values, vectors: targets };
}

/**
 * Eigenvalues V diag(values) Vᵀ of a symmetric matrix and Vᵀ·targets, without ever forming V: every reflection and rotation is applied to the targets
 * instead, which costs O(n²) a column. Throws like `symmetricEigen`.
 */
export function rotateTargets(matrix: Matrix, targets: Matrix): RotatedTargets {
  const n = matrix.rows;
  if (matrix.columns !== n) throw new RangeError(`A ${n} × ${matrix.columns} matrix has no eigenvalues`);
  if (targets.rows !== n) throw new RangeError(`${targets.rows} rows of targets for a matrix of ${n} rows`);
  const { columns } = targets;
  const carried = new Float64Array(targets.values);
  const scale = largestSize(matrix.values) || 1;
  const scaled = new Float64Array(matrix.values);
  for (let i = 0; i < scaled.length; i++) scaled[i]! /= scale;
  const { diagonal, offDiagonal } = tridiagonalise(scaled, n, carried, columns);
  implicitQl(diagonal, offDiagonal, carried, n, columns);
  const order = Array.from(diagonal.keys()).sort((a, b) => diagonal[b]! - diagonal[a]!);
  const rotated = new Float64Array(n * columns);
  order.forEach((from, to) => rotated.set(carried.subarray(from * columns, (from + 1) * columns), to * columns));
  return { values: Float64Array.from(order, i => scale * diagonal[i]!), targets: { rows: n, columns, values: rotated } };
}

/** Eigenvalues of a symmetric matrix in falling order. Throws like `symmetricEigen`. */
export const symmetricEigenvalues = (matrix: Matrix): Float64Array =>
  rotateTargets(matrix, { rows: matrix.rows, columns: 0, values: new Float64Array(0) }).values;

interface Tridiagonal {
  readonly diagonal: Float64Array;
  /** offDiagonal[i] couples i and i + 1; the last entry is 0. */
  readonly offDiagonal: Float64Array;
}

/**
 * Overwrites `a`; every reflection is carried through the n rows of `carried`. Rows are eliminated from the last one up, and a reflection is applied to the rows
 * above in the same pass that multiplies them with the next reflection's vector.
 */
function tridiagonalise(a: Float64Array, n: number, carried: Float64Array, columns: number): Tridiagonal {
  const diagonal = new Float64Array(n);
  const offDiagonal = new Float64Array(n);
  const work = new Float64Array(columns);
  let [v, w, next, product] = Array.from({ length: 4 }, () => new Float64Array(n)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  for (let k = n - 1; k >= 0; k--) {
    const row = k * n;
    for (let j = 0; j <= k; j++) a[row + j]! -= v[k]! * w[j]! + w[k]! * v[j]!;
    diagonal[k] = a[row + k]!;
    if (k === 0) break;
    const head = a[row + k - 1]!;
    next.fill(0);
    next.set(a.subarray(row, row + k));
    const norm = length(next, k);
    const alpha = head > 0 ? -norm : norm;
    const square = 2 * norm * (norm + Math.abs(head));
    offDiagonal[k - 1] = square > 0 && k > 1 ? alpha : head;
    if (square > 0 && k > 1) next[k - 1] = head - alpha;
    else next.fill(0);
    updateAndMultiply(a, n, k, v, w, next, product);
    const beta = square > 0 ? 2 / square : 0;
    if (beta > 0 && k > 1) reflectRows(carried, next, beta, work, k, columns);
    let dot = 0;
    for (let j = 0; j < k; j++) dot += product[j]! * next[j]!;
    for (let j = 0; j < k; j++) product[j] = beta * (product[j]! - (beta / 2) * dot * next[j]!);
    [v, next] = [next, v];
    [w, product] = [product, w];
  }
  return { diagonal, offDiagonal };
}

function largestSize(values: Matrix['values']): number {
  let largest = 0;
  for (let i = 0; i < values.length; i++) {
    const size = Math.abs(values[i]!);
    // Also true of what is not a number.
    if (!(size < Infinity)) throw new RangeError('The matrix holds a value that is not a finite number');
    if (size > largest) largest = size;
  }
  return largest;
}

/** Euclidean length of the first `count` entries. */
function length(vector: Float64Array, count: number): number {
  let sum = 0;
  for (let j = 0; j < count; j++) sum += vector[j]! ** 2;
  return Math.sqrt(sum);
}

/**
 * A ← A − vwᵀ − wvᵀ on the lower triangle of the leading `count` rows, and product ← A·next of the result, two rows at a time in one pass over A.
 */
function updateAndMultiply(
  a: Float64Array,
  n: number,
  count: number,
  v: Float64Array,
  w: Float64Array,
  next: Float64Array,
  product: Float64Array,
): void {
  product.fill(0);
  let i = 0;
  for (; i + 1 < count; i += 2) {
    const [row, below] = [i * n, (i + 1) * n];
    const [v0, w0, x0] = [v[i]!, w[i]!, next[i]!];
    const [v1, w1, x1] = [v[i + 1]!, w[i + 1]!, next[i + 1]!];
    let [sum0, sum1] = [0, 0];
    for (let j = 0; j < i; j++) {
      const upper = a[row + j]! - v0 * w[j]! - w0 * v[j]!;
      const lower = a[below + j]! - v1 * w[j]! - w1 * v[j]!;
      a[row + j] = upper;
      a[below + j] = lower;
      sum0 += upper * next[j]!;
      sum1 += lower * next[j]!;
      product[j]! += upper * x0 + lower * x1;
    }
    const corner = (a[row + i]! -= 2 * v0 * w0);
    const side = (a[below + i]! -= v1 * w0 + w1 * v0);
    const last = (a[below + i + 1]! -= 2 * v1 * w1);
    product[i]! += sum0 + corner * x0 + side * x1;
    product[i + 1]! += sum1 + side * x0 + last * x1;
  }
  if (i === count) return;
  let sum = 0;
  for (let j = 0; j < i; j++) {
    const value = (a[i * n + j]! -= v[i]! * w[j]! + w[i]! * v[j]!);
    sum += value * next[j]!;
    product[j]! += value * next[i]!;
  }
  product[i]! += sum + (a[i * n + i]! -= 2 * v[i]! * w[i]!) * next[i]!;
}

/** B ← (I − βvvᵀ)B on the first `count` rows. */
function reflectRows(rows: Float64Array, v: Float64Array, beta: number, w: Float64Array, count: number, columns: number): void {
  w.fill(0);
  addRows(rows, v, w, count, columns);
  for (let j = 0; j < columns; j++) w[j]! *= beta;
  subtractProducts(rows, v, w, count, columns);
}

/** w ← w + Σ vᵢ·rowᵢ, four rows in one pass. */
function addRows(rows: Float64Array, v: Float64Array, w: Float64Array, count: number, columns: number): void {
  let i = 0;
  for (; i + 3 < count; i += 4) {
    const [v0, v1, v2, v3] = [v[i]!, v[i + 1]!, v[i + 2]!, v[i + 3]!];
    const [r0, r1, r2, r3] = [i * columns, (i + 1) * columns, (i + 2) * columns, (i + 3) * columns];
    for (let j = 0; j < columns; j++) w[j]! += v0 * rows[r0 + j]! + v1 * rows[r1 + j]! + v2 * rows[r2 + j]! + v3 * rows[r3 + j]!;
  }
  for (; i < count; i++) {
    const [factor, row] = [v[i]!, i * columns];
    for (let j = 0; j < columns; j++) w[j]! += factor * rows[row + j]!;
  }
}

/** rowᵢ ← rowᵢ − vᵢ·w, four rows in one pass. */
function subtractProducts(rows: Float64Array, v: Float64Array, w: Float64Array, count: number, columns: number): void {
  let i = 0;
  for (; i + 3 < count; i += 4) {
    const [v0, v1, v2, v3] = [v[i]!, v[i + 1]!, v[i + 2]!, v[i + 3]!];
    const [r0, r1, r2, r3] = [i * columns, (i + 1) * columns, (i + 2) * columns, (i + 3) * columns];
    for (let j = 0; j < columns; j++) {
      const along = w[j]!;
      rows[r0 + j]! -= v0 * along;
      rows[r1 + j]! -= v1 * along;
      rows[r2 + j]! -= v2 * along;
      rows[r3 + j]! -= v3 * along;
    }
  }
  for (; i < count; i++) {
    const [factor, row] = [v[i]!, i * columns];
    for (let j = 0; j < columns; j++) rows[row + j]! -= factor * w[j]!;
  }
}

/** Diagonalises in place; every rotation is carried through the rows of `carried`. */
function implicitQl(d: Float64Array, e: Float64Array, carried: Float64Array, n: number, columns: number): void {
  const scale = d.reduce((most, value, i) => Math.max(most, Math.abs(value) + Math.abs(e[i]!)), 0);
  const rotations: Rotations = { sines: new Float64Array(n), cosines: new Float64Array(n) };
  for (let l = 0; l < n; l++) {
    for (let sweep = 0; ; sweep++) {
      let m = l;
      while (m + 1 < n && Math.abs(e[m]!) > Number.EPSILON * scale) m++;
      if (m === l) break;
      if (sweep === MOST_SWEEPS) throw new RangeError('The eigenvalues do not converge');
      const last = qlSweep(d, e, rotations, l, m);
      if (columns > 0) rotateRows(carried, columns, rotations, m - 1, last);
    }
  }
}

/** Entry i turns rows i and i + 1. */
interface Rotations {
  readonly sines: Float64Array;
  readonly cosines: Float64Array;
}

/** One sweep from m − 1 down over the block that begins at l. Leaves its rotations and returns the row of the last one. */
function qlSweep(d: Float64Array, e: Float64Array, { sines, cosines }: Rotations, l: number, m: number): number {
  const ratio = (d[l + 1]! - d[l]!) / (2 * e[l]!);
  const root = Math.hypot(ratio, 1);
  let g = d[m]! - d[l]! + e[l]! / (ratio + (ratio >= 0 ? root : -root));
  let sine = 1;
  let cosine = 1;
  let shift = 0;
  for (let i = m - 1; i >= l; i--) {
    const f = sine * e[i]!;
    const b = cosine * e[i]!;
    const radius = Math.hypot(f, g);
    e[i + 1] = radius;
    if (radius === 0) {
      d[i + 1]! -= shift;
      e[m] = 0;
      return i + 1;
    }
    sine = f / radius;
    cosine = g / radius;
    const difference = d[i + 1]! - shift;
    const sum = (d[i]! - difference) * sine + 2 * cosine * b;
    shift = sine * sum;
    d[i + 1] = difference + shift;
    g = cosine * sum - b;
    sines[i] = sine;
    cosines[i] = cosine;
  }
  d[l]! -= shift;
  e[l] = g;
  e[m] = 0;
  return l;
}

/** Rotates the rows from `first` down to `last`, two rotations in one pass while there are two: they share a row. */
function rotateRows(rows: Float64Array, columns: number, { sines, cosines }: Rotations, first: number, last: number): void {
  let i = first;
  for (; i > last; i -= 2) {
    const [s0, c0, s1, c1] = [sines[i]!, cosines[i]!, sines[i - 1]!, cosines[i - 1]!];
    const upper = (i - 1) * columns;
    const middle = upper + columns;
    const lower = middle + columns;
    for (let j = 0; j < columns; j++) {
      const x = rows[upper + j]!;
      const y = rows[middle + j]!;
      const z = rows[lower + j]!;
      rows[lower + j] = s0 * y + c0 * z;
      const turned = c0 * y - s0 * z;
      rows[middle + j] = s1 * x + c1 * turned;
      rows[upper + j] = c1 * x - s1 * turned;
    }
  }
  if (i < last) return;
  const [sine, cosine] = [sines[i]!, cosines[i]!];
  const upper = i * columns;
  const lower = upper + columns;
  for (let j = 0; j < columns; j++) {
    const x = rows[upper + j]!;
    const y = rows[lower + j]!;
    rows[lower + j] = sine * x + cosine * y;
    rows[upper + j] = cosine * x - sine * y;
  }
}
