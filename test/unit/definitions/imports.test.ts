import assert from 'node:assert/strict';
import { join } from 'node:path';
import { definitionsReport, type DefinitionReport } from '../../../src/definitions/definitionsReport';
import { Documents } from '../../../src/definitions/documents';
import { importRoots } from '../../../src/definitions/python/importPaths';
import type { SourceFiles } from '../../../src/definitions/python/sourceFiles';

const NET = (body: string, head = '') => `import torch\nfrom torch import nn\n${head}
class Net(nn.Module):
    def __init__(self, width=4):
        super().__init__()
        ${body}
`;
const MLP = `from torch import nn
from .sizes import FACTOR
__all__ = ['Mlp']
def _hidden(n): return FACTOR * n
class Mlp(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.a = nn.Linear(n, _hidden(n))
`;

/** Files of a workspace: a package `/w/pkg` with its own helpers, and an environment in `/env`. */
const FILES: Readonly<Record<string, string>> = {
  '/w/pkg/__init__.py': '',
  '/w/pkg/blocks/__init__.py': 'from .mlp import *\nfrom .mlp import Mlp as Renamed\n',
  '/w/pkg/blocks/mlp.py': MLP,
  '/w/pkg/blocks/sizes.py': 'FACTOR = 2\n',
  '/w/pkg/ring.py': 'from torch import nn\nfrom .net import WIDTH\ndef make(): return nn.Linear(WIDTH, 1)\n',
  '/env/outside/__init__.py': 'from torch import nn\nMODELS = {}\ndef register(f):\n    MODELS[f.__name__] = f\n    return f\n',
  '/env/outside/sizes.py': 'def double(n): return 2 * n\n',
  '/env/keras/applications/__init__.py': 'from .tiny import Tiny\n',
  '/env/keras/applications/tiny.py':
    'from keras.src import layers\nfrom keras.src.models import Functional\ndef Tiny(units, weights="imagenet"):\n    x = layers.Input((3,))\n    return Functional(x, layers.Dense(units)(x))\n',
  '/env/outside/part.py': 'from torch import nn\ndef head(n): return nn.Linear(n, 1, bias=False)\n',
};

async function report(
  text: string,
  options: { readonly folders?: readonly string[]; readonly call?: string } = {},
): Promise<DefinitionReport[]> {
  const files: SourceFiles = { read: path => FILES[path] };
  const documents = await Documents.load(join(process.cwd(), 'dist'), files);
  const { definitions } = documents.read({ uri: 'file:///w/pkg/net.py', text }, options);
  const architectures = definitions.map(({ architecture }) => architecture);
  return [...definitionsReport([{ file: 'net.py', architectures }]).definitions];
}

/** The count of the last definition, or why there is none. */
async function count(text: string, options = {}): Promise<number | string> {
  const last = (await report(text, options)).at(-1)!;
  return last.parameters ?? last.unknown.map(({ why }) => why).join('; ');
}

describe('imports of the workspace', () => {
  const cases: readonly (readonly [why: string, text: string, count: number | RegExp])[] = [
    ['relative', NET('self.m = Mlp(3)', 'from .blocks.mlp import Mlp\n'), 6 * 3 + 6],
    ['through a star in a package', NET('self.m = Mlp(3)', 'from .blocks import Mlp\n'), 24],
    ['under another name', NET('self.m = Renamed(3)', 'from .blocks import Renamed\n'), 24],
    ['absolute, from the folder of the package', NET('self.m = mlp.Mlp(3)', 'import pkg.blocks.mlp as mlp\n'), 24],
    ['a whole package', NET('self.m = pkg.blocks.mlp.Mlp(3)', 'import pkg\n'), 24],
    [
      'a base in another file',
      NET('', 'from .blocks.mlp import Mlp\n').replace('pass', '') +
        '        self.a = nn.Linear(1, 1)\nclass Deep(Mlp):\n    def __init__(self):\n        super().__init__(2)\n',
      2 * 4 + 4,
    ],
    ['a ring of two files', NET('self.m = make()', 'from .ring import make\nWIDTH = 5\n'), 6],
    ['a name that the file does not have', NET('self.m = Other(3)', 'from .blocks import Other\n'), /`Other` is not found in `.blocks`/],
    ['a package that is not there', NET('self.m = Mlp(3)', 'from elsewhere import Mlp\n'), /`elsewhere.Mlp` is not in this file/],
  ];
  for (const [why, text, expected] of cases) {
    it(why, async () => {
      const found = await count(text);
      if (expected instanceof RegExp) assert.match(String(found), expected);
      else assert.equal(found, expected);
    });
  }

  it('looks in the folders that are named, and only there', async () => {
    const text = NET('self.m = head(width)', 'from outside.part import head\n');
    assert.match(String(await count(text)), /`outside.part.head` is not in this file/);
    assert.equal(await count(text, { folders: ['/env'] }), 4);
  });

  it('reads an architecture of Keras where its folder is named', async () => {
    const text = 'import keras\nnet = keras.Sequential([keras.Input((3,)), keras.applications.Tiny(units=4)])\n';
    assert.match(String(await count(text)), /`keras.applications.Tiny` is not in this file/);
    assert.equal(await count(text, { folders: ['/env'] }), 16);
  });

  it('gives a layer that another file constructs the line that led there', async () => {
    const [net] = await report(NET('self.m = Mlp(3)', 'from .blocks import Mlp\n'));
    assert.deepEqual(
      net!.layers.map(({ path, line }) => [path, line]),
      [
        ['', 5],
        ['m', 8],
        ['m.a', 8],
      ],
    );
  });

  it('looks beside the file, where its package lies, and at the top of its project', () => {
    const files = { '/p/src/a/__init__.py': '', '/p/src/a/b/__init__.py': '', '/p/pyproject.toml': '' };
    const roots = importRoots('/p/src/a/b/c.py', { read: path => files[path as keyof typeof files] }, ['/env']);
    assert.deepEqual(roots, ['/p/src/a/b', '/p/src', '/p', '/env']);
  });
});

