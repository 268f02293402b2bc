import type { Computation, Windows } from '../../architecture/computation';
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
type Of<O extends Op> = Extract<Computation, { op: O }>;
type Operation<O extends Op> = (site: PathSite, computation: Of<O>) => Float64Array;

const stridesOf = (shape: readonly number[]): number[] => shape.map((_, axis) => product(shape.slice(axis + 1)));

/** A tensor of a shape whose entries come from places of another: `place` of an index along the axes. */
function gathered(shape: readonly number[], source: Float64Array, place: (index: readonly number[]) => number): Float64Array {
  const index = shape.map(() => 0);
  return Float64Array.from({ length: product(shape) }, () => {
    const value = source[place(index)]!;
    for (let axis = shape.length - 1; axis >= 0 && ++index[axis]! === shape[axis]; axis--) index[axis] = 0;
    return value;
  });
}

const dot = (index: readonly number[], strides: readonly number[]): number =>
  index.reduce((sum, at, axis) => sum + at * (strides[axis] ?? 0), 0);

/** A tensor of a shape whose entries come from places of a flow, axis by axis: `place` is called with the place along an axis and the axis. */
function pickedFrom({ values, shape }: Flow, wide: readonly number[], place: (at: number, axis: number) => number): Float64Array {
  const strides = stridesOf(shape);
  return gathered(wide, values, index => dot(index.map(place), strides));
}

/** A flow with axes of side 1 before its own, so many in all. */
const withAxes = ({ values, shape }: Flow, count: number): Flow => ({
  values,
  shape: [...Array<number>(count - shape.length).fill(1), ...shape],
});

/** A flow with its entries repeated along axes of side 1 that the shape has more of. */
function spread(flow: Flow, wide: readonly number[]): Float64Array {
  if (flow.values.length === product(wide)) return flow.values;
  const whole = withAxes(flow, wide.length);
  return pickedFrom(whole, wide, (at, axis) => (whole.shape[axis] === 1 ? 0 : at));
}

const sum = ({ taken, shape }: PathSite): Float64Array => {
  const [a, b] = taken.map(flow => spread(flow, shape));
  return a!.map((value, at) => value + b![at]!);
};

const linear: Operation<'linear'> = ({ taken: [x], edge, state }, { weight, bias, rows }) => {
  const inputs = x!.shape.at(-1)!;
  const weights = state(weight);
  const shifts = bias === null ? undefined : state(bias);
  const [first, end] = rows ?? [0, weights.length / inputs];
  const outputs = end - first;
  const result = new Float64Array((x!.values.length / inputs) * outputs);
  for (let row = 0; row < x!.values.length / inputs; row++)
    for (let output = 0; output < outputs; output++) {
      let total = shifts ? edge(shifts[first + output]!) : 0;
      for (let input = 0; input < inputs; input++)
        total += edge(weights[(first + output) * inputs + input]!) * x!.values[row * inputs + input]!;
      result[row * outputs + output] = total;
    }
  return result;
};

/** Windows over one or two axes of positions as windows over two. */
function planar({ kernel, stride, dilation, padding }: Windows) {
  const two = <T>(values: readonly T[], first: T): readonly [T, T] =>
    values.length === 1 ? [first, values[0]!] : [values[0]!, values[1]!];
  return {
    kernel: two(kernel, 1),
    stride: two(stride, 1),
    dilation: two(dilation, 1),
    before: two(
      padding.map(([before]) => before),
      0,
    ),
  };
}

/** Calls `meet` for every place of an input plane that a tap of a window falls on. */
function overPlane(
  plane: readonly [number, number],
  out: readonly [number, number],
  windows: ReturnType<typeof planar>,
  [u, v]: readonly [number, number],
  meet: (output: number, input: number) => void,
): void {
  const { stride, dilation, before } = windows;
  for (let y = 0; y < out[0]; y++) {
    const row = y * stride[0] + u * dilation[0] - before[0];
    if (row < 0 || row >= plane[0]) continue;
    for (let x = 0; x < out[1]; x++) {
      const column = x * stride[1] + v * dilation[1] - before[1];
      if (column >= 0 && column < plane[1]) meet(y * out[1] + x, row * plane[1] + column);
    }
  }
}

const planeOf = (shape: readonly number[]): readonly [number, number] => (shape.length === 3 ? [1, shape[2]!] : [shape[2]!, shape[3]!]);

