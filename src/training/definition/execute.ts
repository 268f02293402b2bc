import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Computation, Program, Step } from '../../architecture/computation';
import type { ComputedActivation, ComputedReduction } from '../../architecture/computedFunctions';
import { attention, fixedTensor } from '../engine/operations';
import { ACTIVATIONS } from './activations';
import { batchNormalise, groupNormalise, layerNormalise, type BatchStatistics } from './normalisations';
import { product, shapeAt } from '../../architecture/sides';
import { recur } from './recurrence';
import { takenBy } from './tokenStage';
import { resample } from './resample';
import { adaptivePool, convolve, convolveTransposed, pool, unfold } from './windows';

/** What a program is computed with. */
export interface Surroundings {
  /** The value of a tensor of the state. */
  readonly state: (name: string) => Tensor;
  /** Images of the batch. */
  readonly images: number;
  /** Sides of what a step makes, where they are not those that the program says: with tokens left out. */
  readonly sidesOf?: (place: number) => number[] | undefined;
  /** Takes the mean and variance of a batch that a batch normalisation met in training; it then normalises by them, else by its running ones. */
  readonly onStatistics?: ((layer: BatchStatistics) => void) | undefined;
}

/** What a step sees: the tensors that it takes, and its own shape in numbers. */
interface Site extends Surroundings {
  readonly taken: readonly Tensor[];
  readonly shape: number[];
}

type Op = Computation['op'];
type Of<O extends Op> = Extract<Computation, { op: O }>;

const optional = (site: Site, name: string | null): Tensor | undefined => (name === null ? undefined : site.state(name));

/** x · Wᵀ + b over the last axis of x. */
function linear(site: Site, { weight, bias, rows }: Of<'linear'>): Tensor {
  const part = (tensor: Tensor): Tensor => {
    if (!rows) return tensor;
    const [, ...rest] = tensor.shape;
    return tf.slice(tensor, [rows[0], ...rest.map(() => 0)], [rows[1] - rows[0], ...rest]);
  };
  const [x] = site.taken;
  const flat = tf.reshape(x!, [-1, x!.shape.at(-1)!]);
  const mapped = tf.matMul(flat, part(site.state(weight)), false, true);
  return tf.reshape(bias === null ? mapped : tf.add(mapped, part(site.state(bias))), site.shape);
}

/** Stands for infinite numbers around an image. */
const LOWEST = 3e38;

/** What hides a key from a query: no softmax is left of it. */
const HIDDEN = -1e30;

/** A matrix product with leading axes broadcast. */
function matrixProduct(left: Tensor, right: Tensor, shape: number[]): Tensor {
  const column = right.rank === 1 ? tf.reshape(right, [-1, 1]) : right;
  if (column.rank === 2) return tf.reshape(tf.matMul(tf.reshape(left, [-1, left.shape.at(-1)!]), column as tf.Tensor2D), shape);
  const row = left.rank === 1 ? tf.reshape(left, [1, -1]) : left;
  const batch = shape.slice(0, Math.max(row.rank, column.rank) - 2);
  const each = (tensor: Tensor): Tensor => {
    const sides = tensor.shape.slice(-2);
    const whole = [...batch, ...sides];
    return tf.reshape(product(whole) === tensor.size ? tensor : tf.broadcastTo(tensor, whole), [product(batch), ...sides]);
  };
  return tf.reshape(tf.matMul(each(row), each(column)), shape);
}

