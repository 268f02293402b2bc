import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { strict as assert } from 'node:assert';
import { Random } from '../../../../src/common/random';
import { compile } from '../../../../src/training/engine/compile';
import { visitAncestors } from '../../../../src/training/engine/graph';
import { trace } from '../../../../src/training/engine/recorder';
import { assertClose, eager, runModel, scoped } from './sessions';

/** The kernels that remain of a function of x [3, 4] and y [4], in the order of recording. */
function remaining(fn: (x: Tensor, y: Tensor) => Tensor): string[] {
  const { outputs } = trace({ x: { shape: [3, 4] }, y: { shape: [4] } }, [], ({ x, y }) => ({ z: fn(x!, y!) }));
  const kernels: { kernel: string; order: number }[] = [];
  visitAncestors(Object.values(outputs), ({ producer }) => producer && kernels.push(producer));
  return [...new Set(kernels)].sort((a, b) => a.order - b.order).map(({ kernel }) => kernel);
}

describe('rewrites: what remains of a function', () => {
  const table: readonly [why: string, fn: (x: Tensor, y: Tensor) => Tensor, kernels: string[]][] = [
    ['reshaping to the same shape does nothing', x => tf.reshape(x, [3, 4]), []],
    ['reshapes join', x => tf.reshape(tf.reshape(x, [2, 6]), [12]), ['Reshape']],
    ['a reshape and its inverse cancel', x => tf.reshape(tf.reshape(x, [12]), [3, 4]), []],
    ['an inserted axis is a reshape', x => tf.expandDims(tf.expandDims(x, 0), -1), ['Reshape']],
    ['transpositions cancel', x => tf.transpose(tf.transpose(x)), []],
    ['casting to the same type does nothing', x => tf.cast(x, 'float32'), []],
    ['adding 0, multiplying by 1, to the power of 1', x => tf.pow(tf.mul(tf.add(x, 0), 1), 1), []],
    ['adding a tensor of zeros', x => tf.add(tf.zerosLike(x), x), []],
    ['division by a constant is a product, and factors join', x => tf.mul(tf.div(tf.mul(x, 2), 4), 6), ['Multiply']],
    ['a negated factor', x => tf.mul(tf.neg(x), 3), ['Multiply']],
    ['a square instead of a power', x => tf.pow(x, 2), ['Square']],
    ['arithmetic of constants is done at once', x => tf.add(x, tf.sqrt(tf.mul(tf.fill([3, 4], 8), 2))), ['Add']],
    ['operators broadcast by themselves', (x, y) => tf.add(x, tf.broadcastTo(tf.reshape(y, [1, 4]), [3, 4])), ['Reshape', 'Add']],
    ['a·b and b·a are one product', (x, y) => tf.sub(tf.mul(x, y), tf.mul(y, x)), ['Multiply', 'Sub']],
    ['equal calls are made once', x => tf.add(tf.exp(x), tf.exp(x)), ['Exp', 'Add']],
    ['paddings that differ only in the sign of infinity stay apart', x => tf.add(tf.pad(x, [[0, 1], [0, 0]], Infinity), tf.pad(x, [[0, 1], [0, 0]], -Infinity)), ['PadV2', 'PadV2', 'Add']], // prettier-ignore
    [
      'a matrix product adds its bias',
      (x, y) => tf.add(tf.matMul(x as Tensor2D, x as Tensor2D, false, true), tf.slice(y, [1], [3])),
      ['Slice', 'BiasedMatMul'],
    ],
    [
      'a column is no bias',
      x => tf.add(tf.matMul(x as Tensor2D, x as Tensor2D, false, true), tf.slice(x, [0, 1], [3, 1])),
      ['BatchMatMul', 'Slice', 'Add'],
    ],
    ['the step of a ReLU is taken from its result', x => tf.grad(t => tf.relu(t))(x), ['Relu', 'Step']],
    ['the gradient of a mean needs no full tensor', x => tf.grad(t => tf.mean(tf.square(t)))(x), ['Multiply']],
  ];
  for (const [why, fn, kernels] of table) it(why, () => assert.deepEqual(remaining(fn), kernels));
});

/** A random expression over x [3, 4], y [4], z [3, 1] and constants, in operations that the rules rearrange. */
function randomExpression(random: Random, leaves: readonly Tensor[], depth: number): Tensor {
  const again = (): Tensor => randomExpression(random, leaves, depth - 1);
  const constants = [-2, -1, 0, 0.5, 1, 2, 3];
  if (depth === 0 || random.uniform() < 0.1) return leaves[random.integer(leaves.length)]!;
  const full = (): Tensor => tf.add(tf.zeros([3, 4]), again());
  const constant = (): Tensor => tf.fill([[], [1], [4], [3, 1], [3, 4]][random.integer(5)]!, constants[random.integer(7)]!);
  const choices: readonly (() => Tensor)[] = [
    () => tf.add(again(), again()),
    () => tf.mul(again(), again()),
    () => tf.sub(again(), constant()),
    () => tf.add(constant(), again()),
    () => tf.mul(constant(), again()),
    () => tf.div(again(), tf.fill([3, 4], 1 + random.integer(4))),
    () => tf.maximum(again(), constant()),
    () => tf.minimum(constant(), again()),
    () => tf.squaredDifference(again(), constant()),
    () => tf.neg(again()),
    () => tf.relu(again()),
    () => tf.square(tf.tanh(again())),
    () => tf.pow(tf.tanh(again()), constants[3 + random.integer(4)] === 0.5 ? 2 : 1),
    () => tf.transpose(tf.transpose(full(), [1, 0]), [1, 0]),
    () => tf.reshape(tf.reshape(full(), [2, 6]), [3, 4]),
    () => tf.cast(tf.greater(again(), constant()), 'float32'),
    () => tf.broadcastTo(tf.reshape(tf.slice(full(), [1, 2], [1, 1]), [1, 1]), [3, 4]),
    () => tf.neg(tf.broadcastTo(tf.mean(full(), 0, true), [3, 4])),
  ];
  return choices[random.integer(choices.length)]!();
}

describe('rewrites: values', () => {
  it('stay what they were in 150 random expressions', async () => {
    const shapes: Readonly<Record<string, number[]>> = { x: [3, 4], y: [4], z: [3, 1] };
    const numbers = new Random('numbers');
    const feeds = Object.fromEntries(
      Object.entries(shapes).map(([name, shape]) => [
        name,
        Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => numbers.normal()),
      ]),
    );
    const evaluate = (leaves: Readonly<Record<string, Tensor>>): Record<string, Tensor> =>
      Object.fromEntries(
        Array.from({ length: 150 }, (_, i) => [`${i}`, randomExpression(new Random(i), [leaves.x!, leaves.y!, leaves.z!], 5)]),
      );
    const specs = Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, { shape }]));
    const results = await runModel('native', compile(trace(specs, [], evaluate)), feeds);
    scoped(() => {
      const expected = evaluate(Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, tf.tensor(feeds[name]!, shape)])));
      for (const [name, tensor] of Object.entries(expected)) assertClose(results[name]!, eager(tensor), `expression ${name}`, 2e-5, 1e-3);
    });
  });
});