describe('arguments', () => {
  const SIZED = NET('self.a = nn.Linear(width, 1, bias=False)');
  const cases: readonly (readonly [why: string, text: string, width: number, source: string])[] = [
    ['from a comment over the class', SIZED.replace('class Net', '# boundlens: Net(width=7)\nclass Net'), 7, 'directive'],
    ['from the one call at the end', `${SIZED}if __name__ == "__main__":\n    net = Net(9)\n`, 9, 'caller'],
    ['from a function that builds it', `${SIZED}def build(n=3):\n    cfg = dict(width=2 * n)\n    return Net(**cfg)\n`, 6, 'caller'],
    ['from the default where calls differ', `${SIZED}a = Net(5)\nb = Net(6)\n`, 4, 'default'],
    ['from the default where the call is not decided', `${SIZED}import sys\na = Net(int(sys.argv[1]))\n`, 4, 'default'],
  ];
  for (const [why, text, width, source] of cases) {
    it(why, async () => {
      const net = (await report(text))[0]!;
      assert.deepEqual([net.parameters, net.arguments['width'], net.argumentSources['width']], [width, width, source]);
    });
  }
});

describe('what is only carried out when it is asked for', () => {
  it('sees the names as they were where it stands', async () => {
    const head = 'from outside.sizes import double\nWIDTH = 4\nHIDDEN = double(WIDTH)\nWIDTH = double(WIDTH)\nWIDTH = 100\n';
    assert.equal(await count(NET('self.a = nn.Linear(HIDDEN, 1, bias=False)', head), { folders: ['/env'] }), 8);
  });

  it('follows a name that is made of itself', async () => {
    const head = 'from outside.sizes import double\nWIDTH = 4\nWIDTH = double(WIDTH)\n';
    assert.equal(await count(NET('self.a = nn.Linear(WIDTH, 1, bias=False)', head), { folders: ['/env'] }), 8);
  });

  it('makes a field that starts as a new list anew for every object', async () => {
    const head =
      'from dataclasses import dataclass, field\n@dataclass\nclass Sizes:\n    all: list = field(default_factory=list)\nA, B = Sizes(), Sizes()\nA.all.append(3)\n';
    assert.equal(await count(NET('self.a = nn.Linear(len(A.all) * 10 + len(B.all), 1, bias=False)', head)), 10);
  });
});

describe('an expression in place of the classes', () => {
  const BUILD = `${NET('self.a = nn.Linear(width, 1, bias=False)')}
from outside import MODELS, register
@register
def small(scale=1): return Net(width=2 * scale)
def configured(cfg): return Net(cfg.width)
`;
  const cases: readonly (readonly [call: string, count: number | RegExp])[] = [
    ['Net(width=11)', 11],
    ['small()', 2],
    ['small(scale=3)', 6],
    ["MODELS['small'](scale=4)", 8],
    ["MODELS['small'](scale=4) on (8,)", 8],
    ['configured(SimpleNamespace(width=13))', 13],
    ['missing()', /`missing` is not defined/],
    ['3 + 4', /makes no model/],
    ['Net(', /is not an expression/],
  ];
  for (const [call, expected] of cases) {
    it(call, async () => {
      const found = await count(BUILD, { call, folders: ['/env'] });
      if (expected instanceof RegExp) assert.match(String(found), expected);
      else assert.equal(found, expected);
    });
  }
});
