import assert from 'node:assert/strict';
import path from 'node:path';
import { mean, square, type Scalar } from '@tensorflow/tfjs-core';
import type { Engine } from '../../../../src/training/engine/engine';
import { nativeEngine, referenceEngine } from '../engines';
import { encoderOf, FIXTURES, fixWeights, layout, programOf, wave } from './programs';

const IMAGES = 3;

/** Gradients of the mean square of the features, computed as in training. */
async function gradients(engine: Engine, name: string, file: string): Promise<ReadonlyMap<string, Float32Array>> {
  const { program } = await programOf({ file: path.join(FIXTURES, file), name });
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
  const cases = [
    ...[
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
    ].map(name => ['modules.py', name] as const),
    ...['convolutional', 'transposed', 'VisionTransformer', 'Operations', 'shared'].map(name => ['keras/models.py', name] as const),
    ...['Shifted', 'Hidden', 'Resampled', 'Values', 'Kernels'].map(name => ['attention/modules.py', name] as const),
    ['tensorflowJs/models.js', 'convolutional'] as const,
    ...['Perceptron', 'Convolutional', 'VisionTransformer', 'Tokens', 'Recurrent', 'Repeated'].map(
      name => ['nnx/models.py', name] as const,
    ),
    ...['Transposed', 'Recurrent', 'ByHand', 'Repeated'].map(name => ['flax/models.py', name] as const),
    ...['memories', 'gates', 'both_ways', 'each_time'].map(name => ['keras/recurrences.py', name] as const),
    ['tensorflowJs/recurrences.js', 'recurrent'] as const,
    ['keras/channels.py', 'channels_first'] as const,
    ...['causal', 'einsums', 'dots', 'lambdas'].map(name => ['keras/products.py', name] as const),
  ];
  for (const [file, name] of cases)
    it(`agree with the reference engine: ${name} of ${file}`, async () => {
      const [made, expected] = [await gradients(await nativeEngine(), name, file), await gradients(await referenceEngine(), name, file)];
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