/** What a convolution and its adjoint have in common: their planes, the channels of a group, weights and, as it begins, the result. */
function convolved({ taken: [x], shape, edge, state }: PathSite, computation: Of<'convolution' | 'transposed convolution'>) {
  const { weight, bias, groups } = computation;
  const [plane, out] = [planeOf(x!.shape), planeOf(shape)];
  const [places, sites] = [product(plane), product(out)];
  const [channels, outputs] = [x!.shape[1]!, shape[1]!];
  const shifts = bias === null ? undefined : state(bias);
  return {
    windows: planar(computation),
    plane,
    out,
    places,
    sites,
    channels,
    outputs,
    inputs: channels / groups,
    group: outputs / groups,
    weights: state(weight),
    values: x!.values,
    result: Float64Array.from({ length: outputs * sites }, (_, at) => (shifts ? edge(shifts[Math.floor(at / sites)]!) : 0)),
  };
}

const convolution: Operation<'convolution'> = (site, computation) => {
  const { windows, plane, out, places, sites, outputs, inputs, group, weights, values, result } = convolved(site, computation);
  let at = 0;
  for (let output = 0; output < outputs; output++)
    for (let input = 0; input < inputs; input++) {
      const channel = (Math.floor(output / group) * inputs + input) * places;
      for (let u = 0; u < windows.kernel[0]; u++)
        for (let v = 0; v < windows.kernel[1]; v++) {
          const factor = site.edge(weights[at++]!);
          overPlane(plane, out, windows, [u, v], (to, from) => {
            result[output * sites + to]! += factor * values[channel + from]!;
          });
        }
    }
  return result;
};

const transposedConvolution: Operation<'transposed convolution'> = (site, computation) => {
  const { windows, plane, out, places, sites, channels, inputs, group, weights, values, result } = convolved(site, computation);
  let at = 0;
  for (let channel = 0; channel < channels; channel++)
    for (let output = 0; output < group; output++) {
      const start = (Math.floor(channel / inputs) * group + output) * sites;
      for (let u = 0; u < windows.kernel[0]; u++)
        for (let v = 0; v < windows.kernel[1]; v++) {
          const factor = site.edge(weights[at++]!);
          overPlane(out, plane, windows, [u, v], (from, to) => {
            result[start + to]! += factor * values[channel * places + from]!;
          });
        }
    }
  return result;
};

const pool: Operation<'pool'> = ({ taken: [x], shape, edge }, computation) => {
  const windows = planar(computation);
  const [plane, out] = [planeOf(x!.shape), planeOf(shape)];
  const [places, sites] = [product(plane), product(out)];
  const isMaximum = computation.of === 'max';
  const result = new Float64Array(shape[1]! * sites);
  const counts = new Float64Array(sites);
  for (let u = 0; u < windows.kernel[0]; u++)
    for (let v = 0; v < windows.kernel[1]; v++)
      overPlane(plane, out, windows, [u, v], (to, from) => {
        counts[to]!++;
        for (let channel = 0; channel < shape[1]!; channel++) {
          const [own, value] = [channel * sites + to, x!.values[channel * places + from]!];
          result[own] = isMaximum ? Math.max(result[own]!, value) : result[own]! + value;
        }
      });
  const size = windows.kernel[0] * windows.kernel[1];
  return isMaximum ? result : result.map((value, at) => value * edge(1 / (computation.countPadding ? size : counts[at % sites]!)));
};

/** Sums or largest values of stretches along one axis, the stretch of each result from its place. */
function folded(
  { values, shape }: Flow,
  axis: number,
  length: number,
  stretch: (at: number) => readonly [from: number, end: number],
  of: 'max' | 'sum' | 'mean',
  edge: PathSite['edge'],
): Flow {
  const [side, inner] = [shape[axis]!, product(shape.slice(axis + 1))];
  const result = new Float64Array((values.length / side) * length);
  for (let at = 0; at < result.length; at++) {
    const [from, end] = stretch(Math.floor(at / inner) % length);
    const start = Math.floor(at / (inner * length)) * side * inner + (at % inner);
    let total = 0;
    for (let k = from; k < end; k++)
      total = of === 'max' ? Math.max(total, values[start + k * inner]!) : total + values[start + k * inner]!;
    result[at] = of === 'mean' ? total * edge(1 / (end - from)) : total;
  }
  return { values: result, shape: shape.with(axis, length) };
}

const adaptivePool: Operation<'adaptive pool'> = ({ taken: [x], shape, edge }, { of, axes }) => {
  let flow = x!;
  for (let axis = shape.length - axes; axis < shape.length; axis++) {
    const [before, after] = [flow.shape[axis]!, shape[axis]!];
    const stretch = (at: number) => [Math.floor((at * before) / after), Math.ceil(((at + 1) * before) / after)] as const;
    flow = folded(flow, axis, after, stretch, of === 'max' ? 'max' : 'mean', edge);
  }
  return flow.values;
};

