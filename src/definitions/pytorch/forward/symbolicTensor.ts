import { integer, LibraryValue, type Value } from '../../python/values';
import { isNumber, type Dimension } from './dimension';

/** The sides of a tensor, batch first; undefined when not even their number is known. */
export type Sides = readonly (Dimension | undefined)[] | undefined;

/** A tensor of a forward pass: the step that made it, its sides, and the axis along which its rows (vectors of features) lie. */
export class SymbolicTensor extends LibraryValue {
  constructor(
    /** Place of the step among the recorder's; changes when the tensor is changed in place. */
    public node: number,
    readonly sides: Sides,
    readonly features: number,
    /** The recorder of the forward pass that it belongs to. */
    readonly recorder: object,
  ) {
    super();
  }
}

/** A whole number that is not known, but named: a side of the input, or what was computed from one. */
export class SizeValue extends LibraryValue {
  constructor(readonly side: Dimension) {
    super();
  }
}

/** A side as a value of Python. */
export const sizeValue = (side: Dimension): Value => (isNumber(side) ? integer(side.factor) : new SizeValue(side));

/** A value of Python as a side; undefined for everything that is no whole number. */
export function sideValue(value: Value | undefined): Dimension | undefined {
  if (value instanceof SizeValue) return value.side;
  return value?.kind === 'integer' ? { factor: value.value, symbols: [] } : undefined;
}

/** The place of an axis that may count from the end. */
export const axisOf = (axis: number, rank: number): number => (axis < 0 ? rank + axis : axis);
