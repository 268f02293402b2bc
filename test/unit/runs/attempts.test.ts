import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { adoptRuns } from '../../../src/runs/adopt';
import { Attempts } from '../../../src/runs/cluster/attempts';
import { Submissions } from '../../../src/runs/cluster/submissions';
import { diskFiles, type RunFiles } from '../../../src/runs/files';
import { RunFolder } from '../../../src/runs/runFolder';
import { RunStore } from '../../../src/runs/store';
import { temporaryFolder } from '../support/temporaryFolder';
import { fakeResults, fakeTrial } from './fakes';

describe('attempts of one trial', () => {
  const folder = temporaryFolder();
  const trial = fakeTrial('quick');
  const queued = async () => (await new RunStore(folder.path).create(trial)).folder;

  /** An attempt that has finished, with the files that a trainer leaves. */
  async function finishedAttempt(run: RunFolder, name: string): Promise<void> {
    const attempt = await new Attempts(run).begin({ name, task: '1_0' });
    await attempt.appendMetrics([{ phase: 'pre-training', step: 1, time: 1, values: { loss: name.length } }]);
    writeFileSync(path.join(await attempt.beginCheckpoint(), 'encoder'), name);
    await attempt.finishCheckpoint();
    await attempt.update(record => ({ ...record, state: 'finished', results: fakeResults }));
  }
  const winnerOf = (run: RunFolder) => readFileSync(path.join(run.checkpoint, 'encoder'), 'utf8');

  it('are followed through the folder of the run while they go on', async () => {
    const run = await queued();
    const attempt = await new Attempts(run).begin({ name: 'a', task: '1_0', node: 'n1' });
    await attempt.appendMetrics([{ phase: 'pre-training', step: 7, time: 1, values: { loss: 1 } }]);
    const record = await attempt.update(last => ({ ...last, state: 'running', process: { pid: 1, startedAt: 'elsewhere' } }));
    await run.writeLive(record);
    assert.equal((await run.read()).state, 'running');
    assert.equal((await run.readOwn()).state, 'queued');
    assert.deepEqual(
      (await run.metrics()).lines.map(line => line.step),
      [7],
    );
    const submissions = await Submissions.open(folder.path);
    await submissions.enlist([trial.id]);
    await submissions.add({ scheduler: 'slurm', job: '1', submittedAt: 'now', indices: [0] });
    assert.equal(
      (await adoptRuns(new RunStore(folder.path)))[0]!.record.state,
      'running',
      'a process of another machine is not looked for here',
    );
  });

  it('count once, however many finish and whoever looks meanwhile', async () => {
    const run = await queued();
    const names = ['a', 'b', 'c', 'd'];
    for (const name of names) await finishedAttempt(run, name);
    const outcomes = await Promise.all([...names.map(name => new Attempts(run).finish(name)), new Attempts(run).settle()]);
    assert.equal(outcomes.slice(0, 4).filter(Boolean).length, 1);
    assert.equal(winnerOf(run), names[outcomes.indexOf(true)]);
    assert.equal((await run.read()).state, 'finished');
    assert.equal((await run.metrics()).lines.length, 1);
  });

  it('finish although whoever finished was ended at any point', async () => {
    for (let steps = 0; steps < 40; steps++) {
      const run = await queued();
      await finishedAttempt(run, 'a');
      const died = await new Attempts(run, filesThatEndAfter(steps)).finish('a').then(
        () => false,
        () => true,
      );
      const settled = await new Attempts(run).settle();
      if (!settled) await new Attempts(run).finish('a');
      assert.equal(winnerOf(run), 'a', `ended after ${steps} operations`);
      assert.equal((await run.readOwn()).state, 'finished');
      await run.delete();
      if (!died) {
        assert.ok(steps > 5, 'it was ended at several points');
        return;
      }
    }
    assert.fail('it never came through');
  });
});

/** The real file system until it has done `operations` changes; then every further one fails, as for a process that was ended. */
function filesThatEndAfter(operations: number): RunFiles {
  let left = operations;
  const counted = <A extends unknown[], R>(operation: (...words: A) => Promise<R>) => {
    return (...words: A): Promise<R> =>
      left-- > 0 ? operation(...words) : Promise.reject(Object.assign(new Error('ended'), { code: 'EIO' }));
  };
  return {
    ...diskFiles,
    write: counted((file: string, text: string) => diskFiles.write(file, text)),
    rename: counted((from: string, to: string) => diskFiles.rename(from, to)),
    remove: counted((file: string) => diskFiles.remove(file)),
    link: counted((file: string, name: string) => diskFiles.link(file, name)),
  };
}
