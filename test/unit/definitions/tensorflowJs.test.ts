import assert from 'node:assert/strict';
import type { Architecture } from '../../../src/architecture/architecture';
import { allLayers, tensorCounts } from '../../../src/architecture/counts';
import { documents, sourceText, summary } from './reading';

interface Recorded {
  readonly parameters: number;
  readonly trainable: readonly (readonly number[])[];
  readonly frozen: readonly (readonly number[])[];
}

const FOLDER = 'test/fixtures/definitions/tensorflowJs';
const recorded = JSON.parse(sourceText(`${FOLDER}/recorded.json`)) as Record<string, Recorded>;

async function readScript(text: string, uri = 'test:script.js'): Promise<readonly Architecture[]> {
  const all = await documents();
  await all.prepare(uri);
  all.forget(uri);
  return all.read({ uri, text }).definitions.map(({ architecture }) => architecture);
}

const shapes = (tensors: readonly { readonly shape: readonly number[] }[]) => tensors.map(({ shape }) => JSON.stringify(shape)).sort();
const shapesOf = (sides: readonly (readonly number[])[]) => sides.map(shape => JSON.stringify(shape)).sort();

describe('reading TensorFlow.js', () => {
  for (const [name, expected] of Object.entries(recorded)) {
    it(`${name} has the weights that TensorFlow.js gives it`, async () => {
      const all = [...(await readScript(sourceText(`${FOLDER}/models.js`))), ...(await readScript(sourceText(`${FOLDER}/kinds.js`)))];
      const found = all.find(each => each.name === name);
      assert.ok(found, `${name} is not found`);
      assert.equal(found.parameterCount.known, true, String(summary(found)));
      const layers = [...allLayers(found.layers)];
      assert.deepEqual(
        shapes(layers.flatMap(({ parameters }) => (parameters.known ? parameters.value : []))),
        shapesOf(expected.trainable),
      );
      assert.deepEqual(shapes(layers.flatMap(layer => layer.frozen ?? [])), shapesOf(expected.frozen));
      assert.equal(tensorCounts(found).parameters, expected.parameters);
    });
  }

  it('names layers as TensorFlow.js does', async () => {
    const [perceptron] = await readScript(sourceText(`${FOLDER}/models.js`));
    const paths = perceptron!.layers.map(({ path }) => path);
    assert.deepEqual(paths, ['flatten_Flatten1', 'dense_Dense1', 'dense_Dense2', 'dropout_Dropout1', 'dense_Dense3']);
  });

  const MAKE = 'const model = tf.sequential({layers: [tf.layers.dense({units: 2, inputShape: [3]})]});';
  const cases: readonly (readonly [why: string, text: string, expected: Readonly<Record<string, number | string>>])[] = [
    ['a model at module level', MAKE, { model: 8 }],
    [
      'TypeScript',
      `const model: tf.Sequential = tf.sequential();\nmodel.add(tf.layers.dense({units: 1, inputDim: 4} as object));`,
      { model: 5 },
    ],
    [
      'a method',
      `class Net {\n  build() {\n    this.net = tf.sequential();\n    this.net.add(tf.layers.dense({units: 2, inputShape: [1]}));\n  }\n}`,
      { net: 4 },
    ],
    [
      'a parameter that the module gives',
      `function make(units) {\n  return tf.sequential({layers: [tf.layers.dense({units, inputShape: [2]})]});\n}\nconst model = make(5);`,
      { make: 15 },
    ],
    [
      'a parameter that nobody gives',
      'function make(units) {\n  return tf.sequential({layers: [tf.layers.dense({units, inputShape: [2]})]});\n}',
      { make: 'the parameter `units` of make has no default (line 1)' },
    ],
    [
      'no input shape',
      'const model = tf.sequential({layers: [tf.layers.dense({units: 2})]});',
      { model: 'the first layer of this model says no `inputShape` (line 1)' },
    ],
    [
      'a layer of the program',
      'const model = tf.sequential();\nmodel.add(new Antirectifier());',
      { model: '`new Antirectifier()` is not followed (line 2)' },
    ],
    [
      'an undecided branch',
      `${MAKE}\nif (process.argv[2]) model.add(tf.layers.dense({units: 1}));`,
      { model: '`(process.argv[2])` is not decided (line 2)' },
    ],
    [
      'a function of another file',
      `import { widen } from './widen';\n${MAKE}\nwiden(model);`,
      { model: '`widen` comes from `./widen` (line 1)' },
    ],
    [
      'a loop without end',
      `${MAKE}\nwhile (true) model.add(tf.layers.dense({units: 2}));`,
      { model: 'this loop runs too often to be followed (line 2)' },
    ],
    [
      'a spread of something unknown',
      'const model = tf.sequential({...options(), layers: []});',
      { model: '`options(…)` is not known (line 1)' },
    ],
    ['what is only printed', `${MAKE}\nmodel.summary();\nconsole.log(model);`, { model: 8 }],
    ['a file that defines none', 'const a = tf.tensor([1]);', {}],
  ];
  for (const [why, text, expected] of cases)
    it(why, async () => {
      const found = await readScript(text, why === 'TypeScript' ? 'test:script.ts' : 'test:script.js');
      assert.deepEqual(Object.fromEntries(found.map(each => [each.name, summary(each)])), expected);
    });
});
