import type { GramFunction } from './gram';
import { mirrorLower, transposed } from './transpose';
import type { TransposedProduct } from './weights/products';

/** Columns of X that one product takes on: large enough for the engine's full speed. */
const STRIP = 128;

/** XᵀX by a product of matrices such as the native engine's: X is transposed once, and strips of the lower triangle are multiplied. */
export function gramByProduct(product: TransposedProduct): GramFunction {
  return async matrix => {
    const { rows, columns } = matrix;
    const turned = transposed(matrix);
    const values = new Float64Array(columns * columns);
    for (let from = 0; from < columns; from += STRIP) {
      const end = Math.min(columns, from + STRIP);
      const strip = await product(turned.subarray(from * rows), turned, end - from, end, rows);
      for (let row = from; row < end; row++) values.set(strip.subarray((row - from) * end, (row - from) * end + row + 1), row * columns);
    }
    mirrorLower(values, columns);
    return { rows: columns, columns, values };
  };
}
