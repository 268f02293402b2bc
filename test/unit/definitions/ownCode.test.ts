import assert from 'node:assert/strict';
import type { Architecture } from '../../../src/architecture/architecture';
import type { CompositionNode } from '../../../src/architecture/composition';
import { boundOf } from '../../../src/definitions/architectureBounds';
import { documents } from './reading';

async function lastOf(text: string): Promise<Architecture> {
  const all = await documents();
  const uri = 'test:own.py';
  await all.prepare(uri);
  const found = all.read({ uri, text }).definitions.at(-1);
  all.forget(uri);
  assert.ok(found);
  return found.architecture;
}

const keras = (body: string) => lastOf(`import keras\nfrom keras import layers, ops\n${body}\n`);
const flax = (body: string) => lastOf(`import jax\nimport jax.numpy as jnp\nimport flax.linen as nn\nfrom flax import nnx\n${body}\n`);

function steps({ composition }: Architecture): string {
  if (!composition?.known) return `not known: ${composition?.why}`;
  const short = (node: CompositionNode) =>
    node.kind === 'layer' || node.kind === 'lookup'
      ? `${node.path}.${node.tensor}`
      : node.kind === 'unknown'
        ? `?${node.name}:${node.line + 1}`
        : node.kind === 'sum' && node.identity !== undefined
          ? `sum(${node.identity})`
          : node.kind;
  return composition.value.nodes.map(short).join(' ');
}

const KERAS_BLOCK = `class Block(layers.Layer):
    def __init__(self):
        super().__init__()
        self.norm = layers.LayerNormalization()
        self.dense = layers.Dense(4)
    def call(self, x):
        return x + ops.relu(self.dense(self.norm(x)))
# boundlens: Net() on (4,)
class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.a = Block()
        self.b = Block()
        self.out = layers.Dense(2)
    def call(self, x):
        return self.out(self.b(self.a(x)))`;

describe('how classes of Keras and Flax compose by their own code', () => {
  const cases: readonly (readonly [why: string, architecture: () => Promise<Architecture>, expected: string])[] = [
    [
      'a model of Keras with layers of its own',
      () => keras(KERAS_BLOCK),
      'input block/layer_normalization.normalisation block/dense.kernel activation sum(0) ' +
        'block_1/layer_normalization_1.normalisation block_1/dense_1.kernel activation sum(4) dense_2.kernel',
    ],
    [
      'a compact module with a skip connection',
      () =>
        flax(`# boundlens: Net() on (1, 8, 8, 3)
class Net(nn.Module):
    @nn.compact
    def __call__(self, x):
        y = nn.Conv(3, (3, 3))(x)
        x = nn.relu(nn.LayerNorm()(y)) + x
        x = jnp.mean(x, axis=(1, 2))
        return nn.Dense(2)(x) * 0.5`),
      'input Conv_0.kernel normalisation activation sum(0) pooling Dense_0.kernel scale',
    ],
    [
      'a module with `setup`, called inside another',
      () =>
        flax(`class Inner(nn.Module):
    def setup(self):
        self.a = nn.Dense(4)
    def __call__(self, x):
        return nn.tanh(self.a(x))
# boundlens: Net() on (1, 4)
class Net(nn.Module):
    @nn.compact
    def __call__(self, x):
        return Inner()(x) + Inner()(x)`),
      'input Inner_0/a.kernel activation Inner_1/a.kernel activation sum',
    ],
    [
      'layers and functions under names of the source',
      () =>
        flax(`from functools import partial
from typing import Callable
# boundlens: Net() on (1, 8, 8, 3)
class Net(nn.Module):
    act: Callable = nn.relu
    @nn.compact
    def __call__(self, x):
        conv = partial(nn.Conv, use_bias=False)
        return self.act(conv(4, (3, 3), name='first')(x))`),
      'input first.kernel activation',
    ],
    [
      'what is not known, with its line',
      () =>
        flax(`# boundlens: Net() on (1, 4)
class Net(nn.Module):
    @nn.compact
    def __call__(self, x):
        x = jnp.exp(nn.Dense(4)(x))
        return x / x`),
      'input Dense_0.kernel ?jnp.exp:9 ?/:10',
    ],
    [
      'samples that a reshape mixes',
      () =>
        flax(`# boundlens: Net() on (2, 3, 4)
class Net(nn.Module):
    @nn.compact
    def __call__(self, x):
        return nn.Dense(4)(x.reshape(6, 4))`),
      'input ?x.reshape:9 Dense_0.kernel',
    ],
    [
      'a module that is repeated',
      () =>
        flax(`class Step(nn.Module):
    @nn.compact
    def __call__(self, x, _):
        return nn.Dense(4)(x), None
# boundlens: Net() on (1, 4)
class Net(nn.Module):
    @nn.compact
    def __call__(self, x):
        x, _ = nn.scan(Step, variable_axes={'params': 0}, split_rngs={'params': True}, length=3)()(x, None)
        return x`),
      'not known: how often `ScanStep_0` runs is not followed',
    ],
  ];
  for (const [why, architecture, expected] of cases)
    it(why, async () => assert.equal(steps(await architecture()), expected.replace(/\S+\.normalisation/g, 'normalisation')));

  it('bounds a model through its own code', async () => {
    const { bound } = boundOf(
      await flax(`# boundlens: Net() on (1, 4)
class Net(nn.Module):
    @nn.compact
    def __call__(self, x):
        return nn.Dense(2)(nn.relu(nn.Dense(3)(x)) + 1)`),
      1000,
    );
    const lost = bound?.report.terms
      .flatMap(({ assumptions }) => assumptions)
      .filter(each => /^(no bound along|how the layers)/.test(each));
    assert.deepEqual(lost, []);
  });

  const arrays = ['jnp.zeros((3,))', 'jnp.ones((3,)) * 0.1', 'jnp.full((3,), 2.0)', 'jnp.arange(3)'];
  for (const array of arrays)
    it(`leaves the count of an nnx module open that holds ${array} itself, and counts it as nnx.Param`, async () => {
      const module = (value: string) =>
        flax(`class Net(nnx.Module):
    def __init__(self):
        self.dense = nnx.Linear(2, 3, rngs=nnx.Rngs(0))
        self.scale = ${value}`);
      assert.equal((await module(array)).parameterCount.known, false);
      const { parameterCount } = await module(`nnx.Param(${array})`);
      // 2 · 3 + 3 of the layer, 3 of the array.
      assert.equal(parameterCount.known && parameterCount.value, 12);
    });
});
