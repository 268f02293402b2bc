import type { GramFunction } from './gram';
import type { Matrix } from './matrix';
import type { TransposedProduct } from './weights/products';

/** Side of the squares in which a matrix is transposed, so that both sides stay in the cache. */
const SQUARE = 32;

/** XᵀX by a product of matrices such as the native engine's: X is transposed once and multiplied with itself. */
export function gramByProduct(product: TransposedProduct): GramFunction {
  return async matrix => {
    const { rows, columns } = matrix;
    const turned = transposed(matrix);
    return { rows: columns, columns, values: await product(turned, turned, columns, columns, rows) };
  };
}

function transposed({ rows, columns, values }: Matrix): Float64Array {
  const result = new Float64Array(rows * columns);
  for (let top = 0; top < rows; top += SQUARE)
    for (let left = 0; left < columns; left += SQUARE)
      for (let j = left; j < Math.min(left + SQUARE, columns); j++)
        for (let i = top; i < Math.min(top + SQUARE, rows); i++) result[j * rows + i] = values[i * columns + j]!;
  return result;
}
