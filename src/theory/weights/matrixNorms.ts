/** Norms of a weight as a matrix that one pass over its values gives; rows are output units unless `outputAxis` says otherwise. */
export interface EntryNorms {
  /** (Σ w²)^½ */
  readonly frobenius: number;
  /** Σ over output units of the ℓ2 norm of the incoming weights: ‖Wᵀ‖_{2,1} of Bartlett et al. (2017). */
  readonly l21: number;
  /** Largest ℓ1 norm of an output unit's incoming weights: ‖W‖_{1,∞}. */
  readonly l1Infinity: number;
  /** Largest ℓ2 norm of an output unit's incoming weights: a lower bound of the spectral norm. */
  readonly largestLine: number;
  /** Largest ℓ1 norm of a row times that of a column: an upper bound of ‖|W|‖², the squared spectral norm of the absolute values; infinite for very long lines. */
  readonly absoluteProduct: number;
}

/** A weight's shape as a matrix in memory order: the outputs are its rows, or its columns where they are stored last. */
export interface MatrixLayout {
  readonly rows: number;
  readonly columns: number;
  readonly outputs: 'rows' | 'columns';
}

/** Lines across the output units that are summed; longer tensors are streamed, and so many sums would be as large as they are. */
const MOST_LINES = 1 << 18;

/** Collects the norms of a matrix from its values in row-major order, any number at a time. */
export class EntryNormAccumulator {
  private readonly squares: Float64Array;
  private readonly rowSums: Float64Array;
  private readonly columnSums: Float64Array;
  private at = 0;

  constructor(private readonly layout: MatrixLayout) {
    this.squares = new Float64Array(layout.outputs === 'rows' ? layout.rows : layout.columns);
    const across = (lines: number) => new Float64Array(lines <= MOST_LINES ? lines : 0);
    this.rowSums = layout.outputs === 'rows' ? new Float64Array(layout.rows) : across(layout.rows);
    this.columnSums = layout.outputs === 'rows' ? across(layout.columns) : new Float64Array(layout.columns);
  }

  add(values: ArrayLike<number>): void {
    const { columns, outputs } = this.layout;
    for (let index = 0; index < values.length;) {
      const [row, column] = [Math.floor(this.at / columns), this.at % columns];
      const count = Math.min(values.length - index, columns - column);
      if (outputs === 'rows') this.addToRow(values, index, count, row, column);
      else this.addToColumns(values, index, count, row, column);
      index += count;
      this.at += count;
    }
  }

  private addToRow(values: ArrayLike<number>, first: number, count: number, row: number, column: number): void {
    const sums = this.columnSums.length > 0 ? this.columnSums : undefined;
    let [evenSquare, oddSquare, evenSum, oddSum] = [0, 0, 0, 0];
    const pairs = count - (count % 2);
    for (let offset = 0; offset < pairs; offset += 2) {
      const even = values[first + offset]!;
      const odd = values[first + offset + 1]!;
      const absolute = Math.abs(even);
      const next = Math.abs(odd);
      evenSquare += even * even;
      oddSquare += odd * odd;
      evenSum += absolute;
      oddSum += next;
      if (sums) {
        sums[column + offset]! += absolute;
        sums[column + offset + 1]! += next;
      }
    }
    if (pairs < count) {
      const last = values[first + pairs]!;
      evenSquare += last * last;
      evenSum += Math.abs(last);
      if (sums) sums[column + pairs]! += Math.abs(last);
    }
    this.squares[row]! += evenSquare + oddSquare;
    this.rowSums[row]! += evenSum + oddSum;
  }

  private addToColumns(values: ArrayLike<number>, first: number, count: number, row: number, column: number): void {
    const { columnSums, squares } = this;
    let sum = 0;
    for (let offset = 0; offset < count; offset++) {
      const value = values[first + offset]!;
      const absolute = Math.abs(value);
      squares[column + offset]! += value * value;
      columnSums[column + offset]! += absolute;
      sum += absolute;
    }
    if (this.rowSums.length > 0) this.rowSums[row]! += sum;
  }

  norms(): EntryNorms {
    const largest = (values: Float64Array) => values.reduce((most, value) => Math.max(most, value), 0);
    const [row, column] = [largest(this.rowSums), largest(this.columnSums)];
    return {
      frobenius: Math.sqrt(this.squares.reduce((sum, square) => sum + square, 0)),
      l21: this.squares.reduce((sum, square) => sum + Math.sqrt(square), 0),
      l1Infinity: this.layout.outputs === 'rows' ? row : column,
      largestLine: Math.sqrt(largest(this.squares)),
      absoluteProduct: this.rowSums.length > 0 && this.columnSums.length > 0 ? row * column : Infinity,
    };
  }
}
