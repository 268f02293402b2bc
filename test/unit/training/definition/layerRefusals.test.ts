import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { obstaclesIn } from '../../../../src/architecture/obstacles';
import { temporaryFolder } from '../../support/temporaryFolder';
import { ImageLayout } from '../../../../src/training/imageLayout';
import { programOf } from './programs';

/** Layers of Keras between rows of an image and a vector, and why they are not computed; undefined where they are. */
const LAYERS: readonly (readonly [layers: string, why: RegExp | undefined])[] = [
  ['layers.LSTM(4)', undefined],
  ['layers.LSTM(4, stateful=True)', /`stateful` and `time_major` are not followed/],
  ['layers.GRU(4, activation="softmax")', /the activation `softmax` is not followed in a recurrence/],
  ['layers.Reshape((-1, 1)), layers.SimpleRNN(4)', undefined],
  ['layers.RepeatVector(300), layers.SimpleRNN(4)', /it takes 300 steps, more than the 256/],
  ['layers.Masking(), layers.LSTM(4)', /`Masking` is not among the layers that are computed/],
  ['layers.Embedding(9, 4, mask_zero=True), layers.Reshape((8, 32)), layers.GRU(3)', /`mask_zero` is not followed/],
  ['layers.RNN(layers.LSTMCell(3), stateful=True)', /its cells or its states are not followed/],
  ['layers.TimeDistributed(layers.BatchNormalization()), layers.LSTM(3)', /it normalises by the batch at every time/],
  ['layers.LSTM(4, bias_initializer="random_normal")', /a bias with ones among numbers that are drawn is not followed/],
  ['layers.LSTM(4, bias_initializer="random_normal", unit_forget_bias=False)', undefined],
  ['layers.Lambda(lambda t: t / 2), layers.Flatten()', undefined],
  ['layers.Lambda(lambda t: ops.cumsum(t, axis=1)), layers.Flatten()', /cumsum/],
  ['layers.Lambda(lambda t: ops.tril(t, k=-1)), layers.Flatten()', undefined],
  ['layers.TimeDistributed(layers.Lambda(lambda t: ops.tanh(2 * t))), layers.Flatten()', undefined],
  ['layers.EinsumDense("abc,cd->ad", output_shape=4)', /it sums over an axis of one tensor alone/],
];

describe('layers of Keras that are computed, and those that are not', () => {
  const temporary = temporaryFolder();

  for (const [layers, why] of LAYERS)
    it(`${layers}: ${why?.source ?? 'computed'}`, async () => {
      const file = temporary.file('model.py');
      const first = /RepeatVector/.test(layers) ? 'layers.Flatten()' : 'layers.Reshape((8, 8))';
      const source = `import keras\nfrom keras import layers, ops\n\nmodel = keras.Sequential([layers.Input((8, 8, 1)), ${first}, ${layers}])\n`;
      await writeFile(file, source);
      const { program } = await programOf({ file, name: 'model' });
      const [obstacle] = obstaclesIn(program);
      if (!why) assert.equal(obstacle, undefined);
      else assert.match(obstacle?.why ?? 'nothing', why);
    });

  const colours = new ImageLayout({ height: 8, width: 8, channels: 3 });
  const net = (argument: string) =>
    `class Net(keras.Model):\n  def __init__(self):\n    super().__init__()\n    self.conv = layers.Conv2D(4, 3${argument})\n\n` +
    '  def call(self, x):\n    return self.conv(x)\n';
  const layouts: readonly (readonly [why: string, source: string, input: readonly number[], kernel: readonly number[]])[] = [
    ['nothing says otherwise', net(''), [8, 8, 3], [3, 3, 3, 4]],
    ['its layer says channels first', net(', data_format="channels_first"'), [3, 8, 8], [3, 3, 3, 4]],
    ['the source says so for all layers', `keras.config.set_image_data_format("channels_first")\n\n${net('')}`, [3, 8, 8], [3, 3, 3, 4]],
  ];
  for (const [why, source, input, kernel] of layouts)
    it(`gives a class images of ${input.join(' × ')} where ${why}`, async () => {
      const file = temporary.file('model.py');
      await writeFile(file, `import keras\nfrom keras import layers\n\n${source}`);
      const { program } = await programOf({ file, name: 'Net' }, colours);
      assert.deepEqual(obstaclesIn(program), []);
      assert.deepEqual([program.input, program.state[0]?.shape], [input, kernel]);
      assert.equal(program.channels, input[0] === 3 ? undefined : 'last');
    });

  const attended = (layer: string, told: string) =>
    `images = keras.Input((8, 8, 1))\nx = layers.Reshape((8, 8))(images)\ny = ${layer}(${told})\nmodel = keras.Model(images, y)\n`;
  const masks: readonly (readonly [layer: string, told: string, why: RegExp])[] = [
    ['layers.MultiHeadAttention(2, 4)', 'x, x, attention_mask=ops.matmul(x, x) > 0', /only numbers that depend on nothing are compared/],
    ['layers.MultiHeadAttention(2, 4)', 'x, x, key_mask=ops.ones((1, 8))', /`key_mask` is not followed/],
    ['layers.MultiHeadAttention(2, 4)', 'x, x, use_causal_mask=True, attention_mask=ops.ones((8, 8))', /`attention_mask` is not followed/],
    ['layers.AdditiveAttention()', '[x, x]', /`AdditiveAttention` is not among the layers that are computed/],
    ['layers.Attention(use_scale=True)', '[x, x]', /its scores are not followed/],
    ['layers.Dot(axes=0)', '[x, x]', /its axes are not followed|axes name/],
    ['layers.LSTM(4)', 'x, mask=x[:, :, 0] > 0', /`mask` is not followed/],
    ['layers.LSTM(4)', 'x, initial_state=[x[:, 0, :4]]', /it is given 1 states and has 2/],
  ];
  for (const [layer, told, why] of masks)
    it(`${layer}(${told}): ${why.source}`, async () => {
      const file = temporary.file('model.py');
      await writeFile(file, `import keras\nfrom keras import layers, ops\n\n${attended(layer, told)}`);
      const { program } = await programOf({ file, name: 'model' });
      assert.match(obstaclesIn(program)[0]?.why ?? 'nothing', why);
    });
});
