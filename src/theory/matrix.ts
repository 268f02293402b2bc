/** A dense row-major matrix: `values[row * columns + column]`. One row is one sample throughout BoundLens. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float64Array | Float32Array;
}
