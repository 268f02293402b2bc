import assert from 'node:assert/strict';
import * as tf from '@tensorflow/tfjs-core';
import { Random } from '../../../../src/common/random';
import { Parameters } from '../../../../src/training/engine/parameters';
import { ReferenceEngine } from '../../../../src/training/engine/reference';

describe('reference engine', () => {
  /** Least squares y = w x with x = (1, 2), y = (2, 4): the gradient is 5 (w − 2) at any w. */
  const line = () => {
    const parameters = new Parameters(new Random(1));
    const w = parameters.declare('w', [1, 1], { kind: 'ones' });
    return {
      parameters,
      inputs: { x: { shape: [2, 1] } },
      optimiser: { kind: 'sgd' } as const,
      loss: ({ x }: Record<string, tf.Tensor>) => ({ loss: tf.mean<tf.Scalar>(tf.square(tf.sub(tf.matMul(x!, w), tf.mul(x!, 2)))) }),
    };
  };
  const feeds = { x: Float32Array.of(1, 2) };

  it('gives the gradient and the update of a least-squares problem', async () => {
    const spec = line();
    const step = await new ReferenceEngine().trainingStep(spec);
    assert.deepEqual(await step.gradients(feeds), { w: Float32Array.of(-5) });
    assert.deepEqual(await step.run(feeds, 0.1), { loss: Float32Array.of(2.5) });
    assert.deepEqual(spec.parameters.values('w'), Float32Array.of(1.5));
    spec.parameters.values('w')[0] = 2;
    assert.deepEqual(await step.run(feeds, 0.1), { loss: Float32Array.of(0) });
    spec.parameters.dispose();
  });

  it('lets model code that runs without an engine compute with the live values', () => {
    const { parameters, loss } = line();
    parameters.values('w')[0] = 4;
    assert.deepEqual(loss({ x: tf.tensor2d([1, 2], [2, 1]) }).loss.dataSync(), Float32Array.of(10));
    parameters.dispose();
  });

  it('keeps no tensors between steps', async () => {
    const { parameters, ...spec } = line();
    const step = await new ReferenceEngine().trainingStep({ parameters, ...spec });
    await step.run(feeds, 0.1);
    const { numTensors, numBytes } = tf.memory();
    await step.run(feeds, 0.1);
    assert.deepEqual([tf.memory().numTensors, tf.memory().numBytes], [numTensors, numBytes]);
    parameters.dispose();
  });
});
