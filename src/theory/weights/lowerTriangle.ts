import type { TransposedProduct } from './products';

/** Rows that one product takes on: enough for the engine's full speed. */
const STRIP = 128;

/** A symmetric matrix of which the lower triangle counts: the entries of a row, up to the diagonal, begin at `start(row)`. */
export interface LowerTriangle {
  readonly values: Float64Array | Float32Array;
  readonly size: number;
  readonly start: (row: number) => number;
}

/** The lower triangle of a square matrix in row-major order. */
export const squareTriangle = (values: LowerTriangle['values'], size: number): LowerTriangle => ({
  values,
  size,
  start: row => row * size,
});

/** Numbers that a triangle without its other half takes. */
export const packedLength = (size: number): number => (size * (size + 1)) / 2;

/** A lower triangle whose rows follow each other, without room for the other half. */
export const packedTriangle = (values: LowerTriangle['values'], size: number): LowerTriangle => ({ values, size, start: packedRow });

const packedRow = (row: number): number => (row * (row + 1)) / 2;

/** Numbers of the products of lines that a triangle of this size takes at once. */
export const stripLength = (size: number): number => Math.min(STRIP, size) * size;

/**
 * Adds the inner products of all pairs of lines of `inner` numbers, as many as the triangle has rows, strip by strip: little more than half of the work of the
 * whole product, and no second matrix of that size.
 */
export async function addLowerTriangle(
  lines: Float64Array,
  { values: sums, size, start }: LowerTriangle,
  inner: number,
  product: TransposedProduct,
  room: Float64Array = new Float64Array(stripLength(size)),
): Promise<void> {
  for (let from = 0; from < size; from += STRIP) {
    const end = Math.min(size, from + STRIP);
    const strip = await product(lines.subarray(from * inner), lines, end - from, end, inner, inner, room);
    for (let row = from; row < end; row++) {
      const own = start(row);
      const at = (row - from) * end;
      for (let column = 0; column <= row; column++) sums[own + column]! += strip[at + column]!;
    }
  }
}

/** A symmetric matrix times a vector, from the lower triangle alone. */
export function triangleTimes({ values, size, start }: LowerTriangle, vector: Float64Array): Float64Array {
  const image = new Float64Array(size);
  for (let row = 0; row < size; row++) {
    const own = start(row);
    const weight = vector[row]!;
    let sum = 0;
    for (let column = 0; column < row; column++) {
      const entry = values[own + column]!;
      sum += entry * vector[column]!;
      image[column]! += entry * weight;
    }
    image[row]! += sum + values[own + row]! * weight;
  }
  return image;
}
