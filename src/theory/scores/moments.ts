import { gram, type GramFunction } from '../gram';
import { rowsAt, type Matrix } from '../matrix';
import { classCounts, classSums, type LabelledFeatures } from './labelledFeatures';

/** Counts, sums and inner products of a labelled sample about a fixed origin: all that the spectral scores need, and it can be taken apart by groups. */
export class Moments {
  private constructor(
    readonly counts: Float64Array,
    /** Sum of each class about the origin: classes × dimensions. */
    private readonly sums: Matrix,
    /** Inner products of the columns about the origin. */
    private readonly products: Matrix,
    private readonly origin: Float64Array,
  ) {}

  /** Moments of the rows at `indices`, about `origin`. */
  static async of(
    { features, classOf, classes }: LabelledFeatures,
    indices: ArrayLike<number>,
    origin: Float64Array,
    multiply: GramFunction = gram,
  ): Promise<Moments> {
    const chosen = rowsAt(features, indices);
    for (let i = 0; i < chosen.rows; i++) for (let j = 0; j < chosen.columns; j++) chosen.values[i * chosen.columns + j]! -= origin[j]!;
    const part = { features: chosen, classOf: Int32Array.from(indices, i => classOf[i]!), classes };
    return new Moments(classCounts(part), classSums(part), await multiply(chosen), origin);
  }

  /** Moments of a sample and another together. */
  plus(other: Moments): Moments {
    return this.combined(other, 1);
  }

  /** Moments of what remains when another sample is taken out. */
  minus(other: Moments): Moments {
    return this.combined(other, -1);
  }

  private combined(other: Moments, sign: 1 | -1): Moments {
    const add = (a: Matrix['values'], b: Matrix['values']) => Float64Array.from(a, (value, i) => value + sign * b[i]!);
    return new Moments(
      add(this.counts, other.counts),
      { ...this.sums, values: add(this.sums.values, other.sums.values) },
      { ...this.products, values: add(this.products.values, other.products.values) },
      this.origin,
    );
  }

  get count(): number {
    return this.counts.reduce((sum, count) => sum + count, 0);
  }

  get classes(): number {
    return this.counts.length;
  }

  get dimension(): number {
    return this.origin.length;
  }

  /** Mean of all rows minus the origin. */
  private offset(): Float64Array {
    const offset = new Float64Array(this.dimension);
    this.sums.values.forEach((sum, at) => (offset[at % this.dimension]! += sum / this.count));
    return offset;
  }

  /** Σ (x − mean)(x − mean)ᵀ. */
  scatter(): Matrix {
    const offset = this.offset();
    return this.changed((value, j, k) => value - this.count * offset[j]! * offset[k]!);
  }

  /** Σ xxᵀ about zero. */
  gram(): Matrix {
    const { origin, count } = this;
    const offset = this.offset();
    return this.changed((value, j, k) => value + count * (offset[j]! * origin[k]! + origin[j]! * offset[k]! + origin[j]! * origin[k]!));
  }

  private changed(change: (value: number, row: number, column: number) => number): Matrix {
    const d = this.dimension;
    const values = new Float64Array(d * d);
    for (let j = 0; j < d; j++) for (let k = 0; k < d; k++) values[j * d + k] = change(this.products.values[j * d + k]!, j, k);
    return { rows: d, columns: d, values };
  }

  /** Mean of each class about zero: classes × dimensions. */
  classMeans(): Matrix {
    const d = this.dimension;
    const values = Float64Array.from(this.sums.values, (sum, at) => sum / this.counts[Math.floor(at / d)]! + this.origin[at % d]!);
    return { ...this.sums, values };
  }

  /** Column c is (mean of class c − mean)·weight(points in class c): dimensions × classes. */
  classOffsets(weight: (count: number) => number): Matrix {
    const offset = this.offset();
    return this.columnPerClass((sum, count, j) => (sum / count - offset[j]!) * weight(count));
  }

  /** Column c is the sum of class c about zero: dimensions × classes. */
  classSumColumns(): Matrix {
    return this.columnPerClass((sum, count, j) => sum + count * this.origin[j]!);
  }

  private columnPerClass(entry: (sum: number, count: number, dimension: number) => number): Matrix {
    const { classes, dimension } = this;
    const values = new Float64Array(dimension * classes);
    for (let c = 0; c < classes; c++)
      for (let j = 0; j < dimension; j++) values[j * classes + c] = entry(this.sums.values[c * dimension + j]!, this.counts[c]!, j);
    return { rows: dimension, columns: classes, values };
  }
}
