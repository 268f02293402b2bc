import * as tf from '@tensorflow/tfjs-core';
import type { Emitter, Name } from '../emitter';
import { TraceFault } from '../traceFault';
import { kernel, spec, type Kernel, type KernelTable } from './kernel';
import { inNchw, shape4, sliding, TO_CNHW, TO_NCHW, TO_OIHW, unreached, type Shape4 } from './layout';

type ConvolutionAttributes = Pick<tf.Conv2DAttrs, 'strides' | 'pad' | 'dimRoundingMode'> & Partial<tf.Conv2DAttrs>;

type Geometry = ReturnType<typeof tf.backend_util.computeConv2DInfo>;

function geometry(image: readonly number[], filter: readonly number[], attributes: ConvolutionAttributes, depthwise = false): Geometry {
  const { strides, pad, dilations = 1, dimRoundingMode, dataFormat = 'NHWC' } = attributes;
  if (dataFormat !== 'NHWC') throw new TraceFault('A traced convolution wants channels first', 'leave its data format at NHWC');
  return tf.backend_util.computeConv2DInfo(shape4(image), shape4(filter), strides, dilations, pad, dimRoundingMode, depthwise);
}

/**
 * The gradient of a convolution for its filter, which is itself a convolution by `dy`, images taking the place of channels. `images` are
 * [1, images, height, width × lanes]: lanes lie beside each other in a column, and the result is [1, filters, height, width × lanes] too.
 * The right padding is what yields exactly the filter's size; where it would be negative, the rows that no window reached are cut off.
 */
function filterGradient(e: Emitter, images: Name, dy: Name, window: Geometry, lanes: number, group: number): Name {
  const { strides, pads } = sliding(window);
  const below = (window.outHeight - 1) * strides[0]! + window.filterHeight - window.inHeight - pads[0]!;
  const beside = (window.outWidth - 1) * strides[1]! + window.filterWidth - window.inWidth - pads[1]!;
  const kept = [window.inHeight + Math.min(0, below), (window.inWidth + Math.min(0, beside)) * lanes];
  const reached = Math.min(below, beside) < 0 ? e.one('Slice', [images, e.integers([0, 0]), e.integers(kept), e.integers([2, 3])]) : images;
  return e.one('Conv', [reached, e.transpose(dy, TO_CNHW)], {
    dilations: [strides[0]!, strides[1]! * lanes],
    pads: [pads[0]!, pads[1]! * lanes, Math.max(0, below), Math.max(0, beside) * lanes],
    group,
  });
}

/** Most numbers that the columns of an image gradient take up at once: 32 MB. */
const MOST_COLUMNS = 2 ** 23;

/**
 * The gradient of a convolution for its image as a product and a sum of overlapping windows (NCHW), some images at a time. ConvTranspose does
 * the same and keeps less of it, but on one thread.
 */
function threadedImageGradient(e: Emitter, dy: Name, filter: Name, window: Geometry): Name {
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, outChannels, filterHeight, filterWidth } = window;
  const rows = inChannels * filterHeight * filterWidth;
  const columns = outHeight * outWidth;
  const weights = e.reshape(e.transpose(filter, [2, 0, 1, 3]), [rows, outChannels]);
  const parts = Math.min(batchSize, Math.ceil((batchSize * rows * columns) / MOST_COLUMNS));
  const all = e.reshape(dy, [batchSize, outChannels, columns]);
  const gradients = (parts === 1 ? [all] : e.several('Split', [all], parts, { axis: 0, num_outputs: parts })).map(part =>
    e.one(
      'Col2Im',
      [e.one('MatMul', [weights, part]), e.integers([inHeight, inWidth]), e.integers([filterHeight, filterWidth])],
      sliding(window),
    ),
  );
  return parts === 1 ? gradients[0]! : e.one('Concat', gradients, { axis: 0 });
}

/**
 * The same for a filter of fewer numbers than there are filters, mostly that of a first layer: the sum over the images of products of `dy` with
 * the columns that the windows see. One product over all images would be of few columns, which threads cannot share.
 */
function smallFilterGradient(e: Emitter, x: Name, dy: Name, window: Geometry): Name {
  const { batchSize, inChannels, outChannels, filterHeight, filterWidth, outHeight, outWidth } = window;
  const size = inChannels * filterHeight * filterWidth;
  const one = Float32Array.from({ length: size * size }, (_, i) => Number(i % (size + 1) === 0));
  const seen = e.one('Conv', [e.transpose(x, TO_NCHW), e.floats(one, [size, inChannels, filterHeight, filterWidth])], sliding(window));
  const flat = (images: Name, channels: number): Name => e.reshape(images, [batchSize, channels, outHeight * outWidth]);
  const products = e.one('FusedMatMul', [flat(e.transpose(dy, TO_NCHW), outChannels), flat(seen, size)], { transB: 1 }, 'com.microsoft');
  return e.reshape(e.reduce('ReduceSum', products, [0], false), [outChannels, inChannels, filterHeight, filterWidth]);
}

/** A depthwise filter [height, width, channels, multiplier] as ONNX wants it: [channels × multiplier, 1, height, width]. */
const groupedFilter = (e: Emitter, filter: Name, [height, width, channels, multiplier]: Shape4): Name =>
  e.reshape(e.transpose(filter, [2, 3, 0, 1]), [channels * multiplier, 1, height, width]);

