import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import type { Computation, Windows } from '../../architecture/computation';
import { fixedTensor } from '../engine/operations';

/** Lower than anything that is computed with, and within 32 bits. */
const LOWEST = -3e38;

/** [batch, channels, …positions] with one or two axes of positions as [batch, rows, columns, channels]. */
const asImages = (x: Tensor): Tensor4D => {
  const [batch, channels, ...positions] = x.shape;
  const planes = tf.reshape(x, [batch, channels!, ...twoAxes(positions, 1)]);
  return tf.transpose(planes, [0, 2, 3, 1]) as Tensor4D;
};

const twoAxes = (numbers: readonly number[], first: number): [number, number] =>
  numbers.length === 1 ? [first, numbers[0]!] : [numbers[0]!, numbers[1]!];

/** Windows over rows and columns, whatever the number of axes. */
function planar({ kernel, stride, dilation, padding }: Windows) {
  return {
    kernel: twoAxes(kernel, 1),
    stride: twoAxes(stride, 1),
    dilation: twoAxes(dilation, 1),
    padding: padding.length === 1 ? [[0, 0] as const, padding[0]!] : padding,
  };
}

/** [batch, rows, columns, channels] with more rows and columns of one number around. */
function padded(x: Tensor4D, padding: Windows['padding'], value: number): Tensor4D {
  if (padding.every(([before, after]) => before + after === 0)) return x;
  return tf.pad(x, [[0, 0], ...padding.map(([before, after]): [number, number] => [before, after]), [0, 0]], value);
}

/** A kernel [rows, columns, inputs, outputs] with `dilation` − 1 zeros between its entries. */
function dilated(filter: Tensor, dilation: readonly number[]): Tensor4D {
  let result = filter;
  for (const [axis, step] of dilation.entries()) {
    const { shape } = result;
    const side = shape[axis]!;
    if (step === 1 || side === 1) continue;
    const apart = tf.reshape(result, [...shape.slice(0, axis), side, 1, ...shape.slice(axis + 1)]);
    const gaps = apart.shape.map((_, each): [number, number] => (each === axis + 1 ? [0, step - 1] : [0, 0]));
    const spread = tf.reshape(tf.pad(apart, gaps), [...shape.slice(0, axis), side * step, ...shape.slice(axis + 1)]);
    const size = shape.with(axis, (side - 1) * step + 1);
    result = tf.slice(
      spread,
      size.map(() => 0),
      size,
    );
  }
  return result as Tensor4D;
}

/**
 * A convolution as PyTorch has it: x [batch, inputs, …positions], weight [outputs, inputs/groups, …kernel], bias [outputs].
 * @returns the result of `shape`
 */
export function convolve(x: Tensor, weight: Tensor, bias: Tensor | undefined, windows: Windows, groups: number, shape: number[]): Tensor {
  const { kernel, stride, dilation, padding } = planar(windows);
  const images = padded(asImages(x), padding, 0);
  const [outputs, inputs] = [weight.shape[0], weight.shape[1]!];
  const planes = tf.reshape(weight, [outputs, inputs, ...kernel]);
  const filterOf = (part: Tensor): Tensor4D => dilated(tf.transpose(part, [2, 3, 1, 0]), dilation);
  const result = ((): Tensor => {
    if (groups === 1) return tf.conv2d(images, filterOf(planes), stride, 'valid');
    if (inputs === 1) {
      const perChannel = tf.reshape(planes, [groups, outputs / groups, ...kernel]);
      return tf.depthwiseConv2d(images, dilated(tf.transpose(perChannel, [2, 3, 0, 1]), dilation), stride, 'valid');
    }
    const filters = tf.split(planes, groups, 0);
    return tf.concat(
      tf.split(images, groups, 3).map((part, group) => tf.conv2d(part as Tensor4D, filterOf(filters[group]!), stride, 'valid')),
      3,
    );
  })();
  const shifted = bias ? tf.add(result, bias) : result;
  return tf.reshape(tf.transpose(shifted, [0, 3, 1, 2]), shape);
}

/**
 * A transposed convolution as PyTorch has it: x [batch, inputs, …positions], weight [inputs, outputs/groups, …kernel], bias [outputs].
 * @param windows their padding is what goes at each end of all that the kernels reach; negative, so many rows of the bias alone come there
 * @returns the result of `shape`
 */
export function convolveTransposed(
  x: Tensor,
  weight: Tensor,
  bias: Tensor | undefined,
  windows: Windows,
  groups: number,
  shape: number[],
): Tensor {
  const { kernel, stride, dilation, padding } = planar(windows);
  const images = asImages(x);
  const planes = tf.reshape(weight, [weight.shape[0], weight.shape[1]!, ...kernel]);
  const [batch, rows, columns] = images.shape;
  const reach = [rows, columns].map((side, axis) => (side - 1) * stride[axis]! + dilation[axis]! * (kernel[axis]! - 1) + 1);
  const outputs = weight.shape[1]!;
  const whole = (part: Tensor, filter: Tensor): Tensor =>
    tf.conv2dTranspose(
      part as Tensor4D,
      dilated(tf.transpose(filter, [2, 3, 1, 0]), dilation),
      [batch, reach[0]!, reach[1]!, outputs],
      stride,
      'valid',
    );
  const filters = groups === 1 ? [planes] : tf.split(planes, groups, 0);
  const parts = (groups === 1 ? [images] : tf.split(images, groups, 3)).map((part, group) => whole(part, filters[group]!));
  const reached = parts.length === 1 ? parts[0]! : tf.concat(parts, 3);
  const result = cropped(reached, padding);
  const shifted = bias ? tf.add(result, bias) : result;
  return tf.reshape(tf.transpose(shifted, [0, 3, 1, 2]), shape);
}

