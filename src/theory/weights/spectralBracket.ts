import { definitenessMargin, gamma, roundedDown, roundedUp } from './rounding';
import { factorised } from './definiteness';
import { largestRitzPair } from './lanczos';
import { packedTriangle, squareTriangle, triangleTimes } from './lowerTriangle';
import type { TransposedProduct } from './products';
import { Scratch } from './scratch';

/** Two numbers between which a spectral norm certainly lies. */
export interface Bracket {
  readonly lower: number;
  readonly upper: number;
  /** What the upper end is, where it comes from no Gram matrix of the whole. */
  readonly upperBy?: CoarseBound;
}

/**
 * Upper bounds of a spectral norm that need no Gram matrix of the whole: (Σ‖block‖²)^½ over blocks of rows or columns, (largest absolute sum of a row × of a column)^½, or ‖W‖_F.
 */
export type CoarseBound = 'blocks' | 'absoluteSums' | 'frobenius';

/** A Gram matrix summed from products in 64-bit floats, with what is needed to bound its rounding errors. */
export interface Gram {
  /** size × size, row-major, symmetric. */
  readonly values: Float64Array;
  readonly size: number;
  /** Number of products that each entry sums. */
  readonly terms: number;
  /** Squared Frobenius norm of the matrix behind it. */
  readonly trace: number;
}

/** The same by its lower triangle without the other half, which may be kept in 32-bit floats. */
export interface PackedGram extends Omit<Gram, 'values'> {
  readonly values: Float64Array | Float32Array;
  /** A bound, in spectral norm, of what the numbers that are kept are off by beyond the rounding of 64-bit sums. */
  readonly rounding: number;
}

/** Gram matrices up to this size are bracketed to about 10⁻⁷, larger ones to about 10⁻⁴. */
const FINE_SIZE = 512;
const MOST_STEPS = 240;
/** Beyond these a Gram matrix is scaled by a power of two first, so that no square leaves the range of 64-bit floats. */
const SMALLEST_TRACE = 1e-40;
const LARGEST_TRACE = 1e40;

/**
 * A certified bracket of ‖W‖ from G ≈ WᵀW or WWᵀ (theorem F6). Below: the Rayleigh quotient of Lanczos' vector. Above: a number t close over it
 * for which the Cholesky factorisation of t·I − G runs through. Both rounded outward by all that 64-bit arithmetic can have changed.
 */
export async function spectralBracket(gram: Gram | PackedGram, product: TransposedProduct, scratch = new Scratch()): Promise<Bracket> {
  const { size, terms, trace } = gram;
  if (trace === 0 || size === 0) return { lower: 0, upper: 0 };
  if (!(trace > SMALLEST_TRACE && trace < LARGEST_TRACE)) return rescaled(gram, product, scratch);
  const fine = size <= FINE_SIZE;
  const { triangle, times, apply } = formOf(gram, fine, product);
  const { vector } = await largestRitzPair(apply, size, fine ? 1e-13 : 2e-7, MOST_STEPS);
  const image = times(vector);
  let [numerator, denominator] = [0, 0];
  for (let i = 0; i < size; i++) {
    numerator += vector[i]! * image[i]!;
    denominator += vector[i]! * vector[i]!;
  }
  const quotient = numerator / denominator;
  const error = 2 * gamma(terms + 3 * size + 8) * trace + ('rounding' in gram ? gram.rounding : 0);
  const lower = Math.sqrt(Math.max(0, roundedDown(quotient - error)));
  for (let slack = fine ? 2e-9 : 2e-5; ; slack *= 10) {
    const t = quotient * (1 + slack);
    if (t >= trace) return { lower, upper: roundedUp(Math.sqrt(trace * (1 + 2 * gamma(terms * size)))) };
    const found = await factorised(triangle, t, product, scratch);
    if (found) return { lower, upper: roundedUp(Math.sqrt(roundedUp(t * (1 + definitenessMargin(size)) + found.residual + error))) };
  }
}

/** How a Gram matrix is factored, multiplied with a vector in 64-bit floats, and multiplied as fast as can be. */
function formOf(gram: Gram | PackedGram, fine: boolean, product: TransposedProduct) {
  const { size } = gram;
  if ('rounding' in gram) {
    const triangle = packedTriangle(gram.values, size);
    const times = (vector: Float64Array) => triangleTimes(triangle, vector);
    return { triangle, times, apply: times };
  }
  const { values } = gram;
  const times = (vector: Float64Array) => appliedTo(values, size, vector);
  const apply = (vector: Float64Array) => (fine ? times(vector) : product(values, vector, size, 1, size));
  return { triangle: squareTriangle(values, size), times, apply };
}

async function rescaled(gram: Gram | PackedGram, product: TransposedProduct, scratch: Scratch): Promise<Bracket> {
  const scale = 2 ** Math.round(Math.log2(gram.trace) / 2);
  const squared = (value: number) => value / scale / scale;
  const trace = squared(gram.trace);
  const again =
    'rounding' in gram
      ? { ...gram, values: gram.values.map(squared), trace, rounding: squared(gram.rounding) }
      : { ...gram, values: gram.values.map(squared), trace };
  const { lower, upper } = await spectralBracket(again, product, scratch);
  return { lower: lower * scale, upper: upper * scale };
}

function appliedTo(values: Float64Array, size: number, vector: Float64Array): Float64Array {
  const image = new Float64Array(size);
  for (let row = 0; row < size; row++) {
    let [even, odd] = [0, 0];
    const start = row * size;
    const pairs = size - (size % 2);
    for (let column = 0; column < pairs; column += 2) {
      even += values[start + column]! * vector[column]!;
      odd += values[start + column + 1]! * vector[column + 1]!;
    }
    image[row] = pairs < size ? even + odd + values[start + pairs]! * vector[pairs]! : even + odd;
  }
  return image;
}
