/** The side of a matrix whose Gram matrix is made: WWᵀ of its rows, WᵀW of its columns. */
export type GramSide = 'rows' | 'columns';

/** A Gram matrix that grows slice by slice in 32-bit floats. */
export interface SingleGramSum {
  /** Most products that one sum takes in before it is added to the running one. */
  readonly slice: number;
  /** Adds the Gram matrix of a slice: size × inner values in row-major order for the side `rows`, inner × size for `columns`. */
  add(values: Float32Array, inner: number): Promise<void>;
  /** The sum, size × size with both triangles, valid until the next sum of this size is finished; and how many additions of slices each entry has seen. */
  finish(): { readonly values: Float32Array; readonly additions: number };
}

/**
 * Products in 32-bit floats, twice as fast as in 64-bit ones. Every entry of a Gram matrix is a sum of at most `slice` products in any order, with or without fused
 * multiplication, rounded to 32 bits at every step, which then is added to the running sum with one more rounding.
 */
export interface SingleAlgebra {
  /** An empty sum of Gram matrices of order `size`; one at a time of each size. */
  gram(size: number, side: GramSide): Promise<SingleGramSum>;
  /** A square matrix times a vector, to no stated accuracy: for iterations that are checked afterwards. */
  apply(matrix: Float32Array, size: number, vector: Float32Array): Promise<Float32Array>;
}
