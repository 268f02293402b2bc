import assert from 'node:assert/strict';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { hostname } from 'node:os';
import { mayLive, SILENCE } from '../../../src/runs/heartbeat';
import { ownIdentity } from '../../../src/runs/processIdentity';
import { queueOwner, takeStudyFolder } from '../../../src/runs/studyLock';
import { temporaryFolder } from '../support/temporaryFolder';

describe('the hold on a study folder', () => {
  const folder = temporaryFolder();
  const lock = () => path.join(folder.path, 'queue.json');
  const dead = { pid: 2 ** 22 + 1, startedAt: 'long ago', host: hostname(), token: 'dead' };

  it('is one process’s at a time and leaves nothing behind', async () => {
    const release = await takeStudyFolder(folder.path);
    assert.equal((await queueOwner(folder.path))?.pid, process.pid);
    await assert.rejects(
      takeStudyFolder(folder.path),
      /is being worked on by process \d+: wait for it, stop it or choose another folder\.$/,
    );
    await release();
    assert.deepEqual(readdirSync(folder.path), []);
    assert.equal(await queueOwner(folder.path), undefined);
  });

  const leftovers: readonly (readonly [what: string, text: string])[] = [
    ['a dead process', JSON.stringify(dead)],
    ['a process whose number another one has', JSON.stringify({ ...dead, pid: process.pid })],
    ['a version without hosts', JSON.stringify({ pid: dead.pid, startedAt: 'long ago' })],
    ['a full disk', '{"pid": 1'],
    ['nobody', ''],
  ];
  for (const [what, text] of leftovers)
    it(`passes to exactly one of many when it was left by ${what}`, async () => {
      writeFileSync(lock(), text);
      const tries = await Promise.allSettled(Array.from({ length: 12 }, () => takeStudyFolder(folder.path)));
      const taken = tries.flatMap(one => (one.status === 'fulfilled' ? [one.value] : []));
      assert.equal(taken.length, 1);
      for (const one of tries) if (one.status === 'rejected') assert.match(String(one.reason), /is being worked on by process/);
      await taken[0]!();
      assert.deepEqual(readdirSync(folder.path), []);
    });

  it('passes on when a successor died too, before it had taken its place', async () => {
    writeFileSync(lock(), JSON.stringify(dead));
    writeFileSync(folder.file('queue.after-dead.json'), JSON.stringify({ ...dead, token: 'dead-too' }));
    const release = await takeStudyFolder(folder.path);
    assert.equal((JSON.parse(readFileSync(lock(), 'utf8')) as { pid: number }).pid, process.pid);
    await release();
    assert.deepEqual(readdirSync(folder.path), []);
  });

  it('is not given back by one who has lost it', async () => {
    const release = await takeStudyFolder(folder.path);
    const other = JSON.stringify({ ...(await ownIdentity()), token: 'other' });
    writeFileSync(lock(), other);
    await release();
    assert.equal(readFileSync(lock(), 'utf8'), other);
  });

  it('of another machine is respected while its heartbeat changes, whatever the clocks say', async () => {
    const away = { ...dead, host: 'elsewhere', token: 'away' };
    writeFileSync(lock(), JSON.stringify(away));
    writeFileSync(folder.file('queue.alive'), 'away 1\n');
    const beating = setInterval(() => writeFileSync(folder.file('queue.alive'), `away ${Math.random()}\n`), 100);
    try {
      await assert.rejects(takeStudyFolder(folder.path), /is being worked on by process \d+ on elsewhere/);
    } finally {
      clearInterval(beating);
    }
  });

  it('a process elsewhere is gone when it was silent for long by this machine’s own clock', async () => {
    const now = performance.now.bind(performance);
    const start = performance.now();
    const clockAt = (milliseconds: number) => (performance.now = () => start + milliseconds);
    const beat = folder.file('alive');
    writeFileSync(beat, '1\n');
    const away = { ...dead, host: 'elsewhere' };
    try {
      clockAt(0);
      assert.equal(await mayLive(away, beat), true);
      clockAt(SILENCE - 1);
      assert.equal(await mayLive(away, beat), true);
      clockAt(SILENCE);
      assert.equal(await mayLive(away, beat), false);
      writeFileSync(beat, '2\n');
      assert.equal(await mayLive(away, beat), true, 'it came back');
    } finally {
      performance.now = now;
    }
  });
});
