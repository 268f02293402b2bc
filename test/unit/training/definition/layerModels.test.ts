import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { obstaclesIn } from '../../../../src/architecture/obstacles';
import { nativeEngine } from '../engines';
import { IMAGES, requireFeatures } from './features';
import { encoderOf, FIXTURES, fixWeights, layout, programOf, wave } from './programs';

interface Recorded {
  readonly state: Readonly<Record<string, readonly number[]>>;
  /** The largest absolute value that each tensor began with. */
  readonly largest: Readonly<Record<string, number>>;
  /** Moving statistics after one batch in training. */
  readonly moved?: Readonly<Record<string, readonly number[]>>;
  readonly features: readonly number[];
}

/** A tensor of fewer entries says little of the law that it was drawn from. */
const ENTRIES = 16;

for (const [framework, folder, file, names] of [
  [
    'Keras',
    'keras',
    'models.py',
    ['perceptron', 'convolutional', 'transposed', 'signal', 'VisionTransformer', 'functional_transformer', 'Operations', 'shared'],
  ],
  ['Keras', 'keras', 'recurrences.py', ['memories', 'gates', 'both_ways', 'each_time', 'Reader']],
  ['Keras', 'keras', 'products.py', ['causal', 'einsums', 'dots', 'lambdas']],
  ['Keras', 'keras', 'channels.py', ['channels_first', 'ChannelsFirst']],
  [
    'Flax',
    'flax',
    'models.py',
    ['Perceptron', 'Rows', 'Convolutional', 'VisionTransformer', 'Tokens', 'Transposed', 'Recurrent', 'ByHand', 'Repeated', 'Masked'],
  ],
  [
    'Flax (nnx)',
    'nnx',
    'models.py',
    ['Perceptron', 'Rows', 'Convolutional', 'VisionTransformer', 'Tokens', 'Transposed', 'Recurrent', 'Repeated', 'Masked'],
  ],
  ['TensorFlow.js', 'tensorflowJs', 'models.js', ['perceptron', 'convolutional', 'residual']],
  ['TensorFlow.js', 'tensorflowJs', 'recurrences.js', ['recurrent', 'bothWays', 'eachTime']],
] as const)
  describe(`programs against ${framework}: ${file}`, () => {
    let recorded: Readonly<Record<string, Recorded>>;

    before(async () => {
      recorded = JSON.parse(await readFile(path.join(FIXTURES, folder, 'recorded.json'), 'utf8')) as typeof recorded;
    });

    for (const name of names)
      it(`computes what ${framework} does: ${name}`, async () => {
        const { program, architecture } = await programOf({ file: path.join(FIXTURES, folder, file), name });
        assert.deepEqual(obstaclesIn(program), []);
        const trained = program.state.flatMap(({ role, shape }) =>
          role === 'trained' ? [shape.reduce((size, side) => size * side, 1)] : [],
        );
        const count = trained.reduce((sum, size) => sum + size, 0);
        assert.deepEqual(architecture.parameterCount, { known: true, value: count }, 'every tensor of it is counted');
        const { state, features, largest } = recorded[name]!;
        const own = Object.fromEntries(program.state.map(tensor => [tensor.name, tensor.shape]));
        assert.deepEqual(own, state, 'the state has the names and shapes that the framework gives it');
        const { encoder, parameters } = encoderOf(program);
        for (const [tensor, most] of Object.entries(largest)) {
          const values = parameters.values(encoder.saved[tensor]!);
          const begun = Math.max(...values.map(Math.abs));
          const isLike = begun <= 2.2 * most && begun >= most / 2.2;
          assert.ok(values.length < ENTRIES || isLike, `${tensor} begins within ${begun}, in ${framework} within ${most}`);
        }
        parameters.dispose();
        await requireFeatures(program, features, `${framework}'s ${name}`);
      });
  });

describe('batch normalisation in training', () => {
  for (const [framework, place, name, statistics] of [
    ['Keras', 'keras', 'convolutional', ['batch_normalization/moving_mean', 'batch_normalization/moving_variance']],
    ['Flax (nnx)', 'nnx', 'Convolutional', ['norm/mean', 'norm/var']],
  ] as const)
    it(`lets moving statistics follow a batch as ${framework} does`, async () => {
      const folder = path.join(FIXTURES, place);
      const recorded = JSON.parse(await readFile(path.join(folder, 'recorded.json'), 'utf8')) as Readonly<Record<string, Recorded>>;
      const { program } = await programOf({ file: path.join(folder, 'models.py'), name });
      const { encoder, parameters } = encoderOf(program);
      fixWeights(parameters, encoder);
      const pass = await (
        await nativeEngine()
      ).forwardPass({
        inputs: { images: { shape: layout.shape(IMAGES) } },
        parameters,
        outputs: ({ images }) => ({ ...encoder.inTraining!.trace(() => encoder.features(images!)).met }),
      });
      encoder.inTraining!.took(await pass.run({ images: wave(IMAGES * 64, 0, 0.5, 0.5) }), one => parameters.values(one));
      pass.dispose();
      const { moved = {} } = recorded[name]!;
      assert.deepEqual(Object.keys(moved), statistics);
      for (const [one, expected] of Object.entries(moved)) {
        const values = parameters.values(encoder.saved[one]!);
        for (const [i, value] of expected.entries())
          assert.ok(Math.abs(values[i]! - value) <= 1e-5, `${one}[${i}]: ${values[i]} and ${value}`);
      }
      parameters.dispose();
    });
});
