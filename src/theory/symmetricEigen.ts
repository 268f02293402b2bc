import type { Matrix } from './matrix';

/** Eigenvalues in falling order and, row by row, the orthonormal eigenvectors that belong to them. */
export interface SymmetricEigen {
  readonly values: Float64Array;
  readonly vectors: Matrix;
}

/** Sweeps of the QL iteration that one eigenvalue may take; two or three are usual. */
const MOST_SWEEPS = 60;

/**
 * All eigenvalues and eigenvectors of a symmetric matrix: Householder reduction to tridiagonal form, then the implicit QL iteration
 * (Golub and Van Loan, chapter 8). Reads the lower triangle. Throws a RangeError for a matrix that is not square or holds a value that is not finite.
 */
export function symmetricEigen(matrix: Matrix): SymmetricEigen {
  const n = matrix.rows;
  if (matrix.columns !== n) throw new RangeError(`A ${n} × ${matrix.columns} matrix has no eigenvalues`);
  if (!matrix.values.every(Number.isFinite)) throw new RangeError('The matrix holds a value that is not a finite number');
  const { diagonal, offDiagonal, basis } = tridiagonalise(Float64Array.from(matrix.values), n);
  implicitQl(diagonal, offDiagonal, basis, n);
  const order = Array.from(diagonal.keys()).sort((a, b) => diagonal[b]! - diagonal[a]!);
  const vectors = new Float64Array(n * n);
  order.forEach((from, to) => vectors.set(basis.subarray(from * n, (from + 1) * n), to * n));
  return { values: Float64Array.from(order, i => diagonal[i]!), vectors: { rows: n, columns: n, values: vectors } };
}

interface Tridiagonal {
  readonly diagonal: Float64Array;
  /** offDiagonal[i] couples i and i + 1; the last entry is 0. */
  readonly offDiagonal: Float64Array;
  /** Rows are the orthonormal vectors in which the matrix is tridiagonal. */
  readonly basis: Float64Array;
}

function tridiagonalise(a: Float64Array, n: number): Tridiagonal {
  const basis = new Float64Array(n * n);
  for (let i = 0; i < n; i++) basis[i * n + i] = 1;
  const offDiagonal = new Float64Array(n);
  const v = new Float64Array(n);
  const work = new Float64Array(n);
  for (let k = 0; k + 1 < n; k++) {
    let norm = 0;
    for (let i = k + 1; i < n; i++) norm = Math.hypot(norm, a[i * n + k]!);
    const head = a[(k + 1) * n + k]!;
    const alpha = head > 0 ? -norm : norm;
    offDiagonal[k] = alpha;
    if (norm === 0 || k + 2 === n) {
      offDiagonal[k] = head;
      continue;
    }
    v.fill(0);
    for (let i = k + 1; i < n; i++) v[i] = a[i * n + k]!;
    v[k + 1]! -= alpha;
    reflectSymmetric(a, v, work, n, k + 1);
    reflectRows(basis, v, work, n, k + 1);
  }
  return { diagonal: Float64Array.from({ length: n }, (_, i) => a[i * n + i]!), offDiagonal, basis };
}

/** A ← (I − βvvᵀ) A (I − βvvᵀ) on the rows and columns from `start` on, lower triangle only, where β = 2/vᵀv. */
function reflectSymmetric(a: Float64Array, v: Float64Array, w: Float64Array, n: number, start: number): void {
  let square = 0;
  for (let i = start; i < n; i++) square += v[i]! * v[i]!;
  const beta = 2 / square;
  w.fill(0);
  for (let i = start; i < n; i++) {
    let sum = 0;
    for (let j = start; j < i; j++) {
      sum += a[i * n + j]! * v[j]!;
      w[j]! += a[i * n + j]! * v[i]!;
    }
    w[i]! += sum + a[i * n + i]! * v[i]!;
  }
  let dot = 0;
  for (let i = start; i < n; i++) {
    w[i]! *= beta;
    dot += w[i]! * v[i]!;
  }
  for (let i = start; i < n; i++) w[i]! -= (beta / 2) * dot * v[i]!;
  for (let i = start; i < n; i++) for (let j = start; j <= i; j++) a[i * n + j]! -= v[i]! * w[j]! + w[i]! * v[j]!;
}

/** B ← (I − βvvᵀ) B on the rows from `start` on. */
function reflectRows(basis: Float64Array, v: Float64Array, w: Float64Array, n: number, start: number): void {
  let square = 0;
  w.fill(0);
  for (let i = start; i < n; i++) {
    square += v[i]! * v[i]!;
    for (let j = 0; j < n; j++) w[j]! += v[i]! * basis[i * n + j]!;
  }
  for (let i = start; i < n; i++) {
    const factor = (2 * v[i]!) / square;
    for (let j = 0; j < n; j++) basis[i * n + j]! -= factor * w[j]!;
  }
}

/** Diagonalises in place; every rotation is carried through the rows of `basis`. */
function implicitQl(d: Float64Array, e: Float64Array, basis: Float64Array, n: number): void {
  const scale = d.reduce((most, value, i) => Math.max(most, Math.abs(value) + Math.abs(e[i]!)), 0);
  for (let l = 0; l < n; l++) {
    for (let sweep = 0; ; sweep++) {
      let m = l;
      while (m + 1 < n && Math.abs(e[m]!) > Number.EPSILON * scale) m++;
      if (m === l) break;
      if (sweep === MOST_SWEEPS) throw new RangeError('The eigenvalues do not converge');
      qlSweep(d, e, basis, n, l, m);
    }
  }
}

function qlSweep(d: Float64Array, e: Float64Array, basis: Float64Array, n: number, l: number, m: number): void {
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
      return;
    }
    sine = f / radius;
    cosine = g / radius;
    const difference = d[i + 1]! - shift;
    const sum = (d[i]! - difference) * sine + 2 * cosine * b;
    shift = sine * sum;
    d[i + 1] = difference + shift;
    g = cosine * sum - b;
    rotateRows(basis, n, i, sine, cosine);
  }
  d[l]! -= shift;
  e[l] = g;
  e[m] = 0;
}

function rotateRows(basis: Float64Array, n: number, row: number, sine: number, cosine: number): void {
  const upper = row * n;
  const lower = upper + n;
  for (let j = 0; j < n; j++) {
    const x = basis[lower + j]!;
    const y = basis[upper + j]!;
    basis[lower + j] = sine * y + cosine * x;
    basis[upper + j] = cosine * y - sine * x;
  }
}
