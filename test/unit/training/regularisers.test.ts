import assert from 'node:assert/strict';
import type { Trial } from '../../../src/studies/study';
import { regulariserSchema } from '../../../src/studies/schema/regulariser';
import { PowerIteration } from '../../../src/training/powerIteration';
import { Random } from '../../../src/common/random';
import { nativeEngine } from './engines';
import { CASES, pretrained } from './pretrainingCases';

const [, , , , , , , , denoising] = CASES;
const regulariser = (value: unknown): Trial['regulariser'] => regulariserSchema.parse(value);
const last = (values: readonly number[]): number => values.slice(-5).reduce((sum, value) => sum + value, 0) / 5;

const run = async (value: unknown, steps = 40) => {
  const { scalars, weights } = await pretrained(await nativeEngine(), denoising!, regulariser(value), steps);
  const column = (name: string) => scalars.map(one => one[name]!);
  return { column, scalars, weights };
};

describe('regularisers', () => {
  const radreg = { kind: 'radreg', draws: 4, batch: 32 };

  const lowered: readonly (readonly [string, object])[] = [
    ['RadReg', { ...radreg, lambda: 5 }],
    ['RadReg with perceptron heads', { ...radreg, lambda: 5, head: { kind: 'mlp', hidden: 4, steps: 3 } }],
    ['feature decay', { kind: 'feature decay', batch: 32, lambda: 1 }],
    ['the spectral norms', { kind: 'spectral norm', lambda: 0.1 }],
    ['L2', { kind: 'l2', lambda: 5 }],
  ];
  for (const [what, value] of lowered)
    it(`lower their value where λ is large: ${what}`, async () => {
      const [free, pressed] = [await run({ ...value, lambda: 0 }), await run(value)];
      assert.ok(last(pressed.column('regulariser')) < 0.7 * last(free.column('regulariser')));
      assert.ok(free.column('regulariser').every(one => one > 0));
    });

  it('report RadReg under signs that the step does not see: like the seen ones where they are fresh', async () => {
    const { column } = await run({ ...radreg, lambda: 0.1, draws: 16 });
    const [seen, unseen] = [column('regulariser'), column('heldOutRegulariser')];
    assert.notDeepEqual(unseen, seen);
    assert.ok(Math.abs(last(unseen) / last(seen) - 1) < 0.1);
  });

  it('fit fixed signs: the unseen ones stay larger', async () => {
    const { column } = await run({ ...radreg, lambda: 3, draws: 2, batch: 256, signs: 'fixed' }, 60);
    assert.ok(last(column('regulariser')) < 0.9 * last(column('heldOutRegulariser')));
  });

  it('cannot be lowered by shrinking where features are normalised', async () => {
    const free = await run({ ...radreg, lambda: 0, normalise: true });
    const pressed = await run({ ...radreg, lambda: 5, normalise: true });
    const [before, after] = [last(free.column('regulariser')), last(pressed.column('regulariser'))];
    assert.ok(after > 0.5 * before && after <= before, `${before} ${after}`);
  });

  it('report each of several: the first by the plain names', async () => {
    const { scalars } = await run(
      [
        { ...radreg, lambda: 0.01 },
        { kind: 'feature decay', batch: 16, lambda: 0.01 },
        { kind: 'l2', lambda: 0.1 },
      ],
      2,
    );
    assert.deepEqual(Object.keys(scalars[0]!).sort(), [
      'heldOutRegulariser',
      'loss',
      'reconstruction',
      'regulariser',
      'regulariser feature decay',
      'regulariser l2',
    ]);
    const { loss, reconstruction, regulariser: first, 'regulariser feature decay': second } = scalars[1]!;
    assert.ok(Math.abs(loss! - (reconstruction! + 0.01 * first! + 0.01 * second!)) < 1e-5, 'weight decay is not part of the loss');
  });

  it('follow the spectral norms by one round of power iteration a step', async () => {
    const { column, weights } = await run({ kind: 'spectral norm', lambda: 0 }, 20);
    const squared = ['layers.0.weight', 'layers.1.weight'].map(name => {
      const values = weights.get(name)!;
      const rows = name === 'layers.0.weight' ? 24 : 16;
      return new PowerIteration(rows, values.length / rows, new Random(1)).estimate(values, 300) ** 2;
    });
    const exact = squared[0]! + squared[1]!;
    assert.ok(Math.abs(column('regulariser').at(-1)! / exact - 1) < 0.05, `${column('regulariser').at(-1)} ${exact}`);
  });
});
