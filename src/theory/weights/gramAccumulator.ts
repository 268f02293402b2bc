import { mirrorLower, transposed } from '../transpose';
import { addLowerTriangle, squareTriangle } from './lowerTriangle';
import type { MatrixLayout } from './matrixNorms';
import type { TransposedProduct } from './products';
import { Scratch } from './scratch';
import type { Gram } from './spectralBracket';

type Values = Float32Array | Float64Array;

/** Rows of a tall matrix, or columns of a wide one, that are multiplied at once. */
const SLICE_NUMBERS = 1 << 22;
/** The memory that a Gram matrix, its factor and a wide matrix, which is held whole meanwhile, may take. */
const MOST_BYTES = 6e8;

/** Makes the Gram matrix of the smaller side of a matrix from its values in row-major order: WᵀW of a tall one, WWᵀ of a wide one. */
export class GramAccumulator {
  private readonly size: number;
  private readonly tall: boolean;
  private readonly held: Values[] = [];
  private heldCount = 0;
  private whole: Values | undefined;
  private gram: Float64Array | undefined;
  private lines: Float64Array | undefined;

  /** Whether the Gram matrix of a matrix of this shape can be made here in as much memory; if not, `streamedGram` can. */
  static fits({ rows, columns }: MatrixLayout, mostBytes = MOST_BYTES): boolean {
    return 16 * Math.min(rows, columns) ** 2 + (rows > columns ? 0 : 4 * rows * columns) <= mostBytes;
  }

  constructor(
    private readonly layout: MatrixLayout,
    private readonly product: TransposedProduct,
    private readonly scratch = new Scratch(),
  ) {
    this.tall = layout.rows > layout.columns;
    this.size = this.tall ? layout.columns : layout.rows;
  }

  async add(values: Values): Promise<void> {
    if (this.tall) this.held.push(values);
    else {
      this.whole ??= this.roomFor(values);
      this.whole.set(values, this.heldCount);
    }
    this.heldCount += values.length;
    if (this.tall && this.heldCount >= SLICE_NUMBERS) await this.multiplyRows();
  }

  /** Room for a wide matrix, which has to be there whole before its columns are sliced; all of it when it comes at once. */
  private roomFor(values: Values): Values {
    const count = this.layout.rows * this.layout.columns;
    if (values.length === count) return values;
    return values instanceof Float32Array ? this.scratch.float32(count) : new Float64Array(count);
  }

  /** @param trace squared Frobenius norm of the matrix */
  async finish(trace: number): Promise<Gram> {
    if (this.tall) await this.multiplyRows();
    else await this.multiplyColumns();
    const { rows, columns } = this.layout;
    const slices = Math.ceil((rows * columns) / SLICE_NUMBERS);
    this.lines = undefined;
    const values = this.gram ?? this.scratch.sums(this.size ** 2);
    mirrorLower(values, this.size);
    return {
      values,
      size: this.size,
      terms: Math.max(rows, columns) + slices,
      trace,
    };
  }

  private takeHeld(count: number): Values {
    const [first] = this.held;
    let whole: Values;
    if (first && this.held.length === 1) whole = first;
    else {
      whole = first instanceof Float64Array ? new Float64Array(this.heldCount) : new Float32Array(this.heldCount);
      let at = 0;
      for (const part of this.held) {
        whole.set(part, at);
        at += part.length;
      }
    }
    this.held.length = 0;
    const rest = whole.subarray(count);
    if (rest.length > 0) this.held.push(rest.slice());
    this.heldCount = rest.length;
    return whole.subarray(0, count);
  }

  private async multiplyRows(): Promise<void> {
    const { columns } = this.layout;
    const rows = Math.floor(this.heldCount / columns);
    if (rows === 0) return;
    const values = this.takeHeld(rows * columns);
    await this.addProduct(transposed({ rows, columns, values }, this.linesOf(values.length)), rows);
  }

  private async multiplyColumns(): Promise<void> {
    const { rows, columns } = this.layout;
    const values = this.whole;
    if (!values) return;
    const width = Math.max(1, Math.min(columns, Math.floor(SLICE_NUMBERS / Math.max(1, rows))));
    for (let from = 0; from < columns; from += width) {
      const slice = Math.min(width, columns - from);
      const packed = this.linesOf(rows * slice);
      for (let row = 0; row < rows; row++) packed.set(values.subarray(row * columns + from, row * columns + from + slice), row * slice);
      await this.addProduct(packed, slice);
    }
  }

  /** Room for `count` numbers that are multiplied next. */
  private linesOf(count: number): Float64Array {
    if (!this.lines || this.lines.length < count) this.lines = new Float64Array(count);
    return this.lines.subarray(0, count);
  }

  private async addProduct(packed: Float64Array, inner: number): Promise<void> {
    this.gram ??= this.scratch.sums(this.size ** 2);
    await addLowerTriangle(packed, squareTriangle(this.gram, this.size), inner, this.product);
  }
}
