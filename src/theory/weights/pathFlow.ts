import type { Computation } from '../../architecture/computation';
import { product } from '../../architecture/sides';

/** Sums over the paths that lead to each entry of a tensor of one sample, row-major. */
export interface Flow {
  readonly values: Float64Array;
  readonly shape: readonly number[];
}

/** What a step of a path norm sees. */
export interface PathSite {
  readonly taken: readonly Flow[];
  readonly shape: readonly number[];
  /** What a fixed number or a weight adds to the paths through it: its absolute value to the power p. */
  readonly edge: (weight: number) => number;
  /** A learnable tensor or buffer as the steps see it. */
  readonly state: (name: string) => ArrayLike<number>;
}

type Op = Computation['op'];
/** A computation by its name. */
export type Of<O extends Op> = Extract<Computation, { op: O }>;
/** How sums over paths pass an operation: the result of one sample. */
export type Operation<O extends Op> = (site: PathSite, computation: Of<O>) => Float64Array;

/** How far apart neighbours along each axis lie, row-major. */
export const stridesOf = (shape: readonly number[]): number[] => shape.map((_, axis) => product(shape.slice(axis + 1)));

/** A tensor of a shape whose entries come from places of another: `place` of an index along the axes. */
export function gathered(shape: readonly number[], source: Float64Array, place: (index: readonly number[]) => number): Float64Array {
  const index = shape.map(() => 0);
  return Float64Array.from({ length: product(shape) }, () => {
    const value = source[place(index)]!;
    for (let axis = shape.length - 1; axis >= 0 && ++index[axis]! === shape[axis]; axis--) index[axis] = 0;
    return value;
  });
}

/** The place of an index. */
export const dot = (index: readonly number[], strides: readonly number[]): number =>
  index.reduce((sum, at, axis) => sum + at * (strides[axis] ?? 0), 0);

/** A tensor of a shape whose entries come from places of a flow, axis by axis: `place` is called with the place along an axis and the axis. */
export function pickedFrom({ values, shape }: Flow, wide: readonly number[], place: (at: number, axis: number) => number): Float64Array {
  const strides = stridesOf(shape);
  return gathered(wide, values, index => dot(index.map(place), strides));
}

/** A flow with axes of side 1 before its own, so many in all. */
export const withAxes = ({ values, shape }: Flow, count: number): Flow => ({
  values,
  shape: [...Array<number>(count - shape.length).fill(1), ...shape],
});

/** A flow with its entries repeated along axes of side 1 that the shape has more of. */
export function spread(flow: Flow, wide: readonly number[]): Float64Array {
  if (flow.values.length === product(wide)) return flow.values;
  const whole = withAxes(flow, wide.length);
  return pickedFrom(whole, wide, (at, axis) => (whole.shape[axis] === 1 ? 0 : at));
}
