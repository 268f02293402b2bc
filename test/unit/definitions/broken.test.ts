import assert from 'node:assert/strict';
import { join } from 'node:path';
import fc from 'fast-check';
import { SourceParser } from '../../../src/definitions/sourceParser';
import { documents, read, sourceText, summary } from './reading';

const MAE = sourceText('media/sample/models/mae.py');
const COUNTS = { Attention: 9408, Mlp: 18_672, Block: 28_272, MaskedAutoencoder: 76_305 };

/** Reads `MAE` and then `next` as two versions of one document: name → count, and whether it is the last good one. */
async function afterEdit(next: string): Promise<Record<string, readonly [count: number | string, stale: boolean]>> {
  const all = await documents();
  const uri = 'test:edited';
  all.forget(uri);
  all.read({ uri, text: MAE });
  const { definitions } = all.read({ uri, text: next });
  return Object.fromEntries(definitions.map(({ architecture, stale }) => [architecture.name, [summary(architecture), stale]]));
}

describe('a document being typed', () => {
  const cases: readonly (readonly [why: string, edit: (text: string) => string, stale: readonly string[]])[] = [
    ['an argument list left open', text => text.replace('nn.Linear(width, hidden)', 'nn.Linear(width, '), ['Mlp']],
    ['half an assignment', text => text.replace('self.act = nn.GELU()', 'self.act ='), ['Mlp']],
    ['a parenthesis left open in forward', text => text.replace('return self.fc2(self.act', 'return self.fc2((self.act'), ['Mlp']],
    ['half a header', text => text.replace('class Mlp(nn.Module):', 'class Mlp(nn.Mod'), ['Mlp']],
    ['half a class keyword', text => text.replace('class Block', 'clas Block'), ['Block']],
  ];
  for (const [why, edit, stale] of cases) {
    it(`${why} keeps the last good numbers`, async () => {
      const edited = edit(MAE);
      assert.notEqual(edited, MAE);
      const after = await afterEdit(edited);
      for (const [name, count] of Object.entries(COUNTS)) assert.equal(after[name]?.[0], count, name);
      for (const name of stale) assert.equal(after[name]?.[1], true, `${name} is not marked`);
    });
  }

  it('takes a new number as soon as it is known, in a file that parses', async () => {
    const after = await afterEdit(MAE.replace('width=48, hidden=192', 'width=48, hidden=100'));
    assert.deepEqual(after['Mlp'], [9748, false]);
    assert.deepEqual(after['MaskedAutoencoder'], [COUNTS.MaskedAutoencoder, false]);
  });

  const typed: readonly (readonly [why: string, edit: (text: string) => string])[] = [
    ['a base class that is retyped', text => text.replace('class Mlp(nn.Module):', 'class Mlp(nn.Mo):')],
    ['an argument whose name is half written', text => text.replace('nn.Linear(width, hidden)', 'nn.Linear(width, hid)')],
    ['a layer between automatic brackets', text => text.replace('nn.Linear(width, hidden)', 'nn.Linear()')],
    ['a layer that is half written', text => text.replace('nn.Linear(width, hidden)', 'nn.Li')],
    ['an import that is retyped', text => text.replaceAll('torch', 'tor')],
  ];
  for (const [why, edit] of typed)
    it(`${why} keeps the last good numbers until the text rests`, async () => {
      const all = await documents();
      const uri = `test:typed/${why}`;
      all.read({ uri, text: MAE });
      const read = (isTyping: boolean) =>
        all
          .read({ uri, text: edit(MAE) }, { isTyping })
          .definitions.map(({ architecture, stale }) => [architecture.name, summary(architecture), stale]);
      const kept = read(true);
      assert.deepEqual(
        kept.map(([name, count]) => [name, count]),
        Object.entries(COUNTS),
      );
      assert.deepEqual(kept.find(([name]) => name === 'Mlp')?.[2], true);
      assert.equal(
        read(false).find(([name, count]) => name === 'Mlp' && count === COUNTS.Mlp),
        undefined,
      );
      all.forget(uri);
    });

  it('has one definition at one place: what is renamed is not kept under its old name', async () => {
    const all = await documents();
    all.read({ uri: 'test:renamed', text: MAE });
    const { definitions } = all.read({ uri: 'test:renamed', text: MAE.replace('class Mlp', 'class Mlps') }, { isTyping: true });
    assert.deepEqual(
      definitions.map(({ architecture }) => architecture.name),
      ['Attention', 'Mlps', 'Block', 'MaskedAutoencoder'],
    );
    all.forget('test:renamed');
  });

  const moves: readonly (readonly [why: string, edit: (text: string) => string, line: number])[] = [
    ['lines above it', text => `# one\n# two\n${text}`, 35],
    ['lines below it', text => text.replace('class Block', '\n\nclass Block'), 33],
    ['lines above and below it', text => `# one\n${text}\n# two\n`, 34],
    ['lines that are gone', text => text.replace('IMAGE_SIZE = 28\n', ''), 32],
  ];
  for (const [why, edit, line] of moves)
    it(`keeps what has no header any more in its place: ${why}`, async () => {
      const broken = MAE.replace('class Mlp(nn.Module):', 'clas Mlp(nn.Module');
      const all = await documents();
      all.read({ uri: 'test:lost', text: MAE });
      all.read({ uri: 'test:lost', text: broken });
      const { definitions } = all.read({ uri: 'test:lost', text: edit(broken) });
      const mlp = definitions.find(({ architecture }) => architecture.name === 'Mlp');
      assert.deepEqual([mlp?.stale, mlp?.architecture.range.startLine], [true, line]);
      all.forget('test:lost');
    });

  it('keeps the next class in its place under a header that has no colon yet', async () => {
    const all = await documents();
    all.read({ uri: 'test:header', text: MAE });
    const { definitions } = all.read({ uri: 'test:header', text: MAE.replace('class Block', 'class New(nn.Module)\n\n\nclass Block') });
    const block = definitions.find(({ architecture }) => architecture.name === 'Block');
    assert.deepEqual([block && summary(block.architecture), block?.architecture.range.startLine], [COUNTS.Block, 49]);
    all.forget('test:header');
  });

  it('says that a number is unknown as soon as the text is whole again', async () => {
    const after = await afterEdit(MAE.replace('self.act = nn.GELU()', 'self.act = other()'));
    assert.deepEqual(after['Mlp'], ['`other` is not defined in this file (line 40)', false]);
  });

  it('moves what it keeps to where the header stands', async () => {
    const all = await documents();
    all.forget('test:moved');
    all.read({ uri: 'test:moved', text: MAE });
    const { definitions } = all.read({
      uri: 'test:moved',
      text: `# one\n# two\n${MAE.replace('self.act = nn.GELU()', 'self.act = nn.GELU(')}`,
    });
    const mlp = definitions.find(({ architecture }) => architecture.name === 'Mlp');
    assert.deepEqual(mlp && [mlp.stale, mlp.architecture.range.startLine, mlp.architecture.layers[0]?.range.startLine], [true, 35, 40]);
  });

  it('forgets a document when told to', async () => {
    const all = await documents();
    all.read({ uri: 'test:closed', text: MAE });
    all.forget('test:closed');
    const { definitions } = all.read({ uri: 'test:closed', text: MAE.replace('class Mlp(nn.Module):', 'class Mlp(nn.Mod') });
    assert.ok(definitions.every(({ stale }) => !stale));
  });
});

