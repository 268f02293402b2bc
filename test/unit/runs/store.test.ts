import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { FileFault } from '../../../src/common/fault';
import { RunFolder } from '../../../src/runs/runFolder';
import { findStores, RunStore } from '../../../src/runs/store';
import { temporaryFolder } from '../support/temporaryFolder';
import { failingFiles, fakeRecord, fakeTrial } from './fakes';

const line = (step: number) => ({ phase: 'pre-training', step, time: step, values: { loss: 1 / step } });

describe('runs on disk', () => {
  const folder = temporaryFolder();

  it('are created as queued, listed by id and deleted', async () => {
    const store = new RunStore(folder.path);
    assert.deepEqual(await store.list(), []);
    for (const seed of [1, 0]) await store.create(fakeTrial('quick', seed));
    const runs = await store.list();
    assert.deepEqual(
      runs.map(run => [run.record.id, run.record.state]),
      [
        ['quick-seed-0', 'queued'],
        ['quick-seed-1', 'queued'],
      ],
    );
    await runs[0]!.folder.delete();
    assert.deepEqual(
      (await store.list()).map(run => run.record.id),
      ['quick-seed-1'],
    );
  });

  it('are found below a folder of studies', async () => {
    for (const study of ['a', 'b']) await new RunStore(folder.file(study)).create(fakeTrial('quick'));
    mkdirSync(folder.file('empty'));
    assert.deepEqual(
      (await findStores(folder.path)).map(store => path.basename(store.path)),
      ['a', 'b'],
    );
    assert.deepEqual(
      (await findStores(folder.file('a'))).map(store => path.basename(store.path)),
      ['a'],
    );
    assert.deepEqual(await findStores(folder.file('nowhere')), []);
  });

  it('begin anew without what an unfinished execution left; a finished one is kept', async () => {
    const store = new RunStore(folder.path);
    const { folder: run, record } = await store.create(fakeTrial('quick'));
    await run.appendMetrics([line(1)]);
    await run.requestStop();
    await store.create(fakeTrial('quick'));
    assert.deepEqual((await run.metrics()).lines, []);
    assert.equal(await run.stopRequested(), false);

    await run.write({ ...record, state: 'finished', endedAt: '2025-01-01T10:20:30.000Z' });
    await store.create(fakeTrial('quick'));
    assert.equal((await run.read()).state, 'queued');
    const earlier = new RunFolder(path.join(folder.path, 'earlier', 'quick-seed-0-until-20250101T102030000Z'));
    assert.equal((await earlier.read()).state, 'finished');
  });

  it('leave a broken record out of the list and say so', async () => {
    const store = new RunStore(folder.path);
    await store.create(fakeTrial('quick'));
    for (const [name, text] of [
      ['empty', ''],
      ['half', '{"version":1'],
      ['other', '{"version":1}'],
      ['null', 'null'],
    ] as const) {
      mkdirSync(folder.file(name));
      writeFileSync(path.join(folder.file(name), 'run.json'), text);
    }
    const faults: unknown[] = [];
    assert.equal((await store.list(fault => faults.push(fault))).length, 1);
    assert.equal(faults.length, 4);
    for (const fault of faults)
      assert.ok(
        fault instanceof FileFault &&
          /run\.json is not a run record: delete the folder of this run and run it again\.$/.test(fault.message),
      );
    await assert.rejects(store.folder('none').read(), /none.run\.json does not exist: check the path\.$/);
    assert.equal(await store.folder('none').readIfPresent(), undefined);
  });

  it('serialise their writes: the last one asked for stays', async () => {
    const run = new RunFolder(folder.path);
    const ids = [...Array(20).keys()].map(String);
    await Promise.all(ids.map(id => run.write(fakeRecord({ id }))));
    assert.equal((await run.read()).id, '19');
    assert.deepEqual(readdirSync(folder.path), ['run.json']);
  });

  for (const [code, sentence] of [
    ['ENOSPC', /run\.json cannot be written because the disk is full: free some space and start again\.$/],
    ['EACCES', /cannot be opened for lack of permission: change its permissions or choose another place\.$/],
  ] as const)
    it(`keep the record that they have when a write fails with ${code}`, async () => {
      const files = failingFiles(code);
      const { folder: run, record } = await new RunStore(folder.path, files).create(fakeTrial('quick'));
      files.failing = true;
      await assert.rejects(run.write({ ...record, state: 'running' }), error => error instanceof FileFault && sentence.test(error.message));
      assert.deepEqual(await run.read(), record);
      assert.deepEqual(readdirSync(run.path), ['run.json']);
      files.failing = false;
      await run.write({ ...record, state: 'running' });
      assert.equal((await run.read()).state, 'running');
    });

  it('take back half-written metrics, so that they can be written again', async () => {
    const files = failingFiles('ENOSPC');
    const run = new RunFolder(folder.path, files);
    for (const lines of [[line(1)], [line(2), line(3)]]) {
      files.failing = true;
      await assert.rejects(run.appendMetrics(lines), /metrics\.jsonl cannot be written because the disk is full/);
      files.failing = false;
      await run.appendMetrics(lines);
    }
    assert.deepEqual((await run.metrics()).lines, [line(1), line(2), line(3)]);
  });

  it('replace a checkpoint only with a finished one', async () => {
    const run = new RunFolder(folder.path);
    for (const name of ['first', 'second']) {
      writeFileSync(path.join(await run.beginCheckpoint(), name), '');
      await run.finishCheckpoint();
    }
    writeFileSync(path.join(await run.beginCheckpoint(), 'third'), '');
    await run.dropCheckpoint();
    assert.deepEqual(readdirSync(run.checkpoint), ['second']);
    assert.ok(!existsSync(`${run.checkpoint}.partial`));
  });
});
