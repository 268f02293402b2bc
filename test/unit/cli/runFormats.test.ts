import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { runCommand } from '../../../src/cli/commands/run';
import type { Terminal } from '../../../src/cli/terminal';
import type { RunRecord } from '../../../src/runs/record';
import { plainPng } from '../support/pngBytes';
import { temporaryFolder } from '../support/temporaryFolder';

const silent: Terminal = {
  json: true,
  print: () => undefined,
  document: () => undefined,
  progress: () => undefined,
  note: () => undefined,
  progressDone: () => undefined,
};

/** What every study here says beside its data: two small phases of training. */
const rest = (patch: number) => ({
  encoder: { kind: 'vit', patch, width: 8, depth: 1, heads: 2 },
  objective: { kind: 'masked autoencoder', decoder: { width: 8, depth: 1, heads: 2 }, steps: 3, batch: 8, learningRate: 0.003 },
  regulariser: { kind: 'none' },
  fineTuning: { modes: ['probe', 'full'], steps: 2, learningRates: [0.003] },
  sweep: { arms: [{ name: 'one' }], seeds: [0] },
});
const sizes = { holdOut: 12, unlabelled: 12, labels: 12, task: { positive: [0], negative: [1] } };

/** A brightness that tells the class of an item and differs from one item to the next. */
const level = (item: number, place = 0) => (item % 2 === 0 ? 40 : 160) + ((item * 7 + place * 3) % 50);

describe('boundlens run on a data set in the format of', () => {
  const folder = temporaryFolder();
  const put = (name: string, content: Uint8Array | string) => {
    mkdirSync(path.dirname(folder.file(name)), { recursive: true });
    writeFileSync(folder.file(name), content);
  };
  const items = (count: number) => [...Array(count).keys()];
  const cifar = (count: number) =>
    Buffer.concat(items(count).map(item => Buffer.from([item % 2, ...Array.from({ length: 3072 }, (_, i) => level(item, i))])));
  const table = (count: number) =>
    `a,b,c,d,kind\n${items(count)
      .map(item => `${level(item)},${level(item, 1)},${-level(item, 2)},${item % 5},${item % 2 === 0 ? 'ash' : 'oak'}`)
      .join('\n')}\n`;
  const pictures = (name: string, count: number) => {
    for (const item of items(count))
      put(
        `${name}/${item % 2 === 0 ? 'cat' : 'dog'}/${item}.png`,
        plainPng(5 + (item % 3), 6, 3, i => level(item, i)),
      );
  };

  const formats: readonly (readonly [format: string, write: () => void, data: object, patch: number, change: () => void])[] = [
    [
      'CIFAR-10',
      () => {
        put('c/data_batch_1.bin', cifar(60));
        put('c/test_batch.bin', cifar(30));
      },
      { train: { format: 'cifar10', path: 'c' }, test: { format: 'cifar10', path: 'c' }, normalise: 'standardise' },
      16,
      () => put('c/data_batch_1.bin', cifar(61)),
    ],
    [
      'image folders',
      () => {
        pictures('f', 60);
        pictures('g', 30);
      },
      {
        train: { format: 'image folder', path: 'f' },
        test: { format: 'image folder', path: 'g' },
        resize: [4, 4],
        channels: 'grey',
        downstream: { corruption: { kind: 'occlusion', severity: 1 } },
      },
      2,
      () =>
        put(
          'f/cat/x.png',
          plainPng(4, 4, 3, () => 1),
        ),
    ],
    [
      'a table',
      () => {
        put('t.csv', table(60));
        put('u.csv', table(30));
      },
      { train: { format: 'csv', path: 't.csv', label: 'kind' }, test: { format: 'csv', path: 'u.csv', label: 'kind' }, normalise: 'range' },
      1,
      () => put('u.csv', table(32)),
    ],
  ];
  for (const [format, write, data, patch, change] of formats)
    it(`${format}: finishes, is kept, and runs anew when the data change`, async () => {
      write();
      put('a.study.json', JSON.stringify({ name: 'a', data: { ...data, ...sizes }, ...rest(patch) }));
      mkdirSync(folder.file('assets'));
      symlinkSync(path.resolve('dist/trainer.js'), folder.file('assets/trainer.js'));
      put('assets/panel.js', '');
      const context = { terminal: silent, assets: folder.file('assets'), signal: new AbortController().signal };
      const run = async (): Promise<RunRecord> => {
        const exit = await runCommand.run([folder.file('a.study.json'), '--out', folder.file('out'), '--jobs', '1'], context);
        const record = JSON.parse(readFileSync(folder.file('out/one-seed-0/run.json'), 'utf8')) as RunRecord;
        assert.deepEqual([exit, record.state], [0, 'finished'], record.fault);
        return record;
      };
      const first = await run();
      assert.ok(Number.isFinite(first.results!.pretraining!.holdOutLoss) && first.results!.pretraining!.holdOutLoss <= 1);
      assert.equal(first.results!.fineTuning[0]!.testCount, 30);
      assert.equal(first.results!.normalisation?.kind, (data as { normalise?: string }).normalise);
      assert.equal(first.data!.train.method, 'content');
      assert.equal((await run()).endedAt, first.endedAt, 'kept');
      change();
      const last = await run();
      assert.notDeepEqual(last.data, first.data);
      assert.notEqual(last.endedAt, first.endedAt, 'run anew');
    });
});
