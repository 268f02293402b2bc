import type * as tf from '@tensorflow/tfjs-core';
import { TraceFault } from '../traceFault';
import { kernel, likeFirst, spec, type KernelTable } from './kernel';
import { inNchw, shape4 } from './layout';

/** Other kernels of image models. */
export const IMAGES: KernelTable = {
  FusedBatchNorm: kernel<tf.FusedBatchNormAttrs>({
    inputs: ['x', 'mean', 'variance', 'offset', 'scale'],
    defaults: { offset: 0, scale: 1 },
    shape: likeFirst,
    emit: (e, [x, mean, variance, offset, scale], { attributes }) => {
      const deviation = e.one('Sqrt', [e.one('Add', [variance, e.scalar(attributes.varianceEpsilon)])]);
      const standardised = e.one('Div', [e.one('Sub', [x, mean]), deviation]);
      return e.one('Add', [e.one('Mul', [standardised, scale]), offset]);
    },
  }),
  ResizeNearestNeighbor: kernel<tf.ResizeNearestNeighborAttrs>({
    inputs: ['images'],
    shape: ([images], { size, alignCorners, halfPixelCenters }) => {
      const [count, height, width, channels] = shape4(images.shape);
      if (alignCorners || halfPixelCenters || size[0] % height || size[1] % width)
        throw new TraceFault('A traced resize is not an enlargement by whole factors', 'enlarge by whole factors, without aligned corners');
      return spec([count, ...size, channels]);
    },
    emit: (e, [images], { inputs, attributes: { size } }) => {
      const [, height, width] = shape4(inputs[0].shape);
      const factors = e.floats([1, 1, size[0] / height, size[1] / width], [4]);
      return inNchw(e, images, image =>
        e.one('Resize', [image, '', factors], {
          mode: 'nearest',
          nearest_mode: 'floor',
          coordinate_transformation_mode: 'asymmetric',
        }),
      );
    },
  }),
  ResizeNearestNeighborGrad: kernel<tf.ResizeNearestNeighborGradAttrs>({
    inputs: ['images', 'dy'],
    shape: ([images]) => spec(images.shape),
    emit: (e, [, dy], { inputs }) => {
      const [count, height, width, channels] = shape4(inputs[0].shape);
      const [, tall, wide] = shape4(inputs[1].shape);
      const blocks = e.reshape(dy, [count, height, tall / height, width, wide / width, channels]);
      return e.one('ReduceSum', [blocks, e.integers([2, 4])], { keepdims: 0 });
    },
  }),
};
