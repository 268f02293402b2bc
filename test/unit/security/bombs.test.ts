import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { readArray } from '../../../src/checkpoints/arrays';
import { openCheckpoint } from '../../../src/checkpoints/openCheckpoint';
import { boundOfSpec } from '../../../src/cli/boundSpec';
import { AnalysisClient } from '../../../src/definitions/analysisClient';
import { workerThread } from '../../../src/definitions/workerThread';
import { openDataSource, type SourceChoice } from '../../../src/datasets/openDataSource';
import { glance } from '../../../src/editor/studyFiles';
import { parseStudy } from '../../../src/studies/parseStudy';
import { readStudy } from '../../../src/studies/readStudy';
import { costsLittle } from './costsLittle';
import { idxBytes } from '../support/idxBytes';
import { npyBytes } from '../support/npyBytes';
import { legacyPytorch } from '../support/legacyPytorch';
import { temporaryFolder } from '../support/temporaryFolder';
import { zipBytes } from '../support/zipBytes';

/** Deeper than any recursion can go. */
const DEEP = 200_000;
const nested = (depth: number, open = '[', close = ']') => open.repeat(depth) + close.repeat(depth);
const nestedObjects = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;

async function readAll(file: string): Promise<void> {
  const checkpoint = await openCheckpoint(file);
  try {
    for (const { name } of checkpoint.tensors) for await (const values of checkpoint.chunks(name)) assert.ok(values);
  } finally {
    await checkpoint.close();
  }
}

async function readImages(choice: SourceChoice): Promise<void> {
  const source = await openDataSource(choice, 'unlabelled');
  try {
    await source.read([0]);
  } finally {
    await source.close();
  }
}

/** A safetensors file with this header. */
const safetensors = (header: string) => {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, Buffer.from(header)]);
};

/** An HDF5 file whose root object goes on in a block that goes on in itself. */
const endlessH5 = () => {
  const bytes = Buffer.alloc(88);
  bytes.write('\x89HDF\r\n\x1a\n', 'latin1');
  bytes.set([2, 8, 8], 8);
  bytes.writeBigUInt64LE(48n, 36);
  bytes[48] = 1;
  bytes.writeUInt32LE(24, 56);
  bytes.set([16, 0, 16, 0], 64);
  bytes.writeBigUInt64LE(64n, 72);
  bytes.writeBigUInt64LE(24n, 80);
  return bytes;
};

/** Dictionaries that each hold the one before twice: small on disk, 2⁶⁰ leaves for whoever walks along all paths. */
const doubling = () => {
  const levels = Array.from({ length: 60 }, (_, i) =>
    i === 0 ? Buffer.from([0x7d, 0x71, 0]) : Buffer.from([0x7d, 0x71, i, 0x28, 0x4b, 0, 0x68, i - 1, 0x4b, 1, 0x68, i - 1, 0x75]),
  );
  return Buffer.concat([Buffer.from('8002', 'hex'), ...levels, Buffer.from('.')]);
};
/** Lists within lists. */
const deepPickle = () => Buffer.concat([Buffer.from('8002', 'hex'), Buffer.from(']'.repeat(DEEP) + 'a'.repeat(DEEP - 1) + '.')]);

/** A protobuf field that holds bytes. */
const field = (number: number, content: Buffer): Buffer => {
  const length: number[] = [];
  for (let rest = content.length; ; rest >>>= 7) {
    length.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
    if (rest <= 0x7f) break;
  }
  return Buffer.concat([Buffer.from([(number << 3) | 2, ...length]), content]);
};
/** An ONNX model whose graph has a node with an attribute that is a graph, and so on. */
const deepOnnx = () => {
  let graph: Buffer = Buffer.alloc(0);
  for (let depth = 0; depth < 3_000; depth++) graph = field(1, field(5, field(6, graph)));
  return field(7, graph);
};

