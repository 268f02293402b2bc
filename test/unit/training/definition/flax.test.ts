import assert from 'node:assert/strict';
import path from 'node:path';
import { Documents } from '../../../../src/definitions/documents';

describe('what stands in the way of training a module of Flax', () => {
  const source = (body: string): string => `import jax.numpy as jnp\nfrom flax import linen as nn, nnx\n\n\n${body}`;
  const told = (part: string, result = 'self.a(x)'): string =>
    source(
      `class Net(nnx.Module):\n  def __init__(self, rngs: nnx.Rngs):\n    self.a = ${part}\n  def __call__(self, x):\n    return ${result}\n`,
    );
  const compact = (layers: string): string =>
    source(`class Net(nn.Module):\n  @nn.compact\n  def __call__(self, x):\n    return ${layers}\n`);

  for (const [what, text, expected] of [
    ['nothing where nothing says what it takes', compact('nn.Dense(4)(x.reshape((x.shape[0], -1)))'), []],
    [
      'a layer that is not computed',
      compact('nn.Dense(4)(nn.ConvLocal(3, (2, 2))(x).mean(axis=(1, 2)))'),
      [/line 5: Net: the shape of its input is not known/],
    ],
    [
      'the same by its line where an input is said',
      compact('nn.Dense(4)(nn.ConvLocal(3, (2, 2))(x).mean(axis=(1, 2)))').replace('class', '# boundlens: Net() on (1, 8, 8, 1)\nclass'),
      [/line 9: ConvLocal: `ConvLocal` is not among the layers that are computed/],
    ],
    ['nothing of nnx where nothing says what it takes', told('nnx.Linear(8, 4, rngs=rngs)'), []],
    ['nothing of nnx where its patches may be of any number', told('nnx.Conv(3, 4, (2, 2), rngs=rngs)'), []],
    [
      'a layer of nnx that is not computed',
      told('nnx.SpectralNorm(nnx.Linear(8, 4, rngs=rngs), rngs=rngs)'),
      [/line 7: Net: `nnx\.SpectralNorm\(…\)` is not known/],
    ],
    ...(
      [
        ['that all begin alike', '', '', /line 15: params\/ScanLayer_0\/Dense_0\/kernel: all repetitions begin alike/],
        [
          'whose matrices begin as orthogonal ones',
          ', split_rngs={"params": True}',
          ', kernel_init=nn.initializers.orthogonal()',
          /line 15: .*: matrices of several repetitions that begin as orthogonal ones/,
        ],
      ] as const
    ).map(([what, told, layer, expected]) => {
      const scan = `nn.scan(Layer, variable_axes={"params": 0}, length=3${told})`;
      const net = `# boundlens: Net() on (1, 8)\nclass Net(nn.Module):\n  @nn.compact\n  def __call__(self, x):\n    return ${scan}()(x, None)[0]\n`;
      const body = `\n\nclass Layer(nn.Module):\n  @nn.compact\n  def __call__(self, x, _):\n    return nn.Dense(8${layer})(x), None\n`;
      return [`layers that are repeated ${what}`, source(net + body), [expected]] as const;
    }),
    [
      'a recurrence over sequences of several lengths',
      compact('nn.RNN(nn.LSTMCell(3))(x, seq_lengths=x[:, 0, 0])').replace('class', '# boundlens: Net() on (1, 4, 8)\nclass'),
      [/line 9: LSTMCell: `seq_lengths` is not followed/],
    ],
    [
      'state of nnx of its own',
      told('nnx.BatchStat(jnp.zeros((8,)))', 'self.a + x'),
      [/line 7: nnx\.BatchStat: where this value comes from/],
    ],
    [
      'an array that nobody knows how to begin',
      told('nnx.Param(jnp.cos(jnp.ones((8,))))', 'self.a * x'),
      [/line 6: a: the source does not say/],
    ],
  ] as const)
    it(`is ${what}`, async () => {
      const documents = await Documents.load(path.join(process.cwd(), 'dist'));
      const uri = 'file:///net.py';
      await documents.prepare(uri);
      const [definition] = documents.read({ uri, text }).definitions;
      const found = definition!.architecture.instantiation!.obstacles.map(({ line, name, why }) => `line ${line}: ${name}: ${why}`);
      assert.equal(found.length, expected.length, String(found));
      for (const [place, pattern] of expected.entries()) assert.match(found[place]!, pattern);
    });
});
