import type { LowerTriangle } from './lowerTriangle';
import { gamma } from './rounding';
import type { TransposedProduct } from './products';
import { Scratch } from './scratch';
import { squaredNorm } from './squaredNorm';

/** Columns that are factored at once; the rest of the work is products. */
const PANEL = 64;
/** Up to this size a factor is a square array, which products take whole. Larger ones are kept in blocks of columns from the diagonal down: half of the memory. */
const LARGEST_SQUARE = 4096;
/** Columns of such a block: a multiple of PANEL. */
const BLOCK = 128;

/** A factorisation that ran through, and what its panels' inverses may have moved the matrix by, in spectral norm. */
export interface Factorisation {
  readonly residual: number;
}

/** Columns of a block of a factor, unless it is asked for in others. */
const blockOf = (size: number): number => (size <= LARGEST_SQUARE ? size : BLOCK);

/** Numbers of room that `factorised` takes of its scratch. */
export const factorRoom = (size: number, block = blockOf(size)): number => Factor.length(size, block) + 3 * size * PANEL;

/**
 * The Cholesky factorisation of t·I − G in 64-bit floats, G symmetric; undefined when a pivot is not positive. If it runs through, the largest eigenvalue of G
 * is at most t + margin·t + residual with margin = `definitenessMargin(size)` (docs/theory.md, F6). Left-looking by panels: the product with the finished columns, and
 * that with the inverse of the panel's own triangle, go through `product`.
 * @param block columns of one block of the factor, a multiple of 64
 */
export async function factorised(
  gram: LowerTriangle,
  t: number,
  product: TransposedProduct,
  scratch = new Scratch(),
  block = blockOf(gram.size),
): Promise<Factorisation | undefined> {
  const { size } = gram;
  const length = Factor.length(size, block);
  const room = scratch.float64(factorRoom(size, block));
  const factor = new Factor(room.subarray(0, length), size, block);
  const [panelRoom, knownRoom, partRoom] = [0, 1, 2].map(part =>
    room.subarray(length + part * size * PANEL, length + (part + 1) * size * PANEL),
  );
  let residual = 0;
  for (let first = 0; first < size; first += PANEL) {
    const width = Math.min(PANEL, size - first);
    const rows = size - first;
    const known = await factor.accounted(first, width, product, knownRoom!, partRoom!);
    const panel = panelRoom!.subarray(0, rows * width);
    fillPanel(panel, gram, t, first, known);
    const triangle = triangleOf(panel, width);
    if (!triangle) return undefined;
    factor.write(triangle, first, first, width);
    if (rows === width) break;
    const inverse = inverseOf(triangle, width);
    const rest = panel.subarray(width * width);
    factor.write(await product(rest, inverse, rows - width, width, width, width, knownRoom), first + width, first, width);
    residual += 3 * gamma(width + 4) * frobenius(rest) * frobenius(triangle) * frobenius(inverse);
  }
  return { residual };
}

/** A lower triangular factor in blocks of columns, each from its diagonal down and in row-major order. */
class Factor {
  constructor(
    private readonly values: Float64Array,
    private readonly size: number,
    private readonly block: number,
  ) {}

  /** Numbers that a factor takes. */
  static length(size: number, block: number): number {
    let total = 0;
    for (let from = 0; from < size; from += block) total += (size - from) * Math.min(block, size - from);
    return total;
  }

  /** The block of the column `from`, and how many columns it has. */
  private blockFrom(from: number): { readonly values: Float64Array; readonly stride: number } {
    const before = from / this.block;
    const start = before * this.block * (this.size - ((before - 1) * this.block) / 2);
    return { values: this.values.subarray(start), stride: Math.min(this.block, this.size - from) };
  }

  /** What the columns before `first` account for in the next `width` ones, from row `first` on; undefined for the first columns. */
  async accounted(
    first: number,
    width: number,
    product: TransposedProduct,
    room: Float64Array,
    partRoom: Float64Array,
  ): Promise<Float64Array | undefined> {
    let known: Float64Array | undefined;
    for (let from = 0; from < first; from += this.block) {
      const { values, stride } = this.blockFrom(from);
      const below = values.subarray((first - from) * stride);
      const part = await product(below, below, this.size - first, width, Math.min(first - from, stride), stride, known ? partRoom : room);
      if (!known) known = part;
      else for (let at = 0; at < known.length; at++) known[at]! += part[at]!;
    }
    return known;
  }

  /** Writes rows of `width` numbers, from row `row` and column `column` on, that lie in one block. */
  write(rows: Float64Array, row: number, column: number, width: number): void {
    const from = column - (column % this.block);
    const { values, stride } = this.blockFrom(from);
    for (let at = 0; at < rows.length; at += width, row++) values.set(rows.subarray(at, at + width), (row - from) * stride + column - from);
  }
}

/** The columns from `first` on of t·I − G, as many as fit the panel, from row `first` on, less what the finished columns account for. */
function fillPanel(panel: Float64Array, gram: LowerTriangle, t: number, first: number, known: Float64Array | undefined): void {
  const { values, size, start } = gram;
  const width = panel.length / (size - first);
  for (let row = first, at = 0; row < size; row++) {
    const own = start(row);
    for (let column = first; column < first + width; column++, at++) {
      // Above the diagonal nothing is read of a panel.
      const entry = (row === column ? t : 0) - (column <= row ? values[own + column]! : 0);
      panel[at] = known ? entry - known[at]! : entry;
    }
  }
}

/** The lower triangle L with LLᵀ = the leading square of the panel; undefined at the first pivot that is not positive. */
function triangleOf(panel: Float64Array, width: number): Float64Array | undefined {
  const triangle = new Float64Array(width * width);
  for (let row = 0; row < width; row++)
    for (let column = 0; column <= row; column++) {
      let sum = panel[row * width + column]!;
      for (let k = 0; k < column; k++) sum -= triangle[row * width + k]! * triangle[column * width + k]!;
      if (column < row) triangle[row * width + column] = sum / triangle[column * width + column]!;
      else if (sum > 0 && sum < Infinity) triangle[row * width + column] = Math.sqrt(sum);
      else return undefined;
    }
  return triangle;
}

/** The inverse of a lower triangle, row by row. */
function inverseOf(triangle: Float64Array, width: number): Float64Array {
  const inverse = new Float64Array(width * width);
  for (let row = 0; row < width; row++) {
    const pivot = triangle[row * width + row]!;
    for (let k = 0; k < row; k++) {
      const weight = triangle[row * width + k]! / pivot;
      for (let column = 0; column <= k; column++) inverse[row * width + column]! -= weight * inverse[k * width + column]!;
    }
    inverse[row * width + row] = 1 / pivot;
  }
  return inverse;
}

const frobenius = (values: Float64Array): number => Math.sqrt(squaredNorm(values));