describe('bombs', () => {
  const folder = temporaryFolder();
  const put = (name: string, content: string | Uint8Array): string => {
    const file = folder.file(name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, content);
    return file;
  };

  describe('in checkpoints', () => {
    const zeros = new Uint8Array(64 << 20);
    const header = npyBytes([4], [1, 2, 3, 4]);
    const table: readonly (readonly [what: string, name: string, content: () => string | Uint8Array])[] = [
      ['a header of nested lists', 'a.safetensors', () => safetensors(nested(DEEP))],
      ['a header of nested objects', 'b.safetensors', () => safetensors(nestedObjects(DEEP))],
      ['an index of nested objects', 'model.safetensors.index.json', () => nestedObjects(DEEP)],
      ['a model.json of nested lists', 'model.json', () => `{"weightsManifest": ${nested(DEEP)}}`],
      ['a pickle of lists in lists', 'deep.pt', () => legacyPytorch(deepPickle())],
      ['a pickle that doubles sixty times', 'laughs.pt', () => legacyPytorch(doubling())],
      [
        'a member that unpacks to far more than its header says',
        'more.npz',
        () => zipBytes({ 'a.npy': Buffer.concat([header, zeros]) }, true),
      ],
      ['a member that claims 2 GB', 'claims.npz', () => zipBytes({ 'a.npy': npyBytes([1 << 28], [], '<f8') }, true, 2 ** 31 + 128)],
      ['weights that unpack to far more than the archive says', 'more.keras', () => zipBytes({ 'model.weights.h5': zeros }, true, 1000)],
      ['weights that claim 2 GB', 'claims.keras', () => zipBytes({ 'model.weights.h5': header }, true, 2 ** 31)],
      ['an object that goes on for ever', 'endless.h5', endlessH5],
      ['graphs within attributes of graphs', 'deep.onnx', deepOnnx],
    ];
    for (const [what, name, content] of table)
      it(`${what}: refused with a sentence`, async () => {
        const file = put(name, content());
        assert.equal(await costsLittle(() => readAll(file)), name === 'deep.onnx' ? 'read' : 'refused');
      });

    it('an array that a command asks for is no larger than its file can hold', async () => {
      const file = put('claims.npz', zipBytes({ 'x.npy': npyBytes([1 << 28], [], '<f8') }, true, 2 ** 31 + 128));
      assert.equal(await costsLittle(() => readArray(file, 'x')), 'refused');
    });
  });

  describe('in data', () => {
    const labels = idxBytes([4], Uint8Array.of(0, 1, 0, 1));
    const table: readonly (readonly [what: string, files: () => Readonly<Record<string, Uint8Array | string>>, choice: SourceChoice])[] = [
      [
        'gzip of far more than the header says',
        () => ({ 'i.gz': gzipSync(Buffer.concat([idxBytes([4, 2, 2], new Uint8Array(16)), new Uint8Array(32 << 20)])), l: labels }),
        { images: 'i.gz', labels: 'l' },
      ],
      [
        'dimensions whose product is beyond any file',
        () => ({ i: idxBytes([0xffffffff, 0xffffffff, 0xffffffff], new Uint8Array(16)), l: labels }),
        { images: 'i', labels: 'l' },
      ],
      [
        'an array that claims 2 GB',
        () => ({ 'a.npz': zipBytes({ 'x.npy': npyBytes([1 << 14, 1 << 7, 1 << 7], [], '|u1') }, true, 2 ** 31 + 128) }),
        { format: 'npz', path: 'a.npz', images: 'x', labels: 'y' },
      ],
      [
        'a quote that never ends',
        () => ({ 't.csv': `a,b,kind\n1,2,"${'x,\n'.repeat(4e6)}` }),
        { format: 'csv', path: 't.csv', label: 'kind' },
      ],
      ['a line of a million fields', () => ({ 't.csv': `${'a,'.repeat(1e6)}kind\n1\n` }), { format: 'csv', path: 't.csv', label: 'kind' }],
    ];
    for (const [what, files, choice] of table)
      it(`${what}: refused with a sentence`, async () => {
        for (const [name, content] of Object.entries(files())) put(name, content);
        const placed = Object.fromEntries(
          Object.entries(choice).map(([key, value]: [string, unknown]) => [
            key,
            key === 'path' || (['images', 'labels'].includes(key) && choice.format === undefined) ? folder.file(String(value)) : value,
          ]),
        ) as unknown as SourceChoice;
        assert.equal(await costsLittle(() => readImages(placed)), 'refused');
      });
  });

  describe('in studies and specifications', () => {
    for (const [what, text] of [
      ['nested lists', nested(DEEP)],
      ['nested objects', nestedObjects(DEEP)],
      ['lists that are never closed', '['.repeat(DEEP)],
      ['nested lists in a place that is known', `{"name": ${nested(DEEP)}}`],
    ] as const) {
      it(`a study of ${what}: refused with a sentence`, async () => {
        const file = put('deep.study.json', text);
        assert.equal(parseStudy(text).study, undefined);
        assert.equal(glance(file, text).name, 'deep');
        assert.equal(await costsLittle(() => readStudy(file)), 'refused');
      });
      it(`a specification of ${what}: refused with a sentence`, async () => {
        const file = put('spec.json', text);
        assert.equal(await costsLittle(() => boundOfSpec(file)), 'refused');
      });
    }
  });

  describe('in definitions', () => {
    const module = (body: string) => `import torch.nn as nn\nimport re\n${body}\nclass Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.fc = nn.Linear(2, 3)\n`; // prettier-ignore
    const script = (body: string) => `import * as tf from '@tensorflow/tfjs';\n${body}\nconst model = tf.sequential({layers: [tf.layers.dense({units: 3, inputShape: [2]})]});\n`; // prettier-ignore
    const evil = 'a'.repeat(60) + '!';
    const table: readonly (readonly [what: string, file: string, text: string])[] = [
      ['nested brackets', 'a.py', module(`x = ${nested(20_000)}`)],
      ['brackets that are never closed', 'b.py', module(`x = ${'('.repeat(20_000)}`)],
      ['a sum of twenty thousand terms', 'c.py', module(`x = ${'1+'.repeat(20_000)}1`)],
      ['a chain of twenty thousand attributes', 'd.py', module(`x = nn${'.a'.repeat(20_000)}`)],
      ['calls of calls', 'e.py', module(`x = nn${'()'.repeat(20_000)}`)],
      [
        'nested conditions',
        'f.py',
        module(Array.from({ length: 400 }, (_, i) => `${' '.repeat(i)}if x:`).join('\n') + `\n${' '.repeat(400)}y = 1`),
      ],
      ['a tower of powers', 'g.py', module('x = 10 ** 10 ** 10 ** 10')],
      ['a text of a billion letters', 'h.py', module("x = 'a' * 10 ** 9\ny = x + x")],
      ['a list that doubles sixty times', 'i.py', module('x = [1]\nfor i in range(60):\n    x = x + x')],
      ['a list that holds itself', 'j.py', module('x = []\nx.append(x)\ny = x == x\nz = f"{x}"')],
      [
        'two towers of lists, compared',
        'p.py',
        module('a = [1]\nb = [1]\nfor i in range(60):\n    a = [a, a]\n    b = [b, b]\nx = a == b'),
      ],
      [
        'a tower of lists, copied, written and searched',
        'q.py',
        module('import copy\na = [1]\nfor i in range(60):\n    a = [a, a]\nx = copy.deepcopy(a)\ny = f"{a}" + str(a)\nz = 1 in a'),
      ],
      [
        'a list that holds itself, copied',
        'r.py',
        module('import copy\na = []\na.append(a)\nx = copy.deepcopy(a)\ny = sorted(a)\nz = sum(a, [])'),
      ],
      [
        'towers of lists as arrays',
        'x.py',
        module('import numpy as np\na = [1]\nfor i in range(60):\n    a = [a, a]\nx = np.array(a) + np.stack([a])\ny = sum(a, [])'),
      ],
      [
        'an array of a trillion numbers',
        'y.py',
        module(
          'import numpy as np\nimport torch\nx = np.zeros((10 ** 6, 10 ** 6)) + 1\ny = torch.from_numpy(np.arange(10 ** 12))\nz = [v for v in x.sum(axis=0)]\nw = x[0][0] + float(x[1, 1])\nv = np.stack(np.arange(10 ** 12)) + np.concatenate(np.zeros((10 ** 9, 2)))',
        ),
      ],
      ['a tower of tuples as a key', 's.py', module('a = (1,)\nfor i in range(60):\n    a = (a, a)\nx = {a: 1}\ny = isinstance(1, a)')],
      [
        'a tower of modules',
        't.py',
        module(
          'def tower():\n    m = nn.Linear(2, 2)\n    for i in range(40):\n        m = nn.Sequential(m, m)\n    return m\nnet = tower()',
        ),
      ],
      [
        'a module that holds itself',
        'u.py',
        module(
          'class Loop(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.fc = nn.Linear(2, 2)\n        self.me = self\n    def forward(self, x):\n        return self.me(self.fc(x))',
        ),
      ],
      ['a class that derives from itself', 'v.py', module('class A(B):\n    pass\nclass B(A):\n    pass\nx = A()')],
      [
        'lists that are spread and added to themselves',
        'w.py',
        module('x = [1]\ny = [1]\nfor i in range(60):\n    x = [*x, *x]\n    y += y\nz = max(*x, *y)'),
      ],
      ['a loop without an end', 'k.py', module('while True:\n    pass')],
      ['functions that call each other for ever', 'l.py', module('def f(n):\n    return g(n)\ndef g(n):\n    return f(n)\nx = f(1)')],
      ['lists over lists over lists', 'm.py', module('x = [a for a in range(10**6) for b in range(10**6) for c in range(10**6)]')],
      ['a regular expression that tries for ever', 'n.py', module(`x = re.match(r'(a+)+$', '${evil}')`)],
      ['a format as wide as the world', 'o.py', module("x = f'{1:>1000000000}'\ny = '%1000000000d' % 1")],
      ['nested lists', 'a.js', script(`const x = ${nested(20_000)};`)],
      ['a sum of twenty thousand terms', 'b.js', script(`const x = ${'1+'.repeat(20_000)}1;`)],
      ['a loop without an end', 'c.js', script('while (true) {}')],
      ['a regular expression that tries for ever', 'd.js', script(`const x = /(a+)+$/.test('${evil}');`)],
      ['a text of a billion letters', 'e.js', script("const x = 'a'.repeat(1e9); const y = x.padStart(1e9);")],
      ['an array of a billion places', 'f.js', script('const x = new Array(1e9).fill(0).map((_, i) => i);')],
      ['an array that doubles sixty times', 'g.js', script('let x = [1]; for (let i = 0; i < 60; i++) x = [...x, ...x];')],
      [
        'a tower of arrays, written and compared',
        'h.js',
        script(
          'let x = [1]; for (let i = 0; i < 60; i++) x = [x, x]; const y = JSON.stringify(x) + String(x); const z = x.flat(Infinity);',
        ),
      ],
      [
        'arrays that are joined and pushed into themselves',
        'i.js',
        script('let x = [1]; let y = [1]; for (let i = 0; i < 60; i++) { x = x.concat(x); y.push(...y); } const z = Math.max(...x);'),
      ],
      ['nested lists', 'config.json', `{"model_type": "vit", "x": ${nested(DEEP)}}`],
      ['numbers of any size', 'config.json', '{"model_type": "vit", "architectures": ["ViTModel"], "num_hidden_layers": 1e9}'],
    ];
    let client: AnalysisClient;
    const log: string[] = [];
    before(() => {
      const assets = path.resolve('dist');
      client = new AnalysisClient({ start: workerThread(path.join(assets, 'analysis.js'), { assets }), log: line => log.push(line) });
    });
    after(() => client.dispose());

    for (const [what, file, text] of table)
      it(`${what} (${path.extname(file).slice(1)}): read to an end by the worker, which lives on`, async () => {
        await client.analyse({ uri: `file:///bombs/${file}`, version: 1, text }, { unlabelled: 10_000 });
        assert.deepEqual(log, []);
      });
  });
});
