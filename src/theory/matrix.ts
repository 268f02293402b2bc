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
