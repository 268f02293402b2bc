import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { RunWatcher } from '../../../src/editor/runWatcher';
import { Submissions } from '../../../src/runs/cluster/submissions';
import { glanceOf } from '../../../src/runs/glance';
import type { RunRecord } from '../../../src/runs/record';
import { RunFolder } from '../../../src/runs/runFolder';
import { ownIdentity } from '../../../src/runs/processIdentity';
import { temporaryFolder } from '../support/temporaryFolder';
import { record } from './builders';

describe('watching the runs on disk', () => {
  const temporary = temporaryFolder();
  let warnings: string[];
  let mayWrite: boolean;
  let watcher: RunWatcher;

  beforeEach(() => {
    warnings = [];
    mayWrite = true;
    watcher = new RunWatcher({
      roots: () => [{ folder: temporary.path, name: '' }],
      mayWrite: () => mayWrite,
      warn: line => warnings.push(line),
    });
  });

  const folderOf = (name: string) => new RunFolder(temporary.file(name));
  const write = (name: string, run: RunRecord) => folderOf(name).create(run);
  const seen = () => watcher.all().map(({ id, record: { state } }) => `${id} ${state}`);

  it('finds the runs of all studies, and nothing where there is no folder', async () => {
    await watcher.scan();
    assert.deepEqual(seen(), []);
    await write('fashion/a', record());
    await write('cifar/b', record({ state: 'stopped' }));
    const { changed, states } = await watcher.scan();
    assert.deepEqual(seen().sort(), ['cifar/b stopped', 'fashion/a finished']);
    assert.deepEqual([changed.length, states], [2, true]);
    const again = await watcher.scan();
    assert.deepEqual([again.changed.length, again.removed.length, again.states], [0, 0, false]);
  });

  it('sees progress of active runs only when their record was replaced, and tells it from a new state', async () => {
    const running = record({ state: 'running', endedAt: undefined, process: await ownIdentity() });
    await write('fashion/a', running);
    await watcher.scan();
    assert.equal((await watcher.poll()).changed.length, 0);
    await write('fashion/a', { ...running, progress: { phase: 'pre-training', fraction: 0.5, step: 5, steps: 10 } });
    const further = await watcher.poll();
    assert.deepEqual([further.changed[0]?.record.progress?.fraction, further.states], [0.5, false]);
    await write('fashion/a', { ...running, state: 'finished' });
    assert.equal((await watcher.poll()).states, true);
    assert.deepEqual(seen(), ['fashion/a finished']);
  });

  it('settles a run whose trainer is gone as interrupted, on disk too; in a workspace that is not trusted it writes nothing', async () => {
    const dead = record({ state: 'running', endedAt: undefined, process: { pid: process.pid, startedAt: 'long ago' } });
    await write('fashion/a', dead);
    mayWrite = false;
    await watcher.scan();
    assert.deepEqual(seen(), ['fashion/a running']);
    assert.equal((await folderOf('fashion/a').read()).state, 'running');
    mayWrite = true;
    await watcher.scan();
    assert.deepEqual(seen(), ['fashion/a interrupted']);
    assert.equal((await folderOf('fashion/a').read()).state, 'interrupted');
  });

  for (const [hours, clock] of [
    [1, 'ahead'],
    [-1, 'behind'],
  ] as const)
    it(`goes by processes, not by the clock of a record that is an hour ${clock}`, async () => {
      const startedAt = new Date(Date.now() + 3_600_000 * hours).toISOString();
      const running = record({ state: 'running', startedAt, createdAt: startedAt, endedAt: undefined });
      await write('fashion/alive', { ...running, process: await ownIdentity() });
      await write('fashion/dead', { ...running, process: { pid: process.pid, startedAt: 'long ago' } });
      await watcher.scan();
      assert.deepEqual(seen(), ['fashion/alive running', 'fashion/dead interrupted']);
      await write('fashion/alive', { ...running, state: 'finished', endedAt: startedAt });
      assert.equal((await watcher.poll()).states, true, 'a record is new when it was replaced, whatever it says about the time');
    });

  it('agrees with that of another window, also when one was killed and comes back', async () => {
    const other = new RunWatcher({
      roots: () => [{ folder: temporary.path, name: '' }],
      mayWrite: () => true,
      warn: line => warnings.push(line),
    });
    const running = record({ state: 'running', endedAt: undefined });
    const names = Array.from({ length: 20 }, (_, i) => `fashion/${i}`);
    for (const [i, name] of names.entries()) {
      const trainer = i % 2 === 0 ? await ownIdentity() : { pid: process.pid, startedAt: 'long ago' };
      await write(name, { ...running, process: trainer });
    }
    await Promise.all([watcher.scan(), other.scan(), watcher.poll(), other.poll()]);
    const expected = names.map((name, i) => `${name} ${i % 2 === 0 ? 'running' : 'interrupted'}`).sort();
    const both = () =>
      [watcher, other].map(one =>
        one
          .all()
          .map(({ id, record: { state } }) => `${id} ${state}`)
          .sort(),
      );
    assert.deepEqual(both(), [expected, expected]);
    // The other window is killed; meanwhile an interrupted run goes on and finishes, and another is deleted.
    await write('fashion/1', { ...running, process: await ownIdentity() });
    rmSync(temporary.file('fashion/3'), { recursive: true });
    await watcher.scan();
    await write('fashion/1', record());
    await watcher.poll();
    const again = new RunWatcher({
      roots: () => [{ folder: temporary.path, name: '' }],
      mayWrite: () => true,
      warn: line => warnings.push(line),
    });
    await Promise.all([watcher.scan(), again.scan()]);
    // Two windows may settle a run at the same time; their clocks then differ in when it ended, by milliseconds.
    const states = (one: RunWatcher) => one.all().map(({ id, record: { state } }) => `${id} ${state}`);
    assert.deepEqual(states(again).sort(), states(watcher).sort());
    assert.equal(again.all().find(({ id }) => id === 'fashion/1')?.record.state, 'finished');
    assert.deepEqual([again.all().length, warnings], [19, []]);
  });

  it('takes ended runs from the index that an earlier window left, and reads a record when it is asked for', async () => {
    const names = ['fashion/a', 'fashion/b'];
    for (const name of names) await write(name, record());
    await watcher.scan();
    // What is on disk is no record any more, but looks untouched: whoever reads it would find out.
    for (const name of names) {
      const file = folderOf(name).recordFile;
      const time = 1_700_000_000;
      utimesSync(file, time, time);
      await watcher.scan();
      await new RunWatcher({ roots: () => [{ folder: temporary.path, name: '' }], mayWrite: () => true, warn: () => undefined }).scan();
      writeFileSync(file, ' '.repeat(readFileSync(file).length));
      utimesSync(file, time, time);
    }
    const again = new RunWatcher({
      roots: () => [{ folder: temporary.path, name: '' }],
      mayWrite: () => true,
      warn: line => warnings.push(line),
    });
    const { changed } = await again.scan();
    assert.deepEqual([changed.length, warnings], [2, []], 'no record was read');
    assert.deepEqual(
      again.all().map(one => one.record),
      names.map(() => glanceOf(record())),
    );
    assert.deepEqual([await again.read(again.all()), again.readNow(again.all()[0]!)], [[], undefined]);
    assert.match(warnings[0]!, /is not a run record/);
  });

  it('reads whole records once, and again when they were replaced', async () => {
    await write('fashion/a', record());
    await watcher.scan();
    const [first] = await watcher.read(watcher.all());
    assert.deepEqual(first?.record, await folderOf('fashion/a').read());
    assert.equal(watcher.readNow(watcher.all()[0]!), first.record);
    await write('fashion/a', record({ state: 'stopped' }));
    await watcher.scan();
    assert.equal((await watcher.read(watcher.all()))[0]?.record.state, 'stopped');
    assert.equal(watcher.readNow(watcher.all()[0]!)!.state, 'stopped');
  });

  it('sees what a cluster tells of a run whose own record waits', async () => {
    const waiting = record({ state: 'queued', endedAt: undefined, results: undefined });
    await write('fashion/a', waiting);
    const submissions = await Submissions.open(temporary.file('fashion'));
    await submissions.enlist([waiting.id]);
    await submissions.add({ scheduler: 'slurm', job: '1', submittedAt: 'now', indices: [0] });
    await watcher.scan();
    assert.deepEqual(seen(), ['fashion/a queued']);
    const attempt = { name: '1_0.0-1', task: '1_0' };
    for (const fraction of [0.25, 0.5]) {
      await folderOf('fashion/a').writeLive({
        ...waiting,
        state: 'running',
        attempt,
        progress: { phase: 'pre-training', fraction, step: 1, steps: 4 },
      });
      const { changed } = await watcher.poll();
      assert.deepEqual(
        changed.map(({ record: { state, progress } }) => [state, progress?.fraction]),
        [['running', fraction]],
      );
    }
  });

  it('forgets a run whose folder is gone', async () => {
    await write('fashion/a', record());
    await watcher.scan();
    rmSync(temporary.file('fashion/a'), { recursive: true });
    const { removed, states } = await watcher.scan();
    assert.deepEqual([removed.map(({ id }) => id), states, seen()], [['fashion/a'], true, []]);
  });

  it('leaves out a record that is no record, says so once, and still finds the others', async () => {
    mkdirSync(temporary.file('fashion/broken'), { recursive: true });
    writeFileSync(path.join(temporary.file('fashion/broken'), 'run.json'), '{"version": 1, "sta');
    await write('fashion/whole', record());
    await watcher.scan();
    await watcher.scan();
    assert.deepEqual(seen(), ['fashion/whole finished']);
    assert.equal(warnings.length, 1);
    assert.match(warnings[0]!, /broken/);
    assert.deepEqual(watcher.damaged(), [
      { folder: temporary.file('fashion/broken'), studyFolder: temporary.file('fashion'), sentence: warnings[0] },
    ]);
    rmSync(temporary.file('fashion/broken'), { recursive: true });
    assert.equal((await watcher.scan()).states, true);
    assert.deepEqual(watcher.damaged(), []);
  });
});
