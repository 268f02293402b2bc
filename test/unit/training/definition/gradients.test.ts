import assert from 'node:assert/strict';
import { mean, square, type Scalar } from '@tensorflow/tfjs-core';
import type { Engine } from '../../../../src/training/engine/engine';
import { nativeEngine, referenceEngine } from '../engines';
import { encoderOf, fixWeights, layout, programOf, wave } from './programs';

const IMAGES = 3;

/** Gradients of the mean square of the features, computed as in training. */
async function gradients(engine: Engine, name: string): Promise<ReadonlyMap<string, Float32Array>> {
  const { program } = await programOf({ name });
  const { encoder, parameters } = encoderOf(program);
  fixWeights(parameters, encoder);
  const trainable = parameters.names.filter(one => !encoder.untrained.includes(one));
  const step = await engine.trainingStep({
    inputs: { images: { shape: layout.shape(IMAGES) } },
    parameters,
    trainable,
    optimiser: { kind: 'sgd' },
    loss: ({ images }) => {
      const compute = () => ({ loss: mean<Scalar>(square(encoder.features(images!))) });
      return encoder.inTraining ? encoder.inTraining.trace(compute).result : compute();
    },
  });
  const found = await step.gradients({ images: wave(IMAGES * 64, 0, 0.5, 0.5) });
  step.dispose();
  parameters.dispose();
  return new Map(Object.entries(found));
}

describe('gradients through programs', () => {
  for (const name of [
    'perceptron',
    'Convolutional',
    'Signal',
    'Transposed',
    'VisionTransformer',
    'Encoder',
    'PostNorm',
    'Normalisations',
    'Reductions',
    'Recurrent',
  ])
    it(`agree with the reference engine: ${name}`, async () => {
      const [made, expected] = [await gradients(await nativeEngine(), name), await gradients(await referenceEngine(), name)];
      assert.deepEqual([...made.keys()].sort(), [...expected.keys()].sort());
      const largest = Math.max(...[...expected.values()].flatMap(values => [...values].map(Math.abs)));
      assert.ok(largest > 0);
      for (const [parameter, values] of expected)
        for (const [i, value] of values.entries())
          assert.ok(
            Math.abs(made.get(parameter)![i]! - value) <= 1e-4 * largest,
            `${parameter}[${i}]: ${made.get(parameter)![i]} and ${value}`,
          );
    });
});
