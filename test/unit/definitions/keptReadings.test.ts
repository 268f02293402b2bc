import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { Architecture } from '../../../src/architecture/architecture';
import { Random } from '../../../src/common/random';
import { Documents } from '../../../src/definitions/documents';
import { freeNames } from '../../../src/definitions/python/freeNames';
import { Relevance } from '../../../src/definitions/python/relevance';
import { ParsedSources } from '../../../src/definitions/python/parsedSources';
import { PytorchReader } from '../../../src/definitions/pytorch/pytorchReader';
import type { Node } from '../../../src/definitions/syntaxNode';
import { SourceParser } from '../../../src/definitions/sourceParser';
import { longSource } from '../../bench/definitions';
import { sourceText } from './reading';

const assets = join(process.cwd(), 'dist');
const documents = () => Documents.load(assets, { read: () => undefined });

const SOURCE = `import torch
from torch import nn
from elsewhere import make_table

WIDTH = 4
TABLE = make_table({'a': 1})
UNUSED = [n for n in range(3)]
RATES = {}


def hidden(width):
    return 2 * width


def unused(width):
    """Nothing calls it."""
    return hidden(width) + 1


class Block(nn.Module):
    def __init__(self, width=WIDTH):
        super().__init__()
        self.a = nn.Linear(width, hidden(width))

    def forward(self, x):
        return self.a(x)


# boundlens: Net(depth=3)
class Net(nn.Module):
    def __init__(self, depth=2):
        super().__init__()
        self.blocks = nn.ModuleList(Block() for _ in range(depth))
        self.head = nn.Linear(RATES.get('head', 8), 2)


def build(**options):
    return Net(**options)


RATES['head'] = 6
chain = nn.Sequential(nn.Linear(3, 3), nn.ReLU())
`;

describe('a reading that is kept', () => {
  const edits: readonly (readonly [why: string, edit: (text: string) => string, again: string])[] = [
    ['a comment at the end', text => `${text}# more\n`, ''],
    ['a line at the top', text => `\n# one\n\n${text}`, ''],
    ['a function that nothing calls', text => text.replace('hidden(width) + 1', 'hidden(width) + 2'), ''],
    ['a new function', text => `${text}def more(n):\n    return n\n`, ''],
    ['a list that nothing uses', text => text.replace('range(3)', 'range(4)'), ''],
    ['a table of another file', text => text.replace("'a': 1", "'a': 2"), ''],
    ['a line that is broken', text => `${text}def more(n):\n    return n\nmore = (\n`, ''],
    ['a function that a class calls', text => text.replace('2 * width', '3 * width'), 'Block Net'],
    ['a constant that a default names', text => text.replace('WIDTH = 4', 'WIDTH = 5'), 'Block Net'],
    ['a class', text => text.replace('depth=2', 'depth=1'), 'Net'],
    ['a class that another one holds', text => text.replace('self.a(x)', 'self.a(x) + x'), 'Block Net'],
    ['a directive', text => text.replace('depth=3', 'depth=1'), 'Net'],
    ['the line between a directive and its class', text => text.replace('(depth=3)\n', '(depth=3)\n\n'), 'Net'],
    ['a statement that changes a table', text => text.replace("RATES['head'] = 6", "RATES['head'] = 7"), 'Net'],
    ['another one behind an alias', text => `${text}other = RATES\nother['head'] = 9\n`, 'Net'],
    ['a name that is bound again', text => text.replace('# boundlens', 'def hidden(width): return 1\n# boundlens'), 'Block Net'],
    ['a loop that binds it', text => text.replace('# boundlens', 'for hidden in (abs,): pass\n# boundlens'), 'Block Net'],
    ['a pattern that binds it', text => text.replace('# boundlens', 'match WIDTH:\n    case hidden: pass\n# boundlens'), 'Block Net'],
    ['a library that is unbound', text => text.replace('# boundlens', 'del nn\n# boundlens'), 'Block'],
    ['names of another file', text => text.replace('# boundlens', 'if WIDTH:\n    from other import *\n# boundlens'), 'Block Net chain'],
    ['a function that constructs a class', text => text.replace('Net(**options)', 'Net(4)'), 'Net'],
    ['a chain', text => text.replace('nn.Linear(3, 3)', 'nn.Linear(3, 4)'), 'chain'],
    ['a library', text => text.replace('from torch import nn', 'from torch import nn as nn'), 'Block Net chain'],
  ];
  for (const [why, edit, again] of edits) {
    it(`${again === '' ? 'stays' : `is made anew of ${again}`} after an edit of ${why}, and is right`, async () => {
      const [all, fresh] = [await documents(), await documents()];
      const read = (text: string) => all.read({ uri: 'file:///w/net.py', text }).definitions.map(({ architecture }) => architecture);
      read(SOURCE);
      const before = read(`${SOURCE}# second\n`);
      const after = read(edit(SOURCE));
      const expected = fresh.read({ uri: 'file:///w/net.py', text: edit(SOURCE) }).definitions.map(({ architecture }) => architecture);
      assert.deepEqual(after, expected);
      // What is kept keeps its very numbers, whatever lines it moves to.
      const isKept = (each: Architecture) =>
        each.layers.length > 0 && before.some(old => old.layers[0]?.parameters === each.layers[0]?.parameters);
      const made = after.filter(each => !isKept(each)).map(({ name }) => name);
      assert.equal(made.join(' '), again);
    });
  }

  /** What is typed: letters, names, whole lines, and what breaks a line or changes what others see. */
  const PIECES = [
    ...['', '', 'x', '1', ' ', '#', '\n', '(', ')', '"', ':', 'hidden', 'Net()\n', 'def f(width):\n    return WIDTH\n', '\n\n# note\n'],
    ...['# boundlens: Block1(width=3)\n', 'Block2(8)\n', 'Block1.forward = 3\n', 'nn = 4\n', 'def Block3(x): return x\n'],
    ...["SETTINGS['y'] = Block1(4)\n", 'width = Block2\n', 'more = nn.Sequential(Block1())\n', 'class Other(Block1):\n    pass\n'],
    ...['if True:\n    class Inner(nn.Module):\n        pass\n', 'def make():\n    class Made(nn.Module): pass\nmake()\n'],
    ...[
      '        global WIDTH\n        WIDTH = 9\n',
      '        TABLE[1] = 2\n',
      '        SETTINGS.clear()\n',
      '        Block1.kept = self\n',
    ],
    ...[
      'from .other import *\n',
      'import os\n',
      '@decorated\n',
      'del nn\n',
      'match width:\n    case Block1: pass\n',
      'for Block1 in (nn.ReLU,): pass\n',
    ],
  ];
  const sources: readonly (readonly [path: string, text: string, rounds: number])[] = [
    ['media/sample/models/mae.py', sourceText('media/sample/models/mae.py'), 60],
    ['test/fixtures/definitions/language.py', sourceText('test/fixtures/definitions/language.py'), 60],
    ['table.py', SOURCE, 250],
    ['generated.py', longSource({ blocks: 6, sizes: 5 }), 250],
  ];
  for (const [path, original, rounds] of sources)
    it(`says what a fresh reading says, whatever is typed (${path})`, async () => {
      const random = new Random(path);
      const parser = await SourceParser.load(assets, 'python');
      const other = 'from torch import nn\nclass Block1(nn.Module):\n    pass\n';
      const files = { read: (file: string) => (file.endsWith('other.py') ? other : undefined) };
      const context = () => ({ path: '/w/net.py', files, folders: [], sources: new ParsedSources(parser) });
      const [reader, kept] = [new PytorchReader(), context()];
      const tree = parser.open(original);
      let text = original;
      for (let round = 0; round < rounds; round++) {
        const line = random.integer(3) > 0;
        const at = line ? text.lastIndexOf('\n', random.integer(text.length)) + 1 : random.integer(text.length);
        const end = at + (random.integer(4) === 0 ? random.integer(60) : line ? 0 : random.integer(2));
        text = round % 8 === 7 ? original : text.slice(0, at) + PIECES[random.integer(PIECES.length)]! + text.slice(end);
        tree.update(text);
        const found = reader.read(tree.rootNode, kept);
        // A text that is broken may be taken apart in another way where it is parsed whole.
        const read = (root: Node) => new PytorchReader().read(root, context());
        const fresh = tree.rootNode.hasError ? read(tree.rootNode) : parser.parse(text, read);
        assert.deepEqual(found, fresh, `round ${round}`);
      }
      tree.delete();
    });
});

