import * as tf from '@tensorflow/tfjs-core';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { Random } from '../../common/random';
import type { Engine } from './engine';
import { Parameters } from './parameters';

/** Takes one training step of a one-weight least-squares problem, whose outcome is known; throws when the engine gets it wrong. */
export async function probe(engine: Engine): Promise<void> {
  const parameters = new Parameters(new Random('probe'));
  const weight = parameters.declare('weight', [1, 1], { kind: 'ones' });
  try {
    const step = await engine.trainingStep({
      inputs: { x: { shape: [2, 1] }, y: { shape: [2, 1] } },
      parameters,
      loss: ({ x, y }) => ({ loss: tf.mean(tf.squaredDifference(tf.matMul(x as Tensor2D, weight as Tensor2D), y!)) }),
      optimiser: { kind: 'sgd' },
    });
    const { loss } = await step.run({ x: Float32Array.of(1, 2), y: Float32Array.of(2, 4) }, 0.125);
    step.dispose();
    const outcome = [loss?.[0], parameters.values('weight')[0]];
    if (outcome.join() !== '2.5,1.625') throw new Error(`its first step gave ${outcome.join(' and ')} instead of 2.5 and 1.625`);
  } finally {
    parameters.dispose();
  }
}
