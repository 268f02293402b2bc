import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { obstaclesIn } from '../../../../src/architecture/obstacles';
import { requireFeatures } from './features';
import { FIXTURES, programOf } from './programs';

interface Recorded {
  readonly state: Readonly<Record<string, readonly number[]>>;
  readonly buffers: readonly string[];
  readonly features: readonly number[];
}

describe('masks, windows and positions against PyTorch', () => {
  const folder = path.join(FIXTURES, 'attention');
  let recorded: Readonly<Record<string, Recorded>>;

  before(async () => {
    recorded = JSON.parse(await readFile(path.join(folder, 'recorded.json'), 'utf8')) as typeof recorded;
  });

  for (const [name, why] of [
    ['Shifted', 'windows that are moved on, a table that a buffer indexes, pairs of different windows hidden'],
    ['Hidden', 'keys hidden by numbers, truth values, triangles and later places'],
    ['Resampled', 'interpolation, windows that hang over, copies at the edges'],
    ['Values', 'lengths, variances, powers, chosen entries, sums of products'],
    ['Kernels', 'kernels that are computed, edges that are cut off, parts that are set'],
  ] as const)
    it(`computes what PyTorch does: ${why}`, async () => {
      const { program } = await programOf({ name, file: path.join(folder, 'modules.py') });
      assert.deepEqual(obstaclesIn(program), []);
      const { state, buffers, features } = recorded[name]!;
      assert.deepEqual(
        Object.fromEntries(program.state.filter(tensor => tensor.name in state).map(tensor => [tensor.name, tensor.shape])),
        state,
        'the state has the names and shapes that PyTorch gives it',
      );
      await requireFeatures(program, features, `PyTorch's ${name}`, buffers);
    });

  it('names masks that layers of the library are handed, and computes nothing without them', async () => {
    const { program } = await programOf({ name: 'Layered', file: path.join(folder, 'modules.py') });
    assert.deepEqual(
      obstaclesIn(program).map(({ name }) => name),
      ['self.encoder', 'self.encoder.layers[0]'],
    );
  });
});
