import { viewAt } from './arrayIndex';
import { Exhausted } from './budget';
import type { Index } from './context';
import { NumberArray, numbersAt, overwritten, scalarArray, stacked, viewed } from './numberArray';
import { float, integer, LibraryValue, type Value } from './values';

/** An array of NumPy's; what is written into it makes another array of numbers in its place. */
export class ArrayValue extends LibraryValue {
  constructor(public array: NumberArray) {
    super();
  }

  override saved(): () => void {
    const { array } = this;
    return () => void (this.array = array);
  }
}

/** An array as a value; one without sides as its number. */
export function wrapped(array: NumberArray | undefined): Value | undefined {
  if (!array || array.shape.length > 0) return array && new ArrayValue(array);
  const [value] = array.values;
  return array.whole ? integer(value!) : float(value!);
}

/** Axes of an array at most, as in NumPy; a list that holds itself has more. */
const MOST_AXES = 64;
/** Lists and numbers that one array is put together from; a list of lists that are the same list can name more than there are. */
const MOST_ITEMS = 1 << 17;

/** A number, a list of numbers or arrays, or an array as numbers; undefined for lists that are too deep or too long. */
export const arrayOf = (value: Value | undefined): NumberArray | undefined => collected(value, MOST_AXES, { left: MOST_ITEMS });

function collected(value: Value | undefined, axes: number, items: { left: number }): NumberArray | undefined {
  if (value instanceof ArrayValue) return value.array;
  if (value?.kind === 'integer' || value?.kind === 'float') return scalarArray(value.value, value.kind === 'integer');
  if (value?.kind === 'boolean') return scalarArray(Number(value.value));
  if (value?.kind !== 'sequence' || value.doubt || value.items.length === 0 || axes === 0) return undefined;
  const found: NumberArray[] = [];
  for (const item of value.items) {
    const array = --items.left < 0 ? undefined : collected(item, axes - 1, items);
    if (!array) return undefined;
    found.push(array);
  }
  return stacked(found, 0);
}

/**
 * What a `for` over an array takes.
 *
 * @throws Exhausted for more rows than a list may have
 */
export function rowsOf({ array }: ArrayValue): NumberArray[] {
  const [count = 0, ...rest] = array.shape;
  if (count > MOST_ITEMS) throw new Exhausted();
  const size = rest.reduce((total, side) => total * side, 1);
  return Array.from({ length: count }, (_, row) => numbersAt(rest, array.whole, place => array.values[row * size + place]!));
}

/** The items of an array: numbers of a row, rows of what has more sides. */
export const arrayItems = (value: ArrayValue): Value[] => rowsOf(value).map(row => wrapped(row)!);

/** `array[a, b:c]`; undefined where an index is not followed. */
export function arrayPart({ array }: ArrayValue, indices: readonly Index[]): Value | undefined {
  const view = viewAt(array.shape, indices);
  return view && wrapped(viewed(array, view));
}

/** Carries out `array[a, b:c] = value`; what is not followed leaves numbers that are not known. */
export function assignArrayPart(value: ArrayValue, indices: readonly Index[], assigned: Value): void {
  const [view, by] = [viewAt(value.array.shape, indices), arrayOf(assigned)];
  const { shape } = value.array;
  value.array = (view && by && overwritten(value.array, view, by)) ?? numbersAt(shape, false, () => NaN);
}
