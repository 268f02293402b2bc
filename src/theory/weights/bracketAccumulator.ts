import { GramAccumulator } from './gramAccumulator';
import type { EntryNorms, MatrixLayout } from './matrixNorms';
import type { TransposedProduct } from './products';
import { singleBracket, suitsSingle } from './singleBracket';
import type { SingleAlgebra } from './singleGram';
import { spectralBracket, type Bracket, type Gram } from './spectralBracket';

/** The matrix products that brackets are made with. */
export interface Products {
  readonly product: TransposedProduct;
  /** Makes the Gram matrices of large matrices in 32-bit floats: brackets of about 10⁻³ in a fraction of the time. */
  readonly single?: SingleAlgebra;
}

/** A bracket, and the Gram matrix in 64-bit floats where one was made. */
export interface FoundBracket {
  readonly bracket: Bracket;
  readonly gram?: Gram;
}

/** Collects the values of a matrix and brackets its spectral norm, with the Gram matrix that suits its shape and values. */
export class BracketAccumulator {
  private readonly held: Float32Array[] = [];
  private readonly double: GramAccumulator | undefined;
  private single: boolean;

  /** @param precise whether the Gram matrix is needed in 64-bit floats */
  constructor(
    private readonly layout: MatrixLayout,
    private readonly products: Products,
    precise = false,
  ) {
    this.single = !precise && products.single !== undefined && suitsSingle(layout);
    this.double = GramAccumulator.fits(layout) ? new GramAccumulator(layout, products.product) : undefined;
  }

  async add(values: Float32Array | Float64Array): Promise<void> {
    if (this.single && values instanceof Float32Array) this.held.push(values);
    else {
      this.single = false;
      await this.double?.add(values);
    }
  }

  /** The bracket; [largest row norm, Frobenius norm] where no Gram matrix fits into memory. */
  async finish(norms: EntryNorms): Promise<FoundBracket> {
    const { layout, products, double } = this;
    if (this.single) {
      const bracket = await singleBracket(joined(this.held), layout, norms, products.single!, products.product);
      if (bracket) return { bracket };
      for (const part of this.held) await double?.add(part);
    }
    if (!double) return { bracket: { lower: norms.largestLine, upper: norms.frobenius } };
    const gram = await double.finish(norms.frobenius ** 2);
    return { bracket: await spectralBracket(gram, products.product), gram };
  }
}

function joined(parts: readonly Float32Array[]): Float32Array {
  if (parts.length === 1) return parts[0]!;
  const whole = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