/** The row of a convolution; ONNX takes the bias, one number for each channel, as a third input. */
const convolution = (inputs: readonly string[]): Kernel =>
  kernel<tf.Conv2DAttrs>({
    inputs,
    shape: ([x, filter], attributes) => spec(geometry(x.shape, filter.shape, attributes).outShape),
    emit: (e, [x, filter, ...bias], { inputs: [image, { shape }], attributes }) => {
      const window = geometry(image.shape, shape, attributes);
      const dilations = [window.dilationHeight, window.dilationWidth];
      return inNchw(e, x, images => e.one('Conv', [images, e.transpose(filter, TO_OIHW), ...bias], { ...sliding(window), dilations }));
    },
  });

/** Convolutions and their gradients for image and filter. */
export const CONVOLUTIONS: KernelTable = {
  Conv2D: convolution(['x', 'filter']),
  /** What a convolution with a bias for each channel is rewritten to. */
  BiasedConv2D: convolution(['x', 'filter', 'bias']),
  Conv2DBackpropInput: kernel<tf.Conv2DBackpropInputAttrs>({
    inputs: ['dy', 'filter'],
    shape: (_, { inputShape }) => spec(inputShape),
    emit: (e, [dy, filter], { inputs, outputs, attributes }) => {
      const window = geometry(attributes.inputShape, inputs[1].shape, attributes);
      if (e.threads > 1) return inNchw(e, dy, image => threadedImageGradient(e, image, filter, window));
      const output_padding = unreached(shape4(outputs[0].shape), shape4(inputs[0].shape), window);
      return inNchw(e, dy, image => e.one('ConvTranspose', [image, e.transpose(filter, TO_OIHW)], { ...sliding(window), output_padding }));
    },
  }),
  Conv2DBackpropFilter: kernel<tf.Conv2DBackpropFilterAttrs>({
    inputs: ['x', 'dy'],
    shape: (_, { filterShape }) => spec(filterShape),
    emit: (e, [x, dy], { inputs, attributes }) => {
      const window = geometry(inputs[0].shape, attributes.filterShape, attributes);
      const { batchSize, inHeight, inWidth, inChannels, outChannels, filterHeight, filterWidth } = window;
      if (inChannels * filterHeight * filterWidth < outChannels) return e.transpose(smallFilterGradient(e, x, dy, window), [2, 3, 1, 0]);
      // With the channels as lanes it is one product of many columns, not one of few for each channel.
      const images = e.reshape(x, [1, batchSize, inHeight, inWidth * inChannels]);
      const gradient = filterGradient(e, images, dy, window, inChannels, 1);
      return e.transpose(e.reshape(gradient, [outChannels, filterHeight, filterWidth, inChannels]), [1, 2, 3, 0]);
    },
  }),
  DepthwiseConv2dNative: kernel<tf.DepthwiseConv2dNativeAttrs>({
    inputs: ['x', 'filter'],
    shape: ([x, filter], attributes) => spec(geometry(x.shape, filter.shape, attributes, true).outShape),
    emit: (e, [x, filter], { inputs, attributes }) => {
      const window = geometry(inputs[0].shape, inputs[1].shape, attributes, true);
      const dilations = [window.dilationHeight, window.dilationWidth];
      const grouped = groupedFilter(e, filter, shape4(inputs[1].shape));
      return inNchw(e, x, image => e.one('Conv', [image, grouped], { ...sliding(window), dilations, group: window.inChannels }));
    },
  }),
  DepthwiseConv2dNativeBackpropInput: kernel<tf.DepthwiseConv2dNativeBackpropInputAttrs>({
    inputs: ['dy', 'filter'],
    shape: (_, { inputShape }) => spec(inputShape),
    emit: (e, [dy, filter], { inputs, outputs, attributes }) => {
      const window = geometry(attributes.inputShape, inputs[1].shape, attributes, true);
      const output_padding = unreached(shape4(outputs[0].shape), shape4(inputs[0].shape), window);
      const grouped = groupedFilter(e, filter, shape4(inputs[1].shape));
      return inNchw(e, dy, image =>
        e.one('ConvTranspose', [image, grouped], { ...sliding(window), group: window.inChannels, output_padding }),
      );
    },
  }),
  DepthwiseConv2dNativeBackpropFilter: kernel<tf.DepthwiseConv2dNativeBackpropFilterAttrs>({
    inputs: ['x', 'dy'],
    shape: (_, { filterShape }) => spec(filterShape),
    emit: (e, [x, dy], { inputs, attributes }) => {
      const [height, width, channels, multiplier] = attributes.filterShape;
      const window = geometry(inputs[0].shape, attributes.filterShape, attributes, true);
      const images = e.reshape(e.transpose(x, TO_CNHW), [1, channels * window.batchSize, window.inHeight, window.inWidth]);
      const gradient = filterGradient(e, images, dy, window, 1, channels);
      return e.transpose(e.reshape(gradient, [channels, multiplier, height, width]), [2, 3, 0, 1]);
    },
  }),
};
