import { addProducts } from '../gram';

/**
 * A·Bᵀ of two row-major matrices of which the first `inner` columns count, in 64-bit floats: `rowsA` × `rowsB`, row-major. Rows of both begin `stride` numbers apart (`inner` if
 * it is not given). The result begins `into`, where that is given, and is a part of it. Every entry is a sum of `inner` products in any order and grouping, with or without fused multiplication, so that its error is at most γ_inner times the sum of absolute products.
 */
export type TransposedProduct = (
  a: Float64Array,
  b: Float64Array,
  rowsA: number,
  rowsB: number,
  inner: number,
  stride?: number,
  into?: Float64Array,
) => Promise<Float64Array>;

const BLOCK = 64;

/** The product on typed arrays, for machines without a native engine: blocks of rows that fit the cache. */
export const plainProduct: TransposedProduct = (a, b, rowsA, rowsB, inner, stride = inner, into?) => {
  if (stride !== inner)
    return plainProduct(packed(a, rowsA, inner, stride), packed(b, rowsB, inner, stride), rowsA, rowsB, inner, inner, into);
  const result = into ? into.subarray(0, rowsA * rowsB).fill(0) : new Float64Array(rowsA * rowsB);
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

function packed(values: Float64Array, rows: number, inner: number, stride: number): Float64Array {
  const result = new Float64Array(rows * inner);
  for (let row = 0; row < rows; row++) result.set(values.subarray(row * stride, row * stride + inner), row * inner);
  return result;
}
