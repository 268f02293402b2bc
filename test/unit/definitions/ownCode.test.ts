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

/** A layer of two heads whose scores are an expression of `q` and `k`, [batch, heads, tokens, features]. */
const ATTENTION = (scores: string): string => `import tensorflow as tf
# boundlens: Net() on (6, 8)
class Net(layers.Layer):
    def __init__(self):
        super().__init__()
        self.q, self.k, self.v = (layers.Dense(8, name=n) for n in 'qkv')
    def split(self, x, b):
        return ops.transpose(ops.reshape(x, (b, -1, 2, 4)), (0, 2, 1, 3))
    def call(self, x):
        b = ops.shape(x)[0]
        q, k, v = (self.split(each(x), b) for each in (self.q, self.k, self.v))
        y = ops.matmul(ops.softmax(${scores}, axis=-1), v)
        return ops.reshape(ops.transpose(y, (0, 2, 1, 3)), (b, -1, 8))`;

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
    [
      'attention that Keras code writes out',
      () => keras(ATTENTION('ops.matmul(q, ops.transpose(k, axes=[0, 1, 3, 2])) / ops.sqrt(ops.cast(ops.shape(k)[-1], "float32"))')),
      'input q.kernel reshape reshape k.kernel reshape reshape v.kernel reshape reshape attention reshape reshape',
    ],
    [
      'keys that a product transposes, and fixed numbers added to the scores',
      () => keras(ATTENTION('tf.matmul(q, k, transpose_b=True) + ops.zeros((6, 6))')),
      'input q.kernel reshape reshape k.kernel reshape reshape v.kernel reshape reshape attention reshape reshape',
    ],
    [
      'scores without transposed keys',
      () => keras(ATTENTION('ops.matmul(q, ops.reshape(k, (b, 2, 4, 6)))')),
      'input q.kernel reshape reshape k.kernel reshape reshape reshape product activation v.kernel reshape reshape product reshape reshape',
    ],
    [
      'scores to which something of the input is added',
      () => keras(ATTENTION('ops.matmul(q, ops.transpose(k, axes=[0, 1, 3, 2])) + ops.matmul(k, ops.transpose(k, axes=[0, 1, 3, 2]))')),
      'input q.kernel reshape reshape k.kernel reshape reshape reshape product reshape product sum activation v.kernel reshape reshape product reshape reshape',
    ],
    [
      'equations, keys first, with a layer of softmax and one of dropout',
      () =>
        keras(`# boundlens: Net() on (6, 2, 4)
class Net(layers.Layer):
    def __init__(self):
        super().__init__()
        self.drop = layers.Dropout(0.1)
        self.soft = layers.Softmax(axis=-1)
    def call(self, x):
        a = self.drop(self.soft(ops.einsum('bkhd,bqhd->bhqk', x, x * 0.5)))
        return ops.einsum('bhqk,bkhd->bqhd', a, x)`),
      'input scale attention',
    ],
    [
      'an equation whose weights do not add up to 1 for a row',
      () =>
        keras(`# boundlens: Net() on (6, 2, 4)
class Net(layers.Layer):
    def call(self, x):
        a = ops.softmax(ops.einsum('bkhd,bqhd->bhqk', x, x))
        return ops.einsum('bhqk,bqhd->bkhd', a, x)`),
      'input product activation product',
    ],
    [
      'attention of `linen`',
      () =>
        flax(`# boundlens: Net() on ((1, 6, 8), (1, 5, 4))
class Net(nn.Module):
    @nn.compact
    def __call__(self, x, z):
        return x + nn.MultiHeadDotProductAttention(num_heads=2, name='a')(x, inputs_kv=z)`),
      'input input a.query/kernel reshape a.key/kernel reshape a.value/kernel reshape attention reshape a.out/kernel sum(0)',
    ],
    [
      'attention that Flax code writes out',
      () =>
        flax(`# boundlens: Net() on (1, 6, 8)
class Net(nn.Module):
    @nn.compact
    def __call__(self, x):
        q, k, v = (nn.DenseGeneral((2, 4), name=n)(x) for n in 'qkv')
        a = jax.nn.softmax(jnp.einsum('...qhd,...khd->...hqk', q / jnp.sqrt(4), k))
        y = jnp.einsum('...hqk,...khd->...qhd', a, v)
        return nn.DenseGeneral(8, axis=(-2, -1), name='out')(y)`),
      'input q.kernel scale k.kernel v.kernel attention reshape out.kernel',
    ],
    [
      'other precisions, and whole numbers',
      () =>
        flax(`# boundlens: Net() on (1, 8)
class Net(nn.Module):
    dtype: object = jnp.float32
    @nn.compact
    def __call__(self, x):
        x = nn.Dense(8, name='a')(jnp.asarray(x, self.dtype))
        return jax.lax.stop_gradient(x).astype(jnp.bfloat16).astype(jnp.int32)`),
      'input reshape a.kernel reshape reshape ?jax.lax.stop_gradient(x).astype(jnp.bfloat16).a…:11',
    ],
    [
      'a module of `nnx` with a comment',
      () =>
        flax(`# boundlens: Net() on (1, 6, 8)
class Net(nnx.Module):
    def __init__(self, rngs: nnx.Rngs):
        self.a = nnx.MultiHeadAttention(num_heads=2, in_features=8, decode=False, rngs=rngs)
        self.l = nnx.Linear(8, 8, rngs=rngs)
    def __call__(self, x):
        x = x + self.a(x)
        return x + nnx.gelu(self.l(x))`),
      'input a.query/kernel reshape a.key/kernel reshape a.value/kernel reshape attention reshape a.out/kernel sum(0) l.kernel activation sum(10)',
    ],
    [
      'a module of `nnx` that the source calls',
      () =>
        flax(`class Net(nnx.Module):
    def __init__(self, rngs):
        self.c = nnx.Conv(1, 4, (3, 3), rngs=rngs)
        self.out = nnx.Linear(8 * 8 * 4, 2, rngs=rngs)
    def __call__(self, x):
        x = nnx.relu(self.c(x))
        return self.out(x.reshape(x.shape[0], -1))
y = Net(nnx.Rngs(0))(jnp.ones((1, 8, 8, 1)))`),
      'input c.kernel activation reshape out.kernel',
    ],
    [
      'a module of `nnx` that nothing calls',
      () => flax('class Net(nnx.Module):\n    def __init__(self, rngs):\n        self.a = nnx.Linear(8, 2, rngs=rngs)'),
      'not known: it is not called with an input whose shape is known',
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
