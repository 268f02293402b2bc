import assert from 'node:assert/strict';
import type { Architecture } from '../../../src/architecture/architecture';
import type { Composition, CompositionNode } from '../../../src/architecture/composition';
import { allLayers } from '../../../src/architecture/counts';
import { read, sourceText } from './reading';

const HEADER = 'import math\nimport torch\nfrom torch import nn\nimport torch.nn.functional as F\n';

/** A module with the given constructor and forward lines, on an input of the given shape. */
const source = (construct: string, forward: string, input: string): string =>
  [
    `${HEADER}# boundlens: Net() on (${input})`,
    'class Net(nn.Module):',
    '    def __init__(self):',
    '        super().__init__()',
    ...construct.split('; ').map(line => `        ${line}`),
    '    def forward(self, x):',
    ...forward.split('\n').map(line => `        ${line}`),
    '',
  ].join('\n');

function compositionOf(architecture: Architecture | undefined): Composition {
  const composition = architecture?.composition;
  assert.ok(composition?.known, composition?.known === false ? composition.why : 'there is no composition');
  return composition.value;
}

const outputOf = (composition: Composition): CompositionNode => composition.nodes[composition.outputs[0]!]!;
const unknowns = ({ nodes }: Composition) => nodes.flatMap(node => (node.kind === 'unknown' ? [node] : []));