describe('names that are looked up around some code', () => {
  const cases: readonly (readonly [code: string, names: string])[] = [
    ['def f(a, b: T = d, *c, e=g, **h) -> R:\n    return a + b + c + e + h + z', 'T R d f g z'],
    ['def f():\n    x = y\n    for i in x: k = i\n    return k', 'f y'],
    ['def f():\n    global x\n    x = 1\n    return x', 'f x'],
    ['[n + m for n in xs if n]', 'm xs'],
    ['lambda n, m=k: n + m + o', 'k o'],
    ['class A(B):\n    w = v\n    def f(self):\n        return self.q(w)', 'A B f v w'],
    ['f(key=value).attribute', 'f value'],
    ['def f():\n    import a.b as c, d\n    with o() as p: return (c, d, p)', 'a b c d f o'],
  ];
  for (const [code, names] of cases)
    it(code.split('\n')[0]!, async () => {
      const parser = await SourceParser.load(assets, 'python');
      const found = parser.parse(code, root => [...freeNames(root)]);
      const [wanted, more] = [names.split(' '), found.filter(name => !names.split(' ').includes(name))];
      assert.ok(
        wanted.every(name => found.includes(name) || 'abcd'.includes(name)),
        found.join(' '),
      );
      assert.deepEqual(more, []);
    });
});

describe('statements that have a say in the definitions', () => {
  it('leave out what nothing of them mentions', async () => {
    const parser = await SourceParser.load(assets, 'python');
    const starts = parser.parse(SOURCE, root => {
      const relevance = new Relevance(root);
      const places = new Set(relevance.definitions.flatMap(place => relevance.of(place)));
      return relevance.statements.filter((_, place) => places.has(place)).map(({ text }) => /^[^=([:\n]*/.exec(text)![0].trim());
    });
    assert.deepEqual(starts, [
      'from torch import nn',
      'WIDTH',
      'RATES',
      'def hidden',
      'class Block',
      'class Net',
      'def build',
      'RATES',
      'chain',
    ]);
  });
});
