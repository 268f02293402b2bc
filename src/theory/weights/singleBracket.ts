import { factorised } from './definiteness';
import { largestRitzPair } from './lanczos';
import { squareTriangle } from './lowerTriangle';
import type { EntryNorms, MatrixLayout } from './matrixNorms';
import type { TransposedProduct } from './products';
import { definitenessMargin, gamma, roundedUp, SINGLE_ROUNDOFF, SINGLE_UNDERFLOW } from './rounding';
import type { Scratch } from './scratch';
import type { SingleAlgebra } from './singleGram';
import type { Bracket } from './spectralBracket';
import { squaredNorm } from './squaredNorm';

/** Squared Frobenius norms between which no product of 32-bit floats that counts leaves their range. */
const SMALLEST_TRACE = 1e-15;
const LARGEST_TRACE = 1e30;
/** Smaller sides for which 32-bit floats pay: below, all is fast; above, their slices would have to be too short. */
const SMALLEST_SIDE = 513;
const LARGEST_SIDE = 1536;
/** Most numbers of a matrix that is held whole. */
const MOST_HELD = 1 << 26;
/** What Lanczos' value may still grow by over six steps, how much finer the next attempt is when it fell short, and from where on only the shift is raised. */
const TOLERANCE = 1e-4;
const REFINEMENT = 30;
const FINEST = 1e-6;
const MOST_STEPS = 240;
/** How far over Lanczos' value the first shift lies. */
const SLACK = 2e-4;

/** Whether `singleBracket` takes a matrix of this shape on. */
export function suitsSingle({ rows, columns }: MatrixLayout): boolean {
  const side = Math.min(rows, columns);
  return side >= SMALLEST_SIDE && side <= LARGEST_SIDE && rows * columns <= MOST_HELD;
}

/** Whether the squares of a matrix's values stay within the range of 32-bit floats. */
const inSingleRange = (trace: number): boolean => trace > SMALLEST_TRACE && trace < LARGEST_TRACE;

/**
 * A certified bracket of ‖W‖ with a Gram matrix in 32-bit floats (theorem F6.single). Below: ‖Wv‖/‖v‖ in 64-bit floats for the vector v that Lanczos' method finds.
 * Above: a shift for which the factorisation in 64-bit floats runs through, and all that 32-bit sums can have changed. Undefined where the
 * Gram matrix leaves the range of 32-bit floats.
 */
export async function singleBracket(
  values: Float32Array,
  layout: MatrixLayout,
  norms: Pick<EntryNorms, 'frobenius' | 'absoluteProduct'>,
  algebra: SingleAlgebra,
  product: TransposedProduct,
  scratch: Scratch,
): Promise<Bracket | undefined> {
  const { rows, columns } = layout;
  const trace = norms.frobenius ** 2;
  if (!inSingleRange(trace)) return undefined;
  const side = rows > columns ? 'columns' : 'rows';
  const [size, inner] = side === 'rows' ? [rows, columns] : [columns, rows];
  const sum = await algebra.gram(size, side);
  await sum.add(values, inner);
  const { values: gram, additions } = sum.finish();
  const error = gramError(Math.sqrt(squaredNorm(gram)), size, inner, additions, Math.min(trace, norms.absoluteProduct), sum.slice);
  if (!Number.isFinite(error)) return undefined;
  let lower = 0;
  for (let tolerance = TOLERANCE; ; tolerance /= REFINEMENT) {
    const apply = (current: Float64Array) => algebra.apply(gram, size, new Float32Array(current));
    const { value, vector } = await largestRitzPair(apply, size, tolerance, MOST_STEPS);
    lower = Math.max(lower, imageNorm(values, layout, side, vector, norms.frobenius));
    const finest = tolerance < FINEST;
    for (let slack = SLACK; ; slack *= 2) {
      const t = value * (1 + slack);
      if (t >= trace) return { lower, upper: roundedUp(norms.frobenius * (1 + 2 * gamma(rows * columns))) };
      const found = await factorised(squareTriangle(gram, size), t, product, scratch);
      if (found) return { lower, upper: roundedUp(Math.sqrt(roundedUp(t * (1 + definitenessMargin(size)) + found.residual + error))) };
      if (!finest) break;
    }
  }
}

/**
 * A bound of ‖Ĝ − G‖: sums of up to `slice` products, the additions of those sums, whose partial results are no larger in Frobenius norm than G's, and products
 * that were too small for 32 bits. `absolute` bounds ‖|W|‖².
 */
function gramError(gramNorm: number, size: number, inner: number, additions: number, absolute: number, slice: number): number {
  const underflow = 4 * size * inner * SINGLE_UNDERFLOW * (1 + Math.sqrt(LARGEST_TRACE));
  const products = gamma(Math.min(slice, inner), SINGLE_ROUNDOFF) * absolute + underflow;
  const sums = (gamma(2 * additions, SINGLE_ROUNDOFF) / 2) * (gramNorm + 2 * products * Math.sqrt(size));
  return 1.001 * (products + sums);
}

/** A number that is certainly not above ‖Wv‖/‖v‖, or ‖Wᵀv‖/‖v‖ for the side `rows`. */
function imageNorm(
  values: Float32Array,
  { rows, columns }: MatrixLayout,
  side: 'rows' | 'columns',
  vector: Float64Array,
  frobenius: number,
): number {
  let square = 0;
  if (side === 'columns')
    for (let row = 0; row < rows; row++) {
      let [even, odd] = [0, 0];
      const start = row * columns;
      const pairs = columns - (columns % 2);
      for (let column = 0; column < pairs; column += 2) {
        even += values[start + column]! * vector[column]!;
        odd += values[start + column + 1]! * vector[column + 1]!;
      }
      const entry = pairs < columns ? even + odd + values[start + pairs]! * vector[pairs]! : even + odd;
      square += entry * entry;
    }
  else {
    const image = new Float64Array(columns);
    for (let row = 0; row < rows; row++) {
      const weight = vector[row]!;
      const start = row * columns;
      for (let column = 0; column < columns; column++) image[column]! += values[start + column]! * weight;
    }
    for (const entry of image) square += entry * entry;
  }
  let length = 0;
  for (const entry of vector) length += entry * entry;
  const terms = gamma(rows + columns + 8);
  return Math.max(0, Math.sqrt(square / length) * (1 - 2 * terms) - 2 * terms * frobenius);
}
