import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { MultiViewEvent } from '../../../src/training/multiView/frames';
import type { MultiViewResults } from '../../../src/training/multiView/results';
import { npyBytes } from '../support/npyBytes';
import { temporaryFolder } from '../support/temporaryFolder';
import { documentOf, runCli } from './runCli';

/** Two seeds of the least that has every part. */
const TINY = {
  name: 'tiny',
  seeds: [0, 1],
  frames: 2,
  data: { classes: 2, dimension: 8, patches: 8, unlabelled: 40, test: 20 },
  encoder: { kernelsPerClass: 4 },
  pretraining: { steps: 6, batch: 20 },
  downstream: { labels: 8, kinds: ['mixed'], headSteps: 5, steps: 4, supervisedSteps: 6 },
  sweep: { keep: [0.5], seeds: 1, steps: 4 },
};

describe('the multi-view laboratory on the command line', () => {
  const folder = temporaryFolder();

  it('prints every arm with means over seeds, and leaves the frames as they came', async () => {
    writeFileSync(folder.file('tiny.json'), JSON.stringify(TINY));
    const document = await documentOf('multiview', folder.file('tiny.json'), '--out', folder.file('out'), '--jobs', '2');
    const results = document as unknown as MultiViewResults;
    assert.deepEqual(
      results.arms.map(({ arm, labelled }) => `${arm} ${labelled}`),
      ['teacher mixed', 'mae mixed', 'supervised mixed', 'refitted mixed', 'random mixed'],
    );
    for (const { arm, singleView, coverage, predictedError } of results.arms) {
      const [low, high] = singleView.interval!;
      assert.ok(low <= singleView.mean && singleView.mean <= high, arm);
      for (const share of [coverage.mean, singleView.mean, predictedError.low, predictedError.high]) assert.ok(share >= 0 && share <= 1);
    }
    assert.deepEqual(
      results.margins.map(({ against, bySeed }) => [against, bySeed.length]),
      [
        ['supervised', 2],
        ['refitted', 2],
        ['random', 2],
      ],
    );
    const lines = readFileSync(folder.file('out/frames.jsonl'), 'utf8').trimEnd().split('\n');
    const events = lines.map(line => JSON.parse(line) as MultiViewEvent);
    assert.equal(events[0]!.type, 'start');
    const last = events.at(-1)!;
    assert.ok(last.type === 'end');
    assert.deepEqual(last.results, results);
    const frames = events.filter(event => event.type === 'frame');
    assert.deepEqual(new Set(frames.map(({ seed }) => seed)), new Set([0, 1]));
    const training = frames.filter(({ seed, arm }) => seed === 0 && arm === 'supervised');
    assert.deepEqual(
      training.map(({ step }) => step),
      [0, 3, 6],
    );
    assert.deepEqual(JSON.parse(readFileSync(folder.file('out/results.json'), 'utf8')), results);
  });

  it('says in a sentence what is wrong with a specification', async () => {
    writeFileSync(folder.file('wrong.json'), '{ "name": "x", "seed": [0] }');
    const { code, stdout, stderr } = await runCli('multiview', folder.file('wrong.json'));
    assert.notEqual(code, 0);
    assert.equal(stdout, '');
    assert.match(stderr, /wrong\.json:1: seed .*did you mean "seeds"/);
  });

  it('capture: a direction that stays is preserved, one that turns is lost and gained', async () => {
    const write = (name: string, rows: readonly (readonly number[])[]) => {
      writeFileSync(folder.file(name), npyBytes([rows.length, 2], rows.flat()));
      return folder.file(name);
    };
    const before = write('before.npy', [[1, 0], [2, 0], [1, 0], [3, 0]]); // prettier-ignore
    const after = write('after.npy', [[2, 0], [1, 0], [0, 1], [0, 2]]); // prettier-ignore
    writeFileSync(folder.file('labels.npy'), npyBytes([4], [0, 0, 1, 1], '<i4'));
    const document = await documentOf('capture', '--before', before, '--after', after, '--labels', folder.file('labels.npy'));
    assert.equal(document['evidence'], 'estimated');
    const shares = document['classes'] as readonly Readonly<Record<'preserved' | 'lost' | 'gained', number>>[];
    const expected = [
      [1, 0, 0],
      [0, 1, 1],
    ];
    shares.forEach(({ preserved, lost, gained }, at) =>
      [preserved, lost, gained].forEach((share, i) => assert.ok(Math.abs(share - expected[at]![i]!) < 1e-9, `class ${at}: ${share}`)),
    );
    assert.equal(shares.length, 2);
    const other = write('other.npy', [[1, 0]]);
    const { code, stderr } = await runCli('capture', '--before', before, '--after', other, '--labels', folder.file('labels.npy'));
    assert.notEqual(code, 0);
    assert.match(stderr, new RegExp(`${path.basename(other)} holds 1 × 2 features where .*before\\.npy holds 4 × 2`));
  });
});
