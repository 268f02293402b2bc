import type { GramFunction } from './gram';
import { mirrorLower, transposed } from './transpose';
import { addLowerTriangle, squareTriangle } from './weights/lowerTriangle';
import type { TransposedProduct } from './weights/products';

/** XᵀX by a product of matrices such as the native engine's: X is transposed once, and only the lower triangle is multiplied. */
export function gramByProduct(product: TransposedProduct): GramFunction {
  return async matrix => {
    const { rows, columns } = matrix;
    const values = new Float64Array(columns * columns);
    await addLowerTriangle(transposed(matrix), squareTriangle(values, columns), rows, product);
    mirrorLower(values, columns);
    return { rows: columns, columns, values };
  };
}
