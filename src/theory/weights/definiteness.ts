import { gamma } from './rounding';
import type { TransposedProduct } from './products';

/** Columns that are factored at once; the rest of the work is products. */
const PANEL = 64;

/** A factorisation that ran through, and what its panels' inverses may have moved the matrix by, in spectral norm. */
export interface Factorisation {
  readonly residual: number;
}

/**
 * The Cholesky factorisation of t·I − G in 64-bit floats, G symmetric, `size` × `size`; undefined when a pivot is not positive. If it runs through, the largest eigenvalue of G
 * is at most t + margin·t + residual with margin = `definitenessMargin(size)` (docs/theory.md, F6). Left-looking by panels: the product with the finished columns, and
 * that with the inverse of the panel's own triangle, go through `product`.
 */
export async function factorised(
  gram: Float64Array | Float32Array,
  size: number,
  t: number,
  product: TransposedProduct,
): Promise<Factorisation | undefined> {
  const factor = new Float64Array(size * size);
  const packed = new Float64Array(size * Math.max(0, size - PANEL));
  let residual = 0;
  for (let first = 0; first < size; first += PANEL) {
    const width = Math.min(PANEL, size - first);
    const rows = size - first;
    for (let row = 0; row < rows; row++) packed.set(factor.subarray((first + row) * size, (first + row) * size + first), row * first);
    const known = first === 0 ? undefined : await product(packed, packed, rows, width, first);
    const panel = new Float64Array(rows * width);
    for (let row = 0; row < rows; row++) {
      const source = (first + row) * size + first;
      for (let column = 0; column < width; column++) {
        const at = row * width + column;
        panel[at] = (row === column ? t : 0) - gram[source + column]! - (known ? known[at]! : 0);
      }
    }
    const triangle = triangleOf(panel, width);
    if (!triangle) return undefined;
    for (let row = 0; row < width; row++)
      factor.set(triangle.subarray(row * width, (row + 1) * width), (first + row) * size + first);
    if (rows === width) break;
    const inverse = inverseOf(triangle, width);
    const below = panel.subarray(width * width);
    const solved = await product(below, inverse, rows - width, width, width);
    for (let row = width; row < rows; row++)
      factor.set(solved.subarray((row - width) * width, (row - width + 1) * width), (first + row) * size + first);
    residual += 6 * gamma(width + 2) * frobenius(below) * frobenius(triangle) * frobenius(inverse);
  }
  return { residual };
}

/** The lower triangle L with LLᵀ = the leading square of the panel; undefined at the first pivot that is not positive. */
function triangleOf(panel: Float64Array, width: number): Float64Array | undefined {
  const triangle = new Float64Array(width * width);
  for (let row = 0; row < width; row++)
    for (let column = 0; column <= row; column++) {
      let sum = panel[row * width + column]!;
      for (let k = 0; k < column; k++) sum -= triangle[row * width + k]! * triangle[column * width + k]!;
      if (column < row) triangle[row * width + column] = sum / triangle[column * width + column]!;
      else if (sum > 0 && sum < Infinity) triangle[row * width + column] = Math.sqrt(sum);
      else return undefined;
    }
  return triangle;
}

/** The inverse of a lower triangle, row by row. */
function inverseOf(triangle: Float64Array, width: number): Float64Array {
  const inverse = new Float64Array(width * width);
  for (let row = 0; row < width; row++) {
    const pivot = triangle[row * width + row]!;
    for (let k = 0; k < row; k++) {
      const weight = triangle[row * width + k]! / pivot;
      for (let column = 0; column <= k; column++) inverse[row * width + column]! -= weight * inverse[k * width + column]!;
    }
    inverse[row * width + row] = 1 / pivot;
  }
  return inverse;
}

function frobenius(values: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < values.length; index++) sum += values[index]! * values[index]!;
  return Math.sqrt(sum);
}
