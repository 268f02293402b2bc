import { Exhausted } from './budget';

/** Larger arrays are not computed. */
const MAXIMUM_SIZE = 1 << 24;

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, side) => product * side, 1);

/** Numbers that lie row by row, computed when somebody asks for them: reading a definition asks for shapes alone. */
export class NumberArray {
  private kept: Float64Array | undefined;

  /** @param whole whether they are whole numbers, as `arange(3)` makes them */
  constructor(
    readonly shape: readonly number[],
    readonly whole: boolean,
    private readonly compute: () => Float64Array,
  ) {}

  get size(): number {
    return sizeOf(this.shape);
  }

  /** @throws Exhausted for more numbers than anything is made of */
  get values(): Float64Array {
    if (this.size > MAXIMUM_SIZE) throw new Exhausted();
    return (this.kept ??= this.compute());
  }
}

/** Entries of an array by strides: how far one step along each axis goes, from where. */
export interface View {
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly offset: number;
}

/** An array of the numbers that a function makes of their places. */
export const numbersAt = (shape: readonly number[], whole: boolean, at: (place: number) => number): NumberArray =>
  new NumberArray(shape, whole, () => Float64Array.from({ length: sizeOf(shape) }, (_, place) => at(place)));

/** One number as an array without sides. */
export const scalarArray = (value: number, whole = Number.isInteger(value)): NumberArray => numbersAt([], whole, () => value);

/** Strides of an array whose numbers lie row by row. */
export function stridesOf(shape: readonly number[]): number[] {
  return shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
}

/** Calls `visit` with the place of every entry of a view among the numbers of its array, row by row. */
function visitView({ shape, strides, offset }: View, visit: (from: number, place: number) => void): void {
  const counters = shape.map(() => 0);
  const total = sizeOf(shape);
  for (let [place, from] = [0, offset]; place < total; place++) {
    visit(from, place);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis]!;
      if (++counters[axis]! < shape[axis]!) break;
      from -= shape[axis]! * strides[axis]!;
      counters[axis] = 0;
    }
  }
}

/** The entries of a view as an array of their own. */
export function viewed(array: NumberArray, view: View): NumberArray {
  return new NumberArray(view.shape, array.whole, () => {
    const result = new Float64Array(sizeOf(view.shape));
    const { values } = array;
    visitView(view, (from, place) => (result[place] = values[from]!));
    return result;
  });
}

/** An array with other numbers in the entries of a view; undefined where they do not broadcast to it. */
export function overwritten(array: NumberArray, view: View, by: NumberArray): NumberArray | undefined {
  const spread = broadcastTo(by, view.shape);
  return (
    spread &&
    new NumberArray(array.shape, array.whole && by.whole, () => {
      const result = Float64Array.from(array.values);
      const { values } = spread;
      visitView(view, (from, place) => (result[from] = values[place]!));
      return result;
    })
  );
}

/** The same numbers in another shape of as many. */
export const reshaped = (array: NumberArray, shape: readonly number[]): NumberArray =>
  new NumberArray(shape, array.whole, () => array.values);

/** Axes in another order. */
export function permuted(array: NumberArray, order: readonly number[]): NumberArray {
  const strides = stridesOf(array.shape);
  return viewed(array, { shape: order.map(axis => array.shape[axis]!), strides: order.map(axis => strides[axis]!), offset: 0 });
}

/** Entries repeated along axes of side 1 and along new ones in front; undefined where the shapes do not fit. */
export function broadcastTo(array: NumberArray, shape: readonly number[]): NumberArray | undefined {
  const more = shape.length - array.shape.length;
  const fits = more >= 0 && array.shape.every((side, axis) => side === 1 || side === shape[axis + more]);
  if (!fits) return undefined;
  if (more === 0 && array.size === sizeOf(shape)) return array;
  const own = stridesOf(array.shape);
  const strides = shape.map((_, axis) => (axis < more || array.shape[axis - more] === 1 ? 0 : own[axis - more]!));
  return viewed(array, { shape, strides, offset: 0 });
}

