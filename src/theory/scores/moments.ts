import { gram, type GramFunction } from '../gram';
import { rowsAt, type Matrix } from '../matrix';
import { mapEntries } from './entries';
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
    const chosen = mapEntries(rowsAt(features, indices), (value, _, j) => value - origin[j]!);
    const part = { features: chosen, classOf: Int32Array.from(indices, i => classOf[i]!), classes };
    return new Moments(classCounts(part), classSums(part), await multiply(chosen), origin);
  }

  /** Moments of what remains when another sample is taken out. */
  minus(other: Moments): Moments {
    const subtract = (a: Matrix, b: Matrix) => mapEntries(a, (value, i, j) => value - b.values[i * a.columns + j]!);
    return new Moments(
      this.counts.map((count, c) => count - other.counts[c]!),
      subtract(this.sums, other.sums),
      subtract(this.products, other.products),
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
    const { dimension, count } = this;
    const offset = new Float64Array(dimension);
    this.sums.values.forEach((sum, at) => (offset[at % dimension]! += sum / count));
    return offset;
  }

  /** Σ (x − mean)(x − mean)ᵀ. */
  scatter(): Matrix {
    const { count } = this;
    const offset = this.offset();
    return mapEntries(this.products, (value, j, k) => value - count * offset[j]! * offset[k]!);
  }

  /** Σ xxᵀ about zero. */
  gram(): Matrix {
    const { origin, count } = this;
    const offset = this.offset();
    const cross = (j: number, k: number) => offset[j]! * origin[k]! + origin[j]! * offset[k]! + origin[j]! * origin[k]!;
    return mapEntries(this.products, (value, j, k) => value + count * cross(j, k));
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
