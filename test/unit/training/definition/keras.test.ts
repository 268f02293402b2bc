import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { obstaclesIn } from '../../../../src/architecture/obstacles';
import { nativeEngine } from '../engines';
import { encoderOf, FIXTURES, fixWeights, layout, programOf, wave } from './programs';

const IMAGES = 3;
const FOLDER = path.join(FIXTURES, 'keras');

interface Recorded {
  readonly state: Readonly<Record<string, readonly number[]>>;
  /** The largest absolute value that each tensor began with. */
  readonly largest: Readonly<Record<string, number>>;
  readonly features: readonly number[];
}

describe('programs against Keras', () => {
  let recorded: Readonly<Record<string, Recorded>>;

  before(async () => {
    recorded = JSON.parse(await readFile(path.join(FOLDER, 'recorded.json'), 'utf8')) as typeof recorded;
  });

  for (const name of [
    'perceptron',
    'convolutional',
    'transposed',
    'signal',
    'VisionTransformer',
    'functional_transformer',
    'Operations',
    'shared',
  ])
    it(`computes what Keras does: ${name}`, async () => {
      const { program } = await programOf({ file: path.join(FOLDER, 'models.py'), name });
      assert.deepEqual(obstaclesIn(program), []);
      const { state, features, largest } = recorded[name]!;
      assert.deepEqual(
        Object.fromEntries(program.state.map(tensor => [tensor.name, tensor.shape])),
        state,
        'the state has the paths and shapes that Keras gives it',
      );
      const { encoder, parameters } = encoderOf(program);
      for (const [tensor, most] of Object.entries(largest)) {
        const values = parameters.values(encoder.saved[tensor]!);
        const own = Math.max(...values.map(Math.abs));
        if (values.length >= 16)
          assert.ok(own <= 2.2 * most && own >= most / 2.2, `${tensor} begins within ${own}, in Keras within ${most}`);
      }
      fixWeights(parameters, encoder);
      const pass = await (
        await nativeEngine()
      ).forwardPass({
        inputs: { images: { shape: layout.shape(IMAGES) } },
        parameters,
        outputs: ({ images }) => ({ features: encoder.features(images!) }),
      });
      const { features: made } = await pass.run({ images: wave(IMAGES * 64, 0, 0.5, 0.5) });
      pass.dispose();
      parameters.dispose();
      assert.equal(made!.length, features.length);
      for (const [i, expected] of features.entries())
        assert.ok(
          Math.abs(made![i]! - expected) <= 1e-5 * Math.max(1, Math.abs(expected)),
          `${name}[${i}] is ${made![i]}, Keras says ${expected}`,
        );
    });
});
