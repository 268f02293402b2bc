import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import {
  attention,
  fixedTensor,
  gatherPad,
  gelu,
  layerNorm,
  normalisedLinear,
  softmaxCrossEntropy,
} from '../../../../src/training/engine/operations';
import { CONVOLUTIONS } from './convolutionCases';
import { both, POSITIVE, valueOnly, type KernelCase } from './kernelCase';

const M = [3, 4];
const MM = [M, M] as const;
const number = (x: Tensor): Tensor => tf.cast(x, 'float32');
const chosen = (): Tensor => fixedTensor(Int32Array.of(1, 0, 1, 0, 1, 0, 1, 0, 1, 1, 1, 0), [3, 4]);
const positions = (...indices: number[]): Tensor1D => fixedTensor(Int32Array.from(indices), [indices.length]) as Tensor1D;
const labels = (): Tensor => fixedTensor(Float32Array.of(0, 1, 0, 0, 0.5, 0, 0.5, 0, 0, 0, 0, 1), [3, 4]);

/** Functions whose values and gradients every runtime must reproduce, by what they are about. */
export const CASES: Readonly<Record<string, readonly KernelCase[]>> = {
  elementwise: [
    both('relu', [M], x => tf.relu(x)),
    both('relu6', [M], x => tf.relu6(tf.mul(x, 9))),
    both('sigmoid', [M], x => tf.sigmoid(x)),
    both('tanh', [M], x => tf.tanh(x)),
    both('elu', [M], x => tf.elu(x)),
    both('selu', [M], x => tf.selu(x)),
    both('leaky relu', [M], x => tf.leakyRelu(x, 0.1)),
    both('prelu', [M, [4]], (x, slope) => tf.prelu(x, slope)),
    both('softplus', [M], x => tf.softplus(x)),
    both('mish', [M], x => tf.mul(x, tf.tanh(tf.softplus(x)))),
    both('exp', [M], x => tf.exp(x)),
    both('expm1', [M], x => tf.expm1(x)),
    both('log', [M], x => tf.log(x), POSITIVE),
    both('log1p', [M], x => tf.log1p(x), POSITIVE),
    both('sqrt', [M], x => tf.sqrt(x), POSITIVE),
    both('rsqrt', [M], x => tf.rsqrt(x), POSITIVE),
    both('reciprocal', [M], x => tf.reciprocal(x), POSITIVE),
    both('square', [M], x => tf.square(x)),
    both('abs', [M], x => tf.abs(x)),
    both('neg', [M], x => tf.neg(x)),
    both('erf', [M], x => tf.erf(x)),
    both('sin', [[5]], x => tf.sin(x)),
    both('cos', [[5]], x => tf.cos(x)),
    both('tan', [[5]], x => tf.tan(x)),
    both('asin', [[5]], x => tf.asin(tf.mul(x, 0.5))),
    both('acos', [[5]], x => tf.acos(tf.mul(x, 0.5))),
    both('atan', [[5]], x => tf.atan(x)),
    both('sinh', [[5]], x => tf.sinh(x)),
    both('cosh', [[5]], x => tf.cosh(x)),
    both('silu', [M], x => tf.mul(x, tf.sigmoid(x))),
    both('hard swish', [M], x => tf.mul(x, tf.div(tf.relu6(tf.add(tf.mul(x, 6), 3)), 6))),
    both('division rounded down', [M], x => tf.mul(x, tf.floorDiv(tf.mul(x, 9), tf.scalar(2)))),
    both('clip', [M], x => tf.clipByValue(x, -0.5, 0.5)),
    both('clip below only', [M], x => tf.add(tf.clipByValue(x, 0, Infinity), tf.clipByValue(x, -Infinity, 0))),
    both('step with a slope', [M], x => tf.mul(x, tf.step(x, 0.3))),
    both('add, broadcast', [M, [4]], (a, b) => tf.add(a, b)),
    both('sub, broadcast', [[3, 1], M], (a, b) => tf.sub(a, b)),
    both(
      'mul, broadcast',
      [
        [2, 3, 4],
        [3, 1],
      ],
      (a, b) => tf.mul(a, b),
    ),
    both('div, broadcast', [M, [1, 4]], (a, b) => tf.div(a, b), POSITIVE),
    both('pow', [M], x => tf.pow(x, 3)),
    both('pow of tensors', MM, (a, b) => tf.pow(a, b), POSITIVE),
    both('maximum', MM, (a, b) => tf.maximum(a, b)),
    both('minimum', MM, (a, b) => tf.minimum(a, b)),
    both('squared difference', MM, (a, b) => tf.squaredDifference(a, b)),
    both('mod', MM, (a, b) => tf.mod(a, tf.add(b, 1.5))),
    both('addN', [M, M, M], (a, b, c) => tf.addN([a, b, c])),
    both('where', MM, (a, b) => tf.where(tf.cast(chosen(), 'bool'), a, tf.mul(b, 2))),
    valueOnly('floor', [M], x => tf.floor(tf.mul(x, 5))),
    valueOnly('ceil', [M], x => tf.ceil(tf.mul(x, 5))),
    valueOnly('round', [M], x => tf.round(tf.mul(x, 5))),
    valueOnly('sign', [M], x => tf.sign(x)),
    valueOnly('greater', MM, (a, b) => number(tf.greater(a, b))),
    valueOnly('greater or equal', MM, (a, b) => number(tf.greaterEqual(a, tf.minimum(a, b)))),
    valueOnly('less', MM, (a, b) => number(tf.less(a, b))),
    valueOnly('less or equal', MM, (a, b) => number(tf.lessEqual(a, tf.maximum(a, b)))),
    valueOnly('equal', MM, (a, b) => number(tf.equal(a, tf.maximum(a, b)))),
    valueOnly('not equal', MM, (a, b) => number(tf.notEqual(a, tf.maximum(a, b)))),
    valueOnly('logic', MM, (a, b) =>
      number(tf.logicalOr(tf.logicalAnd(tf.greater(a, 0), tf.greater(b, 0)), tf.logicalNot(tf.greater(a, -0.5)))),
    ),
    valueOnly('not a number, infinite, finite', [M], x => {
      const odd = tf.where(tf.cast(chosen(), 'bool'), tf.div(x, 0), tf.log(tf.sub(tf.abs(x), 0.5)));
      return tf.addN([number(tf.isNaN(odd)), tf.mul(number(tf.isInf(odd)), 2), tf.mul(number(tf.isFinite(odd)), 4)]);
    }),
    valueOnly('cast to integers', [M], x => number(tf.cast(tf.mul(x, 5), 'int32'))),
    both('filled tensors', [M], x => tf.add(tf.mul(x, tf.onesLike(x)), tf.add(tf.zerosLike(x), tf.fill([3, 4], 0.25)))),
  ],
  reductions: [
    both('sum', [[2, 3, 4]], x => tf.sum(x, [0, 2])),
    both('sum of everything', [[2, 3, 4]], x => tf.sum(x)),
    both('mean, axes kept', [[2, 3, 4]], x => tf.mean(x, 1, true)),
    both('max', [M], x => tf.max(x, 1)),
    both('min', [M], x => tf.min(x, 0)),
    both('max over two axes', [[2, 3, 4]], x => tf.max(x, [1, 2])),
    both('norm', [M], x => tf.norm(x, 2, 1)),
    both('sum of absolute values', [M], x => tf.norm(x, 1, 1)),
    both('largest absolute value', [M], x => tf.norm(x, Infinity, 1)),
    both('Frobenius norm', [M], x => tf.norm(x, 'fro', [0, 1])),
    both('rows of length one', [M], x => tf.div(x, tf.sqrt(tf.add(tf.sum(tf.square(x), -1, true), 1e-6)))),
    both('log-sum-exp', [M], x => tf.logSumExp(x, 1)),
    both('softmax', [M], x => tf.softmax(x)),
    both('log softmax', [M], x => tf.logSoftmax(x)),
    both('moments', [[4, 3]], x => tf.add(tf.moments(x, 0).variance, tf.moments(x, 0).mean)),
    both('softmax cross-entropy of tfjs', [M], x => tf.losses.softmaxCrossEntropy(labels(), x)),
    both('sigmoid cross-entropy of tfjs', [M], x => tf.losses.sigmoidCrossEntropy(tf.ones([3, 4]), x)),
    both('cosine distance', MM, (a, b) => tf.losses.cosineDistance(a, b, 1)),
    both('Huber loss', MM, (a, b) => tf.losses.huberLoss(a, b)),
    both('cumulative sum', [M], x => tf.cumsum(x, 1)),
    valueOnly('cumulative sum, exclusive and backwards', [M], x => tf.cumsum(x, 0, true, true)),
    valueOnly('product', [M], x => tf.prod(x, 1)),
    valueOnly('argmax', [M], x => number(tf.argMax(x, 1))),
    valueOnly('argmin', [M], x => number(tf.argMin(x, 0))),
  ],
  shapes: [
    both('transpose', [[2, 3, 4]], x => tf.transpose(x, [2, 0, 1])),
    both('reshape', [[2, 6]], x => tf.reshape(x, [3, -1])),
    both('expand and squeeze', [[2, 3]], x => tf.squeeze(tf.expandDims(x, 1))),
    both(
      'concat',
      [
        [2, 3],
        [2, 4],
      ],
      (a, b) => tf.concat([a, b], 1),
    ),
    both(
      'concat along a negative axis',
      [
        [2, 3],
        [2, 4],
      ],
      (a, b) => tf.concat([a, b], -1),
    ),
    both('split', [[2, 7]], x => {
      const [a, b] = tf.split(x, [3, 4], 1);
      return tf.add(tf.sum(tf.square(a!)), tf.sum(b!));
    }),
    both(
      'stack',
      [
        [2, 3],
        [2, 3],
      ],
      (a, b) => tf.stack([a, b], 1),
    ),
    both('unstack', [[3, 4]], x => tf.unstack(x, 0)[1]!),
    both('slice', [[4, 5]], x => tf.slice(x, [1, 2], [2, -1])),
    both('slice of nothing less than all', [[4, 5]], x => tf.slice(x, [0, 0], [4, -1])),
    both('pad', [[2, 3]], x => tf.pad(x, [[1, 0], [0, 2]])), // prettier-ignore
    both('tile', [[2, 3]], x => tf.tile(x, [2, 1])),
    both('broadcast', [[1, 3]], x => tf.broadcastTo(x, [4, 3])),
    both('reverse', [M], x => tf.reverse(x, 1)),
    both('gather', [[5, 3]], x => tf.gather(x, positions(4, 0, 0, 2))),
    both('gather along the second axis', [[2, 5, 3]], x => tf.gather(x, positions(4, 0, 0), 1)),
    both('segment sum', [[4, 3]], x => tf.unsortedSegmentSum(x, positions(2, 0, 2, 1), 3)),
    both('one-hot', [M], x => tf.mul(x, tf.oneHot(positions(1, 0, 3), 4))),
  ],
  'matrix products': [
    both(
      'matrix product',
      [
        [3, 4],
        [4, 5],
      ],
      (a: Tensor2D, b: Tensor2D) => tf.matMul(a, b),
    ),
    both(
      'both transposed',
      [
        [4, 3],
        [5, 4],
      ],
      (a: Tensor2D, b: Tensor2D) => tf.matMul(a, b, true, true),
    ),
    both(
      'stacked, right transposed',
      [
        [2, 3, 4],
        [2, 5, 4],
      ],
      (a: Tensor3D, b: Tensor3D) => tf.matMul(a, b, false, true),
    ),
    both(
      'stacked, left transposed',
      [
        [2, 4, 3],
        [2, 4, 5],
      ],
      (a: Tensor3D, b: Tensor3D) => tf.matMul(a, b, true),
    ),
    both(
      'stacked, four axes',
      [
        [2, 2, 3, 4],
        [2, 2, 4, 3],
      ],
      (a: Tensor4D, b: Tensor4D) => tf.matMul(a, b),
    ),
    both('with a bias', [[4, 3], [5, 4], [5]], (a: Tensor2D, b: Tensor2D, bias: Tensor1D) =>
      tf.relu(tf.add(tf.matMul(a, b, true, true), bias)),
    ),
    both('wide, the first transposed', [[3, 520], [3, 512]], (a: Tensor2D, b: Tensor2D) => tf.matMul(a, b, true)), // prettier-ignore
    both('matrix times vector', [[3, 4], [4]], (a: Tensor2D, b: Tensor1D) => tf.dot(a, b)),
  ],
  convolutions: CONVOLUTIONS,
  images: [
    both('max pool', [[2, 6, 6, 3]], (x: Tensor4D) => tf.maxPool(x, 2, 2, 'valid')),
    both('max pool, the first of equals', [[2, 6, 6, 3]], (x: Tensor4D) => tf.maxPool(tf.add(tf.round(tf.mul(x, 3)), tf.mul(x, 1e-9)), 2, 2, 'valid')), // prettier-ignore
    both('max pool, 3 × 3 side by side', [[2, 6, 6, 3]], (x: Tensor4D) => tf.maxPool(x, 3, 3, 'valid')),
    both('max pool, overlapping', [[2, 7, 7, 3]], (x: Tensor4D) => tf.maxPool(x, 3, 2, 'valid')),
    both('max pool, same', [[2, 7, 7, 3]], (x: Tensor4D) => tf.maxPool(x, 3, 2, 'same')),
    both('max pool, rows unused', [[2, 7, 5, 3]], (x: Tensor4D) => tf.maxPool(x, 2, 2, 'valid')),
    both('max pool, padded by hand', [[2, 7, 7, 3]], (x: Tensor4D) => tf.maxPool(tf.pad(x, [[0, 0], [1, 1], [1, 1], [0, 0]], -Infinity), 3, 2, 'valid')), // prettier-ignore
    both('group norm', [[2, 2, 2, 4]], x => {
      const groups = tf.reshape(x, [2, 4, 2, 2]);
      const { mean, variance } = tf.moments(groups, [1, 3], true);
      return tf.reshape(tf.div(tf.sub(groups, mean), tf.sqrt(tf.add(variance, 1e-3))), [2, 2, 2, 4]);
    }),
    both('average pool', [[2, 6, 6, 3]], (x: Tensor4D) => tf.avgPool(x, 2, 2, 'valid')),
    both('average pool, overlapping', [[2, 7, 7, 3]], (x: Tensor4D) => tf.avgPool(x, 3, 2, 'valid')),
    both('average pool, rows unused', [[2, 7, 5, 3]], (x: Tensor4D) => tf.avgPool(x, 2, 2, 'valid')),
    valueOnly('average pool, same', [[2, 7, 7, 3]], (x: Tensor4D) => tf.avgPool(x, 3, 2, 'same')),
    both('mean over the image', [[2, 4, 4, 3]], x => tf.mean(x, [1, 2])),
    both('batch norm', [[4, 3], [3], [3]], (x, gain, bias) => {
      const { mean, variance } = tf.moments(x, 0);
      return tf.batchNorm(x, mean, variance, bias, gain, 1e-3);
    }),
    valueOnly('batch norm without a bias', [[4, 3], [3]], (x, gain) => {
      const { mean, variance } = tf.moments(x, 0);
      return tf.batchNorm(x, mean, variance, undefined, gain, 1e-3);
    }),
    both('enlarge', [[1, 3, 3, 2]], (x: Tensor4D) => tf.image.resizeNearestNeighbor(x, [6, 9])),
    both(
      'bias and ReLU between convolutions',
      [[2, 6, 6, 2], [3, 3, 2, 4], [4], [3, 3, 4, 2]],
      (x: Tensor4D, v: Tensor4D, b: Tensor1D, w: Tensor4D) => tf.conv2d(tf.relu(tf.add(tf.conv2d(x, v, 1, 'same'), b)), w, 1, 'valid'),
    ),
  ],
  composites: [
    both('layer norm', [[5, 6], [6], [6]], (x, gain, bias) => layerNorm(x, gain, bias)),
    both('layer norm, three axes', [[2, 3, 4], [4], [4]], (x, gain, bias) => layerNorm(x, gain, bias)),
    both('layer norm and linear layer', [[5, 6], [6], [6], [3, 6], [3]], (x, gain, bias, weight, offset) => normalisedLinear(x, gain, bias, weight, offset)), // prettier-ignore
    both('layer norm and linear layer, rows far from zero', [[5, 6], [6], [6], [3, 6], [3]], (x, gain, bias, weight, offset) => normalisedLinear(tf.add(x, 20), gain, bias, weight, offset)), // prettier-ignore
    both('attention', [[4, 3, 2], [4, 5, 2], [4, 5, 2]], (q, k, v) => attention(q, k, v, 0.7)), // prettier-ignore
    both('gelu', [M], x => gelu(tf.mul(x, 3))),
    both('softmax cross-entropy', [M], x => softmaxCrossEntropy(tf.mul(x, 4), labels())),
    both('softmax cross-entropy, labels that do not sum to one', [M], x => softmaxCrossEntropy(x, tf.mul(labels(), 0.5))),
    both('gatherPad', [[4, 3]], x => gatherPad(x, positions(2, 4, 0, 4, 3), positions(2, 5, 0, 4))),
    both('dropout with a seed', [[4, 5]], x => tf.dropout(x, 0.5, undefined, 3)),
  ],
};
