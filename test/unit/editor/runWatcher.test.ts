import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { RunWatcher } from '../../../src/editor/runWatcher';
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
  });
});
