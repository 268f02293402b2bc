import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Random } from '../../../src/common/random';
import { SourceParser, type Grammar } from '../../../src/definitions/sourceParser';
import type { Node } from '../../../src/definitions/syntaxNode';
import { editBetween } from '../../../src/definitions/syntaxTree';
import { documents, sourceText, summary } from './reading';

const assets = join(process.cwd(), 'dist');

/** Everything that a reader may ask of a tree, one line a node. */
function written(root: Node): string {
  const lines: string[] = [];
  const open = [root];
  for (let node = open.pop(); node; node = open.pop()) {
    const { startPosition: start, endPosition: end } = node;
    const name = node.childForFieldName('name')?.startIndex ?? '';
    lines.push(
      `${node.type} ${node.text.length} ${start.row}:${start.column} ${end.row}:${end.column} ${node.hasError} ${node.isNamed} ${name}`,
    );
    open.push(...node.children);
  }
  return lines.join('\n');
}

const PIECES = ['x', '(', ')', '\n', '    ', '"', ':', '#', 'é', '😀', 'def f():\n    pass\n', '{', '}', ''];

describe('a tree that follows edits', () => {
  const sources: readonly (readonly [grammar: Grammar, path: string])[] = [
    ['python', 'media/sample/models/mae.py'],
    ['javascript', 'test/fixtures/definitions/tensorflowJs/models.js'],
  ];
  for (const [grammar, path] of sources)
    it(`is the tree of the new text (${grammar})`, async () => {
      const parser = await SourceParser.load(assets, grammar);
      const original = sourceText(path);
      const random = new Random(path);
      const tree = parser.open(original);
      let text = original;
      for (let round = 0; round < 60; round++) {
        const at = random.integer(text.length);
        const end = at + random.integer(round % 5 === 0 ? 200 : 3);
        text = round % 20 === 19 ? original : text.slice(0, at) + PIECES[random.integer(PIECES.length)]! + text.slice(end);
        tree.update(text);
        const whole = parser.open(text);
        assert.equal(written(tree.rootNode), written(whole.rootNode), `round ${round}`);
        whole.delete();
      }
      tree.delete();
    });

  const edits: readonly (readonly [before: string, after: string, start: number, oldEnd: number, newEnd: number])[] = [
    ['abc', 'abXc', 2, 2, 3],
    ['aaa', 'aa', 2, 3, 2],
    ['', 'x', 0, 0, 1],
    ['a😀', 'a😁', 1, 3, 3],
  ];
  for (const [before, after, start, oldEnd, newEnd] of edits)
    it(`finds the edit from ${JSON.stringify(before)} to ${JSON.stringify(after)}`, () => {
      const { startIndex, oldEndIndex, newEndIndex } = editBetween(before, after);
      assert.deepEqual([startIndex, oldEndIndex, newEndIndex], [start, oldEnd, newEnd]);
    });
});

/** The project's own fixtures, all frameworks. */
const FIXTURES = [
  ...readdirSync(join(process.cwd(), 'test/fixtures/definitions'), { recursive: true }).map(
    file => `test/fixtures/definitions/${String(file)}`,
  ),
  'media/sample/models/mae.py',
  'media/sample/models/mlp.py',
].filter(file => /\.(py|js)$/.test(file) && !/record\.\w+$/.test(file));

/**
 * How many times the work of reading all fixtures whole one broken text may take, in the processor's time of this process: 2 seconds on a machine that
 * reads them in a quarter of a second, whatever else it does meanwhile.
 */
const HANG = 8;

describe('mutated files', () => {
  it('never stop the reader, and give whole counts or reasons', async () => {
    const all = await documents();
    await all.prepare('test:a.js');
    const random = new Random('mutations');
    const configuration = '{"model_type": "vit", "architectures": ["ViTModel"], "hidden_size": 48, "num_attention_heads": 4}';
    const originals = [...FIXTURES.map(file => [file, sourceText(file)] as const), ['config.json', configuration] as const];
    const flipped = (text: string) =>
      Array.from({ length: 1 + random.integer(20) }).reduce<string>(changed => {
        const at = random.integer(changed.length);
        return changed.slice(0, at) + String.fromCharCode(1 + random.integer(255)) + changed.slice(at + 1);
      }, text);
    const shuffled = (text: string) => {
      const lines = text.split('\n');
      return [...random.permutation(lines.length)].map(line => lines[line]).join('\n');
    };
    const nested = (text: string) => {
      const at = random.integer(text.length);
      const depth = 1 + random.integer(2000);
      return text.slice(0, at) + '([{'[random.integer(3)]!.repeat(depth) + text.slice(at);
    };
    const mutations = [(text: string) => text.slice(0, random.integer(text.length)), flipped, shuffled, nested];
    const started = process.cpuUsage();
    for (const [file, text] of originals) all.read({ uri: `test:mutated/${file}`, text });
    const yardstick = process.cpuUsage(started).user;
    let slowest = 0;
    for (let round = 0; round < 2000; round++) {
      const [file, original] = originals[round % originals.length]!;
      // A window of the file keeps the run short and cuts it at both ends.
      const from = random.integer(Math.max(1, original.length - 2500));
      const piece = file === 'config.json' ? original : original.slice(from, from + 2500);
      const text = mutations[round % mutations.length]!(piece);
      const uri = `test:mutated/${file}`;
      const before = process.cpuUsage();
      for (const { architecture } of all.read({ uri, text: file.endsWith('.py') ? `import torch, keras\n${text}` : text }).definitions) {
        const { parameterCount: count } = architecture;
        assert.ok(count.known ? Number.isSafeInteger(count.value) : count.why.length > 0, `${file}, round ${round}`);
      }
      slowest = Math.max(slowest, process.cpuUsage(before).user);
    }
    for (const [file] of originals) all.forget(`test:mutated/${file}`);
    assert.ok(slowest < HANG * yardstick, `one text took ${slowest / 1000} ms, all whole ones together ${yardstick / 1000} ms`);
  });

  it('skips a line of ten million characters', async () => {
    const all = await documents();
    for (const uri of ['test:long.py', 'test:long.js', 'test:long.json'])
      assert.equal(
        all.read({ uri, text: `torch tf.model( "model_type" ${'a'.repeat(10_000_000)}` }).skipped,
        'the file is larger than 1 MB',
      );
  });

  it('say the same when only a comment changed', async () => {
    const all = await documents();
    await all.prepare('test:a.js');
    for (const file of FIXTURES) {
      const text = sourceText(file);
      const mark = file.endsWith('.py') ? '#' : '//';
      const counts = (changed: string) => {
        const { definitions } = all.read({ uri: `test:comment/${file}`, text: changed });
        return definitions.map(({ architecture }) => [
          architecture.name,
          summary(architecture)
            .toString()
            .replace(/ \(line \d+\)$/, ''),
        ]);
      };
      const before = counts(text);
      assert.deepEqual(counts(`${mark} units = 7\n${text}\n${mark} end`), before, file);
      assert.deepEqual(counts(text), before, file);
      all.forget(`test:comment/${file}`);
    }
  });
});
