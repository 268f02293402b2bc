import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { obstaclesIn } from '../../../../src/architecture/obstacles';
import { requireFeatures } from './features';
import { encoderOf, FIXTURES, programOf } from './programs';

interface Recorded {
  readonly state: Readonly<Record<string, readonly number[]>>;
  /** What tensors begin with that are computed where the model is made. */
  readonly starts?: Readonly<Record<string, readonly number[]>>;
  readonly shape: readonly number[];
  readonly features: readonly number[];
}

describe('programs against PyTorch', () => {
  let recorded: Readonly<Record<string, Recorded>>;

  before(async () => {
    recorded = JSON.parse(await readFile(path.join(FIXTURES, 'recorded.json'), 'utf8')) as typeof recorded;
  });

  for (const name of [
    'perceptron',
    'Convolutional',
    'Signal',
    'Transposed',
    'VisionTransformer',
    'Encoder',
    'PostNorm',
    'Normalisations',
    'Activations',
  ].concat(['Shapes', 'Reductions', 'Shared', 'Recurrent']))
    it(`computes what PyTorch does: ${name}`, async () => {
      const { program } = await programOf({ name });
      assert.deepEqual(obstaclesIn(program), []);
      const { state } = recorded[name]!;
      const names = [
        ...program.state.map(tensor => [tensor.name, tensor.shape]),
        ...Object.entries(program.aliases).map(([one, other]) => [one, state[other]]),
      ];
      assert.deepEqual(Object.fromEntries(names), state, 'the state has the names and shapes that PyTorch gives it');
      await requireFeatures(program, recorded[name]!.features, `PyTorch's ${name}`);
    });

  it('begins with the positions that PyTorch and NumPy compute', async () => {
    const { program } = await programOf({ name: 'Positions', file: path.join(FIXTURES, 'positions.py') });
    assert.deepEqual(obstaclesIn(program), []);
    const { state, starts = {} } = recorded.Positions!;
    assert.deepEqual(Object.fromEntries(program.state.map(tensor => [tensor.name, tensor.shape])), state);
    const found = program.state.filter(({ start }) => start.kind === 'numbers');
    assert.deepEqual(
      found.map(({ name, role }) => [name, role]),
      [
        ['plane', 'frozen'],
        ['line', 'buffer'],
        ['outer', 'trained'],
      ],
    );
    for (const { name, start } of found)
      for (const [i, expected] of starts[name]!.entries())
        assert.ok(start.kind === 'numbers' && Math.abs(start.values[i]! - expected) <= 1e-6, `${name}[${i}] is not ${expected}`);
    await requireFeatures(program, recorded.Positions!.features, `PyTorch's Positions`, Object.keys(starts));
  });

  it('begins with weights that are made in several steps as PyTorch does, by their mean, spread and ends', async () => {
    const { program } = await programOf({ name: 'Starts', file: path.join(FIXTURES, 'starts.py') });
    assert.deepEqual(obstaclesIn(program), []);
    const { encoder, parameters } = encoderOf(program);
    for (const [name, [mean, spread, least, most]] of Object.entries(recorded.Starts as unknown as Record<string, number[]>)) {
      const values = [...parameters.values(encoder.saved[name]!)];
      const found = values.reduce((sum, value) => sum + value, 0) / values.length;
      const width = Math.sqrt(values.reduce((sum, value) => sum + (value - found) ** 2, 0) / values.length);
      const error = (6 * spread!) / Math.sqrt(values.length) + 1e-6;
      assert.ok(Math.abs(found - mean!) <= error, `the mean of ${name} is ${found}, in PyTorch ${mean}`);
      assert.ok(Math.abs(width - spread!) <= error, `the deviation of ${name} is ${width}, in PyTorch ${spread}`);
      // Nine thousand draws come close to the ends of a law that has some, and agree less closely where it has none.
      for (const [end, expected] of [
        [Math.min(...values), least!],
        [Math.max(...values), most!],
      ] as const)
        assert.ok(Math.abs(end - expected) <= spread! + 1e-6, `an end of ${name} is ${end}, in PyTorch ${expected}`);
    }
    parameters.dispose();
  });
});
