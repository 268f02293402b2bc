import { addProducts } from '../gram';

/**
 * A·Bᵀ of two row-major matrices with `inner` columns each, in 64-bit floats: `rowsA` × `rowsB`, row-major. Every entry is a sum of `inner` products
 * in any order and grouping, with or without fused multiplication, so that its error is at most γ_inner times the sum of absolute products.
 */
export type TransposedProduct = (a: Float64Array, b: Float64Array, rowsA: number, rowsB: number, inner: number) => Promise<Float64Array>;

const BLOCK = 64;

/** The product on typed arrays, for machines without a native engine: blocks of rows that fit the cache. */
export const plainProduct: TransposedProduct = (a, b, rowsA, rowsB, inner) => {
  const result = new Float64Array(rowsA * rowsB);
  for (let from = 0; from < rowsB; from += BLOCK)
    for (let row = 0; row < rowsA; row += 2)
      addProducts(
        a,
        row * inner,
        Math.min(2, rowsA - row),
        b,
        from * inner,
        Math.min(BLOCK, rowsB - from),
        inner,
        result,
        row * rowsB + from,
        rowsB,
      );
  return Promise.resolve(result);
};
