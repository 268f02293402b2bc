import type { Matrix } from '../matrix';

/** A matrix of the same shape with every entry changed; a plain loop, since these have millions. */
export function mapEntries({ rows, columns, values }: Matrix, change: (value: number, row: number, column: number) => number): Matrix {
  const result = new Float64Array(rows * columns);
  for (let i = 0, at = 0; i < rows; i++) for (let j = 0; j < columns; j++, at++) result[at] = change(values[at]!, i, j);
  return { rows, columns, values: result };
}

/** Sum of the diagonal of a square matrix. */
export function trace({ rows, values }: Matrix): number {
  let sum = 0;
  for (let j = 0; j < rows; j++) sum += values[j * rows + j]!;
  return sum;
}

/** Sum of the squares of all entries. */
export function squareSum({ values }: Matrix): number {
  let sum = 0;
  for (let at = 0; at < values.length; at++) sum += values[at]! ** 2;
  return sum;
}
