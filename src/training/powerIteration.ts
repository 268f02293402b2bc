import type { Random } from '../common/random';

const norm = (vector: Float64Array): number => Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));

function normalised(vector: Float64Array): Float64Array {
  const length = norm(vector);
  return length > 0 ? vector.map(value => value / length) : vector;
}

/** Estimates the spectral norm of one matrix that changes little from call to call, each time from where the last one ended. */
export class PowerIteration {
  private right: Float64Array;
  private left: Float64Array;

  constructor(
    private readonly rows: number,
    private readonly columns: number,
    random: Random,
  ) {
    this.right = normalised(Float64Array.from({ length: columns }, () => random.normal()));
    this.left = new Float64Array(rows);
  }

  /** ‖W·v‖ after so many rounds v ← Wᵀ(W·v)/‖·‖: never above the spectral norm, and close below it. */
  estimate(values: ArrayLike<number>, rounds: number): number {
    let size = 0;
    for (let round = 0; round < rounds; round++) {
      this.left = this.times(values, this.right);
      size = norm(this.left);
      if (size === 0) return 0;
      this.left = normalised(this.left);
      this.right = normalised(this.transposedTimes(values, this.left));
    }
    return size;
  }

  /** The vector that the next estimate starts from, for `restore`. */
  snapshot(): Float64Array {
    return this.right.slice();
  }

  restore(right: Float64Array): void {
    this.right = right.slice();
  }

  /** Unit vectors that belong to the last estimate: left, as long as a column, and right, as long as a row. */
  vectors(): { readonly left: Float32Array; readonly right: Float32Array } {
    return { left: Float32Array.from(this.left), right: Float32Array.from(this.right) };
  }

  private times(values: ArrayLike<number>, vector: Float64Array): Float64Array {
    const { rows, columns } = this;
    const product = new Float64Array(rows);
    for (let i = 0, at = 0; i < rows; i++) {
      let sum = 0;
      for (let j = 0; j < columns; j++) sum += values[at++]! * vector[j]!;
      product[i] = sum;
    }
    return product;
  }

  private transposedTimes(values: ArrayLike<number>, vector: Float64Array): Float64Array {
    const { rows, columns } = this;
    const product = new Float64Array(columns);
    for (let i = 0, at = 0; i < rows; i++) {
      const factor = vector[i]!;
      for (let j = 0; j < columns; j++) product[j]! += values[at++]! * factor;
    }
    return product;
  }
}
