import type { Call, Value } from '../../python/values';
import { dimension, type Dimension } from './dimension';
import type { Recorder } from './recorder';
import { sideValue, type SymbolicTensor } from './symbolicTensor';

/** One operation on a tensor, called as a method or as a function: `x.mean(1)`, `torch.mean(x, 1)`. */
export class TensorCall {
  constructor(
    readonly recorder: Recorder,
    /** Bare name, without the underscore of an operation in place. */
    readonly name: string,
    readonly tensor: SymbolicTensor,
    /** Arguments behind the tensor. */
    readonly rest: readonly Value[],
    readonly call: Call,
  ) {}

  get line(): number {
    return this.call.range.startLine;
  }

  /** An argument behind the tensor by place or name. */
  argument(place: number, name: string): Value | undefined {
    return this.rest[place] ?? this.call.keywords.get(name);
  }

  /** A number, as 0.5 or `True`; `otherwise` where it is not given, undefined where it is not known. */
  number(place: number, name: string, otherwise?: number): number | undefined {
    const value = this.argument(place, name);
    if (!value || value.kind === 'none') return otherwise;
    if (value.kind === 'boolean') return Number(value.value);
    return value.kind === 'integer' || value.kind === 'float' ? value.value : undefined;
  }

  /** One axis or several; undefined where they are not known, `all` where they are not given. */
  axes(place: number, name: string): readonly number[] | 'all' | undefined {
    const value = this.argument(place, name) ?? this.call.keywords.get('axis');
    if (!value || value.kind === 'none') return 'all';
    if (value.kind === 'integer') return [value.value];
    if (value.kind !== 'sequence' || value.doubt) return undefined;
    const axes = value.items.map(item => (item.kind === 'integer' ? item.value : NaN));
    return axes.some(Number.isNaN) ? undefined : axes;
  }

  /** A shape given as one sequence or as one argument a side; undefined when its length is not known. */
  sides(name: string): readonly (Dimension | undefined)[] | undefined {
    const [first] = this.rest;
    const given = this.call.keywords.get(name) ?? (first?.kind === 'sequence' ? first : undefined);
    if (this.call.spread || (given && (given.kind !== 'sequence' || given.doubt))) return undefined;
    return (given?.kind === 'sequence' ? given.items : this.rest).map(sideValue);
  }

  /** A tensor among the arguments. */
  other(place: number, name: string): SymbolicTensor | undefined {
    const value = this.argument(place, name);
    return value && value.kind !== 'integer' && value.kind !== 'float' ? this.recorder.tensor(value, this.line) : undefined;
  }

  /** The operation with its name and reason, where it cannot be followed. */
  unknown(why: string): SymbolicTensor {
    return this.recorder.unknown(this.name, why, this.line, [this.tensor]);
  }
}

/** `unknown` or −1 sides of a target shape taken from the tensor, as `expand` does. */
export const keptSides = (given: readonly (Dimension | undefined)[], sides: readonly (Dimension | undefined)[]) =>
  given.map((side, axis) => {
    const before = sides[axis - given.length + sides.length];
    return side?.factor === -1 && side.symbols.length === 0 ? (before ?? dimension(1)) : side;
  });
