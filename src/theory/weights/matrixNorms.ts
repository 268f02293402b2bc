/** Norms of a weight as a matrix that one pass over its values gives; rows are output units unless `outputAxis` says otherwise. */
export interface EntryNorms {
  /** (Σ w²)^½ */
  readonly frobenius: number;
  /** Σ over output units of the ℓ2 norm of the incoming weights: ‖Wᵀ‖_{2,1} of Bartlett et al. (2017). */
  readonly l21: number;
  /** Largest ℓ1 norm of an output unit's incoming weights: ‖W‖_{1,∞}. */
  readonly l1Infinity: number;
  /** Largest ℓ2 norm of a row or column: a lower bound of the spectral norm. */
  readonly largestLine: number;
}

/** A weight's shape as a matrix in memory order: the outputs are its rows, or its columns where they are stored last. */
export interface MatrixLayout {
  readonly rows: number;
  readonly columns: number;
  readonly outputs: 'rows' | 'columns';
}

/** Collects the norms of a matrix from its values in row-major order, any number at a time. */
export class EntryNormAccumulator {
  private readonly rowSquares: Float64Array;
  private readonly columnSquares: Float64Array;
  private readonly outputSums: Float64Array;
  private at = 0;

  constructor(private readonly layout: MatrixLayout) {
    this.rowSquares = new Float64Array(layout.rows);
    this.columnSquares = new Float64Array(layout.columns);
    this.outputSums = new Float64Array(layout.outputs === 'rows' ? layout.rows : layout.columns);
  }

  add(values: ArrayLike<number>): void {
    const { columns, outputs } = this.layout;
    const { rowSquares, columnSquares, outputSums } = this;
    let row = Math.floor(this.at / columns);
    let column = this.at % columns;
    for (let index = 0; index < values.length;) {
      const end = Math.min(values.length, index + columns - column);
      let [square, absolute] = [0, 0];
      for (; index < end; index++, column++) {
        const value = values[index]!;
        square += value * value;
        columnSquares[column]! += value * value;
        if (outputs === 'rows') absolute += Math.abs(value);
        else outputSums[column]! += Math.abs(value);
      }
      rowSquares[row]! += square;
      if (outputs === 'rows') outputSums[row]! += absolute;
      if (column === columns) {
        column = 0;
        row++;
      }
    }
    this.at += values.length;
  }

  norms(): EntryNorms {
    const outputSquares = this.layout.outputs === 'rows' ? this.rowSquares : this.columnSquares;
    const largest = (values: Float64Array) => values.reduce((most, value) => Math.max(most, value), 0);
    return {
      frobenius: Math.sqrt(this.rowSquares.reduce((sum, square) => sum + square, 0)),
      l21: outputSquares.reduce((sum, square) => sum + Math.sqrt(square), 0),
      l1Infinity: largest(this.outputSums),
      largestLine: Math.sqrt(Math.max(largest(this.rowSquares), largest(this.columnSquares))),
    };
  }
}
