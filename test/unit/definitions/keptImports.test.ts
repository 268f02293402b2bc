import assert from 'node:assert/strict';
import { join } from 'node:path';
import { definitionsReport } from '../../../src/definitions/definitionsReport';
import { Documents } from '../../../src/definitions/documents';
import { summary } from './reading';

const HEAD = 'import torch\nfrom torch import nn\n';
const NET = (body: string, head: string) =>
  `${HEAD}${head}\nclass Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        ${body}\n`;

const SHARED = `${HEAD}from .sizes import WIDTH
SIZES = [WIDTH]
TABLE = {'a': 1}
COUNT = 0
class Config:
    width = 2
CONFIG = Config()
LAYER = nn.Linear(2, 1, bias=False)
def note(width):
    SIZES.append(width)
    return width
def count():
    global COUNT
    COUNT += 1
    return COUNT
`;

/** Reads one file again and again, each time with another comment at its end; `change` alters the files in between. */
async function counts(
  text: string,
  files: Record<string, string>,
  change: (files: Record<string, string>) => void = () => undefined,
): Promise<(number | string)[]> {
  const documents = await Documents.load(join(process.cwd(), 'dist'), { read: path => files[path] });
  const read = (round: number) => {
    const { definitions } = documents.read({ uri: 'file:///w/net.py', text: `${text}# round ${round}\n` });
    return summary(definitions.at(-1)!.architecture);
  };
  const before = [0, 1, 2, 3].map(read);
  change(files);
  return [...before, read(4), read(5), read(6)];
}

describe('imports that are kept from one read to the next', () => {
  const cases: readonly (readonly [why: string, head: string, body: string, count: number])[] = [
    ['a list that the file appends to', 'from .shared import SIZES\nSIZES.append(7)', 'self.a = nn.Linear(len(SIZES), 1, bias=False)', 2],
    ['a list that its function appends to', 'from .shared import SIZES, note', 'note(3); self.a = nn.Linear(sum(SIZES), 1, bias=False)', 8],
    ['a table that the file fills', 'from .shared import TABLE\nTABLE[len(TABLE)] = 2', 'self.a = nn.Linear(len(TABLE), 1, bias=False)', 2],
    ['an object that it sets', 'from .shared import CONFIG\nCONFIG.width *= 3', 'self.a = nn.Linear(CONFIG.width, 1, bias=False)', 6],
    ['a class that it sets', 'from .shared import Config\nConfig.width += 3', 'self.a = nn.Linear(Config.width, 1, bias=False)', 5],
    ['a name of the module', 'from .shared import count', 'self.a = nn.Linear(count() + count(), 1, bias=False)', 3],
    [
      'a layer that it freezes',
      'from .shared import LAYER\nLAYER.requires_grad_(False)',
      'self.a = LAYER; self.b = nn.Linear(4, 1, bias=False)',
      4,
    ],
  ];
  for (const [why, head, body, count] of cases)
    it(`are as they were before the file: ${why}`, async () => {
      const found = await counts(NET(body, head), { '/w/shared.py': SHARED, '/w/sizes.py': 'WIDTH = 5\n' });
      assert.deepEqual(
        found,
        found.map(() => count),
      );
    });

  const changes: readonly (readonly [why: string, change: (files: Record<string, string>) => void, after: number | RegExp])[] = [
    ['itself', files => (files['/w/shared.py'] = SHARED.replace('[WIDTH]', '[WIDTH, 1]')), 6],
    ['one that it imports', files => (files['/w/sizes.py'] = 'WIDTH = 9\n'), 9],
    ['deleted', files => delete files['/w/shared.py'], /is not decided/],
  ];
  for (const [why, change, after] of changes)
    it(`are evaluated again when the file is another: ${why}`, async () => {
      const files = { '/w/shared.py': SHARED, '/w/sizes.py': 'WIDTH = 5\n' };
      const found = await counts(NET('self.a = nn.Linear(sum(SIZES), 1, bias=False)', 'from .shared import SIZES'), files, change);
      assert.deepEqual(found.slice(0, 4), [5, 5, 5, 5]);
      for (const count of found.slice(4))
        if (after instanceof RegExp) assert.match(String(count), after);
        else assert.equal(count, after);
    });

  it('see the unsaved text of another document', async () => {
    const files = { '/w/shared.py': SHARED, '/w/sizes.py': 'WIDTH = 5\n' };
    const documents = await Documents.load(join(process.cwd(), 'dist'), { read: path => files[path as keyof typeof files] });
    const text = NET('self.a = nn.Linear(WIDTH, 1, bias=False)', 'from .sizes import WIDTH');
    const read = () => summary(documents.read({ uri: 'file:///w/net.py', text }).definitions[0]!.architecture);
    const before = [read(), read(), read()];
    documents.read({ uri: 'file:///w/sizes.py', text: '# torch\nWIDTH = 11\n' });
    assert.deepEqual([...before, read(), read()], [5, 5, 5, 11, 11]);
  });

  it('may need the file itself', async () => {
    const ring = `${HEAD}from .net import WIDTH\ndef make():\n    return nn.Linear(WIDTH, 1, bias=False)\n`;
    const text = NET('self.a = make()', 'from .ring import make\nWIDTH = 6');
    assert.deepEqual(await counts(text, { '/w/ring.py': ring }), [6, 6, 6, 6, 6, 6, 6]);
  });
});