describe('edits that change no number', () => {
  const edits: readonly (readonly [why: string, edit: (text: string) => string])[] = [
    ['a comment at the top', text => `# width=96, depth=12\n${text}`],
    ['a comment in every line that may have one', text => text.replace(/^( +self\.\w+ = .*[^,([{])$/gm, '$1  # nn.Linear(9, 9)')],
    ['another docstring', text => text.replace('"""Encodes the visible patches', '"""nn.Linear(3, 3) encodes')],
    ['blank lines', text => text.replaceAll('\n\n', '\n\n\n\n')],
    ['Windows line ends', text => text.replaceAll('\n', '\r\n')],
  ];
  for (const [why, edit] of edits) {
    it(why, async () => {
      const architectures = await read(edit(MAE));
      assert.deepEqual(Object.fromEntries(architectures.map(each => [each.name, summary(each)])), COUNTS);
    });
  }
});

describe('hostile text', () => {
  it('is read without a fault whatever is cut, flipped or shuffled', async () => {
    const all = await documents();
    const mutation = fc.oneof(
      fc.nat(MAE.length).map(end => MAE.slice(0, end)),
      fc.nat(MAE.length).map(start => MAE.slice(start)),
      fc
        .array(fc.tuple(fc.nat(MAE.length - 1), fc.integer({ min: 1, max: 255 })), { minLength: 1, maxLength: 40 })
        .map(flips => flips.reduce((text, [at, code]) => text.slice(0, at) + String.fromCharCode(code) + text.slice(at + 1), MAE)),
      fc.shuffledSubarray(MAE.split('\n'), { minLength: 20 }).map(lines => lines.join('\n')),
      fc
        .tuple(fc.nat(MAE.length), fc.string({ unit: 'binary', maxLength: 60 }))
        .map(([at, noise]) => MAE.slice(0, at) + noise + MAE.slice(at)),
    );
    fc.assert(
      fc.property(mutation, text => {
        all.forget('test:mutated');
        for (const { architecture } of all.read({ uri: 'test:mutated', text: `${text}\n# torch` }).definitions) {
          const { parameterCount: count } = architecture;
          assert.ok(count.known ? Number.isSafeInteger(count.value) : count.why.length > 0);
        }
      }),
      { numRuns: 200, seed: 7 },
    );
  });

  const deep = (open: string, close: string, count: number) => `import torch\nx = ${open.repeat(count)}1${close.repeat(count)}\n`;
  const cases: readonly (readonly [why: string, text: string])[] = [
    ['20,000 parentheses', deep('(', ')', 20_000)],
    ['20,000 open brackets', deep('[', '', 20_000)],
    ['5,000 nested calls', deep('f(', ')', 5000)],
    ['a sum of 20,000 numbers', `import torch\nx = ${'1 + '.repeat(20_000)}1\n`],
    ['a line of 900,000 characters', `import torch\nx = "${'a'.repeat(900_000)}"\n`],
    [
      '400 nested blocks',
      `import torch\n${Array.from({ length: 400 }, (_, depth) => `${' '.repeat(depth)}if 1:\n`).join('')}${' '.repeat(400)}x = 1\n`,
    ],
    ['a class that derives from itself', 'import torch.nn as nn\nclass A(nn.Module): pass\nclass A(A): pass\nclass B(A): pass\n'],
    ['a doubling list', `import torch\nx = [1]\n${'x = x + x\n'.repeat(60)}`],
    ['a doubling text', `import torch\nx = "ab"\n${'x = x + x\n'.repeat(60)}`],
    [
      'copies of copies',
      `import copy\nfrom torch import nn\nm = nn.Sequential(nn.Linear(1, 1))\n${'m = nn.Sequential(m, copy.deepcopy(m))\n'.repeat(40)}`,
    ],
    [
      'encoders of encoders',
      `from torch import nn\nm = nn.TransformerEncoderLayer(8, 2)\n${'m = nn.TransformerEncoder(m, 999)\n'.repeat(5)}`,
    ],
    ['a module in itself 60 times over', `from torch import nn\nm = nn.Linear(1, 1)\n${'m = nn.Sequential(m, m)\n'.repeat(60)}`],
    ['long lists added up in a loop', 'import torch\nx = [0] * 4000\nfor i in range(4000):\n    y = x * 1\n'],
    ['functions that call each other without end', 'import torch\ndef f(n): return g(n) + g(n)\ndef g(n): return f(n) + f(n)\nx = f(1)\n'],
  ];
  for (const [why, text] of cases) {
    it(`${why} comes to an end`, async () => {
      assert.ok(Array.isArray(await read(text)));
    });
  }

  it('of more than 1 MB is not parsed, and says so', async () => {
    const { definitions, skipped } = (await documents()).read({ uri: 'test:large', text: `import torch\n${'#'.repeat(1_000_001)}` });
    assert.deepEqual([definitions, skipped], [[], 'the file is larger than 1 MB']);
  });
});

describe('the memory of the parser', () => {
  it('does not grow over 200 parses', async () => {
    const parser = await SourceParser.load(join(process.cwd(), 'dist'), 'python');
    const long = MAE.repeat(4);
    const texts = [long, long.slice(0, 12_000), long.replace('(', '((')];
    const parse = (count: number) => {
      for (let i = 0; i < count; i++) parser.parse(texts[i % texts.length]!, root => root.hasError);
    };
    parse(20);
    const before = parser.memoryBytes;
    parse(200);
    assert.ok(before > 0);
    assert.equal(parser.memoryBytes, before);
  });
});
