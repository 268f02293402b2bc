import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { FileFault } from '../../../src/common/fault';
import { adoptRuns } from '../../../src/runs/adopt';
import { listRuns } from '../../../src/runs/runIndex';
import { metricOf, metricText } from '../../../src/runs/metricLines';
import { readControl, tellQueue } from '../../../src/runs/queueControl';
import { withChecksum } from '../../../src/runs/checksum';
import { glanceOf } from '../../../src/runs/glance';
import { recordOf, recordText } from '../../../src/runs/recordText';
import type { RunFolder } from '../../../src/runs/runFolder';
import { RunStore } from '../../../src/runs/store';
import type { StateKey } from '../../../src/runs/trainer/trainingStateFile';
import type { TrainingState } from '../../../src/training/trainingState';
import { temporaryFolder } from '../support/temporaryFolder';
import { fineTuningResult } from '../support/fineTuningResult';
import { failingFiles, fakeRecord, fakeResults, fakeTrial } from './fakes';

const line = (step: number) => ({ phase: 'pré-training', step, time: step / 3, values: { loss: 1 / step, regulariser: -1e-7 * step } });
const key: StateKey = { trial: 't', engine: 'native', threads: 1, code: 'c', platform: 'p', data: '{}' };
const stream = { words: [1, 2, 3, 4], spare: -0 };
const state: TrainingState = {
  steps: {
    step: 3,
    parameters: new Map([['weight', Float32Array.of(1, -0, NaN, 1e-40)]]),
    optimiser: { steps: 3, moments: [Float32Array.of(0.1)] },
    feeds: { step: 3, batches: { random: stream, position: 2 }, masks: stream, ratios: stream, regularisers: [undefined] },
    carried: [undefined],
    tail: 0.1,
  },
  observer: { checkpoints: [], scales: [], holdOutLosses: Float64Array.of(0.1, 0.2) },
  sampler: { sums: new Map([['loss', 1 / 3]]), count: 2 },
  norms: [],
  seconds: 1.5,
  started: 0.1,
};

