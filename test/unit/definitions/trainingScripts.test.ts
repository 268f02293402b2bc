import assert from 'node:assert/strict';
import { read, summary } from './reading';

const KERAS = 'import numpy as np\nimport keras\nfrom keras import layers, ops\n';
const NET = `${KERAS}net = keras.Sequential([keras.Input((3,)), layers.Dense(4)])\n`;
const OWN = `${KERAS}class Own(layers.Layer):
    def build(self, shape):
        self.w = self.add_weight(shape=shape[1:])
    def call(self, x):
        return x
own = Own()\n`;

describe('models in scripts that go on to train them', () => {
  const cases: readonly (readonly [why: string, text: string, expected: readonly string[]])[] = [
    [
      'a sequence of layers that are imported by name',
      'from torch import nn\nfrom torch.nn import Linear, Sequential\nnet = Sequential(Linear(3, 4))\nclass Net(nn.Module):\n    pass\n',
      ['net 16', 'Net 0'],
    ],
    [
      'a name at module level that an imported function makes',
      `${KERAS}from other import spread\ndef make():\n    x = keras.Input((3,))\n    return keras.Model(x, layers.Dense(4)(x))\nplan = spread(3)\n`,
      ['make 16'],
    ],
    [
      'a loop over data that is not known',
      `${NET}from data import batches\nfor x, y in batches:\n    loss = y - net(x)\n    net.zero_grad()\n    for v in net.trainable_weights:\n        v.assign(loss)\n`,
      ['net 16'],
    ],
    ['a loop that may add a layer', `${NET}from data import batches\nfor x in batches:\n    net.add(layers.Dense(5))\n`, ['net unknown']],
    ['a loop that hands the model on', `${NET}from data import batches\nfor x in batches:\n    change(net)\n`, ['net unknown']],
    ['a loop that sets something', `${NET}from data import batches\nfor x in batches:\n    net.trainable = x\n`, ['net unknown']],
    [
      'a loss that a layer calls',
      `${KERAS}class End(layers.Layer):
    def __init__(self):
        super().__init__()
        self.loss = keras.losses.MeanSquaredError()
    def call(self, x, y):
        self.add_loss(self.loss(x, y))
        return x
x, y = keras.Input((3,)), keras.Input((4,))
net = keras.Model([x, y], End()(layers.Dense(4)(x), y))\n`,
      ['End 0', 'net 16'],
    ],
    [
      'a method that is not known',
      `${KERAS}class End(layers.Layer):\n    def call(self, x):\n        self.strange(x)\n        return x\nx = keras.Input((3,))\nnet = keras.Model(x, End()(x))\n`,
      ['End 0', 'net unknown'],
    ],
    ...['random((2, 5))', 'rand(2, 5)', 'randn(2, 5)', 'uniform(0, 1, (2, 5))', 'normal(size=(2, 5))', 'randint(0, 9, (2, 5))'].map(
      drawn => [`an input of np.random.${drawn}`, `${OWN}own(np.random.${drawn} * 2)\n`, ['Own 5']] as const,
    ),
    [
      'images that are prepared for an architecture',
      `${KERAS}x = keras.Input((3,))\ny = keras.applications.vgg16.preprocess_input(x)\nnet = keras.Model(x, layers.Dense(4)(y))\n`,
      ['net 16'],
    ],
    ['an input of a function that is not known', `${OWN}own(np.random.wald(0, 1, (2, 5)))\n`, ['Own unknown']],
  ];
  for (const [why, text, expected] of cases)
    it(why, async () => {
      const found = await read(text);
      const count = ({ parameterCount }: (typeof found)[number]) => (parameterCount.known ? parameterCount.value : 'unknown');
      assert.deepEqual(
        found.map(each => `${each.name} ${count(each)}`),
        expected,
        found.map(summary).join('\n'),
      );
    });
});
