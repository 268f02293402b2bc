import assert from 'node:assert/strict';
import type { Program } from '../../../../src/architecture/computation';
import type { DefinedEncoder } from '../../../../src/training/definition/definedEncoder';
import type { Parameters } from '../../../../src/training/engine/parameters';
import { nativeEngine } from '../engines';
import { encoderOf, fixWeights, layout, wave } from './programs';

/** Images that the recorded features are of. */
export const IMAGES = 3;

/** Features with the weights that record.py gives, but those kept as they begin, must be those that the framework made of them. */
export async function requireFeatures(
  program: Program,
  features: readonly number[],
  whose: string,
  kept: readonly string[] = [],
): Promise<void> {
  const { encoder, parameters } = encoderOf(program);
  fixWeights(parameters, encoder, kept);
  const made = await featuresOf(encoder, parameters);
  parameters.dispose();
  assert.equal(made.length, features.length);
  for (const [i, expected] of features.entries())
    assert.ok(
      Math.abs(made[i]! - expected) <= 1e-5 * Math.max(1, Math.abs(expected)),
      `${whose}[${i}] is ${made[i]}, recorded is ${expected}`,
    );
}

async function featuresOf(encoder: DefinedEncoder, parameters: Parameters): Promise<ArrayLike<number>> {
  const pass = await (
    await nativeEngine()
  ).forwardPass({
    inputs: { images: { shape: layout.shape(IMAGES) } },
    parameters,
    outputs: ({ images }) => ({ features: encoder.features(images!) }),
  });
  const { features } = await pass.run({ images: wave(IMAGES * 64, 0, 0.5, 0.5) });
  pass.dispose();
  return features!;
}
