import * as tf from '@tensorflow/tfjs-core';
import type { Emitter, Name } from '../emitter';
import { kernel, spec, type KernelTable } from './kernel';
import { inNchw, shape4, sliding, TO_NCHW, TO_NHWC, unreached, type Window } from './layout';

type Geometry = ReturnType<typeof tf.backend_util.computePool2DInfo>;

const geometry = (image: readonly number[], { filterSize, strides, pad, dimRoundingMode }: tf.MaxPoolAttrs): Geometry =>
  tf.backend_util.computePool2DInfo(shape4(image), filterSize, strides, 1, pad, dimRoundingMode);

const pool = (window: Window): { strides: number[]; pads: number[]; kernel_shape: number[] } => ({
  ...sliding(window),
  kernel_shape: [window.filterHeight, window.filterWidth],
});

const overlapping = (window: Window): boolean =>
  window.strideHeight < window.filterHeight || window.strideWidth < window.filterWidth || window.padInfo.top > 0 || window.padInfo.left > 0;

/** Windows of 2 × 2 pixels next to each other. */
const halving = (window: Window): boolean =>
  !overlapping(window) && [window.filterHeight, window.filterWidth, window.strideHeight, window.strideWidth].every(size => size === 2);

/** Maxima and, for the gradient, where they were; forward and backward emit the same operator, so that it is written once. */
const maxima = (e: Emitter, image: Name, window: Window): readonly Name[] =>
  e.several('MaxPool', [image], e.has('MaxPoolGrad') && !halving(window) ? 2 : 1, pool(window));

/**
 * Where the maxima of 2 × 2 windows lie, as ONNX counts: the first pixel that equals the maximum, found by the maxima of the first pixel, the
 * first row and the first column. That costs half of what ONNX Runtime's pool takes to count them itself, and pooling is faster than slicing
 * by steps. Places within a plane are exact in floats up to 16 million pixels.
 */
function halvedPositions(e: Emitter, image: Name, window: Geometry): Name {
  const { inHeight, inWidth, outHeight, outWidth, inChannels, batchSize } = window;
  const maximum = maxima(e, image, window)[0]!;
  const ends = [2 * outHeight, 2 * outWidth];
  const even = inHeight === ends[0] && inWidth === ends[1];
  const whole = even ? image : e.one('Slice', [image, e.integers([0, 0]), e.integers(ends), e.integers([2, 3])]);
  const holdsMaximum = (rows: number, columns: number): Name => {
    const partial = e.one('MaxPool', [whole], { kernel_shape: [rows, columns], strides: [2, 2], pads: [0, 0, 0, 0] });
    return e.one('GreaterOrEqual', [partial, maximum]);
  };
  const later = e.one('Where', [holdsMaximum(2, 1), e.scalar(inWidth), e.scalar(inWidth + 1)]);
  const offset = e.one('Where', [holdsMaximum(1, 1), e.scalar(0), e.one('Where', [holdsMaximum(1, 2), e.scalar(1), later])]);
  const planes = Array.from({ length: batchSize * inChannels }, (_, plane) => plane * inHeight * inWidth);
  const corners = Array.from({ length: outHeight * outWidth }, (_, i) => 2 * (Math.floor(i / outWidth) * inWidth + (i % outWidth)));
  const inPlane = e.cast(e.one('Add', [offset, e.floats(corners, [1, 1, outHeight, outWidth])]), 'int64');
  return e.one('Add', [inPlane, e.integers(planes, [batchSize, inChannels, 1, 1])]);
}

/** How many pixels of the image each window covers, padding excluded: [1, 1, height, width]. */
function coverage(window: Geometry): Float32Array {
  const along = (position: number, stride: number, pad: number, size: number, image: number): number => {
    const start = position * stride - pad;
    return Math.min(start + size, image) - Math.max(start, 0);
  };
  return Float32Array.from({ length: window.outHeight * window.outWidth }, (_, i) => {
    const row = along(Math.floor(i / window.outWidth), window.strideHeight, window.padInfo.top, window.filterHeight, window.inHeight);
    const column = along(i % window.outWidth, window.strideWidth, window.padInfo.left, window.filterWidth, window.inWidth);
    return row * column;
  });
}

/** Pools and their gradients. */
export const POOLING: KernelTable = {
  MaxPool: kernel<tf.MaxPoolAttrs>({
    inputs: ['x'],
    shape: ([x], attributes) => spec(geometry(x.shape, attributes).outShape),
    emit: (e, [x], { inputs, attributes }) => inNchw(e, x, image => maxima(e, image, geometry(inputs[0].shape, attributes))[0]!),
  }),
  MaxPoolGrad: kernel<tf.MaxPoolGradAttrs>({
    inputs: ['dy', 'input', 'output'],
    shape: ([, image]) => spec(image.shape),
    emit: (e, [dy, x], { inputs, attributes }) => {
      const window = geometry(inputs[1].shape, attributes);
      const [images, height, width, channels] = shape4(inputs[1].shape);
      const shape = [images, channels, height, width];
      const nchw = e.transpose(x, TO_NCHW);
      const indices = halving(window) ? halvedPositions(e, nchw, window) : maxima(e, nchw, window)[1]!;
      const gradient = e.transpose(dy, TO_NCHW);
      if (!overlapping(window)) {
        const { kernel_shape, strides } = pool(window);
        return e.transpose(e.one('MaxUnpool', [gradient, indices, e.integers(shape)], { kernel_shape, strides }), TO_NHWC);
      }
      const flat = (tensor: Name): Name => e.one('Reshape', [tensor, e.integers([-1])]);
      const zeros = e.zeros([images * channels * height * width]);
      const scattered = e.one('ScatterElements', [zeros, flat(indices), flat(gradient)], { axis: 0, reduction: 'add' });
      return e.transpose(e.reshape(scattered, shape), TO_NHWC);
    },
  }),
  AvgPool: kernel<tf.AvgPoolAttrs>({
    inputs: ['x'],
    shape: ([x], attributes) => spec(geometry(x.shape, attributes).outShape),
    emit: (e, [x], { inputs, attributes }) =>
      inNchw(e, x, image => e.one('AveragePool', [image], pool(geometry(inputs[0].shape, attributes)))),
  }),
  AvgPoolGrad: kernel<tf.AvgPoolGradAttrs>({
    inputs: ['dy', 'input'],
    shape: ([, image]) => spec(image.shape),
    emit: (e, [dy], { inputs, attributes }) => {
      const window = geometry(inputs[1].shape, attributes);
      const { filterHeight, filterWidth, inChannels, outHeight, outWidth } = window;
      const shares = e.floats(
        coverage(window).map(pixels => 1 / pixels),
        [1, 1, outHeight, outWidth],
      );
      const ones = e.floats(new Float32Array(inChannels * filterHeight * filterWidth).fill(1), [inChannels, 1, filterHeight, filterWidth]);
      const output_padding = unreached(shape4(inputs[1].shape), shape4(inputs[0].shape), window);
      return inNchw(e, dy, gradient =>
        e.one('ConvTranspose', [e.one('Mul', [gradient, shares]), ones], { ...sliding(window), group: inChannels, output_padding }),
      );
    },
  }),
};