/** softmax(scale · q · kᵀ + mask) · v; keys come transposed. */
function attend(site: Site, { scale, causal = false }: Of<'attention'>): Tensor {
  const [queries, transposed, values, mask] = site.taken as [Tensor, Tensor, Tensor, Tensor?];
  const [count, seen] = [queries.shape.at(-2)!, transposed.shape.at(-1)!];
  const later = Float32Array.from({ length: causal ? count * seen : 0 }, (_, index) =>
    index % seen > Math.floor(index / seen) ? HIDDEN : 0,
  );
  const added = causal ? fixedTensor(later, [count, seen]) : mask;
  if (added) {
    const scores = tf.add(tf.mul(matrixProduct(queries, transposed, [...site.shape.slice(0, -1), seen]), scale), added);
    return matrixProduct(tf.softmax(scores), values, site.shape);
  }
  const stack = (tensor: Tensor): Tensor => tf.reshape(tensor, [-1, ...tensor.shape.slice(-2)]);
  const keys = tf.transpose(stack(transposed), [0, 2, 1]);
  return tf.reshape(attention(stack(queries), keys, stack(values), scale), site.shape);
}

function slice(site: Site, { slices }: Of<'slice'>): Tensor {
  let [result] = site.taken as [Tensor];
  for (const { axis, start, stop, step } of slices) {
    if (step !== 1) {
      const places = Int32Array.from({ length: Math.ceil((stop - start) / step) }, (_, index) => start + index * step);
      result = tf.gather(result, fixedTensor(places, [places.length]), axis);
      continue;
    }
    result = tf.slice(
      result,
      result.shape.map((_, each) => (each === axis ? start : 0)),
      result.shape.with(axis, stop - start),
    );
  }
  return tf.reshape(result, site.shape);
}

function softmax({ taken: [x] }: Site, { axis, logarithm }: Of<'softmax'>): Tensor {
  const along = logarithm ? tf.logSoftmax : tf.softmax;
  const last = x!.rank - 1;
  if (axis === last) return along(x!);
  const order = Array.from({ length: x!.rank }, (_, each) => (each === axis ? last : each === last ? axis : each));
  return tf.transpose(along(tf.transpose(x!, order)), order);
}

const REDUCTIONS: Readonly<Record<ComputedReduction, (x: Tensor, axes: number[], correction: number) => Tensor>> = {
  mean: (x, axes) => tf.mean(x, axes),
  sum: (x, axes) => tf.sum(x, axes),
  max: (x, axes) => tf.max(x, axes),
  amax: (x, axes) => tf.max(x, axes),
  min: (x, axes) => tf.min(x, axes),
  amin: (x, axes) => tf.min(x, axes),
  norm: (x, axes) => tf.sqrt(tf.sum(tf.square(x), axes)),
  var: variance,
  std: (x, axes, correction) => tf.sqrt(variance(x, axes, correction)),
};

function variance(x: Tensor, axes: number[], correction: number): Tensor {
  const count = product(axes.map(axis => x.shape[axis]!));
  return tf.mul(tf.mean(tf.square(tf.sub(x, tf.mean(x, axes, true))), axes), count / (count - correction));
}

const COMPARISONS: Readonly<Record<string, (left: Tensor, right: Tensor) => Tensor>> = {
  '==': tf.equal,
  '!=': tf.notEqual,
  '<': tf.less,
  '<=': tf.lessEqual,
  '>': tf.greater,
  '>=': tf.greaterEqual,
};

/** x with its last `by` entries along an axis put in front of the others. */
function roll(x: Tensor, axis: number, by: number): Tensor {
  const side = x.shape[axis]!;
  const cut = (((side - by) % side) + side) % side;
  const part = (start: number, stop: number): Tensor =>
    tf.slice(
      x,
      x.shape.map((_, each) => (each === axis ? start : 0)),
      x.shape.with(axis, stop - start),
    );
  return cut === 0 ? x : tf.concat([part(cut, side), part(0, cut)], axis);
}

/** x where it already has the shape, else its entries repeated along axes of side 1. */
function broadcast(x: Tensor, shape: number[]): Tensor {
  if (x.size === product(shape)) return tf.reshape(x, shape);
  const whole = [...Array<number>(shape.length - x.rank).fill(1), ...x.shape];
  return tf.broadcastTo(tf.reshape(x, whole), shape);
}