/** Reductions that sums over paths have. */
export const REDUCTIONS: Readonly<Record<string, 'max' | 'sum' | 'mean'>> = { mean: 'mean', sum: 'sum', max: 'max', amax: 'max' };

const reduce: Operation<'reduce'> = ({ taken: [x], edge }, { name, axes }) =>
  axes.reduce((flow, axis) => folded(flow, axis, 1, () => [0, flow.shape[axis]!], REDUCTIONS[name]!, edge), x!).values;

const batchNormalisation: Operation<'batch normalisation'> = ({ taken: [x], edge, state }, { mean, variance, epsilon, weight, bias }) => {
  const [means, variances] = [state(mean), state(variance)];
  const [gains, shifts] = [weight, bias].map(name => (name === null ? undefined : state(name)));
  const channels = x!.shape[1]!;
  const inner = product(x!.shape.slice(2));
  const factors = Float64Array.from({ length: channels }, (_, at) => (gains?.[at] ?? 1) / Math.sqrt(variances[at]! + epsilon));
  return x!.values.map((value, at) => {
    const channel = Math.floor(at / inner) % channels;
    return edge(factors[channel]!) * value + edge((shifts?.[channel] ?? 0) - factors[channel]! * means[channel]!);
  });
};

const slice: Operation<'slice'> = ({ taken: [x] }, { slices }) => {
  const sides = slices.reduce<readonly number[]>(
    (shape, { axis, start, stop, step }) => shape.with(axis, Math.ceil((stop - start) / step)),
    x!.shape,
  );
  const strides = stridesOf(x!.shape);
  const first = slices.reduce((at, { axis, start }) => at + start * strides[axis]!, 0);
  const steps = slices.reduce<readonly number[]>((each, { axis, step }) => each.with(axis, strides[axis]! * step), strides);
  return gathered(sides, x!.values, index => first + dot(index, steps));
};

const concatenate: Operation<'concatenate'> = ({ taken, shape }, { axis }) => {
  const inner = product(shape.slice(axis + 1));
  const result = new Float64Array(product(shape));
  let from = 0;
  for (const { values, shape: own } of taken) {
    const run = own[axis]! * inner;
    for (let block = 0; block * run < values.length; block++)
      result.set(values.subarray(block * run, (block + 1) * run), block * shape[axis]! * inner + from);
    from += run;
  }
  return result;
};

const pad: Operation<'pad'> = ({ taken: [x], shape, edge }, { padding, value }) => {
  const strides = stridesOf(x!.shape);
  const source = Float64Array.from([...x!.values, edge(value)]);
  const isInside = (index: readonly number[]) =>
    index.every((at, axis) => at >= padding[axis]![0] && at < padding[axis]![0] + x!.shape[axis]!);
  const place = (index: readonly number[]) =>
    isInside(index)
      ? dot(
          index.map((at, axis) => at - padding[axis]![0]),
          strides,
        )
      : x!.values.length;
  return gathered(shape, source, place);
};

const passed = ({ taken: [x] }: PathSite): Float64Array => x!.values;

/** How sums over paths pass each operation that has any. Activations are piecewise linear through 0 here, and pass them as they are; a maximum passes the largest. */
export const PATH_OPERATIONS: { readonly [O in Op]?: Operation<O> } = {
  same: passed,
  reshape: passed,
  activation: passed,
  expand: ({ taken, shape }) => spread(taken[0]!, shape),
  permute: ({ taken: [x], shape }, { order }) => {
    const strides = stridesOf(x!.shape);
    const turned = order.map(axis => strides[axis]!);
    return gathered(shape, x!.values, index => dot(index, turned));
  },
  parameter: ({ state, edge }, { name }) => Float64Array.from(state(name), edge),
  fill: ({ shape, edge }, { number }) => new Float64Array(product(shape)).fill(edge(number)),
  numbers: ({ edge }, { values }) => Float64Array.from(values, edge),
  slice,
  concatenate,
  pad,
  linear,
  convolution,
  'transposed convolution': transposedConvolution,
  'batch normalisation': batchNormalisation,
  pool,
  'adaptive pool': adaptivePool,
  reduce,
  upsample: ({ taken: [x], shape }, { factors }) =>
    pickedFrom(x!, shape, (at, axis) => (axis < 2 ? at : Math.floor(at / factors[axis - 2]!))),
  repeat: ({ taken: [x], shape }) => {
    const whole = withAxes(x!, shape.length);
    return pickedFrom(whole, shape, (at, axis) => at % whole.shape[axis]!);
  },
  add: sum,
  subtract: sum,
  times: ({ taken: [x], edge }, { number }) => x!.values.map(value => value * edge(number)),
  plus: ({ taken: [x], edge }, { number }) => x!.values.map(value => value + edge(number)),
};
