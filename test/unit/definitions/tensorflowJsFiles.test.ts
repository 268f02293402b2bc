import assert from 'node:assert/strict';
import { join } from 'node:path';
import { Documents } from '../../../src/definitions/documents';
import { sourceText, summary } from './reading';

/** Files of a workspace in JavaScript and TypeScript. */
const FILES: Readonly<Record<string, string>> = {
  '/w/src/sizes.ts': 'export const SIDE: number = 4;\nexport enum Widths { Narrow = 3, Wide }\nexport default { classes: 2 };\n',
  '/w/src/blocks.js': `import * as tf from '@tensorflow/tfjs';
import { SIDE as side } from './sizes';
export function head(units) { return tf.layers.dense({ units, inputShape: [side] }); }
export class Doubled extends tf.layers.Layer {
  build([, width]) { this.kernel = this.addWeight('kernel', [width, 2 * width]); }
  computeOutputShape([batch, width]) { return [batch, 2 * width]; }
}
export const untold = tf.nothingKnown();
`,
  '/w/src/parts/index.ts': "export { head as start } from '../blocks';\nexport * from '../sizes.js';\nexport * as all from '../blocks';\n",
  '/w/src/common.js':
    "const tf = require('@tensorflow/tfjs');\nconst width = 6;\nmodule.exports = { width, make: n => tf.layers.dense({ units: n }) };\n",
  '/w/src/single.js': 'module.exports = class Net { constructor(n) { this.n = n; } };\n',
  '/w/src/ring.js': "import { WIDTH } from './net';\nexport const twice = () => 2 * WIDTH;\n",
  '/w/src/meta.json': '{ "classes": 5, "shape": [3, 4] }',
  '/w/src/broken.js': 'export const width = (;\nexport const fine = 2;\n',
};

async function counts(text: string, call?: string, uri = 'file:///w/src/net.js'): Promise<Record<string, number | string>> {
  const documents = await Documents.load(join(process.cwd(), 'dist'), { read: path => FILES[path] });
  await documents.prepare(uri);
  const { definitions } = documents.read({ uri, text }, call === undefined ? {} : { call });
  return Object.fromEntries(definitions.map(({ architecture }) => [architecture.name, summary(architecture)]));
}

const TF = "import * as tf from '@tensorflow/tfjs';\n";
const ONE = (units: string, inputs = '3') =>
  `const model = tf.sequential({ layers: [tf.layers.dense({ units: ${units}, inputShape: [${inputs}] })] });\n`;

describe('TensorFlow.js over several files', () => {
  const cases: readonly (readonly [why: string, text: string, expected: Readonly<Record<string, number | string>>])[] = [
    ['a number of a TypeScript file', `${TF}import { SIDE } from './sizes';\n${ONE('SIDE')}`, { model: 16 }],
    [
      'an enum, and a default export',
      `${TF}import sizes, { Widths } from './sizes.js';\n${ONE('Widths.Wide', 'sizes.classes')}`,
      { model: 12 },
    ],
    [
      'a layer of a function that another file re-exports',
      `${TF}import { start, SIDE } from './parts';\nconst model = tf.sequential();\nmodel.add(start(SIDE));\n`,
      { model: 20 },
    ],
    [
      'a layer of a class of another file',
      `${TF}import * as parts from './parts/index';\nconst model = tf.sequential({ layers: [parts.start(1), new parts.all.Doubled()] });\n`,
      { model: 7 },
    ],
    [
      'CommonJS',
      `const tf = require('@tensorflow/tfjs-node');\nconst { width, make } = require('./common');\nconst Net = require('./single');\n${ONE('width')}model.add(make(new Net(2).n));\n`,
      { model: 38 },
    ],
    ['a JSON file', `${TF}import meta from './meta.json';\n${ONE('meta.classes', '...meta.shape')}`, { model: 25 }],
    ['a ring', `${TF}import { twice } from './ring';\nexport const WIDTH = 3;\n${ONE('twice()')}`, { model: 24 }],
    [
      'what another file does not know',
      `${TF}import { untold } from './blocks';\n${ONE('untold')}`,
      { model: '`tf.nothingKnown(…)` is not known (line 1)' },
    ],
    [
      'a file that is not there',
      `${TF}import { units } from './gone';\n${ONE('units')}`,
      { model: '`units` comes from `./gone` (line 2)' },
    ],
    ['a package', `${TF}import { units } from 'sizes';\n${ONE('units')}`, { model: '`units` comes from `sizes` (line 2)' }],
    [
      'a name that is not exported',
      `${TF}import { SIZE } from './sizes';\n${ONE('SIZE')}`,
      { model: '`SIZE` comes from `./sizes` (line 2)' },
    ],
    ['the sound lines of a broken file', `${TF}import { fine } from './broken';\n${ONE('fine')}`, { model: 8 }],
  ];
  for (const [why, text, expected] of cases)
    it(why, async () => {
      assert.deepEqual(await counts(text), expected);
    });
});

