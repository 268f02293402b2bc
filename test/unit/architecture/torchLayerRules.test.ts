import assert from 'node:assert/strict';
import { known, unknown, type Known } from '../../../src/architecture/architecture';
import { LayerArguments, Undecided, written } from '../../../src/architecture/torch/layerArguments';
import { torchLayerRule } from '../../../src/architecture/torch/layerRules';
import { signature, type ArgumentValue } from '../../../src/architecture/torch/signature';

/** Applies the rule of a layer to its defaults and some arguments. */
function contents(layer: string, given: Readonly<Record<string, Known<ArgumentValue>>>) {
  const rule = torchLayerRule(layer)!;
  const defaults = (rule.signature ?? []).flatMap(formal =>
    formal.default === undefined ? [] : [[formal.name, known(formal.default)] as const],
  );
  return rule.contents(new LayerArguments(new Map([...defaults, ...Object.entries(given)]), 4));
}

const norms = (layer: string, given: Readonly<Record<string, ArgumentValue>>) =>
  contents(layer, Object.fromEntries(Object.entries(given).map(([name, value]) => [name, known(value)]))).parameters.map(
    ({ initialSpectralNorm: norm }) => norm && Number(norm.toFixed(4)),
  );

describe('rules of torch.nn', () => {
  const cases: readonly (readonly [
    layer: string,
    given: Readonly<Record<string, ArgumentValue>>,
    norms: readonly (number | undefined)[],
    why: string,
  ])[] = [
    ['Linear', { in_features: 48, out_features: 192 }, [1.7321, undefined], '(√192 + √48)/√(3·48)'],
    ['Conv2d', { in_channels: 3, out_channels: 48, kernel_size: 4, bias: false }, [1.1547], '(√48 + √48)/√(3·48)'],
    ['Conv2d', { in_channels: 4, out_channels: 4, kernel_size: 1, groups: 4, bias: false }, [1.7321], '(√4 + √1)/√3'],
    [
      'ConvTranspose2d',
      { in_channels: 8, out_channels: 2, kernel_size: 2, bias: false },
      [1.4434],
      '(√2 + √32)/√(3·2·4), fan-in as PyTorch has it',
    ],
    ['MultiheadAttention', { embed_dim: 12, num_heads: 3 }, [1.9319, undefined], '(√36 + √12)·√(2/48)'],
    ['LSTM', { input_size: 4, hidden_size: 3, bias: false }, [1.8214, 1.7321], '(√12 + √4)/√(3·3), (√12 + √3)/√(3·3)'],
    ['Embedding', { num_embeddings: 100, embedding_dim: 25 }, [15], '√100 + √25'],
    ['BatchNorm2d', { num_features: 5 }, [undefined, undefined], 'vectors have none'],
    ['ReLU', {}, [], 'no tensors'],
  ];
  for (const [layer, given, expected, why] of cases) {
    it(`${layer} ${JSON.stringify(given)} starts with ${why}`, () => assert.deepEqual(norms(layer, given), expected));
  }

  it('hands on the reason of an unknown argument that decides a shape, and ignores one that does not', () => {
    const open = unknown('`cfg` has no default', 7);
    const linear = { in_features: known(2), out_features: open };
    assert.throws(
      () => contents('Linear', linear),
      (error: unknown) => error instanceof Undecided && error.reason === open,
    );
    assert.equal(contents('BatchNorm1d', { num_features: known(3), eps: open }).parameters.length, 2);
  });

  const refused: readonly (readonly [layer: string, given: Readonly<Record<string, ArgumentValue>>, why: RegExp])[] = [
    ['Linear', { in_features: 2 }, /out_features is missing/],
    ['Linear', { in_features: 2, out_features: { float: 3 } }, /out_features is 3\.0, not a size/],
    ['Conv2d', { in_channels: 1, out_channels: 1, kernel_size: [3, 3, 3] }, /kernel_size is \(3, 3, 3\), not 2 sizes/],
    ['Conv2d', { in_channels: 1, out_channels: 1, kernel_size: 'same' }, /kernel_size is 'same', not a shape/],
    ['GroupNorm', { num_groups: 4, num_channels: 6 }, /6 channels do not divide into 4 groups/],
    ['LSTM', { input_size: 2, hidden_size: 3, proj_size: 3 }, /proj_size 3 is not below hidden_size 3/],
  ];
  for (const [layer, given, why] of refused) {
    it(`${layer} refuses ${JSON.stringify(given)}`, () => assert.throws(() => norms(layer, given), why));
  }

  it('knows no containers and no layers that do not exist', () => {
    assert.deepEqual(['Sequential', 'Module', 'Lineer', 'constructor'].map(torchLayerRule), [undefined, undefined, undefined, undefined]);
  });
});

describe('signature', () => {
  it('reads names and defaults and adds device and dtype', () => {
    assert.deepEqual(signature("size, eps=1e-05, bias=True, mode='zeros', groups=1, of=None").slice(0, -2), [
      { name: 'size' },
      { name: 'eps', default: { float: 1e-5 } },
      { name: 'bias', default: true },
      { name: 'mode', default: 'zeros' },
      { name: 'groups', default: 1 },
      { name: 'of', default: null },
    ]);
    assert.deepEqual(
      signature('').map(({ name }) => name),
      ['device', 'dtype'],
    );
  });
});

describe('written', () => {
  const cases: readonly (readonly [value: ArgumentValue, text: string])[] = [
    [3, '3'],
    [{ float: 2 }, '2.0'],
    [{ float: 0.5 }, '0.5'],
    [true, 'True'],
    [null, 'None'],
    ['same', "'same'"],
    [[1, [2, { float: 3 }]], '(1, (2, 3.0))'],
    [[4], '(4,)'],
  ];
  for (const [value, text] of cases) it(`writes ${text}`, () => assert.equal(written(value), text));
});
