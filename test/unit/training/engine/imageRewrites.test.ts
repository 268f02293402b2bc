import assert from 'node:assert/strict';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import { Random } from '../../../../src/common/random';
import { visitAncestors } from '../../../../src/training/engine/graph';
import { Parameters } from '../../../../src/training/engine/parameters';
import { trace } from '../../../../src/training/engine/recorder';
import { ReferenceEngine } from '../../../../src/training/engine/reference';
import { createEngine } from '../../../../src/training/engine/select';

const SHAPES = { x: { shape: [2, 8, 8, 1] }, filter: { shape: [3, 3, 1, 4] }, bias: { shape: [4] } };
type Images = (x: Tensor4D, filter: Tensor4D, bias: Tensor1D) => Tensor;

/** How often each kernel remains of a function. */
function remaining(fn: Images): Record<string, number> {
  const traced = trace(SHAPES, [], ({ x, filter, bias }) => ({ y: fn(x as Tensor4D, filter as Tensor4D, bias as Tensor1D) }));
  const nodes = new Map<object, string>();
  visitAncestors(Object.values(traced.outputs), ({ producer }) => producer && nodes.set(producer, producer.kernel));
  const counts: Record<string, number> = {};
  for (const kernel of nodes.values()) counts[kernel] = (counts[kernel] ?? 0) + 1;
  return counts;
}

describe('rewrites of convolutional models', () => {
  const convolution: Images = (x, filter) => tf.conv2d(x, filter, 1, 'valid');
  const pooled: Images = x => tf.maxPool(tf.relu<Tensor4D>(x), 2, 2, 'valid');

  const table: [why: string, fn: Images, kernels: Record<string, number>][] = [
    ['a bias joins its convolution', (x, filter, bias) => tf.add(convolution(x, filter, bias), bias), { BiasedConv2D: 1 }],
    [
      'one number for all channels does not',
      (x, filter, bias) => tf.add(convolution(x, filter, bias), tf.sum(bias)),
      { Conv2D: 1, Sum: 1, Add: 1 },
    ],
    [
      'the gradient of a pooled ReLU is masked at the size of the pool',
      (x, filter, bias) => tf.grad(t => tf.sum(tf.square(pooled(t as Tensor4D, filter, bias))))(x),
      { Relu: 1, MaxPool: 1, Step: 1, Multiply: 2, MaxPoolGrad: 1 },
    ],
    [
      "a bias before a pool sums the pool's gradient, not what is spread over the image",
      (x, filter, bias) => tf.grad(t => tf.sum(tf.square(pooled(tf.add(x, t), filter, bias))))(bias),
      { Add: 1, Relu: 1, MaxPool: 1, Step: 1, Multiply: 2, Sum: 1 },
    ],
    [
      'a sum over columns alone is left where it is',
      x => tf.sum(tf.grad(t => tf.sum(tf.square(tf.maxPool(t as Tensor4D, 2, 2, 'valid'))))(x), 2),
      { MaxPool: 1, Multiply: 1, MaxPoolGrad: 1, Sum: 1 },
    ],
  ];
  for (const [why, fn, kernels] of table) it(why, () => assert.deepEqual(remaining(fn), kernels));

  for (const [size, strides] of [
    [2, 2],
    [3, 1],
    [3, 2],
  ] as const)
    it(`leaves gradients as they are: pools of ${size} by steps of ${strides}, tied zeros and flat patches included`, async () => {
      const parameters = new Parameters(new Random(`pool ${size} ${strides}`));
      const filter = parameters.declare('filter', [3, 3, 1, 4], { kind: 'normal', deviation: 1 }) as unknown as Tensor4D;
      const bias = parameters.declare('bias', [4], { kind: 'normal', deviation: 1 });
      const random = new Random('images');
      const x = Float32Array.from({ length: 2 * 8 * 8 }, (_, i) => (i % 8 < 4 ? 1 : random.normal()));
      const spec = {
        inputs: { x: SHAPES.x },
        parameters,
        optimiser: { kind: 'sgd' } as const,
        loss: ({ x: images }: Readonly<Record<string, Tensor>>) => {
          const activations = tf.relu<Tensor4D>(tf.add(tf.conv2d(images as Tensor4D, filter, 1, 'valid'), bias));
          return { loss: tf.mean<tf.Scalar>(tf.square(tf.maxPool(activations, size, strides, 'valid'))) };
        },
      };
      const engine = await createEngine({ name: 'native', assets: 'dist' });
      const gradients = await (await engine.trainingStep(spec)).gradients({ x });
      const expected = await (await new ReferenceEngine().trainingStep(spec)).gradients({ x });
      for (const name of parameters.names)
        gradients[name]!.forEach((value, i) => assert.ok(Math.abs(value - expected[name]![i]!) <= 1e-5, `${name}[${i}]`));
      engine.dispose();
    });
});
