import * as tf from '@tensorflow/tfjs-core';
import type { Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import { both, valueOnly, type KernelCase } from './kernelCase';

/** Convolutions of every padding, stride and grouping that a model may have. */
export const CONVOLUTIONS: readonly KernelCase[] = [
  both(
    'valid',
    [
      [2, 7, 6, 3],
      [3, 3, 3, 4],
    ],
    (x: Tensor4D, w: Tensor4D) => tf.conv2d(x, w, 1, 'valid'),
  ),
  both(
    'same',
    [
      [2, 7, 6, 3],
      [3, 3, 3, 4],
    ],
    (x: Tensor4D, w: Tensor4D) => tf.conv2d(x, w, 1, 'same'),
  ),
  both(
    'same, stride 2',
    [
      [2, 7, 8, 3],
      [3, 3, 3, 4],
    ],
    (x: Tensor4D, w: Tensor4D) => tf.conv2d(x, w, 2, 'same'),
  ),
  both(
    'valid, stride 2',
    [
      [2, 8, 8, 3],
      [3, 3, 3, 4],
    ],
    (x: Tensor4D, w: Tensor4D) => tf.conv2d(x, w, 2, 'valid'),
  ),
  both(
    'more filters than a filter has numbers',
    [
      [3, 7, 6, 1],
      [3, 3, 1, 12],
    ],
    (x: Tensor4D, w: Tensor4D) => tf.conv2d(x, w, 1, 'valid'),
  ),
  both(
    'more filters than a filter has numbers, same, stride 2',
    [
      [2, 7, 8, 2],
      [2, 2, 2, 9],
    ],
    (x: Tensor4D, w: Tensor4D) => tf.conv2d(x, w, 2, 'same'),
  ),
  both(
    'patches, stride 4',
    [
      [2, 8, 8, 1],
      [4, 4, 1, 4],
    ],
    (x: Tensor4D, w: Tensor4D) => tf.conv2d(x, w, 4, 'valid'),
  ),
  both(
    'stride 3 that leaves rows unused',
    [
      [2, 9, 10, 2],
      [2, 2, 2, 3],
    ],
    (x: Tensor4D, w: Tensor4D) => tf.conv2d(x, w, 3, 'valid'),
  ),
  both(
    '1 × 1',
    [
      [2, 5, 5, 3],
      [1, 1, 3, 4],
    ],
    (x: Tensor4D, w: Tensor4D) => tf.conv2d(x, w, 1, 'same'),
  ),
  both(
    'transposed',
    [
      [2, 4, 4, 3],
      [3, 3, 2, 3],
    ],
    (x: Tensor4D, w: Tensor4D) => tf.conv2dTranspose(x, w, [2, 8, 8, 2], 2, 'same'),
  ),
  both(
    'one axis',
    [
      [2, 9, 3],
      [3, 3, 4],
    ],
    (x: Tensor3D, w: Tensor3D) => tf.conv1d(x, w, 1, 'same'),
  ),
  both(
    'depthwise',
    [
      [2, 6, 6, 3],
      [3, 3, 3, 1],
    ],
    (x: Tensor4D, w: Tensor4D) => tf.depthwiseConv2d(x, w, 1, 'same'),
  ),
  both(
    'depthwise, doubled, stride 2',
    [
      [2, 7, 7, 3],
      [3, 3, 3, 2],
    ],
    (x: Tensor4D, w: Tensor4D) => tf.depthwiseConv2d(x, w, 2, 'same'),
  ),
  both(
    'depthwise with rows unused',
    [
      [2, 9, 10, 2],
      [2, 2, 2, 1],
    ],
    (x: Tensor4D, w: Tensor4D) => tf.depthwiseConv2d(x, w, 3, 'valid'),
  ),
  both(
    'separable',
    [
      [2, 6, 6, 3],
      [3, 3, 3, 1],
      [1, 1, 3, 5],
    ],
    (x: Tensor4D, w: Tensor4D, p: Tensor4D) => tf.separableConv2d(x, w, p, 1, 'same'),
  ),
  both(
    'padded by hand, 7 × 7, stride 2',
    [
      [2, 14, 14, 3],
      [7, 7, 3, 4],
    ],
    (x: Tensor4D, w: Tensor4D) => tf.conv2d(x, w, 2, [[0, 0], [3, 3], [3, 3], [0, 0]]), // prettier-ignore
  ),
  both(
    'shortcut around a stride',
    [
      [2, 6, 8, 3],
      [3, 3, 3, 4],
      [1, 1, 3, 4],
    ],
    (x: Tensor4D, w: Tensor4D, v: Tensor4D) => tf.relu(tf.add(tf.conv2d(x, w, 2, 'same'), tf.conv2d(x, v, 2, 'same'))),
  ),
  both('convolution, batch norm, ReLU, mean over the image', [[2, 5, 6, 3], [3, 3, 3, 4], [4], [4]], (x: Tensor4D, w: Tensor4D, gain, bias) => {
    const y = tf.conv2d(x, w, 1, 'same');
    const { mean, variance } = tf.moments(y, [0, 1, 2]);
    const standardised = tf.div(tf.sub(y, mean), tf.sqrt(tf.add(variance, 1e-5)));
    return tf.mean(tf.relu(tf.add(tf.mul(standardised, gain), bias)), [1, 2]);
  }), // prettier-ignore
  both(
    'in two groups',
    [
      [2, 5, 6, 4],
      [3, 3, 2, 3],
      [3, 3, 2, 3],
    ],
    (x: Tensor4D, v: Tensor4D, w: Tensor4D) => {
      const [a, b] = tf.split(x, 2, 3) as [Tensor4D, Tensor4D];
      return tf.concat([tf.conv2d(a, v, 1, 'same'), tf.conv2d(b, w, 1, 'same')], 3);
    },
  ),
  valueOnly(
    'dilated',
    [
      [2, 8, 8, 3],
      [3, 3, 3, 4],
    ],
    (x: Tensor4D, w: Tensor4D) => tf.conv2d(x, w, 1, 'same', 'NHWC', 2),
  ),
];