const LAYERS = `import keras
from keras import layers
import flax.linen as nn
BASE = keras.Sequential([keras.Input((3,)), layers.Dense(4, name='first')])
PARTS = []
INPUT = keras.Input((3,))
OUTPUT = layers.Dense(4, name='deep')(INPUT)
class Block(nn.Module):
    width: int = 2
    def setup(self):
        self.a = nn.Dense(self.width, use_bias=False)
    def __call__(self, x):
        return self.a(x)
BLOCK = Block()
`;

describe('imports of Keras and Flax that are kept from one read to the next', () => {
  /** Parameters and trained ones of `net` as long as the line stands that changes what was imported, and without it. */
  const cases: readonly (readonly [why: string, change: string, net: string, count: string, without: string])[] = [
    ['a model that gets a layer', 'BASE.add(layers.Dense(1))', 'net = keras.Sequential([keras.Input((3,)), BASE])', '21 21', '16 16'],
    [
      'a model that is frozen',
      'BASE.trainable = False',
      'net = keras.Sequential([keras.Input((3,)), BASE, layers.Dense(1)])',
      '21 5',
      '21 21',
    ],
    [
      'a layer behind a result',
      'keras.Model(INPUT, OUTPUT).trainable = False',
      'net = keras.Model(INPUT, layers.Dense(1)(OUTPUT))',
      '21 5',
      '21 21',
    ],
    [
      'a list of layers',
      'PARTS.append(layers.Dense(1))',
      'net = keras.Sequential([keras.Input((3,)), layers.Dense(1), *PARTS])',
      '6 6',
      '4 4',
    ],
    [
      'a list that says how wide a module of Flax is',
      'PARTS.append(1)',
      '# boundlens: Net() on (1, 3)\nclass Net(nn.Module):\n    @nn.compact\n    def __call__(self, x):\n        return Block(len(PARTS) + 5)(x)',
      '18 18',
      '15 15',
    ],
  ];
  const head = 'import keras\nfrom keras import layers\nimport flax.linen as nn\nfrom .shared import *\n';
  for (const [why, change, net, count, without] of cases)
    it(`are as they were before the file: ${why}`, async () => {
      const files: Record<string, string> = { '/w/shared.py': LAYERS };
      const documents = await Documents.load(join(process.cwd(), 'dist'), { read: path => files[path] });
      const read = (lines: string, round: number) => {
        const { definitions } = documents.read({ uri: 'file:///w/net.py', text: `${head}${lines}\n# round ${round}\n` });
        const architectures = definitions.map(({ architecture }) => architecture);
        const found = definitionsReport([{ file: 'net.py', architectures }]).definitions.find(({ name }) => /^net$/i.test(name));
        return `${found?.parameters} ${found?.trainable}`;
      };
      assert.deepEqual(
        [0, 1, 2, 3].map(round => read(`${change}\n${net}`, round)),
        [count, count, count, count],
      );
      assert.equal(read(net, 4), without);
      files['/w/shared.py'] = LAYERS.replaceAll('Dense(4,', 'Dense(8,').replace('PARTS = []', 'PARTS = [layers.Dense(1)]');
      assert.notEqual(read(net, 5), without);
    });
});
