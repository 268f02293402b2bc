import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { adoptRuns, isOver } from '../../../src/runs/adopt';
import { isAlive, ownIdentity, posixStart, startFromStat } from '../../../src/runs/processIdentity';
import { runSweep, type SweepOptions } from '../../../src/runs/queue';
import type { SweepProgress } from '../../../src/runs/sweepProgress';
import { tellQueue } from '../../../src/runs/queueControl';
import type { RunFolder } from '../../../src/runs/runFolder';
import { RunStore } from '../../../src/runs/store';
import { stopRun } from '../../../src/runs/stopRun';
import { takeStudyFolder } from '../../../src/runs/studyLock';
import { temporaryFolder } from '../support/temporaryFolder';
import { fakeResults, fakeTrial } from './fakes';
import { fakeTrainers, until } from './trainerProcess';

const patience = { grace: 600, term: 300 };

describe('trainer processes', () => {
  const temporary = temporaryFolder();
  const trainers = fakeTrainers();
  let store: RunStore;
  beforeEach(() => {
    store = new RunStore(temporary.path);
  });

  const start = async (arm: string): Promise<RunFolder> => {
    const { folder } = await store.create(fakeTrial(arm));
    await trainers.launch(folder);
    return folder;
  };
  const state = async (folder: RunFolder) => (await folder.read()).state;
  const sweep = (
    arms: readonly string[],
    options: Partial<Pick<SweepOptions, 'jobs' | 'signal' | 'launch' | 'onProgress' | 'onNote'>> = {},
  ) =>
    runSweep({
      trials: arms.map((arm, seed) => fakeTrial(arm, seed)),
      store,
      jobs: 2,
      launch: folder => trainers.launch(folder),
      pollMilliseconds: 20,
      retryMilliseconds: 10,
      patience,
      ...options,
    });

  it('write their record, log and checkpoint, niced and in a session of their own', async () => {
    const folder = await start('slow');
    await until(async () => (await folder.read()).progress !== undefined);
    const { process: identity } = await folder.read();
    assert.deepEqual(identity, trainers.launched[0]!.identity);
    if (process.platform !== 'win32') assert.ok(os.getPriority(identity.pid) >= 10);
    if (process.platform === 'linux')
      assert.equal(readFileSync(`/proc/${identity.pid}/stat`, 'utf8').split(') ')[1]!.split(' ')[3], `${identity.pid}`);
    await stopRun(folder, undefined, { grace: 120_000, term: 0 });
    assert.match(readFileSync(folder.logFile, 'utf8'), /^\S+Z The run is stopped\.$/m);
  });

  const stops: readonly (readonly [arm: string, how: string])[] = [
    ['slow', 'when asked'],
    ['deaf', 'by SIGKILL when it hears nothing'],
  ];
  for (const [arm, how] of stops)
    it(`are stopped ${how}, and gone when that resolves`, async () => {
      const folder = await start(arm);
      await until(async () => (await state(folder)) === 'running');
      const record = await stopRun(folder, undefined, patience);
      assert.equal(record.state, 'stopped');
      assert.ok(!(await isAlive(trainers.launched[0]!.identity)));
      assert.equal(await state(folder), 'stopped');
    });

  it('are stopped at any moment, also before they wrote anything', async () => {
    for (let delay = 0; delay <= 120; delay += 40) {
      const { folder } = await store.create(fakeTrial('slow', delay));
      const { identity } = await trainers.launch(folder);
      await new Promise(resolve => setTimeout(resolve, delay));
      assert.equal((await stopRun(folder, identity, patience)).state, 'stopped');
      assert.ok(!(await isAlive(identity)));
    }
  });

  const deaths: readonly (readonly [arm: string, fault: RegExp])[] = [
    ['throws', /^The loss is not a number after 3 steps: lower the learning rate\.$/],
    ['uncaught', /^nobody caught this$/],
    ['killed', /^The trainer was ended by SIGKILL: free some memory and run it again\.$/],
    ['exits', /^The trainer ended with exit code 3 without a word: read .*trainer\.log\.$/],
  ];
  it('fail one by one without stopping the others', async () => {
    const records = await sweep([...deaths.map(([arm]) => arm), 'quick']);
    assert.deepEqual(
      records.map(record => record.state),
      ['failed', 'failed', 'failed', 'failed', 'finished'],
    );
    deaths.forEach(([, fault], index) => assert.match(records[index]!.fault!, fault));
    assert.deepEqual(await Promise.all((await store.list()).map(run => state(run.folder))), [
      'failed',
      'failed',
      'finished',
      'failed',
      'failed',
    ]);
  });

  it('work off a sweep a few at a time and report where it stands', async () => {
    const seen: SweepProgress[] = [];
    const records = await sweep(['quick', 'quick', 'quick', 'quick'], { onProgress: progress => seen.push(progress) });
    for (const record of records) assert.deepEqual([record.state, record.results], ['finished', fakeResults]);
    const fractions = seen.map(progress => progress.fraction);
    assert.deepEqual(
      fractions,
      [...fractions].sort((a, b) => a - b),
    );
    assert.deepEqual([fractions[0], fractions.at(-1), seen.at(-1)!.secondsLeft], [0, 1, 0]);
  });

  it('run as many at a time as asked', async () => {
    const abort = new AbortController();
    const records = await sweep(['slow', 'slow', 'slow'], {
      signal: abort.signal,
      onProgress: progress => progress.records.filter(record => record.state === 'running').length === 2 && abort.abort(),
    });
    assert.equal(trainers.launched.length, 2);
    assert.deepEqual(
      records.map(record => record.state),
      ['stopped', 'stopped', 'stopped'],
    );
  });

  it('keep what is finished when a study runs again, and run the rest anew', async () => {
    await sweep(['quick', 'throws', 'quick']);
    await store
      .folder('quick-seed-2')
      .update(record => ({ ...record, trial: { ...record.trial, data: { ...record.trial.data, labels: 9 } } }));
    const before = await store.folder('quick-seed-0').read();
    let kept = 0;
    const records = await sweep(['quick', 'throws', 'quick'], { onProgress: progress => (kept = progress.kept) });
    assert.deepEqual(
      records.map(record => record.state),
      ['finished', 'failed', 'finished'],
    );
    assert.deepEqual([kept, records[0]], [1, before]);
    assert.equal(records[2]!.trial.data.labels, 8, 'another trial under the same name runs again');
    assert.equal(trainers.launched.length, 5);
  });

  it('run anew when their data have changed since they finished', async () => {
    const print = (hash: string) => ({ method: 'content', hash, files: 1, bytes: 1 }) as const;
    const now = { train: print('a'), test: print('b') };
    await sweep(['quick', 'quick', 'quick']);
    const before = [now, { ...now, test: print('older') }, undefined];
    for (const [seed, data] of before.entries()) await store.folder(`quick-seed-${seed}`).update(record => ({ ...record, data }));
    let kept = 0;
    const options = { fingerprint: () => Promise.resolve(now), onProgress: (progress: SweepProgress) => (kept = progress.kept) };
    await sweep(['quick', 'quick', 'quick'], options);
    assert.equal(kept, 2, 'the same data, and a run of which nothing is known');
    assert.equal(trainers.launched.length, 4);
  });

  it('go on after the process that started them, and are watched by the next one', async () => {
    const { folder } = await store.create(fakeTrial('slow', 0));
    await trainers.launch(folder);
    await until(async () => (await state(folder)) === 'running');
    assert.deepEqual(
      (await adoptRuns(store)).map(run => run.record.state),
      ['running'],
    );
    let isAsked = false;
    const onProgress = () => {
      // It is watched by now.
      if (!isAsked) void folder.requestStop();
      isAsked = true;
    };
    const watching = sweep(['slow'], { onProgress });
    assert.deepEqual(
      (await watching).map(record => record.state),
      ['stopped'],
    );
    assert.equal(trainers.launched.length, 1);
  });

  it('are known to be gone when they died while nobody looked', async () => {
    const running = await start('deaf');
    const queued = (await store.create(fakeTrial('quick', 7))).folder;
    await until(async () => (await state(running)) === 'running');
    await trainers.killAll();
    const other = { ...(await running.read()).process!, pid: process.pid };
    const { folder: reused, record } = await store.create(fakeTrial('quick', 8));
    await reused.write({ ...record, state: 'running', process: other });
    const adopted = await adoptRuns(store);
    assert.deepEqual(
      adopted.map(run => run.record.state),
      ['interrupted', 'interrupted', 'interrupted'],
      'dead, never started, number reused',
    );
    assert.equal(await state(queued), 'interrupted');
    assert.ok(adopted.every(run => isOver(run.record) && run.record.endedAt));
  });

  it('are all stopped with the sweep, at any moment', async () => {
    for (const delay of [0, 50, 200]) {
      const abort = new AbortController();
      setTimeout(() => abort.abort(), delay);
      const records = await sweep(['slow', 'deaf', 'slow'], { signal: abort.signal });
      assert.deepEqual(
        records.map(record => record.state),
        ['stopped', 'stopped', 'stopped'],
      );
      assert.deepEqual(await Promise.all((await store.list()).map(run => state(run.folder))), ['stopped', 'stopped', 'stopped']);
      for (const { identity } of trainers.launched) assert.ok(!(await isAlive(identity)));
    }
  });

  it('are not started twice by two sweeps of one folder', async () => {
    const release = await takeStudyFolder(store.path);
    await assert.rejects(
      sweep(['quick']),
      new RegExp(`is being worked on by process ${process.pid}: wait for it, stop it or choose another folder\\.$`),
    );
    await store.create(fakeTrial('quick'));
    assert.equal((await adoptRuns(store))[0]!.record.state, 'queued', 'somebody will start it');
    await release();
    assert.deepEqual(
      (await sweep(['quick'])).map(record => record.state),
      ['finished'],
    );
  });

  it('are started again a few times when they die without a word', async () => {
    const [once, often] = await sweep(['dies once', 'killed']);
    assert.deepEqual([once!.state, once!.crashes, once!.results], ['finished', 1, fakeResults]);
    assert.deepEqual([often!.state, often!.crashes], ['failed', 2]);
    assert.equal(trainers.launched.length, 2 + 3);
  });

  it('wait while the queue is paused, and start in the order that was asked for', async () => {
    await tellQueue(store.path, () => ({ paused: true, first: ['quick-seed-2', 'quick-seed-1'] }));
    const started: string[] = [];
    const launch: SweepOptions['launch'] = folder => {
      started.push(path.basename(folder.path));
      return trainers.launch(folder);
    };
    const notes: string[] = [];
    const running = sweep(['quick', 'quick', 'quick'], { jobs: 1, launch, onNote: note => notes.push(note) });
    await until(() => Promise.resolve(notes.length === 1));
    assert.equal(trainers.launched.length, 0);
    await tellQueue(store.path, control => ({ ...control, paused: false }));
    assert.ok((await running).every(record => record.state === 'finished'));
    assert.deepEqual([started, notes.length], [['quick-seed-2', 'quick-seed-1', 'quick-seed-0'], 2]);
  });

  it('whose folder is deleted end as stopped, and the others go on', async () => {
    const running = sweep(['slow', 'quick']);
    const { folder } = { folder: store.folder('slow-seed-0') };
    await until(async () => (await state(folder).catch(() => '')) === 'running');
    await folder.delete();
    const [deleted, other] = await running;
    assert.deepEqual([deleted!.state, other!.state], ['stopped', 'finished']);
    assert.match(deleted!.fault!, /slow-seed-0 was deleted while it ran\.$/);
  });

  it('that cannot be started say why', async () => {
    const { folder } = await store.create(fakeTrial('quick'));
    await folder.delete();
    await assert.rejects(trainers.launch(folder), /trainer\.log does not exist: check the path\.$/);
  });
});

describe('process identity', () => {
  it('tells a process from another one with the same number', async () => {
    const own = await ownIdentity();
    assert.ok(await isAlive(own));
    assert.ok(!(await isAlive({ ...own, startedAt: 'earlier' })));
    assert.ok(!(await isAlive({ pid: 2 ** 22 + 1, startedAt: own.startedAt })));
  });

  it('reads the start time behind a name with brackets, and takes a zombie for gone', () => {
    const stat = (name: string, state: string) => `42 (${name}) ${state} ${[...Array(49).keys()].map(i => i + 4).join(' ')}`;
    assert.equal(startFromStat(stat('node) S 1 (x', 'R'), 'b'), '22 ticks after boot b');
    assert.equal(startFromStat(stat('node', 'Z'), 'b'), undefined);
  });

  if (process.platform !== 'win32')
    it('agrees with itself where there is no /proc', async () => {
      const first = await posixStart(process.pid);
      assert.ok(first);
      assert.equal(await posixStart(process.pid), first);
      assert.equal(await posixStart(2 ** 22 + 1), undefined);
    });
});
