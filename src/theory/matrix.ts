/** A dense row-major matrix: `values[row * columns + column]`. One row is one sample throughout BoundLens. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float64Array | Float32Array;
}

/** The rows at `indices`, copied, in that order. */
export function rowsAt(matrix: Matrix, indices: ArrayLike<number>): Matrix {
  const { columns } = matrix;
  const values = new Float64Array(indices.length * columns);
  for (let k = 0; k < indices.length; k++)
    values.set(matrix.values.subarray(indices[k]! * columns, (indices[k]! + 1) * columns), k * columns);
  return { rows: indices.length, columns, values };
}

/** Mean of the squared Euclidean norms of the rows. */
export function meanSquareNorm({ rows, values }: Matrix): number {
  let sum = 0;
  for (const value of values) sum += value * value;
  return sum / rows;
}

/** Every row scaled to norm 1; a zero row stays zero. */
export function unitRows({ rows, columns, values }: Matrix): Matrix & { readonly values: Float64Array } {
  const result = Float64Array.from(values);
  for (let i = 0; i < rows; i++) {
    const row = result.subarray(i * columns, (i + 1) * columns);
    let square = 0;
    for (const value of row) square += value * value;
    const factor = square > 0 ? 1 / Math.sqrt(square) : 0;
    for (let j = 0; j < columns; j++) row[j]! *= factor;
  }
  return { rows, columns, values: result };
}
