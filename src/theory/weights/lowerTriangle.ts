import type { TransposedProduct } from './products';

/** Rows that one product takes on: enough for the engine's full speed. */
const STRIP = 128;

/**
 * Adds the inner products of all pairs of `size` lines of `inner` numbers to the lower triangle of `sums` (size × size), strip by strip: little more than half of
 * the work of the whole product, and no second matrix of that size.
 */
export async function addLowerTriangle(
  lines: Float64Array,
  size: number,
  inner: number,
  product: TransposedProduct,
  sums: Float64Array,
): Promise<void> {
  const room = new Float64Array(Math.min(STRIP, size) * size);
  for (let from = 0; from < size; from += STRIP) {
    const end = Math.min(size, from + STRIP);
    const strip = await product(lines.subarray(from * inner), lines, end - from, end, inner, inner, room);
    for (let row = from; row < end; row++)
      for (let column = 0; column <= row; column++) sums[row * size + column]! += strip[(row - from) * end + column]!;
  }
}
