import assert from 'node:assert/strict';
import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { boundOfSpec } from '../../../src/cli/boundSpec';
import { FileFault } from '../../../src/common/fault';
import { LONGEST_TEXT } from '../../../src/common/readText';
import { CaptureFollower } from '../../../src/editor/captureFollower';
import { readReconstructions } from '../../../src/reporting/readReconstructions';
import { metricText } from '../../../src/runs/metricLines';
import { RunFolder } from '../../../src/runs/runFolder';
import { listRuns } from '../../../src/runs/runIndex';
import { RunStore } from '../../../src/runs/store';
import { readMultiView } from '../../../src/studies/readMultiView';
import { readStudy } from '../../../src/studies/readStudy';
import { record } from '../editor/builders';
import { temporaryFolder } from '../support/temporaryFolder';
import { costsLittle } from './costsLittle';

const DEEP = 200_000;
const LISTS = '['.repeat(DEEP) + ']'.repeat(DEEP);
/** Longer than what is read of a growing file at once. */
const LINE = 'x'.repeat(9 << 20);

describe('bombs in what lies in a workspace', () => {
  const folder = temporaryFolder();
  const put = (name: string, content: string): string => {
    const file = folder.file(name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, content);
    return file;
  };
  /** A file that takes no room on the disk and has more bytes than a text may have. */
  const long = (name: string): string => {
    const file = put(name, '');
    truncateSync(file, LONGEST_TEXT + 1);
    return file;
  };
  const store = () => new RunStore(folder.file('runs'));
  const aRun = () => new RunFolder(folder.file('runs/good')).create(record({}));

  const readers: readonly (readonly [what: string, name: string, read: (file: string) => Promise<unknown>])[] = [
    ['a study', 'a.study.json', readStudy],
    ['a specification', 'spec.json', boundOfSpec],
    ['an experiment', 'a.multiview.json', readMultiView],
  ];
  for (const [what, name, read] of readers) {
    it(`${what} that is longer than a text may be: refused before it is read`, async () => {
      const file = long(name);
      assert.equal(await costsLittle(() => read(file)), 'refused');
      await assert.rejects(read(file), /is longer than the 64 MB that a text may have: /);
    });
    it(`${what} of nested lists: refused with a sentence`, async () => {
      const file = put(name, LISTS);
      assert.equal(await costsLittle(() => read(file)), 'refused');
    });
  }

  for (const [what, write] of [
    ['nested lists', () => put('runs/bad/run.json', LISTS)],
    ['more than a text may have', () => long('runs/bad/run.json')],
  ] as const)
    it(`a record of ${what} is one that cannot be read; the others are`, async () => {
      await aRun();
      write();
      const faults: unknown[] = [];
      const found = await store().list(fault => faults.push(fault));
      assert.deepEqual(
        found.map(({ folder: run }) => path.basename(run.path)),
        ['good'],
      );
      assert.ok(faults.length === 1 && faults[0] instanceof FileFault);
    });

  for (const [what, write] of [
    ['nested lists', (file: string) => writeFileSync(file, LISTS)],
    ['more than a text may have', (file: string) => truncateSync(file, LONGEST_TEXT + 1)],
  ] as const)
    it(`an index of runs of ${what} is made anew`, async () => {
      await aRun();
      assert.equal((await listRuns(store())).length, 1);
      write(folder.file('runs/index.json'));
      assert.equal((await listRuns(store())).length, 1);
    });

  it('metrics: a line of nested lists and one without an end are passed over, and those behind are read', async () => {
    const good = metricText({ phase: 'pre-training', step: 7, time: 1, values: { loss: 1 } });
    put('runs/a/metrics.jsonl', `${LISTS}\n${LINE}\n${good}`);
    const run = new RunFolder(folder.file('runs/a'));
    const steps: number[] = [];
    let [offset, damaged] = [0, 0];
    for (let look = 0; look < 5; look++) {
      const tail = await run.metrics(offset);
      steps.push(...tail.lines.map(({ step }) => step));
      damaged += tail.damaged;
      offset = tail.offset;
    }
    assert.deepEqual(steps, [7]);
    assert.ok(damaged >= 2, `${damaged} damaged lines`);
  });

  it('frames of an experiment: likewise', async () => {
    put('multiview/a/frames.jsonl', `${LISTS}\n${LINE}\n${JSON.stringify({ type: 'end', results: { findings: ['one'] } })}\n`);
    const follower = new CaptureFollower(() => [folder.file('multiview')]);
    for (let look = 0; look < 5; look++) await follower.read();
    assert.deepEqual(follower.record?.findings, ['one']);
  });

  for (const [what, content] of [
    ['nested lists', LISTS],
    ['megabytes', `{"version":1,"images":["${LINE}"]}`],
  ] as const)
    it(`reconstructions of ${what} are none`, async () => {
      const file = put('runs/a/reconstructions.json', content);
      assert.equal(await readReconstructions(path.dirname(file)), undefined);
    });
});
