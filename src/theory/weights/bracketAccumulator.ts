import { GramAccumulator } from './gramAccumulator';
import type { EntryNorms, MatrixLayout } from './matrixNorms';
import type { MatrixSource } from './matrixSource';
import type { TransposedProduct } from './products';
import { Scratch } from './scratch';
import { singleBracket, suitsSingle } from './singleBracket';
import type { SingleAlgebra } from './singleGram';
import { spectralBracket, type Bracket, type Gram } from './spectralBracket';
import { streamedBracket } from './streamedBracket';
import type { StreamLimits } from './streamedGram';

/** The matrix products that brackets are made with. */
export interface Products {
  readonly product: TransposedProduct;
  /** Makes the Gram matrices of large matrices in 32-bit floats: brackets of about 10⁻³ in a fraction of the time. */
  readonly single?: SingleAlgebra;
  /** What matrices may take of memory; less than 0.6 GB when absent. */
  readonly limits?: { readonly bytes: number; readonly stream: StreamLimits };
}

/** Beyond what a matrix's Gram matrix, its factor and the matrix itself, where it is wide, take so much, it is streamed; only power laws ask for more. */
const MOST_BYTES = 4e8;

/** A bracket, and the Gram matrix in 64-bit floats where one was made. */
export interface FoundBracket {
  readonly bracket: Bracket;
  readonly gram?: Gram;
}

/** Collects the values of a matrix and brackets its spectral norm, with the Gram matrix that suits its shape and values. */
export class BracketAccumulator {
  private held: Float32Array | undefined;
  private heldCount = 0;
  private readonly double: GramAccumulator | undefined;
  private readonly single: boolean;

  /**
   * @param precise whether the Gram matrix is needed in 64-bit floats
   * @param scratch holds the matrix until `finish` is done; one matrix at a time
   */
  constructor(
    private readonly layout: MatrixLayout,
    private readonly products: Products,
    precise = false,
    private readonly scratch = new Scratch(),
  ) {
    this.single = !precise && products.single !== undefined && suitsSingle(layout);
    this.double = GramAccumulator.fits(layout, precise ? undefined : (products.limits?.bytes ?? MOST_BYTES))
      ? new GramAccumulator(layout, products.product, scratch)
      : undefined;
  }

  /** Whether no value that is added is kept: the matrix is read again when `finish` is asked. */
  get isStreamed(): boolean {
    return !this.single && !this.double;
  }

  /** Has the whole matrix written to where it would be gathered, in place of any `add`: the values, or undefined where `write` or the shape does not allow it. */
  async fill(write: (into: Float32Array) => Promise<boolean>): Promise<Float32Array | undefined> {
    if (!this.single) return undefined;
    const count = this.layout.rows * this.layout.columns;
    const held = this.scratch.float32(count);
    if (!(await write(held))) return undefined;
    this.held = held;
    this.heldCount = count;
    return held;
  }

  async add(values: Float32Array | Float64Array): Promise<void> {
    if (this.single && values instanceof Float32Array) {
      this.held ??= this.scratch.float32(this.layout.rows * this.layout.columns);
      this.held.set(values, this.heldCount);
      this.heldCount += values.length;
    } else {
      await this.double?.add(values);
    }
  }

  /** The bracket. @param again reads the matrix anew, which is done where it is too large to be held or its Gram matrix to be made at once */
  async finish(norms: EntryNorms, again: MatrixSource['chunks']): Promise<FoundBracket> {
    const { layout, products, double, scratch } = this;
    if (this.held) {
      const held = this.held;
      const bracket = await singleBracket(held, layout, norms, products.single!, products.product, scratch);
      if (bracket) return { bracket };
      await double?.add(held);
    }
    if (!double) {
      const { rows, columns } = layout;
      return {
        bracket: await streamedBracket({ rows, columns, chunks: again }, norms, products.product, scratch, products.limits?.stream),
      };
    }
    const gram = await double.finish(norms.frobenius ** 2);
    return { bracket: await spectralBracket(gram, products.product, scratch), gram };
  }
}
