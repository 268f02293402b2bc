import type { Computation } from '../../architecture/computation';
import { product } from '../../architecture/sides';
import { dot, gathered, pickedFrom, spread, stridesOf, withAxes, type Flow, type Operation, type PathSite } from './pathFlow';
import { convolution, pool, transposedConvolution } from './pathWindows';

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
export const PATH_OPERATIONS: { readonly [O in Computation['op']]?: Operation<O> } = {
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
