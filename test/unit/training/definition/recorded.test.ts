import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { obstaclesIn } from '../../../../src/architecture/obstacles';
import { requireFeatures } from './features';
import { FIXTURES, programOf } from './programs';

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
});
