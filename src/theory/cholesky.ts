import type { Matrix } from './matrix';

/** The lower triangular L with LLᵀ = A for a positive definite A, whose lower triangle is read; undefined when A is not positive definite. */
export function cholesky({ rows: n, values }: Matrix): Float64Array | undefined {
  const factor = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let sum = values[i * n + j]!;
      for (let k = 0; k < j; k++) sum -= factor[i * n + k]! * factor[j * n + k]!;
      if (j < i) factor[i * n + j] = sum / factor[j * n + j]!;
      else if (sum > 0) factor[i * n + i] = Math.sqrt(sum);
      else return undefined;
    }
  return factor;
}

/** ln det A from its Cholesky factor of order n. */
export function logDeterminant(factor: Float64Array, n: number): number {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += 2 * Math.log(factor[i * n + i]!);
  return sum;
}

/** A⁻¹b from the Cholesky factor of A. */
export function choleskySolve(factor: Float64Array, right: ArrayLike<number>): Float64Array {
  const n = right.length;
  const solution = Float64Array.from(right);
  for (let i = 0; i < n; i++) {
    let sum = solution[i]!;
    for (let k = 0; k < i; k++) sum -= factor[i * n + k]! * solution[k]!;
    solution[i] = sum / factor[i * n + i]!;
  }
  for (let i = n - 1; i >= 0; i--) {
    const value = solution[i]! / factor[i * n + i]!;
    solution[i] = value;
    for (let k = 0; k < i; k++) solution[k]! -= factor[i * n + k]! * value;
  }
  return solution;
}
