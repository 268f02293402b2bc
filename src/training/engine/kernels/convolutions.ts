import * as tf from '@tensorflow/tfjs-core';
import type { Emitter, Name } from '../emitter';
import { TraceFault } from '../traceFault';
import { kernel, spec, type Kernel, type KernelTable } from './kernel';
import { inNchw, shape4, sliding, TO_CNHW, TO_OIHW, unreached, type Shape4, type Window } from './layout';

type ConvolutionAttributes = Pick<tf.Conv2DAttrs, 'strides' | 'pad' | 'dimRoundingMode'> & Partial<tf.Conv2DAttrs>;

type Geometry = ReturnType<typeof tf.backend_util.computeConv2DInfo>;

function geometry(image: readonly number[], filter: readonly number[], attributes: ConvolutionAttributes, depthwise = false): Geometry {
  const { strides, pad, dilations = 1, dimRoundingMode, dataFormat = 'NHWC' } = attributes;
  if (dataFormat !== 'NHWC') throw new TraceFault('A traced convolution wants channels first', 'leave its data format at NHWC');
  return tf.backend_util.computeConv2DInfo(shape4(image), shape4(filter), strides, dilations, pad, dimRoundingMode, depthwise);
}

/**
 * The gradient of a convolution for its filter, which is itself a convolution: of the images, with channels and images exchanged, by `dy`.
 * The right padding is what yields exactly the filter's size; where it would be negative, the rows that no window reached are cut off.
 */
function filterGradient(
  e: Emitter,
  x: Name,
  dy: Name,
  image: Shape4,
  windows: Shape4,
  window: Window,
  regroup: (x: Name) => Name,
  group: number,
): Name {
  const { strides, pads } = sliding(window);
  const excess = (axis: 1 | 2, filterSize: number): number =>
    (windows[axis] - 1) * strides[axis - 1]! + filterSize - image[axis] - pads[axis - 1]!;
  const end = [excess(1, window.filterHeight), excess(2, window.filterWidth)];
  let images = e.transpose(x, TO_CNHW);
  if (end.some(width => width < 0)) {
    const kept = [image[1] + Math.min(0, end[0]!), image[2] + Math.min(0, end[1]!)];
    images = e.one('Slice', [images, e.integers([0, 0]), e.integers(kept), e.integers([2, 3])]);
  }
  return e.one('Conv', [regroup(images), e.transpose(dy, TO_CNHW)], {
    dilations: strides,
    pads: [pads[0]!, pads[1]!, Math.max(0, end[0]!), Math.max(0, end[1]!)],
    group,
  });
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
      const output_padding = unreached(shape4(outputs[0].shape), shape4(inputs[0].shape), window);
      return inNchw(e, dy, image => e.one('ConvTranspose', [image, e.transpose(filter, TO_OIHW)], { ...sliding(window), output_padding }));
    },
  }),
  Conv2DBackpropFilter: kernel<tf.Conv2DBackpropFilterAttrs>({
    inputs: ['x', 'dy'],
    shape: (_, { filterShape }) => spec(filterShape),
    emit: (e, [x, dy], { inputs, attributes }) => {
      const window = geometry(inputs[0].shape, attributes.filterShape, attributes);
      const gradient = filterGradient(e, x, dy, shape4(inputs[0].shape), shape4(inputs[1].shape), window, images => images, 1);
      return e.transpose(gradient, [2, 3, 0, 1]);
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
      const image = shape4(inputs[0].shape);
      const windows = shape4(inputs[1].shape);
      const { padInfo, strideHeight, strideWidth } = window;
      const rows = Math.min(image[1], (windows[1] - 1) * strideHeight + height - padInfo.top);
      const columns = Math.min(image[2], (windows[2] - 1) * strideWidth + width - padInfo.left);
      const asChannels = (images: Name): Name => e.reshape(images, [1, channels * image[0], rows, columns]);
      const gradient = filterGradient(e, x, dy, image, windows, window, asChannels, channels);
      return e.transpose(e.reshape(gradient, [channels, multiplier, height, width]), [2, 3, 0, 1]);
    },
  }),
};
