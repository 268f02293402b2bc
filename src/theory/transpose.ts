import type { Matrix } from './matrix';

/** Side of the squares that are moved at once, so that source and target both stay in the cache. */
const SQUARE = 32;

/** The transpose of a matrix as 64-bit floats, columns × rows, at the beginning of `into` if that is given. */
export function transposed({ rows, columns, values }: Matrix, into?: Float64Array): Float64Array {
  const result = into?.subarray(0, rows * columns) ?? new Float64Array(rows * columns);
  for (let top = 0; top < rows; top += SQUARE)
    for (let left = 0; left < columns; left += SQUARE)
      for (let j = left; j < Math.min(left + SQUARE, columns); j++)
        for (let i = top; i < Math.min(top + SQUARE, rows); i++) result[j * rows + i] = values[i * columns + j]!;
  return result;
}

/** Copies the lower triangle of a square matrix into its upper one. */
export function mirrorLower(values: Matrix['values'], size: number): void {
  for (let top = 0; top < size; top += SQUARE)
    for (let left = 0; left <= top; left += SQUARE)
      for (let i = top; i < Math.min(top + SQUARE, size); i++)
        for (let j = left; j < Math.min(left + SQUARE, i); j++) values[j * size + i] = values[i * size + j]!;
}
