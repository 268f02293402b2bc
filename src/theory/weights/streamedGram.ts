import { transposed } from '../transpose';
import { factorRoom } from './definiteness';
import { addLowerTriangle, packedLength, packedTriangle, stripLength, type LowerTriangle } from './lowerTriangle';
import { wholeRows, windowOf, type MatrixSource } from './matrixSource';
import type { TransposedProduct } from './products';
import { gamma, SINGLE_ROUNDOFF, SINGLE_UNDERFLOW } from './rounding';
import type { Scratch } from './scratch';
import type { PackedGram } from './spectralBracket';
import { squaredNorm } from './squaredNorm';

/** How much of a large matrix is held at once; lower numbers ask for less memory and take more passes. */
export interface StreamLimits {
  /** The largest Gram matrix that is made, and the largest in 64-bit floats. */
  readonly side: number;
  readonly doubleSide: number;
  /** Numbers of a slice of rows of a tall matrix, and of a window of columns of a wide one, which takes a pass over the matrix. */
  readonly slice: number;
  readonly window: number;
}

/** Less than 0.6 GB with the factor of the Gram matrix. */
export const STREAM_LIMITS: StreamLimits = { side: 9216, doubleSide: 6144, slice: 1 << 22, window: 1 << 24 };

/**
 * The Gram matrix of the smaller side of a matrix that is not held: WᵀW of a tall one by slices of rows, WWᵀ of a wide one by windows of columns.
 * @param scratch holds what is multiplied where its factor will be, and the result until it is asked for other sums
 */
export async function streamedGram(
  source: MatrixSource,
  product: TransposedProduct,
  scratch: Scratch,
  limits = STREAM_LIMITS,
): Promise<PackedGram> {
  const { rows, columns } = source;
  const size = Math.min(rows, columns);
  const length = packedLength(size);
  const values = size <= limits.doubleSide ? scratch.sums(length) : singleView(scratch.sums(Math.ceil(length / 2)), length);
  const triangle = packedTriangle(values, size);
  let [trace, slices] = [0, 0];
  let room: Float64Array = new Float64Array(0);
  const roomFor = (count: number) => (room = scratch.float64(Math.max(count + stripLength(size), factorRoom(size))));
  const parts = rows > columns ? slicesOfRows(source, limits.slice, roomFor) : windowsOfColumns(source, limits.window, roomFor);
  for await (const lines of parts) {
    await addLowerTriangle(lines, triangle, lines.length / size, product, room.subarray(room.length - stripLength(size)));
    trace += squaredNorm(lines);
    slices++;
  }
  const terms = Math.max(rows, columns) + slices;
  return { values, size, terms, trace, rounding: values instanceof Float32Array ? singleRounding(triangle, trace, terms, slices) : 0 };
}

const singleView = ({ buffer, byteOffset }: Float64Array, length: number) => new Float32Array(buffer, byteOffset, length);

type Room = (count: number) => Float64Array;

/** The columns of a tall matrix as lines, some rows at a time. */
async function* slicesOfRows(source: MatrixSource, numbers: number, roomFor: Room): AsyncGenerator<Float64Array> {
  const { columns } = source;
  const height = Math.max(1, Math.min(source.rows, Math.floor(numbers / columns)));
  const room = roomFor(2 * height * columns);
  const [held, lines] = [room.subarray(0, height * columns), room.subarray(height * columns)];
  let filled = 0;
  const turned = () => transposed({ rows: filled / columns, columns, values: held.subarray(0, filled) }, lines.subarray(0, filled));
  for await (const values of wholeRows(source))
    for (let at = 0; at < values.length;) {
      const count = Math.min(values.length - at, held.length - filled);
      held.set(values.subarray(at, at + count), filled);
      at += count;
      filled += count;
      if (filled < held.length) continue;
      yield turned();
      filled = 0;
    }
  if (filled > 0) yield turned();
}

/** The rows of a wide matrix as lines, some columns at a time: a pass over the matrix each. */
async function* windowsOfColumns(source: MatrixSource, numbers: number, roomFor: Room): AsyncGenerator<Float64Array> {
  const { rows, columns } = source;
  const width = Math.max(1, Math.min(columns, Math.floor(numbers / rows)));
  const held = roomFor(rows * width).subarray(0, rows * width);
  for (let from = 0; from < columns; from += width) {
    const end = Math.min(columns, from + width);
    let filled = 0;
    for await (const values of windowOf(source, { rows: [0, rows], columns: [from, end] }).chunks()) {
      held.set(values, filled);
      filled += values.length;
    }
    yield held.subarray(0, filled);
  }
}

/**
 * What keeping the sums in 32-bit floats changes: each addition rounds its result, whose Frobenius norm is no larger than that of the exact Gram matrix but for the errors of the
 * products and of the additions before it ("F6.streamed" in docs/theory.md). Holds for matrices of Frobenius norm about 1.
 */
function singleRounding({ values, size, start }: LowerTriangle, trace: number, terms: number, additions: number): number {
  let square = 0;
  for (let row = 0; row < size; row++) {
    const own = start(row);
    square += 2 * squaredNorm(values.subarray(own, own + row)) + values[own + row]! ** 2;
  }
  const products = gamma(terms) * trace;
  const underflow = size * additions * SINGLE_UNDERFLOW;
  return 1.001 * ((gamma(2 * additions, SINGLE_ROUNDOFF) / 2) * (Math.sqrt(square) + 2 * products * Math.sqrt(size)) + underflow);
}
