import assert from 'node:assert/strict';
import { known, unknown, type Layer } from '../../../src/architecture/architecture';
import { matchWeights } from '../../../src/checkpoints/matchWeights';
import type { TensorInfo } from '../../../src/checkpoints/checkpoint';

const range = { startLine: 0, startColumn: 0, endLine: 0, endColumn: 0 };
const layer = (path: string, shapes: Readonly<Record<string, readonly number[]>>, children: readonly Layer[] = []): Layer => ({
  path,
  type: 'nn.Linear',
  kind: 'linear',
  arguments: {},
  parameters: known(Object.entries(shapes).map(([name, shape]) => ({ name, shape }))),
  children,
  range,
});
const tensor = (name: string, ...shape: number[]): TensorInfo => ({ name, shape, dtype: 'float32' });

describe('weights and the layers they belong to', () => {
  const layers = [layer('fc1', { weight: [4, 3], bias: [4] }), layer('blocks.0', {}, [layer('blocks.0.fc', { weight: [2, 4] })])];

  const table: readonly (readonly [string, readonly TensorInfo[], number, readonly string[], readonly string[]])[] = [
    ['names and shapes that agree', [tensor('fc1.weight', 4, 3), tensor('fc1.bias', 4), tensor('blocks.0.fc.weight', 2, 4)], 3, [], []],
    [
      'a prefix before all names',
      [
        tensor('encoder.fc1.weight', 4, 3),
        tensor('encoder.fc1.bias', 4),
        tensor('encoder.blocks.0.fc.weight', 2, 4),
        tensor('head.weight', 2, 2),
      ],
      3,
      [],
      ['head.weight'],
    ],
    [
      'another shape',
      [tensor('fc1.weight', 3, 4), tensor('fc1.bias', 4), tensor('blocks.0.fc.weight', 2, 4)],
      2,
      ['fc1.weight has shape [3, 4], the definition [4, 3]'],
      ['fc1.weight'],
    ],
    ['a tensor that is absent', [tensor('fc1.weight', 4, 3), tensor('fc1.bias', 4)], 2, ['the checkpoint has no blocks.0.fc.weight'], []],
    [
      'Keras’ way of writing names',
      [tensor('fc1/weight:0', 4, 3), tensor('fc1/bias:0', 4), tensor('blocks/0/fc/weight:0', 2, 4)],
      3,
      [],
      [],
    ],
    [
      'no tensor at all',
      [],
      0,
      ['the checkpoint has no fc1.weight', 'the checkpoint has no fc1.bias', 'the checkpoint has no blocks.0.fc.weight'],
      [],
    ],
  ];
  for (const [what, tensors, matches, missing, unused] of table)
    it(`meet with ${what}`, () => {
      const matching = matchWeights(layers, tensors);
      assert.equal(matching.matches.length, matches);
      assert.deepEqual(
        matching.missing.map(({ why }) => why),
        missing,
      );
      assert.deepEqual(
        matching.unused.map(({ name }) => name),
        unused,
      );
    });

  it('pass over layers whose parameters are unknown', () => {
    const open: Layer = { ...layer('fc', {}), parameters: unknown('`width` comes from argparse', 3) };
    assert.deepEqual(matchWeights([open], [tensor('fc.weight', 2, 2)]).unused.length, 1);
  });
});
