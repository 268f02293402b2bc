import assert from 'node:assert/strict';
import { join } from 'node:path';
import { Random } from '../../../src/common/random';
import { Documents } from '../../../src/definitions/documents';
import { freeNames } from '../../../src/definitions/python/freeNames';
import { relevantStatements } from '../../../src/definitions/python/relevance';
import { SourceParser } from '../../../src/definitions/sourceParser';
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
  const edits: readonly (readonly [why: string, edit: (text: string) => string, kept: boolean])[] = [
    ['a comment at the end', text => `${text}# more\n`, true],
    ['a line at the top', text => `\n# one\n\n${text}`, true],
    ['a function that nothing calls', text => text.replace('hidden(width) + 1', 'hidden(width) + 2'), true],
    ['a new function', text => `${text}def more(n):\n    return n\n`, true],
    ['a list that nothing uses', text => text.replace('range(3)', 'range(4)'), true],
    ['a table of another file', text => text.replace("'a': 1", "'a': 2"), true],
    ['a function that a class calls', text => text.replace('2 * width', '3 * width'), false],
    ['a constant that a default names', text => text.replace('WIDTH = 4', 'WIDTH = 5'), false],
    ['a class', text => text.replace('depth=2', 'depth=1'), false],
    ['a directive', text => text.replace('depth=3', 'depth=1'), false],
    ['a statement that changes a table', text => text.replace("RATES['head'] = 6", "RATES['head'] = 7"), false],
    ['another one behind an alias', text => `${text}other = RATES\nother['head'] = 9\n`, false],
    ['a name that is bound again', text => text.replace('# boundlens', 'def hidden(width): return 1\n# boundlens'), false],
    ['a loop that binds it', text => text.replace('# boundlens', 'for hidden in (abs,): pass\n# boundlens'), false],
    ['a function that constructs a class', text => text.replace('Net(**options)', 'Net(4)'), false],
    ['a chain', text => text.replace('nn.Linear(3, 3)', 'nn.Linear(3, 4)'), false],
    ['broken text', text => `${text})`, false],
  ];
  for (const [why, edit, kept] of edits) {
    it(`${kept ? 'stays' : 'ends'} after an edit of ${why}, and is right`, async () => {
      const [all, fresh] = [await documents(), await documents()];
      const read = (text: string) => all.read({ uri: 'file:///w/net.py', text }).definitions.map(({ architecture }) => architecture);
      read(SOURCE);
      const before = read(`${SOURCE}# second\n`);
      const after = read(edit(SOURCE));
      const expected = fresh.read({ uri: 'file:///w/net.py', text: edit(SOURCE) }).definitions.map(({ architecture }) => architecture);
      assert.deepEqual(after, expected);
      // What is kept keeps its layers' arguments, whatever lines it moves to.
      assert.equal(
        after.some((each, place) => each.parameterCount === before[place]?.parameterCount),
        kept && !why.includes('line at'),
      );
    });
  }

  it('says what a fresh reading says, whatever is typed', async () => {
    const random = new Random('typing');
    const all = await documents();
    const pieces = ['x', '1', ' ', '#', '\n', 'hidden', 'Net()\n', 'def f(width):\n    return WIDTH\n', ''];
    for (const path of ['media/sample/models/mae.py', 'test/fixtures/definitions/language.py', '']) {
      const original = path === '' ? SOURCE : sourceText(path);
      let text = original;
      for (let round = 0; round < 40; round++) {
        const at = random.integer(text.length);
        text = round % 8 === 7 ? original : text.slice(0, at) + pieces[random.integer(pieces.length)]! + text.slice(at + random.integer(2));
        const read = (from: Documents) => from.read({ uri: `file:///w/${path}.py`, text }).definitions;
        const [kept, fresh] = [read(all), read(await documents())];
        if ([...kept, ...fresh].some(({ stale }) => stale)) continue;
        assert.deepEqual(kept, fresh, `${path}, round ${round}`);
      }
    }
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
    const starts = parser.parse(SOURCE, root => relevantStatements(root)?.map(({ text }) => /^[^=([:\n]*/.exec(text)![0].trim()));
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
