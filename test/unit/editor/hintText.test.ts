import assert from 'node:assert/strict';
import { known, unknown, type Layer } from '../../../src/architecture/architecture';
import { layerHints } from '../../../src/editor/hintText';
import { layer, lines, matrix } from './builders';

const weights = (rows: number, columns: number, norm?: number) => ({ parameters: known([matrix(rows, columns, norm)]) });
const bias = { name: 'bias', shape: [3072] };

const cases: readonly (readonly [why: string, layers: readonly Layer[], expected: readonly (readonly [line: number, text: string])[]])[] = [
  [
    'parameters, norm and share of one layer',
    [layer('fc1', 4, { parameters: known([matrix(3072, 768, 1.92), bias]) })],
    [[4, ' 2.36 M · σ≈1.9 · 11 % of capacity']],
  ],
  [
    'the shape that a layer makes of one sample stands first',
    [layer('fc1', 4, { parameters: known([matrix(3072, 768, 1.92), bias]), inputShape: ['B', 16, 768], outputShape: ['B', 16, 3072] })],
    [[4, ' → 16×3072 · 2.36 M · σ≈1.9 · 11 %']],
  ],
  [
    'what would be cut off is left out: the words first, then the norm',
    [
      layer('fc1', 4, { ...weights(1000, 10, 1.92), outputShape: ['B', 48] }),
      layer('fc1', 5, { ...weights(1000, 10, 1.92), outputShape: ['B', 1000, 10_000, 'H'] }),
      layer('fc1', 6, { ...weights(1000, 10, 1.92), outputShape: ['B', 1000, 10_000, 'H', 'W', '(2·K+1)'] }),
    ],
    [
      [4, ' → 48 · 10,000 · σ≈1.9 · 11 % of capacity'],
      [5, ' → 1000×10000×H · 10,000 · σ≈1.9 · 11 %'],
      [6, ' → 1000×10000×H×W×(2·K+1) · 10,000 · 11 %'],
    ],
  ],
  [
    'behind a long line of code the words are left out too',
    [layer('fc1', 4, { parameters: known([matrix(3072, 768, 1.92), bias]), range: { ...lines(4, 4), endColumn: 91 } })],
    [[4, ' 2.36 M · σ≈1.9 · 11 %']],
  ],
  [
    'a layer without parameters is told of where it changes the shape, and only there',
    [
      layer('pool', 4, { inputShape: ['B', 8, 28, 28], outputShape: ['B', 8, 14, 'W'] }),
      layer('relu', 5, { inputShape: ['B', 8, 14, 14], outputShape: ['B', 8, 14, 14] }),
    ],
    [[4, ' → 8×14×W']],
  ],
  [
    'sides that are not known are question marks; a shape of nothing else is left out',
    [
      layer('a', 4, { ...weights(2, 3), outputShape: ['B', null, 2] }),
      layer('b', 5, { ...weights(2, 3), outputShape: ['B', null] }),
      layer('c', 6, { ...weights(2, 3), outputShape: ['49·B', 2] }),
    ],
    [
      [4, ' → ?×2 · 6'],
      [5, ' 6'],
      [6, ' → 49·B×2 · 6'],
    ],
  ],
  ['nothing for a layer without parameters', [layer('drop', 4)], []],
  ['an unknown count is a question mark', [layer('fc', 4, { parameters: unknown('`dim` comes from a file', 2) })], [[4, ' ?']]],
  ['a vector has no norm', [layer('ln', 4, { parameters: known([{ name: 'weight', shape: [48] }]) })], [[4, ' 48']]],
  ['a share that rounds to nothing is not called 0', [layer('tiny', 4, weights(2, 3, 0.5))], [[4, ' 6 · σ≈0.50 · <1 % of capacity']]],
  [
    'children on lines of their own have their own hints',
    [layer('net', 4, { range: lines(4, 7), children: [layer('net.0', 5, weights(2, 2, 1)), layer('net.1', 6, weights(3, 3, 2))] })],
    [
      [5, ' 4 · σ≈1.0'],
      [6, ' 9 · σ≈2.0'],
    ],
  ],
  [
    'children on their parent’s line are summed into one hint, norms as a range',
    [layer('net', 4, { children: [layer('net.0', 4, weights(2, 2, 1)), layer('net.1', 4, weights(3, 3, 2))] })],
    [[4, ' 13 · σ≈1.0–2.0']],
  ],
  [
    'children written in another class are summed into the place that makes them',
    [layer('blocks', 30, { children: [layer('blocks.0.fc', 5, weights(2, 2, 1)), layer('blocks.1.fc', 5, weights(2, 2, 1))] })],
    [[30, ' 8 · σ≈1.0']],
  ],
  [
    'one unknown child makes the sum unknown',
    [layer('net', 4, { children: [layer('net.0', 4, weights(2, 2)), layer('net.1', 4, { parameters: unknown('why', 1) })] })],
    [[4, ' ?']],
  ],
];

describe('hints at layers', () => {
  const shares = new Map([
    ['fc1', 0.112],
    ['tiny', 0.0004],
  ]);
  for (const [why, layers, expected] of cases)
    it(why, () =>
      assert.deepEqual(
        layerHints(layers, shares).map(({ line, text }) => [line, text]),
        expected,
      ),
    );
});
