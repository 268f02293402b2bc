import assert from 'node:assert/strict';
import type { Architecture } from '../../../src/architecture/architecture';
import type { CompositionNode } from '../../../src/architecture/composition';
import { boundOf } from '../../../src/definitions/architectureBounds';
import { documents } from './reading';

async function lastOf(text: string, uri: string): Promise<Architecture> {
  const all = await documents();
  await all.prepare(uri);
  const found = all.read({ uri, text }).definitions.at(-1);
  all.forget(uri);
  assert.ok(found);
  return found.architecture;
}

const keras = (body: string) => lastOf(`import keras\nfrom keras import layers\n${body}\n`, 'test:graph.py');
const script = (body: string) => lastOf(`import * as tf from '@tensorflow/tfjs';\n${body}\n`, 'test:graph.js');

function nodesOf({ composition }: Architecture): readonly CompositionNode[] {
  assert.ok(composition?.known, JSON.stringify(composition));
  return composition.value.nodes;
}

/** The steps in short: a layer by its tensor, an unknown one by its name. */
const kinds = (architecture: Architecture): string =>
  nodesOf(architecture)
    .map(node =>
      node.kind === 'layer' || node.kind === 'lookup'
        ? `${node.path}.${node.tensor}`
        : node.kind === 'unknown'
          ? `?${node.name}`
          : node.kind,
    )
    .join(' ');

describe('how graphs of layers compose', () => {
  const cases: readonly (readonly [why: string, architecture: () => Promise<Architecture>, expected: string])[] = [
    [
      'a sequence of Keras',
      () =>
        keras(
          'm = keras.Sequential([keras.Input((8, 8, 3)), layers.Conv2D(4, 3, activation="relu"), layers.BatchNormalization(), layers.MaxPooling2D(), layers.Flatten(), layers.Dropout(0.5), layers.Dense(2, activation="softmax")])',
        ),
      'input conv2d.kernel activation normalisation pooling reshape dropout dense.kernel activation',
    ],
    [
      'a skip connection and a concatenation',
      () =>
        keras(
          'x = keras.Input((5,))\ny = layers.Dense(5, activation="tanh")(x)\nz = layers.Add()([x, y])\nw = x + z\nm = keras.Model(x, layers.Dense(1)(layers.Concatenate()([z, w])))',
        ),
      'input dense.kernel activation sum sum concatenation dense_1.kernel',
    ],
    [
      'attention',
      () => keras('x = keras.Input((6, 8))\nm = keras.Model(x, layers.LayerNormalization()(layers.MultiHeadAttention(2, 4)(x, x)))'),
      'input multi_head_attention.query/kernel reshape multi_head_attention.key/kernel reshape multi_head_attention.value/kernel reshape attention reshape multi_head_attention.attention_output/kernel normalisation',
    ],
    [
      'a model inside a model',
      () =>
        script(
          "const inner = tf.sequential({ name: 'inner', layers: [tf.layers.dense({ units: 3, inputShape: [2], name: 'a' })] });\nconst model = tf.sequential();\nmodel.add(inner);\nmodel.add(tf.layers.leakyReLU({ alpha: 0.1 }));",
        ),
      'input inner/a.kernel activation',
    ],
    [
      'a graph of TensorFlow.js',
      () =>
        script(
          "const x = tf.input({ shape: [9, 4] });\nconst y = tf.layers.conv1d({ filters: 4, kernelSize: 3, padding: 'same', activation: 'relu', name: 'c' }).apply(x);\nconst z = tf.layers.globalAveragePooling1d().apply(tf.layers.add().apply([x, y]));\nconst model = tf.model({ inputs: x, outputs: tf.layers.dense({ units: 1, name: 'd' }).apply(z) });",
        ),
      'input c.kernel activation sum pooling d.kernel',
    ],
    [
      'words and their table',
      () => keras('m = keras.Sequential([keras.Input((7,)), layers.Embedding(20, 4), layers.GlobalAveragePooling1D(), layers.Dense(2)])'),
      'input embedding.embeddings pooling dense.kernel',
    ],
    [
      'what is not known, by name',
      () => keras('x = keras.Input((6, 4))\nm = keras.Model(x, layers.Dense(1)(keras.ops.exp(layers.LSTM(3)(x))))'),
      'input ?LSTM ?keras.ops.exp dense.kernel',
    ],
    [
      'a sum that repeats a tensor',
      () => keras('x = keras.Input((6, 4))\ny = layers.Dense(4)(layers.GlobalMaxPooling1D(keepdims=True)(x))\nm = keras.Model(x, x + y)'),
      'input pooling dense.kernel ?+',
    ],
    [
      'an activation that is no word',
      () => keras('m = keras.Sequential([keras.Input((4,)), layers.Dense(2, activation=make())])'),
      'input dense.kernel ?activation',
    ],
  ];
  for (const [why, architecture, expected] of cases) it(why, async () => assert.equal(kinds(await architecture()), expected));

  it('says shapes, lines and the identity of a sum', async () => {
    const found = await keras('x = keras.Input((5,))\ny = layers.Dense(5)(x)\nm = keras.Model(x, layers.Add()([x, y]))');
    const [input, dense, sum] = nodesOf(found);
    assert.deepEqual([input?.shape, input?.rows, dense?.line, sum?.kind === 'sum' && sum.identity], [['B', 5], 1, 3, 0]);
    assert.deepEqual(
      [found.layers[0]?.inputShape, found.layers[0]?.outputShape],
      [
        ['B', 5],
        ['B', 5],
      ],
    );
  });

  it('bounds a sequence through its composition', async () => {
    const found = await keras('m = keras.Sequential([keras.Input((4,)), layers.Dense(3, activation="relu"), layers.Dense(2)])');
    const { bound } = boundOf(found, 1000);
    const [first, second] = found.layers.map(({ parameters }) => (parameters.known ? parameters.value[0]!.initialSpectralNorm! : NaN));
    assert.ok(bound);
    // ‖Δy‖ ≤ ‖W₂‖·1·‖W₁‖·‖Δx‖, the slope of ReLU being 1.
    assert.ok(Math.abs(Math.log(first! * second!) - bound.lipschitzDecades * Math.LN10) < 1e-9, JSON.stringify(bound));
  });
});
