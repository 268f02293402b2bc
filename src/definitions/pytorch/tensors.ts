import type { Known, SourceRange, Unknown } from '../../architecture/architecture';
import { LibraryValue } from '../python/values';

/** The numbers in a small tensor, row by row. */
export interface Numbers {
  readonly values: readonly number[];
  /** They are whole, as `torch.arange` makes them. */
  readonly whole: boolean;
}

/** A tensor that is computed while the model is built, as `torch.zeros(1, 16, 48)`. */
export class TensorValue extends LibraryValue {
  constructor(
    readonly shape: Known<readonly number[]>,
    /** Standard deviation of its entries, when they are independent draws of mean 0. */
    readonly deviation?: number,
    readonly numbers?: Numbers,
  ) {
    super();
  }

  /** The same law, every entry times a number. */
  scaled(factor: number): TensorValue {
    return new TensorValue(this.shape, this.deviation === undefined ? undefined : Math.abs(factor) * this.deviation);
  }
}

/** A tensor that belongs to a module and is trained; one object however many modules share it. */
export class ParameterValue extends LibraryValue {
  learnable = true;
  /** Why its shape, or whether it is learnable, is not certain. */
  doubt?: Unknown;

  constructor(
    readonly shape: Known<readonly number[]>,
    readonly initialSpectralNorm: number | undefined,
    /** Where the source constructs it; absent for a tensor that a layer brings with it. */
    readonly range?: SourceRange,
  ) {
    super();
  }

  override saved(): () => void {
    const { learnable, doubt } = this;
    return () => void Object.assign(this, { learnable, doubt });
  }

  /** A parameter of its own with the same shape, as `copy.deepcopy` makes it. */
  copy(): ParameterValue {
    const copy = new ParameterValue(this.shape, this.initialSpectralNorm, this.range);
    copy.learnable = this.learnable;
    copy.doubt = this.doubt;
    return copy;
  }
}

/** A shape that is not known, with the reason. */
export const unknownTensor = (reason: Unknown): TensorValue => new TensorValue(reason);
