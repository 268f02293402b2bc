import { largestRitzPair } from './lanczos';
import type { EntryNorms } from './matrixNorms';
import { wholeRows, windowOf, type MatrixSource } from './matrixSource';
import type { TransposedProduct } from './products';
import { gamma, roundedDown, roundedUp } from './rounding';
import { Scratch } from './scratch';
import { spectralBracket, type Bracket, type CoarseBound } from './spectralBracket';
import { squaredNorm } from './squaredNorm';
import { STREAM_LIMITS, streamedGram } from './streamedGram';

/** Steps of the iteration that looks for a lower value, each a pass over the matrix, and the growth below which it ends. */
const MOST_STEPS = 18;
const TOLERANCE = 1e-3;
/** Powers of two that a matrix is scaled by lie between 2^−1000 and 2^1000. */
const LARGEST_EXPONENT = 1000;

/**
 * A certified bracket of ‖W‖ for a matrix that is read in passes and never held (theorem F6.streamed). Where the smaller side's Gram matrix is larger than `limits.side`, the upper
 * end is the least of the bounds that need none, and says which; the lower end is ‖Wv‖/‖v‖ of the vector that a few steps of Lanczos' method find, or the largest of a block's.
 */
export async function streamedBracket(
  source: MatrixSource,
  norms: Pick<EntryNorms, 'frobenius' | 'absoluteProduct' | 'largestLine'>,
  product: TransposedProduct,
  scratch = new Scratch(),
  limits = STREAM_LIMITS,
): Promise<Bracket> {
  const { rows, columns } = source;
  if (norms.frobenius === 0) return { lower: 0, upper: 0 };
  const exponent = Math.min(LARGEST_EXPONENT, Math.max(-LARGEST_EXPONENT, -Math.round(Math.log2(norms.frobenius))));
  const scale = 2 ** exponent;
  const side = Math.min(rows, columns);
  const blocks = Math.ceil(side / limits.side);
  const upTo = (end: number) => [0, end] as const;
  let [lower, squares] = [0, 0];
  for (let block = 0; block < blocks; block++) {
    const lines = [Math.floor((block * side) / blocks), Math.floor(((block + 1) * side) / blocks)] as const;
    const window = rows > columns ? { rows: upTo(rows), columns: lines } : { rows: lines, columns: upTo(columns) };
    const found = await spectralBracket(await streamedGram(windowOf(source, window, scale), product, scratch, limits), product, scratch);
    if (blocks === 1) return { lower: found.lower / scale, upper: found.upper / scale };
    lower = Math.max(lower, found.lower / scale);
    squares = roundedUp(squares + found.upper * found.upper);
  }
  const whole = windowOf(source, { rows: upTo(rows), columns: upTo(columns) }, scale);
  const iterated = (await iteratedNorm(whole, norms.frobenius * scale)) / scale;
  const uppers: Readonly<Record<CoarseBound, number>> = {
    blocks: roundedUp(Math.sqrt(squares)) / scale,
    absoluteSums: roundedUp(Math.sqrt(norms.absoluteProduct) * (1 + 2 * gamma(rows + columns))),
    frobenius: roundedUp(norms.frobenius * (1 + 2 * gamma(rows * columns))),
  };
  const upperBy = (Object.keys(uppers) as CoarseBound[]).reduce((best, one) => (uppers[one] < uppers[best] ? one : best));
  return {
    lower: Math.max(lower, iterated, roundedDown(norms.largestLine * (1 - 2 * gamma(rows + columns)))),
    upper: uppers[upperBy],
    upperBy,
  };
}

/** A number that is certainly not above ‖W‖: ‖Wv‖/‖v‖ of the vector v that Lanczos' method finds. */
async function iteratedNorm(source: MatrixSource, frobenius: number): Promise<number> {
  const { rows, columns } = source;
  const { vector } = await largestRitzPair(async current => (await images(source, current)).back, columns, TOLERANCE, MOST_STEPS);
  const { square } = await images(source, vector);
  const terms = gamma(rows + columns + 8);
  return Math.max(0, Math.sqrt(square / squaredNorm(vector)) * (1 - 2 * terms) - 2 * terms * frobenius);
}

/** WᵀWv and ‖Wv‖², in one pass. */
async function images(source: MatrixSource, vector: Float64Array): Promise<{ readonly back: Float64Array; readonly square: number }> {
  const { columns } = source;
  const back = new Float64Array(columns);
  let square = 0;
  for await (const values of wholeRows(source))
    for (let start = 0; start < values.length; start += columns) {
      let entry = 0;
      for (let column = 0; column < columns; column++) entry += values[start + column]! * vector[column]!;
      for (let column = 0; column < columns; column++) back[column]! += values[start + column]! * entry;
      square += entry * entry;
    }
  return { back, square };
}