describe('shapes of a forward pass', () => {
  const cases: readonly (readonly [construct: string, forward: string, input: string, output: readonly unknown[]])[] = [
    ['self.a = nn.Linear(8, 3)', 'return self.a(x)', '8', ['B', 3]],
    ['self.a = nn.Linear(8, 3)', 'return self.a(x)', '5, 8', ['B', 5, 3]],
    ['self.a = nn.Conv2d(3, 8, 3, stride=2, padding=1)', 'return self.a(x)', '3, 9, 10', ['B', 8, 5, 5]],
    ['self.a = nn.Conv2d(4, 8, (3, 1), dilation=2, groups=2)', 'return self.a(x)', '4, 9, 10', ['B', 8, 5, 10]],
    ['self.a = nn.ConvTranspose2d(4, 2, 4, stride=2, padding=1)', 'return self.a(x)', '4, 7, 7', ['B', 2, 14, 14]],
    ['self.a = nn.MaxPool2d(3, 2, ceil_mode=True)', 'return self.a(x)', '3, 8, 8', ['B', 3, 4, 4]],
    ['self.a = nn.Sequential(nn.Conv2d(3, 6, 1), nn.ReLU(True), nn.Flatten())', 'return self.a(x)', '3, 4, 4', ['B', 96]],
    ['self.a = nn.AdaptiveAvgPool2d((2, None))', 'return torch.flatten(self.a(x), 1)', '3, 8, 5', ['B', 30]],
    ['self.a = nn.Embedding(11, 6)', 'return self.a(x).sum(dim=1)', '7', ['B', 6]],
    ['self.a = nn.MultiheadAttention(8, 2, batch_first=True)', 'return self.a(x, x, x)[0]', '5, 8', ['B', 5, 8]],
    ['self.a = nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 16, batch_first=True), 2)', 'return self.a(x)', '5, 8', ['B', 5, 8]],
    ['pass', 'B, C, H, W = x.shape\nreturn x.view(B, C, H // 2, 2, W).transpose(2, 3).reshape(B, -1, W)', '3, 8, 5', ['B', 24, 5]],
    ['pass', 'return x.permute(0, 2, 3, 1).unsqueeze(-1).squeeze(1)', '3, 1, 5', ['B', 5, 3, 1]],
    ['pass', 'a, b = x.chunk(2, dim=-1)\nreturn torch.cat([a, b, a], dim=1)', '5, 8', ['B', 15, 4]],
    ['pass', 'q, k, v = x.unflatten(-1, (3, 4)).unbind(2)\nreturn q + k * v', '5, 12', ['B', 5, 4]],
    ['pass', 'return x[:, 1:, None, ::2]', '5, 9', ['B', 4, 1, 5]],
    ['pass', 'return x[:, -1] - x[:, [0, 2]].mean(1)', '5, 9', ['B', 9]],
    ['pass', "return torch.einsum('bid,bjd->bij', x, x)", '5, 9', ['B', 5, 5]],
    ['pass', 'return F.interpolate(F.pad(x, (1, 1)), scale_factor=2)', '3, 4, 4', ['B', 3, 8, 12]],
    ['self.c = nn.Parameter(torch.zeros(1, 1, 8))', 'return torch.cat((self.c.expand(len(x), -1, -1), x), dim=1)', '5, 8', ['B', 6, 8]],
    [
      "from einops.layers.torch import Rearrange; self.a = Rearrange('b c (h p1) (w p2) -> b (h w) (p1 p2 c)', p1=2, p2=4)",
      'return self.a(x)',
      '3, 8, 8',
      ['B', 8, 24],
    ],
    [
      'pass',
      "from einops import repeat, rearrange\nreturn rearrange(repeat(x, 'b n d -> b h n d', h=5), 'b h n d -> b n (h d)')",
      '4, 6',
      ['B', 4, 30],
    ],
    [
      'self.c = nn.Parameter(torch.zeros(1, 1, 6))',
      "from einops import repeat\nc = repeat(self.c, '() 1 d -> b 1 d', b=len(x))\nreturn torch.cat((c, x), 1)",
      '4, 6',
      ['B', 5, 6],
    ],
    ['pass', 'n = x.size(1)\nreturn x if n > 3 else x.mean(1)', '5, 8', ['B', 5, 8]],
    ['pass', 'x = F.max_pool2d(F.relu(x), 2)\nx += 1\nreturn x.flatten(1).softmax(-1)', '2, 4, 4', ['B', 8]],
  ];
  for (const [construct, forward, input, output] of cases) {
    it(`(${input}) through ${construct === 'pass' ? forward.split('\n').at(-1)! : construct} is (${output.join(', ')})`, async () => {
      const [architecture] = await read(source(construct, forward, input));
      const composition = compositionOf(architecture);
      assert.deepEqual(outputOf(composition).shape, output);
      assert.deepEqual(unknowns(composition), []);
    });
  }

  it('gives each layer the shapes that it met', async () => {
    const [architecture] = await read(
      source('self.a = nn.Conv2d(3, 4, 3); self.b = nn.Linear(4, 2)', 'return self.b(self.a(x).mean((2, 3)))', '3, 8, 8'),
    );
    const shapes = [...allLayers(architecture!.layers)].map(layer => [layer.path, layer.inputShape, layer.outputShape]);
    assert.deepEqual(shapes, [
      ['a', ['B', 3, 8, 8], ['B', 4, 6, 6]],
      ['b', ['B', 4], ['B', 2]],
    ]);
  });

  it('leaves sides free that nothing names', async () => {
    const [architecture] = await read(
      source('self.a = nn.Conv2d(3, 4, 3, padding=1); self.b = nn.Linear(4, 2)', 'return self.a(x)', '3, 8, 8').replace(/#.*\n/, ''),
    );
    const composition = compositionOf(architecture);
    assert.equal(composition.inputFrom, 'first layer');
    assert.deepEqual(outputOf(composition).shape, ['B', 4, 'H', 'W']);
  });
});

describe('how layers compose', () => {
  const kindsOf = ({ nodes }: Composition) => nodes.map(({ kind }) => kind);

  it('finds attention with its projections and the skip connection around it', async () => {
    const all = await read(sourceText('media/sample/models/mae.py'));
    const block = compositionOf(all.find(({ name }) => name === 'Block'));
    const attention = block.nodes.find(node => node.kind === 'attention')!;
    assert.deepEqual(attention.projections, { query: 'attn.qkv', key: 'attn.qkv', value: 'attn.qkv' });
    assert.equal(attention.scale, 1 / Math.sqrt(12));
    const sums = block.nodes.filter(node => node.kind === 'sum');
    assert.deepEqual(
      sums.map(({ identity }) => block.nodes[identity!]!.kind),
      ['input', 'sum'],
    );
  });

  it('takes scaled_dot_product_attention for the same', async () => {
    const forward = 'q, k, v = self.a(x).chunk(3, dim=-1)\nreturn F.scaled_dot_product_attention(q, k, v, is_causal=True)';
    const [architecture] = await read(source('self.a = nn.Linear(8, 24)', forward, '5, 8'));
    assert.equal(kindsOf(compositionOf(architecture)).at(-1), 'attention');
  });

  it('reads the whole sample: one prediction a patch behind every block', async () => {
    const all = await read(sourceText('media/sample/models/mae.py'));
    const model = all.find(({ name }) => name === 'MaskedAutoencoder')!;
    const shapes = Object.fromEntries([...allLayers(model.layers)].map(layer => [layer.path, layer.outputShape]));
    assert.deepEqual(shapes['decoder_pred'], ['B', 16, 49]);
    assert.deepEqual(shapes['blocks.1'], ['B', 4, 48]);
    assert.equal(kindsOf(compositionOf(model)).filter(kind => kind === 'attention').length, 3);
  });

  const norms: readonly (readonly [construct: string, forward: string, over: string])[] = [
    [
      'self.a = nn.BatchNorm2d(3)',
      'a = self.a\nreturn F.batch_norm(x, a.running_mean, a.running_var, a.weight, a.bias, a.running_mean is None, 0.1, a.eps)',
      'batch a',
    ],
    ['self.a = nn.BatchNorm2d(3)', 'a = self.a\nreturn F.batch_norm(x, a.running_mean, a.running_var)', 'batch null'],
    ['self.a = nn.GroupNorm(3, 3)', 'return F.group_norm(x, 3, self.a.weight, self.a.bias)', 'sample a'],
    ['self.a = nn.BatchNorm2d(3)', 'a = self.a\nreturn F.batch_norm(x, None, None, a.weight, a.bias, True)', '?batch_norm'],
    [
      'self.a = nn.BatchNorm2d(3); self.b = nn.BatchNorm2d(3)',
      'a, b = self.a, self.b\nreturn F.batch_norm(x, a.running_mean, b.running_var, a.weight, a.bias)',
      '?batch_norm',
    ],
  ];
  for (const [construct, forward, expected] of norms) {
    it(`takes \`${forward.split('\n').at(-1)!}\` for ${expected}`, async () => {
      const [architecture] = await read(source(construct, forward, '3, 4, 4'));
      const last = outputOf(compositionOf(architecture));
      const found = last.kind === 'normalisation' ? `${last.over} ${last.path}` : last.kind === 'unknown' ? `?${last.name}` : last.kind;
      assert.equal(found, expected);
    });
  }

  it('pads by a number of rows that depends on the size of the input', async () => {
    const forward = 'x = self.a(x)\nx = F.pad(x, (0, 0, 0, (4 - x.shape[2] % 4) % 4))\nreturn torch.addcmul(self.b, self.w, x)';
    const construct = 'self.a = nn.Conv2d(3, 3, 1); self.b = nn.Parameter(torch.zeros(1)); self.w = nn.Parameter(torch.ones(1))';
    const [architecture] = await read(source(construct, forward, '3, 4, 4').replace(/#.*\n/, ''));
    const nodes = compositionOf(architecture).nodes.filter(({ kind }) => kind !== 'parameter');
    assert.deepEqual(
      nodes.map(({ kind }) => kind),
      ['input', 'layer', 'padding', 'product', 'sum'],
    );
  });

  const never: readonly (readonly [forward: string, name: string, why: RegExp])[] = [
    ['return torch.fft.fft(x)', 'torch.fft.fft', /not known/],
    ['return x / x.norm(dim=-1, keepdim=True)', '/', /slope/],
    ['return x.exp()', 'exp', /slope/],
    ['return self.a(x[:, :3])', 'a', /width of 3 does not fit a layer of 8/],
    ['return x.masked_fill(x > 0, 0)', 'masked_fill', /depend on the input/],
    ['x[0] = 1\nreturn x', 'assignment', /element is set/],
    ['return x.gather(1, x.argsort(1))', 'gather', /which entries it takes depends on the input/],
    ['return other(x)', 'other', /./],
  ];
  for (const [forward, name, why] of never) {
    it(`never takes \`${forward.replace('\n', '; ')}\` for the identity`, async () => {
      const [architecture] = await read(source('self.a = nn.Linear(8, 8)', forward, '8'));
      const { composition } = architecture!;
      if (composition?.known === false) {
        assert.match(composition.why, why);
        return;
      }
      const found = unknowns(compositionOf(architecture));
      assert.ok(
        found.some(node => node.name.includes(name) || name === 'other'),
        JSON.stringify(found),
      );
      assert.ok(
        found.some(node => why.test(node.why)),
        JSON.stringify(found),
      );
    });
  }

  it('counts an input that is changed in place as changed, whatever other name it has', async () => {
    const [architecture] = await read(source('self.a = nn.ReLU(inplace=True)', 'y = x + 0.5\nz = y\nself.a(y)\nreturn z', '8'));
    assert.equal(outputOf(compositionOf(architecture)).kind, 'activation');
  });
});
