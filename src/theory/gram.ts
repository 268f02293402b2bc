import type { Matrix } from './matrix';
import { mirrorLower } from './transpose';

/** Rows of a panel that is transposed at once; a tile of six of its columns fits the first-level cache. */
const PANEL = 256;

/** How a Gram matrix is made; the native engine's multiplication may stand in for `gram`. */
export type GramFunction = (rows: Matrix) => Matrix | Promise<Matrix>;

/** XᵀX of an n × d matrix as a symmetric d × d matrix, in double precision, by tiles of columns. */
export function gram({ rows, columns, values }: Matrix): Matrix {
  const result = new Float64Array(columns * columns);
  const panel = new Float64Array(columns * PANEL);
  for (let start = 0; start < rows; start += PANEL) {
    const height = Math.min(PANEL, rows - start);
    for (let i = 0; i < height; i++) for (let j = 0; j < columns; j++) panel[j * height + i] = values[(start + i) * columns + j]!;
    for (let j = 0; j < columns; j += 2)
      addProducts(panel, j * height, Math.min(2, columns - j), panel, 0, Math.min(j + 2, columns), height, result, j * columns, columns);
  }
  mirrorLower(result, columns);
  return { rows: columns, columns, values: result };
}

/** XXᵀ of an n × d matrix: inner products of all pairs of rows, n × n. */
export function kernel({ rows, columns, values }: Matrix): Matrix {
  const result = new Float64Array(rows * rows);
  for (let i = 0; i < rows; i += 2)
    addProducts(values, i * columns, Math.min(2, rows - i), values, 0, Math.min(i + 2, rows), columns, result, i * rows, rows);
  mirrorLower(result, rows);
  return { rows, columns: rows, values: result };
}

/**
 * Adds to `out` the inner products of one or two rows of `left` with `count` rows of `right`, all of `length`, four at a time so that eight sums stay in
 * registers. Row j of the products begins at out[place + j·stride].
 */
export function addProducts(
  left: Matrix['values'],
  leftStart: number,
  leftCount: number,
  right: Matrix['values'],
  rightStart: number,
  count: number,
  length: number,
  out: Float64Array,
  place: number,
  stride: number,
): void {
  const second = leftStart + (leftCount === 2 ? length : 0);
  let k = 0;
  for (; k + 4 <= count; k += 4) {
    const first = rightStart + k * length;
    const third = first + 2 * length;
    let a0 = 0, a1 = 0, a2 = 0, a3 = 0, b0 = 0, b1 = 0, b2 = 0, b3 = 0; // prettier-ignore
    for (let i = 0; i < length; i++) {
      const x = left[leftStart + i]!;
      const y = left[second + i]!;
      const p = right[first + i]!;
      const q = right[first + length + i]!;
      const r = right[third + i]!;
      const s = right[third + length + i]!;
      a0 += x * p;
      a1 += x * q;
      a2 += x * r;
      a3 += x * s;
      b0 += y * p;
      b1 += y * q;
      b2 += y * r;
      b3 += y * s;
    }
    const at = place + k;
    out[at]! += a0;
    out[at + 1]! += a1;
    out[at + 2]! += a2;
    out[at + 3]! += a3;
    if (leftCount === 1) continue;
    out[at + stride]! += b0;
    out[at + stride + 1]! += b1;
    out[at + stride + 2]! += b2;
    out[at + stride + 3]! += b3;
  }
  for (; k < count; k++)
    for (let j = 0; j < leftCount; j++) {
      let sum = 0;
      for (let i = 0; i < length; i++) sum += left[leftStart + j * length + i]! * right[rightStart + k * length + i]!;
      out[place + j * stride + k]! += sum;
    }
}