describe('damaged files of runs', () => {
  const temporary = temporaryFolder();
  let store: RunStore;
  let folder: RunFolder;
  beforeEach(async () => {
    store = new RunStore(temporary.path);
    folder = (await store.create(fakeTrial('quick'))).folder;
  });

  /** Cuts a file at every byte, tells `look` how much is left, and puts it back. */
  async function cutEverywhere(file: string, look: (bytes: number, whole: number) => Promise<void>): Promise<void> {
    const whole = readFileSync(file);
    for (let bytes = 0; bytes <= whole.length; bytes++) {
      writeFileSync(file, whole.subarray(0, bytes));
      await look(bytes, whole.length);
    }
    writeFileSync(file, whole);
  }

  it('a record that is cut anywhere is the record or a fault, and the trial can run again', async () => {
    await folder.update(record => ({ ...record, state: 'finished', results: fakeResults }));
    const record = await folder.read();
    await cutEverywhere(folder.recordFile, async (bytes, whole) => {
      const read = await folder.read().catch((error: unknown) => error);
      if (bytes >= whole - 1) assert.deepEqual(read, record);
      else assert.ok(read instanceof FileFault, `${bytes} bytes: ${String(read)}`);
      assert.equal((await listRuns(store)).length, bytes >= whole - 1 ? 1 : 0);
    });
    writeFileSync(folder.recordFile, '{"version": 1, "id"');
    const told: string[] = [];
    await store.create(fakeTrial('quick'), { tell: sentence => told.push(sentence) });
    assert.match(told.join(), /run\.json is not a run record: its folder is now .*broken-\w+, and the trial runs anew\.$/);
    assert.equal((await folder.read()).state, 'queued');
    assert.match((await store.names()).join(' '), /earlier/);
  });

  it('a record with any one byte changed is damaged or says what it said: never another number', () => {
    const results = { ...fakeResults, fineTuning: [fineTuningResult('probe', 0.0625, 100)], featureComplexity: -1.5e-7 };
    const whole = fakeRecord({ state: 'finished', endedAt: '2025-01-01T10:20:30.000Z', results, fault: 'Größe „π“' });
    const text = recordText(whole);
    const record = recordOf(text);
    assert.deepEqual(record, whole);
    const bytes = Buffer.from(text);
    const outcomes = new Map<string, number>();
    for (let at = 0; at < bytes.length; at++)
      // Every bit, and what typing leaves: another digit, white space, a quotation mark, a brace.
      for (const other of [0, 1, 2, 3, 4, 5, 6, 7].map(bit => bytes[at]! ^ (1 << bit)).concat([...Buffer.from('07 \n"}')])) {
        if (other === bytes[at]) continue;
        const changed = Buffer.from(bytes);
        changed[at] = other;
        const read = recordOf(changed.toString('utf8'));
        if (typeof read === 'object') assert.deepEqual(read, record, `byte ${at} is now ${other}`);
        const outcome = typeof read === 'object' ? 'whole' : read;
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      }
    assert.ok(outcomes.get('damaged')! > bytes.length, JSON.stringify([...outcomes]));
  });

  for (const [what, change, why] of [
    ['a number', (text: string) => text.replace('"seconds": 1', '"seconds": 2'), /run\.json was damaged or changed after it was written: /],
    ['the state', (text: string) => text.replace('"finished"', '"stopped"'), /was damaged or changed after it was written/],
    ['the name of the checksum', (text: string) => text.replace('"crc"', '"cra"'), /was damaged or changed after it was written/],
    ['a brace', (text: string) => text.replace('}', ']'), /is not a run record/],
  ] as const)
    it(`a record with ${what} changed is named by everything that reads it, and nothing writes over it`, async () => {
      await folder.update(record => ({ ...record, state: 'finished', results: fakeResults }));
      const changed = change(readFileSync(folder.recordFile, 'utf8'));
      writeFileSync(folder.recordFile, changed);
      await assert.rejects(folder.read(), error => error instanceof FileFault && why.test(error.message));
      await assert.rejects(
        folder.update(record => record),
        why,
      );
      for (const list of [listRuns, adoptRuns]) {
        const faults: unknown[] = [];
        assert.deepEqual(await list(store, fault => faults.push(fault)), []);
        assert.match(String(faults), why);
      }
      assert.equal(readFileSync(folder.recordFile, 'utf8'), changed);
    });

  it('a record of an earlier version, which has no checksum, is read and gets one when it is next written', async () => {
    const { record } = (await store.list())[0]!;
    writeFileSync(folder.recordFile, JSON.stringify(record));
    assert.deepEqual(await folder.read(), record);
    await folder.update(one => ({ ...one, state: 'stopped' }));
    assert.match(readFileSync(folder.recordFile, 'utf8'), /"crc": "[0-9a-f]{8}"\n\}\n$/);
    assert.equal((await folder.read()).state, 'stopped');
  });

  it('a record of a later version is neither read nor replaced', async () => {
    const later = JSON.stringify({ ...(await folder.read()), version: 7 });
    writeFileSync(folder.recordFile, later);
    const sentence = /run\.json was written by a later BoundLens: update BoundLens, or choose another folder\.$/;
    await assert.rejects(folder.read(), sentence);
    await assert.rejects(store.create(fakeTrial('quick')), sentence);
    assert.equal(readFileSync(folder.recordFile, 'utf8'), later);
  });

  it('metrics that are cut anywhere give the lines before the cut and nothing else', async () => {
    const lines = [1, 2, 3].map(line);
    await folder.appendMetrics(lines);
    const ends = lines.map((_, i) =>
      Buffer.byteLength(
        lines
          .slice(0, i + 1)
          .map(metricText)
          .join(''),
      ),
    );
    await cutEverywhere(folder.metricsFile, async bytes => {
      const { lines: read, damaged } = await folder.metrics();
      assert.deepEqual([read, damaged], [lines.slice(0, ends.filter(end => end <= bytes).length), 0]);
    });
  });

  it('a line of metrics with any one bit turned is left out and counted', () => {
    const text = metricText(line(7));
    assert.deepEqual(metricOf(text.trimEnd()), line(7));
    const bytes = Buffer.from(text.trimEnd());
    for (let bit = 0; bit < 8 * bytes.length; bit++) {
      const turned = Buffer.from(bytes);
      turned[bit >> 3]! ^= 1 << (bit & 7);
      assert.equal(metricOf(turned.toString('utf8')), undefined, turned.toString('utf8'));
    }
    const earlier = JSON.stringify(line(7));
    assert.deepEqual(metricOf(earlier), line(7), 'lines of earlier versions have no checksum');
  });

  it('a state of training that is cut anywhere is no state, and the run says why it begins anew', async () => {
    await folder.keepTrainingState(state, key, { bytes: 10, lines: 1 });
    await cutEverywhere(folder.stateFile, async (bytes, whole) => {
      const found = await folder.trainingState(key);
      if (bytes === whole) assert.deepEqual(found, { state, metrics: { bytes: 10, lines: 1 } });
      else assert.match(found.why ?? '', /^its state is damaged/);
    });
    for (const [part, why] of [
      ['trial', 'its state belongs to another trial'],
      ['threads', 'its state belongs to another number of threads'],
      ['code', 'its state belongs to another version of BoundLens'],
    ] as const)
      assert.deepEqual(await folder.trainingState({ ...key, [part]: 'other' }), { why });
  });

  it('an index or a word to the queue that is cut anywhere changes nothing', async () => {
    await folder.update(record => ({ ...record, state: 'stopped' }));
    const listed = (await listRuns(store)).map(({ glance: one }) => one);
    await cutEverywhere(path.join(store.path, 'index.json'), async () => {
      assert.deepEqual(
        (await listRuns(store)).map(({ glance: one }) => one),
        listed,
      );
    });
    const told = await tellQueue(store.path, control => ({ ...control, paused: true, first: ['a'] }));
    await cutEverywhere(path.join(store.path, 'control.json'), async (bytes, whole) =>
      assert.deepEqual(await readControl(store.path), bytes >= whole - 1 ? told : { paused: false, first: [] }),
    );
  });

  it('a folder that cannot be written is listed, with runs whose trainer is gone as interrupted', async () => {
    const files = failingFiles('EACCES');
    const closed = new RunStore(temporary.path, files);
    await folder.update(record => ({ ...record, state: 'running', process: { pid: 2 ** 22 + 1, startedAt: 'long ago' } }));
    files.failing = true;
    const listed = await listRuns(closed, fault => assert.fail(String(fault)));
    assert.deepEqual(
      listed.map(({ glance: one }) => one.state),
      ['interrupted'],
    );
    assert.deepEqual(
      (await adoptRuns(closed)).map(({ record }) => record.state),
      ['interrupted'],
    );
    assert.equal((await folder.read()).state, 'running');
  });

  it('the index never overrules a record', async () => {
    await folder.update(record => ({ ...record, state: 'stopped' }));
    await listRuns(store);
    await folder.update(record => ({ ...record, state: 'failed' }));
    assert.equal((await listRuns(store))[0]!.glance.state, 'failed');
    const file = path.join(store.path, 'index.json');
    writeFileSync(file, withChecksum(JSON.stringify({ version: 3, trials: [{}], runs: [['quick-seed-0', 'other', 0, { trial: 0 }]] })));
    assert.equal((await listRuns(store))[0]!.glance.state, 'failed');
    const whole = readFileSync(file, 'utf8');
    for (let at = 0; at < whole.length; at++) {
      writeFileSync(file, `${whole.slice(0, at)}${whole[at] === '7' ? '8' : '7'}${whole.slice(at + 1)}`);
      assert.deepEqual((await listRuns(store))[0]!.glance, glanceOf(await folder.read()), `character ${at} of the index changed`);
    }
  });
});