const MAKE = `${TF}function make(units, { depth = 1, inputs = 2 } = {}) {
  const model = tf.sequential();
  for (let i = 0; i < depth; i++) model.add(tf.layers.dense({ units, ...(i === 0 ? { inputShape: [inputs] } : {}) }));
  return model;
}
`;

describe('arguments of TensorFlow.js models', () => {
  const directive = (comment: string) => MAKE.replace('function make', `// boundlens: ${comment}\nfunction make`);
  const cases: readonly (readonly [
    why: string,
    text: string,
    call: string | undefined,
    expected: Readonly<Record<string, number | string>>,
  ])[] = [
    ['a comment over the function', directive('make(4, { depth: 2 })'), undefined, { make: 32 }],
    [
      'a call in another function',
      `${MAKE}async function main() {\n  const net = await make(3);\n  await net.fit();\n}\n`,
      undefined,
      { make: 9 },
    ],
    ['an expression', MAKE, 'make(5, { inputs: 3 })', { make: 20 }],
    ['an expression of several models', MAKE, '[make(1), make(2)]', { '[make(1), make(2)][0]': 3, '[make(1), make(2)][1]': 6 }],
    ['an expression that makes none', MAKE, 'tf.ones', { 'tf.ones': '`tf.ones` makes no model (line 1)' }],
    ['an argument that is left out of a call', MAKE, 'make()', { make: '`tf.layers.dense(…)` is not told its `units` (line 4)' }],
    [
      'a condition on an argument that is left out',
      `${TF}function make(rate) {\n  const m = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputDim: 1 })] });\n  if (rate > 0) m.add(tf.layers.dense({ units: 2 }));\n  return m;\n}\n`,
      'make()',
      { make: 2 },
    ],
  ];
  for (const [why, text, call, expected] of cases)
    it(why, async () => {
      assert.deepEqual(await counts(text, call), expected);
    });
});

describe('what TensorFlow.js sources leave open', () => {
  const cases: readonly (readonly [why: string, text: string, expected: Readonly<Record<string, number | string>>])[] = [
    [
      'a function that an undecided branch may call',
      `${TF}${ONE('2')}function more() { model.add(tf.layers.dense({ units: 1 })); }\nif (process.argv[2]) more();\n`,
      { model: '`(process.argv[2])` is not decided (line 4)' },
    ],
    [
      'a function that something unknown may call',
      `${TF}import { later } from 'later';\n${ONE('2')}later(() => model.add(tf.layers.dense({ units: 1 })));\n`,
      { model: '`later` comes from `later` (line 2)' },
    ],
    [
      'an array that is changed in a way that is not followed',
      `${TF}const layers = [tf.layers.dense({ units: 1, inputDim: 1 }), tf.layers.dense({ units: 1 })];\nlayers.splice(1, 1);\nconst model = tf.sequential({ layers });\n`,
      { model: '`layers.splice` is not followed (line 3)' },
    ],
    [
      'a model that is loaded',
      `${TF}async function make() {\n  const base = await tf.loadLayersModel('model.json');\n  return tf.model({ inputs: base.inputs, outputs: base.layers[3].output });\n}\n`,
      { make: '`tf.loadLayersModel(…)` is not known (line 3)' },
    ],
    [
      'a class that extends something unknown',
      `${TF}import { Base } from 'base';\nclass Net extends Base {}\n${ONE('new Net().units')}`,
      { model: '`Base` comes from `base` (line 2)' },
    ],
    [
      'a weight of a layer that is never called',
      `${TF}class Own extends tf.layers.Layer { build(s) { this.addWeight('w', [s[1]]); } }\nconst model = tf.sequential({ layers: [new Own()] });\n`,
      { model: 'the first layer of this model says no `inputShape` (line 3)' },
    ],
    [
      'a choice between packages that mean the same',
      `let tf = require('@tensorflow/tfjs');\nif (process.env.GPU) tf = require('@tensorflow/tfjs-node-gpu');\n${ONE('2')}`,
      { model: 8 },
    ],
    [
      'what a generator gives',
      `${TF}function* sizes() { yield 2; }\n${ONE('sizes()')}`,
      { model: 'what the generator sizes gives is not followed (line 2)' },
    ],
  ];
  for (const [why, text, expected] of cases)
    it(why, async () => {
      assert.deepEqual(await counts(text), expected);
    });

  it('a function that calls itself for ever ends, and leaves the rest alone', async () => {
    const found = await counts(`${TF}const f = () => f();\nf();\n${ONE('2')}`);
    assert.deepEqual(found, { model: 8 });
  });

  it('fixtures say the same from a file', async () => {
    const path = 'test/fixtures/definitions/tensorflowJs/kinds.js';
    assert.equal((await counts(sourceText(path))).merges, 64);
  });
});