/** [batch, rows, columns, channels] without the outer rows and columns of each end, or with zeros there where a number is negative. */
function cropped(x: Tensor, padding: Windows['padding']): Tensor {
  const added = padding.map(([before, after]): [number, number] => [Math.max(0, -before), Math.max(0, -after)]);
  const wide = padded(x as Tensor4D, added, 0);
  const begin = [0, ...padding.map(([before]) => Math.max(0, before)), 0];
  const size = wide.shape.map((side, axis) => {
    const [before, after] = padding[axis - 1] ?? [0, 0];
    return side - Math.max(0, before) - Math.max(0, after);
  });
  return size.every((side, axis) => side === wide.shape[axis]) ? wide : tf.slice(wide, begin, size);
}

/** Maxima or means over windows; means count the padding's zeros where `countPadding`, and never what lies beyond. */
export function pool(x: Tensor, pooling: Extract<Computation, { op: 'pool' }>, shape: number[]): Tensor {
  const { kernel, stride, padding } = planar(pooling);
  const { of, countPadding, beyond = kernel.map(() => 0) } = pooling;
  const images = asImages(x);
  const over = twoAxes(beyond, 0);
  const wide = padding.map(([before, after], axis) => [before, after + over[axis]!] as const);
  const means = (y: Tensor4D, around: Windows['padding']): Tensor => tf.avgPool(padded(y, around, 0), kernel, stride, 'valid');
  const result = ((): Tensor => {
    if (of === 'max') return tf.maxPool(padded(images, wide, LOWEST), kernel, stride, 'valid');
    const counted = [images.shape[1], images.shape[2]].map(
      (side, axis) => side + (countPadding ? padding[axis]![0] + padding[axis]![1] : 0),
    );
    const left = countPadding ? over.map(after => [0, after] as const) : wide;
    if (left.every(([before, after]) => before + after === 0)) return means(images, wide);
    const ones = fixedTensor(new Float32Array(counted[0]! * counted[1]!).fill(1), [1, counted[0]!, counted[1]!, 1]) as Tensor4D;
    return tf.div(means(images, wide), means(ones, left));
  })();
  return tf.reshape(tf.transpose(result, [0, 3, 1, 2]), shape);
}

/** Maxima or means over windows that cover the last `axes` axes evenly, as many as `shape` says. */
export function adaptivePool(x: Tensor, of: 'max' | 'avg', axes: number, shape: readonly number[]): Tensor {
  const fold = (y: Tensor, axis: number): Tensor => (of === 'max' ? tf.max(y, axis, true) : tf.mean(y, axis, true));
  let result = x;
  for (let axis = shape.length - axes; axis < shape.length; axis++) {
    const [before, after] = [result.shape[axis]!, shape[axis]!];
    if (before === after) continue;
    const parts = Array.from({ length: after }, (_, index) => {
      const [start, stop] = [Math.floor((index * before) / after), Math.ceil(((index + 1) * before) / after)];
      const begin = result.shape.map((_, each) => (each === axis ? start : 0));
      return fold(tf.slice(result, begin, result.shape.with(axis, stop - start)), axis);
    });
    result = after === 1 ? parts[0]! : tf.concat(parts, axis);
  }
  return result;
}

/** The windows of images [batch, channels, rows, columns] as columns: [batch, channels · entries of a window, windows]. */
export function unfold(x: Tensor, { kernel, stride, dilation, padding }: Windows, shape: number[]): Tensor {
  const zeros = [[0, 0], [0, 0], ...padding.map(([before, after]): [number, number] => [before, after])] as [number, number][];
  const whole = padding.flat().every(each => each === 0) ? x : tf.pad(x, zeros);
  const counts = [0, 1].map(axis =>
    Math.floor((whole.shape[axis + 2]! - dilation[axis]! * (kernel[axis]! - 1) - 1) / stride[axis]! + 1),
  ) as [number, number];
  const [batch, channels] = [whole.shape[0], whole.shape[1]!];
  const isTiling = [0, 1].every(
    axis => kernel[axis] === stride[axis] && dilation[axis] === 1 && counts[axis]! * kernel[axis]! === whole.shape[axis + 2],
  );
  const split = isTiling
    ? tf.transpose(tf.reshape(whole, [batch, channels, counts[0], kernel[0]!, counts[1], kernel[1]!]), [0, 1, 3, 5, 2, 4])
    : tf.transpose(
        tf.reshape(
          [0, 1].reduce<Tensor>((y, axis) => tf.gather(y, placesOf(axis), axis + 2), whole),
          [batch, channels, kernel[0]!, counts[0], kernel[1]!, counts[1]],
        ),
        [0, 1, 2, 4, 3, 5],
      );
  return tf.reshape(split, shape);

  function placesOf(axis: number): tf.Tensor1D {
    const places = Int32Array.from({ length: kernel[axis]! * counts[axis]! }, (_, index) => {
      const [entry, window] = [Math.floor(index / counts[axis]!), index % counts[axis]!];
      return entry * dilation[axis]! + window * stride[axis]!;
    });
    return fixedTensor(places, [places.length]) as tf.Tensor1D;
  }
}