/** The shape of two arrays against each other; undefined when they do not fit. */
export function broadcastShape(left: readonly number[], right: readonly number[]): readonly number[] | undefined {
  const length = Math.max(left.length, right.length);
  const sides: number[] = [];
  for (let place = 1; place <= length; place++) {
    const [a, b] = [left.at(-place) ?? 1, right.at(-place) ?? 1];
    if (a !== b && a !== 1 && b !== 1) return undefined;
    sides.unshift(a === 1 ? b : a);
  }
  return sides;
}

/** A function of each number. */
export const mapped = (array: NumberArray, apply: (value: number) => number, whole = false): NumberArray =>
  new NumberArray(array.shape, whole, () => array.values.map(apply));

/** Two arrays entry by entry, broadcast; undefined when they do not fit. */
export function combined(
  left: NumberArray,
  right: NumberArray,
  apply: (left: number, right: number) => number,
  whole = false,
): NumberArray | undefined {
  const shape = broadcastShape(left.shape, right.shape);
  const [a, b] = [shape && broadcastTo(left, shape), shape && broadcastTo(right, shape)];
  return a && b && shape && new NumberArray(shape, whole, () => a.values.map((value, place) => apply(value, b.values[place]!)));
}

/** Arrays behind one another along an axis that counts from 0; undefined where their other sides differ. */
export function concatenated(arrays: readonly NumberArray[], axis: number): NumberArray | undefined {
  const [first] = arrays;
  const others = ({ shape }: NumberArray): string => String(shape.toSpliced(axis, 1));
  if (!first || !(axis >= 0 && axis < first.shape.length)) return undefined;
  if (arrays.some(array => array.shape.length !== first.shape.length || others(array) !== others(first))) return undefined;
  const shape = first.shape.with(
    axis,
    arrays.reduce((sum, array) => sum + array.shape[axis]!, 0),
  );
  const whole = arrays.every(array => array.whole);
  return new NumberArray(shape, whole, () => {
    const result = new Float64Array(sizeOf(shape));
    const strides = stridesOf(shape);
    let offset = 0;
    for (const array of arrays) {
      const { values } = array;
      visitView({ shape: array.shape, strides, offset }, (from, place) => (result[from] = values[place]!));
      offset += array.shape[axis]! * strides[axis]!;
    }
    return result;
  });
}

/** Arrays of one shape along a new axis. */
export const stacked = (arrays: readonly NumberArray[], axis: number): NumberArray | undefined =>
  concatenated(
    arrays.map(array => reshaped(array, array.shape.toSpliced(axis, 0, 1))),
    axis,
  );

/** One number of all along an axis, which goes. */
export function folded(array: NumberArray, axis: number, fold: (values: readonly number[]) => number, whole: boolean): NumberArray {
  const [side, inner] = [array.shape[axis]!, sizeOf(array.shape.slice(axis + 1))];
  return numbersAt(array.shape.toSpliced(axis, 1), whole, place => {
    const start = Math.floor(place / inner) * side * inner + (place % inner);
    return fold(Array.from({ length: side }, (_, index) => array.values[start + index * inner]!));
  });
}

/** Coordinates of a grid, one array an axis: `xy` counts columns first, as NumPy does unless it is told otherwise. */
export function grid(axes: readonly NumberArray[], indexing: 'xy' | 'ij'): NumberArray[] | undefined {
  if (axes.some(({ shape }) => shape.length > 1)) return undefined;
  const sides = axes.map(({ size }) => size);
  const placeOf = (axis: number): number => (indexing === 'xy' && axis < 2 && sides.length > 1 ? 1 - axis : axis);
  const shape = sides.map((_, axis) => sides[placeOf(axis)]!);
  return axes.map((array, axis) => {
    const strides = shape.map((_, place) => (place === placeOf(axis) ? 1 : 0));
    return viewed(array, { shape, strides, offset: 0 });
  });
}
