import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { strict as assert } from 'node:assert';
import { exportModel } from '../../../../src/training/engine/exportModel';
import { trace } from '../../../../src/training/engine/recorder';
import { TraceFault } from '../../../../src/training/engine/traceFault';
import { MODELS, type TestModel } from './models';
import { assertClose, eager, runBytes, RUNTIMES, scoped } from './sessions';

const exported = ({ parameters, inputs, features }: TestModel): Uint8Array => {
  const values = new Map(parameters.names.map(name => [parameters.variable(name).name, parameters.values(name)]));
  return exportModel(
    batch => trace(inputs(batch), parameters.variables, tensors => ({ features: features(tensors) })),
    name => values.get(name)!,
    name => name.slice(name.indexOf('/') + 1),
  );
};

describe('export: a standalone file gives the same features', () => {
  for (const [name, make] of Object.entries(MODELS))
    it(`${name}, in batches of 1, 4 and 7`, async () => {
      const model = make();
      try {
        const bytes = exported(model);
        assert.ok(!Buffer.from(bytes).includes('com.microsoft'), 'only standard operators');
        assert.ok(!Buffer.from(bytes).includes('var/'), 'weights under their own names');
        for (const batch of [1, 4, 7]) {
          const specs = model.inputs(batch);
          const feeds = model.feeds(batch, `batch of ${batch}`);
          const expected = scoped(() =>
            eager(
              model.features(
                Object.fromEntries(
                  Object.entries(specs).map(([input, { shape, dtype }]) => [input, tf.tensor(feeds[input]!, [...shape], dtype)]),
                ),
              ),
            ),
          );
          const used = name === 'vit' ? ['patches'] : ['x'];
          const fed = Object.fromEntries(used.map(input => [input, { values: feeds[input]!, shape: specs[input]!.shape }]));
          for (const runtime of RUNTIMES)
            assertClose((await runBytes(runtime, bytes, fed)).features!, expected, `${runtime}, ${batch} samples`);
        }
      } finally {
        model.parameters.dispose();
      }
    });
});

describe('export: the batch may only matter through shapes', () => {
  const attempt = (fn: (x: Tensor) => Tensor, shape: (batch: number) => number[] = batch => [batch, 2]): Uint8Array =>
    exportModel(
      batch => trace({ x: { shape: shape(batch) } }, [], ({ x }) => ({ y: fn(x!) })),
      () => new Float32Array(),
    );
  const refusals: readonly [why: string, fn: () => Uint8Array, sentence: RegExp][] = [
    ['a quotient by the batch size', () => attempt(x => tf.div(x, x.shape[0])), /uses the batch size as a number/],
    [
      'a slice up to the last but one sample',
      () => attempt(x => tf.slice(x, [0, 0], [x.shape[0] - 1, 2])),
      /uses the batch size as a number/,
    ],
    [
      'no batch axis',
      () =>
        attempt(
          x => x,
          () => [2, 2],
        ),
      /No input of the exported function has the batch size as a dimension/,
    ],
  ];
  for (const [why, fn, sentence] of refusals)
    it(`${why} is refused`, () => assert.throws(fn, error => error instanceof TraceFault && sentence.test(error.message)));

  const batched: readonly [why: string, fn: (x: Tensor) => Tensor, expected: (values: number[]) => number[]][] = [
    ['zeros per sample', x => tf.concat([x, tf.zeros([x.shape[0], 1])], 1), ([a, b, c, d]) => [a!, b!, 0, c!, d!, 0]],
    ['a row repeated per sample', x => tf.concat([x, tf.tile(tf.slice(x, [0, 0], [1, 1]), [x.shape[0], 1])], 1), ([a, b, c, d]) => [a!, b!, a!, c!, d!, a!]], // prettier-ignore
    ['both axes in one', x => tf.reshape(x, [2 * x.shape[0]]), values => values],
    ['the batch twice', x => tf.reshape(tf.matMul(x, x, false, true), [x.shape[0], x.shape[0]]), ([a, b, c, d]) => [a! * a! + b! * b!, a! * c! + b! * d!, a! * c! + b! * d!, c! * c! + d! * d!]], // prettier-ignore
  ];
  for (const [why, fn, expected] of batched)
    it(`${why} works`, async () => {
      const values = [1, 2, 3, 4];
      const { y } = await runBytes('native', attempt(fn), { x: { values: Float32Array.from(values), shape: [2, 2] } });
      assert.deepEqual([...y!.values], expected(values));
    });
});
