import type { StartLaw, UnknownStart } from '../../architecture/computation';
import type { Known, SourceRange, Unknown } from '../../architecture/architecture';
import { LibraryValue } from '../python/values';
import { scaledLaw } from './changedLaws';

/** The numbers in a small tensor, row by row. */
export interface Numbers {
  readonly values: readonly number[];
  /** They are whole, as `torch.arange` makes them. */
  readonly whole: boolean;
}

/** A tensor that is computed while the model is built, as `torch.zeros(1, 16, 48)`. */
export class TensorValue extends LibraryValue {
  /** How its entries are drawn, where that is known. */
  start: StartLaw | UnknownStart | undefined;
  /** The parameter whose numbers these are, as those of `weight.data`. */
  parameter?: ParameterValue;
  /** It is only a part of that parameter. */
  isPart = false;

  constructor(
    readonly shape: Known<readonly number[]>,
    /** Standard deviation of its entries, when they are independent draws of mean 0. */
    public deviation?: number,
    /** They change with what is written into it. */
    public numbers?: Numbers,
  ) {
    super();
  }

  override saved(): () => void {
    const { start, deviation, numbers } = this;
    return () => void Object.assign(this, { start, deviation, numbers });
  }

  /** The same law, every entry times a number. */
  scaled(factor: number): TensorValue {
    const result = new TensorValue(this.shape, this.deviation === undefined ? undefined : Math.abs(factor) * this.deviation);
    const start = this.start && this.start.kind !== 'not known' ? scaledLaw(this.start, factor) : undefined;
    if (start) result.start = start;
    return result;
  }

  /** The same tensor, known to start by a law. */
  startingBy(start: StartLaw | UnknownStart | undefined): this {
    if (start) this.start = start;
    return this;
  }

  /** The same tensor, known to be a parameter's numbers or a part of them. */
  within(parameter: ParameterValue, isPart: boolean): this {
    this.parameter = parameter;
    this.isPart = isPart;
    return this;
  }
}

/** A tensor that belongs to a module and is trained; one object however many modules share it. */
export class ParameterValue extends LibraryValue {
  learnable = true;
  /** Why its shape, or whether it is learnable, is not certain. */
  doubt?: Unknown;
  /** How it starts, where the source says so; its layer's law holds otherwise. */
  start?: StartLaw | UnknownStart;
  /** The law by which a layer that brought it starts it. */
  born?: StartLaw | undefined;

  constructor(
    readonly shape: Known<readonly number[]>,
    readonly initialSpectralNorm: number | undefined,
    /** Where the source constructs it; absent for a tensor that a layer brings with it. */
    readonly range?: SourceRange,
  ) {
    super();
  }

  override saved(): () => void {
    const { learnable, doubt, start } = this;
    return () => void Object.assign(this, { learnable, doubt, start });
  }

  /** A parameter of its own with the same shape, as `copy.deepcopy` makes it. */
  copy(): ParameterValue {
    const copy = new ParameterValue(this.shape, this.initialSpectralNorm, this.range);
    copy.learnable = this.learnable;
    copy.doubt = this.doubt;
    copy.start = this.start;
    copy.born = this.born;
    return copy;
  }
}

/** A shape that is not known, with the reason. */
export const unknownTensor = (reason: Unknown): TensorValue => new TensorValue(reason);
