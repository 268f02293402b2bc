import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { obstaclesIn } from '../../../../src/architecture/obstacles';
import { temporaryFolder } from '../../support/temporaryFolder';
import { requireFeatures } from './features';
import { FIXTURES, programOf } from './programs';

interface Recorded {
  readonly state: Readonly<Record<string, readonly number[]>>;
  readonly buffers: readonly string[];
  readonly features: readonly number[];
}

describe('masks, windows and positions against PyTorch', () => {
  const folder = path.join(FIXTURES, 'attention');
  const temporary = temporaryFolder();
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

  it('forgets what a pass with an unknown input left open about lists that modules hold', async () => {
    const file = temporary.file('windows.py');
    await writeFile(file, WINDOWS);
    const { program } = await programOf({ name: 'Windows', file });
    assert.deepEqual(obstaclesIn(program), []);
  });
});

/** Which statements are carried out depends on the input's side, and those that may not be mention the list `window`. */
const WINDOWS = `import torch
from torch import nn

class Windows(nn.Module):
    def __init__(self):
        super().__init__()
        self.window = [4, 4]
        self.enter = nn.Conv2d(1, 2, 1)
        self.out = nn.Linear(128, 3)

    def forward(self, x):
        x = self.enter(x)
        window = self.window
        shift = [2, 2]
        if window[0] >= x.shape[-1]:
            shift[0] = window[0]
        if sum(shift) > 0 and window[1] == 4:
            x = torch.roll(x, shifts=shift, dims=(2, 3))
        return self.out(x.flatten(1))
`;
