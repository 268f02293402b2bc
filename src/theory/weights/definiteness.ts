import { gamma } from './rounding';
import type { TransposedProduct } from './products';
import { Scratch } from './scratch';

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
  scratch = new Scratch(),
): Promise<Factorisation | undefined> {
  const room = scratch.float64(size * (size + 2 * PANEL));
  const factor = room.subarray(0, size * size);
  const panelRoom = room.subarray(size * size, size * (size + PANEL));
  const knownRoom = room.subarray(size * (size + PANEL));
  let residual = 0;
  for (let first = 0; first < size; first += PANEL) {
    const width = Math.min(PANEL, size - first);
    const rows = size - first;
    const below = factor.subarray(first * size);
    const known = first === 0 ? undefined : await product(below, below, rows, width, first, size, knownRoom);
    const panel = panelRoom.subarray(0, rows * width);
    fillPanel(panel, gram, size, t, first, known);
    const triangle = triangleOf(panel, width);
    if (!triangle) return undefined;
    write(triangle, factor, size, first, first, width);
    if (rows === width) break;
    const inverse = inverseOf(triangle, width);
    const rest = panel.subarray(width * width);
    write(await product(rest, inverse, rows - width, width, width, width, knownRoom), factor, size, first + width, first, width);
    residual += 3 * gamma(width + 4) * frobenius(rest) * frobenius(triangle) * frobenius(inverse);
  }
  return { residual };
}

/** The columns from `first` on of t·I − G, as many as fit the panel, from row `first` on, less what the finished columns account for. */
function fillPanel(
  panel: Float64Array,
  gram: Float64Array | Float32Array,
  size: number,
  t: number,
  first: number,
  known: Float64Array | undefined,
): void {
  const width = panel.length / (size - first);
  for (let row = first, at = 0; row < size; row++)
    for (let column = first; column < first + width; column++, at++) {
      const entry = (row === column ? t : 0) - gram[row * size + column]!;
      panel[at] = known ? entry - known[at]! : entry;
    }
}

/** Writes rows of `width` numbers into a square matrix. */
function write(rows: Float64Array, matrix: Float64Array, size: number, row: number, column: number, width: number): void {
  for (let from = 0; from < rows.length; from += width, row++) matrix.set(rows.subarray(from, from + width), row * size + column);
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
  let [even, odd] = [0, 0];
  const pairs = values.length - (values.length % 2);
  for (let index = 0; index < pairs; index += 2) {
    even += values[index]! * values[index]!;
    odd += values[index + 1]! * values[index + 1]!;
  }
  const last = pairs < values.length ? values[pairs]! ** 2 : 0;
  return Math.sqrt(even + odd + last);
}
