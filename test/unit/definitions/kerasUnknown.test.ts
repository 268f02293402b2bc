import assert from 'node:assert/strict';
import { read, summary } from './reading';

const KERAS = 'import keras\nfrom keras import layers\n';
const LINEN = 'import flax.linen as nn\nimport jax.numpy as jnp\n';

/** A model of one input of the given shape; `x` goes through the lines. */
const functional = (shape: string, ...lines: readonly string[]): string =>
  `${KERAS}inputs = keras.Input(${shape})\nx = inputs\n${lines.join('\n')}\nmodel = keras.Model(inputs, x)\n`;

/** A compact module that is called with the given shape. */
const compact = (shape: string, ...lines: readonly string[]): string =>
  `${LINEN}# boundlens: Net() on ${shape}\nclass Net(nn.Module):\n    @nn.compact\n    def __call__(self, x, deep=None):\n${lines.map(line => `        ${line}\n`).join('')}        return x\n`;

const lastSummary = async (text: string) => summary((await read(text)).at(-1)!);

describe('what a source of Keras or Flax does not decide', () => {
  const cases: readonly (readonly [why: string, text: string, reason: RegExp])[] = [
    [
      'a side that is not fixed',
      functional('(None,)', 'x = layers.Dense(3)(x)'),
      /axis -1 of its input \(None, None\) has no fixed size \(line 5\)/,
    ],
    [
      'a layer of another package',
      `from my import Odd\n${functional('(4,)', 'x = Odd(3)(x)', 'x = layers.Dense(3)(x)')}`,
      /`my.Odd` is not in this file/,
    ],
    ['a model that is downloaded', functional('(8, 8, 3)', 'x = keras.applications.Xception()(x)'), /is not known|not in this file/],
    ['a function whose shape is not followed', functional('(4,)', 'x = keras.ops.unfold(x)', 'x = layers.Dense(3)(x)'), /is not followed/],
    ['a sequence without an input', `${KERAS}net = keras.Sequential([layers.Dense(3)])\n`, /the shape of its input is not known/],
    [
      'windows that do not fit',
      functional('(4, 4, 1)', 'x = layers.Conv2D(1, 5)(x)', 'x = layers.Dense(1)(layers.Flatten()(x))'),
      /a window of 5 does not fit into 4/,
    ],
    [
      'a `build` of its own over a layer',
      `${KERAS}class Own(layers.Dense):\n    def build(self, shape):\n        self.add_weight(shape=(7,))\n${functional('(4,)', 'x = Own(3)(x)')}`,
      /a `build` of its own over a layer of the framework is not followed/,
    ],
    ['groups that do not divide', functional('(4, 4, 3)', 'x = layers.Conv2D(4, 3, groups=2)(x)'), /do not divide into 2 groups/],
    ['shapes that do not fit', functional('(4,)', 'x = layers.Dense(1)(layers.Add()([x, layers.Dense(3)(x)]))'), /do not fit/],
    [
      'an argument of a function that builds a model',
      `${KERAS}def build(width):\n    i = keras.Input((3,))\n    return keras.Model(i, layers.Dense(width)(i))\n`,
      /`width` of build has no default/,
    ],
    [
      'an own layer that is never called',
      `${KERAS}class Own(layers.Layer):\n    def build(self, shape):\n        self.w = self.add_weight(shape=(shape[-1],))\n`,
      /the shape of its input is not known/,
    ],
    [
      'a module of Flax without an input',
      compact('(1, 3)', 'x = nn.Dense(3)(x)').replace(/# boundlens.*\n/, ''),
      /the shape of its input is not known/,
    ],
    ['a branch of a compact module', compact('(1, 3)', 'if deep > 2:', '    nn.Dense(3)(jnp.ones((1, 2)))'), /`deep > 2`|not decided/],
    [
      'a module in a scan of layers',
      compact('(1, 3)', 'x = nn.remat_scan(nn.Dense, (2,))(3)(x)'),
      /`flax.linen.remat_scan` is not in this file/,
    ],
    [
      'a stack along an axis that is not said',
      compact('(1, 3)', 'x = nn.vmap(nn.Dense, in_axes=None, axis_size=2)(3)(x)'),
      /stacks parameters is not known/,
    ],
    [
      'how often a module is repeated',
      compact('(1, 3)', "x = nn.vmap(nn.Dense, variable_axes={'params': 0}, in_axes=None)(3)(x)"),
      /repeats its module is not known/,
    ],
  ];
  for (const [why, text, reason] of cases) {
    it(why, async () => assert.match(String(await lastSummary(text)), reason));
  }
});

describe('what decides no weight', () => {
  const cases: readonly (readonly [why: string, text: string, count: number])[] = [
    ['a layer that no output depends on', functional('(4,)', 'layers.Dense(9)(x)', 'x = layers.Dense(2)(x)'), 10],
    ['training', functional('(4,)', 'x = layers.Dense(2)(x)').concat('model.compile("adam")\nmodel.fit([], epochs=3)\n'), 10],
    [
      'the first of two layers of a sequence: 4 · 3 + 3',
      `${KERAS}all = keras.Sequential([keras.Input((4,)), layers.Dense(3, name="a"), layers.Dense(2)])\nfirst = keras.Model(all.inputs, all.get_layer(name="a").output)\n`,
      15,
    ],
    [
      'every result of a sequence: 15 + 3 · 2 + 2',
      `${KERAS}all = keras.Sequential([keras.Input((4,)), layers.Dense(3), layers.Dense(2)])\neach = keras.Model(all.inputs, [layer.output for layer in all.layers])\n`,
      23,
    ],
    [
      'a module of Flax with a parameter of its own that is called twice: 4 · 4',
      `${LINEN}class Own(nn.Module):\n    @nn.compact\n    def __call__(self, x):\n        return x @ self.param("w", nn.initializers.ones, (4, 4))\n\n${compact('(1, 4)', 'own = Own()', 'x = own(own(x))').replace(LINEN, '')}`,
      16,
    ],
    ['a layer that is called twice', functional('(4,)', 'd = layers.Dense(4)', 'x = d(d(x))'), 20],
    ['tf.keras by its long name', 'import tensorflow as tf\nm = tf.keras.Sequential([tf.keras.layers.Dense(2, input_shape=(4,))])\n', 10],
  ];
  for (const [why, text, count] of cases) {
    it(why, async () => assert.equal(await lastSummary(text), count));
  }
});
