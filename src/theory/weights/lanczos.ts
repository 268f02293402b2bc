import { Random } from '../../common/random';
import { symmetricEigen } from '../symmetricEigen';

/** Applies a symmetric matrix to a vector. */
export type SymmetricOperator = (vector: Float64Array) => Promise<Float64Array | Float32Array> | Float64Array;

/** A unit vector and its Rayleigh quotient: never above the largest eigenvalue. */
export interface RitzPair {
  readonly value: number;
  readonly vector: Float64Array;
}

const CHECK_EVERY = 6;

function dot(a: Float64Array, b: Float64Array): number {
  let [even, odd] = [0, 0];
  const pairs = a.length - (a.length % 2);
  for (let i = 0; i < pairs; i += 2) {
    even += a[i]! * b[i]!;
    odd += a[i + 1]! * b[i + 1]!;
  }
  return pairs < a.length ? even + odd + a[pairs]! * b[pairs]! : even + odd;
}

function addScaled(target: Float64Array, scale: number, source: Float64Array): void {
  for (let i = 0; i < target.length; i++) target[i]! += scale * source[i]!;
}

function scaled(vector: Float64Array, scale: number): Float64Array {
  const result = new Float64Array(vector.length);
  for (let i = 0; i < vector.length; i++) result[i] = vector[i]! * scale;
  return result;
}

/** The largest eigenvalue of the tridiagonal matrix that Lanczos built, and the weights of its eigenvector. */
function largestOf(diagonal: readonly number[], off: readonly number[]): { readonly value: number; readonly weights: Float64Array } {
  const size = diagonal.length;
  const values = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    values[i * size + i] = diagonal[i]!;
    if (i > 0) values[i * size + i - 1] = values[(i - 1) * size + i] = off[i - 1]!;
  }
  const { values: eigenvalues, vectors } = symmetricEigen({ rows: size, columns: size, values });
  return { value: eigenvalues[0]!, weights: Float64Array.from(vectors.values.subarray(0, size)) };
}

/**
 * The largest eigenvalue of a positive semidefinite operator by Lanczos' method with full reorthogonalisation, from a fixed random start.
 * Stops when the residual, or the growth of the value over six steps, is below `tolerance` of the value, or after `most` steps.
 */
export async function largestRitzPair(apply: SymmetricOperator, size: number, tolerance: number, most: number): Promise<RitzPair> {
  const random = new Random(size);
  const start = Float64Array.from({ length: size }, () => random.normal());
  const basis: Float64Array[] = [];
  const [diagonal, off]: [number[], number[]] = [[], []];
  let current = scaled(start, 1 / Math.sqrt(dot(start, start)));
  let previous = 0;
  for (let step = 1; ; step++) {
    basis.push(current);
    const next = new Float64Array(await apply(current));
    diagonal.push(dot(next, current));
    addScaled(next, -diagonal[step - 1]!, current);
    if (step > 1) addScaled(next, -off[step - 2]!, basis[step - 2]!);
    for (const vector of basis) addScaled(next, -dot(next, vector), vector);
    const length = Math.sqrt(dot(next, next));
    const scale = Math.max(...diagonal);
    const ended = length <= 1e-14 * scale || step === Math.min(size, most) || !(scale > 0);
    if (ended || step % CHECK_EVERY === 0) {
      const { value, weights } = largestOf(diagonal, off);
      const residual = length * Math.abs(weights[step - 1]!);
      const settled = value - previous <= tolerance * value;
      if (ended || settled || residual <= tolerance * value) return { value, vector: combined(basis, weights) };
      previous = value;
    }
    off.push(length);
    current = scaled(next, 1 / length);
  }
}

function combined(basis: readonly Float64Array[], weights: Float64Array): Float64Array {
  const vector = new Float64Array(basis[0]!.length);
  basis.forEach((member, index) => addScaled(vector, weights[index]!, member));
  return vector;
}