/** Every entry `factors[axis]` times in a row along the axes behind the channels. */
function upsample(x: Tensor, factors: readonly number[]): Tensor {
  let result = x;
  for (const [place, factor] of factors.entries()) {
    if (factor === 1) continue;
    const axis = place + 2;
    const { shape } = result;
    const apart = tf.reshape(result, [product(shape.slice(0, axis + 1)), 1, product(shape.slice(axis + 1))]);
    result = tf.reshape(tf.tile(apart, [1, factor, 1]), shape.with(axis, shape[axis]! * factor));
  }
  return result;
}

function normaliseLayer(site: Site, { axes, centred, epsilon, weight, bias }: Of<'layer normalisation'>): Tensor {
  const [gain, shift] = [optional(site, weight), optional(site, bias)];
  return layerNormalise(site.taken[0]!, axes, centred, epsilon, gain, shift);
}

function lookUp(site: Site, { table }: Of<'lookup'>): Tensor {
  const ids = site.taken[0]!;
  const flat = tf.cast(tf.reshape(ids, [-1]), 'int32');
  return tf.reshape(tf.gather(site.state(table), flat as tf.Tensor1D), site.shape);
}

/** How each operation is computed. */
const OPERATIONS: { readonly [O in Exclude<Op, 'input'>]: (site: Site, computation: Of<O>) => Tensor } = {
  parameter: (site, { name }) => site.state(name),
  fill: ({ shape }, { number }) => tf.fill(shape, number),
  numbers: ({ shape }, { values }) => fixedTensor(Float32Array.from(values), shape),
  same: ({ taken }) => taken[0]!,
  reshape: ({ taken, shape }) => tf.reshape(taken[0]!, shape),
  expand: ({ taken, shape }) => broadcast(taken[0]!, shape),
  permute: ({ taken }, { order }) => tf.transpose(taken[0]!, [...order]),
  slice,
  pick: ({ taken }, { axis, places }) => tf.gather(taken[0]!, fixedTensor(Int32Array.from(places), [places.length]), axis),
  concatenate: ({ taken }, { axis }) => tf.concat([...taken], axis),
  repeat: ({ taken, images }, { times }) => {
    const counts = shapeAt(times, images);
    const whole = [...Array<number>(counts.length - taken[0]!.rank).fill(1), ...taken[0]!.shape];
    return tf.tile(tf.reshape(taken[0]!, whole), counts);
  },
  pad: ({ taken, shape }, { padding, value }) => {
    const sizes = padding.map(([before, after]): [number, number] => [Math.max(0, before), Math.max(0, after)]);
    const grown = tf.pad(taken[0]!, sizes, Number.isFinite(value) ? value : Math.sign(value) * LOWEST);
    const begin = padding.map(([before]) => Math.max(0, -before));
    return padding.flat().some(each => each < 0) ? tf.slice(grown, begin, shape) : grown;
  },
  linear,
  convolution: (site, computation) => {
    const { weight, bias, groups } = computation;
    const kernel = weight === null ? site.taken[1]! : site.state(weight);
    return convolve(site.taken[0]!, kernel, optional(site, bias), computation, groups, site.shape);
  },
  'transposed convolution': (site, computation) => {
    const { weight, bias, groups } = computation;
    return convolveTransposed(site.taken[0]!, site.state(weight), optional(site, bias), computation, groups, site.shape);
  },
  recurrence: (site, computation) => recur(site.taken, computation, site.state),
  lookup: lookUp,
  activation: ({ taken }, { name, numbers }) => ACTIVATIONS[name as ComputedActivation](taken[0]!, numbers),
  softmax,
  'layer normalisation': normaliseLayer,
  'batch normalisation': (site, computation) => {
    const { weight, bias } = computation;
    return batchNormalise(site.taken[0]!, computation, site.state, optional(site, weight), optional(site, bias), site.onStatistics);
  },
  'group normalisation': (site, { groups, epsilon, weight, bias }) =>
    groupNormalise(site.taken[0]!, groups, epsilon, optional(site, weight), optional(site, bias)),
  pool: ({ taken, shape }, computation) => pool(taken[0]!, computation, shape),
  'adaptive pool': ({ taken, shape }, { of, axes }) => adaptivePool(taken[0]!, of, axes, shape),
  reduce: ({ taken, shape }, { name, axes, correction = 1 }) =>
    tf.reshape(REDUCTIONS[name as ComputedReduction](taken[0]!, [...axes], correction), shape),
  compare: ({ taken, shape }, { relation }) => broadcast(tf.cast(COMPARISONS[relation]!(taken[0]!, taken[1]!), 'float32'), shape),
  mask: ({ taken: [x, mask], shape }, { value }) =>
    broadcast(tf.add(tf.mul(x!, tf.sub(1, mask!)), tf.mul(mask!, Number.isFinite(value) ? value : Math.sign(value) * -HIDDEN)), shape),
  choose: ({ taken: [mask, one, other], shape }) => broadcast(tf.add(tf.mul(mask!, one!), tf.mul(tf.sub(1, mask!), other!)), shape),
  roll: ({ taken }, { axis, by }) => roll(taken[0]!, axis, by),
  cumulate: ({ taken }, { axis }) => tf.cumsum(taken[0]!, axis),
  unit: ({ taken: [x] }, { axis, epsilon }) => tf.div(x!, tf.sqrt(tf.maximum(tf.sum(tf.square(x!), axis, true), epsilon ** 2))),
  leaky: (site, { weight }) => {
    const [x, slope] = [site.taken[0]!, site.state(weight)];
    const sides = slope.size === 1 ? [1] : [slope.size, ...Array<number>(x.rank - 2).fill(1)];
    return tf.sub(tf.relu(x), tf.mul(tf.reshape(slope, sides), tf.relu(tf.neg(x))));
  },
  resample: ({ taken, shape }, computation) => resample(taken[0]!, computation, shape),
  add: ({ taken, shape }) => broadcast(tf.add(taken[0]!, taken[1]!), shape),
  subtract: ({ taken, shape }) => broadcast(tf.sub(taken[0]!, taken[1]!), shape),
  multiply: ({ taken, shape }) => broadcast(tf.mul(taken[0]!, taken[1]!), shape),
  divide: ({ taken, shape }) => broadcast(tf.div(taken[0]!, taken[1]!), shape),
  'matrix product': ({ taken, shape }) => matrixProduct(taken[0]!, taken[1]!, shape),
  times: ({ taken }, { number }) => tf.mul(taken[0]!, number),
  plus: ({ taken }, { number }) => tf.add(taken[0]!, number),
  attention: attend,
  unfold: ({ taken, shape }, computation) => unfold(taken[0]!, computation, shape),
  upsample: ({ taken }, { factors }) => upsample(taken[0]!, factors),
};

/** Computes a program up to its output. `given` are results of steps that are known beforehand, its input above all. */
export function execute({ steps, output }: Program, given: ReadonlyMap<number, Tensor>, surroundings: Surroundings): Tensor {
  const results = new Map(given);
  const needed = new Set([output]);
  for (let place = output; place >= 0; place--)
    if (needed.has(place) && !results.has(place)) for (const input of takenBy(steps, place)) needed.add(input);
  for (const [place, step] of steps.entries()) {
    if (!needed.has(place) || results.has(place)) continue;
    const taken = takenBy(steps, place).map(input => results.get(input)!);
    const shape = surroundings.sidesOf?.(place) ?? shapeAt(step.shape, surroundings.images);
    results.set(place, compute(step, { ...surroundings, taken, shape }));
  }
  return results.get(output)!;
}

function compute(step: Step, site: Site): Tensor {
  if (step.op === 'unsupported' || step.op === 'input') throw new Error(`The step ${step.op} of line ${step.line + 1} cannot be computed.`);
  const operation = OPERATIONS[step.op] as (site: Site, computation: Step) => Tensor;
  return operation(site, step);
}
