import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { EnvironmentFault } from '../../../src/common/fault';
import { Attempts } from '../../../src/runs/cluster/attempts';
import { runClusterSweep } from '../../../src/runs/cluster/clusterSweep';
import type { JobArray, QueuedTask, Scheduler } from '../../../src/runs/cluster/scheduler';
import { trialOfTask } from '../../../src/runs/cluster/submissions';
import { stopOnCluster } from '../../../src/runs/cluster/stopOnCluster';
import type { RunState } from '../../../src/runs/record';
import { RunStore } from '../../../src/runs/store';
import { temporaryFolder } from '../support/temporaryFolder';
import { fakeResults, fakeTrial } from './fakes';
import { until } from './trainerProcess';

/** A cluster without nodes: what happens to a task is the test's to say. */
class FakeScheduler implements Scheduler {
  readonly name = 'fake';
  readonly title = 'The cluster';
  readonly indexVariable = 'INDEX';
  readonly submitted: (readonly number[])[] = [];
  readonly cancelled: string[] = [];
  tasks: QueuedTask[] = [];
  answers = true;

  constructor(private readonly onSubmit: (index: number, job: string) => Promise<void> = () => Promise.resolve()) {}

  async submit({ indices }: JobArray): Promise<string> {
    const job = `${this.submitted.push(indices)}`;
    this.tasks.push(...indices.map(index => ({ job, index, state: 'PENDING' })));
    for (const index of indices) await this.onSubmit(index, job);
    return job;
  }
  queue(): Promise<QueuedTask[]> {
    return this.answers ? Promise.resolve(this.tasks) : Promise.reject(new EnvironmentFault('squeue is silent', 'wait'));
  }
  cancel(tasks: readonly Pick<QueuedTask, 'job' | 'index'>[]): Promise<void> {
    this.cancelled.push(...tasks.map(({ job, index }) => `${job}_${index}`));
    return Promise.resolve();
  }
  thisTask(): undefined {
    return undefined;
  }
  /** The task is over, whatever it left. */
  end(index: number): void {
    this.tasks = this.tasks.filter(task => task.index !== index);
  }
}

describe('a sweep in a cluster', () => {
  const folder = temporaryFolder();
  const trials = [0, 1, 2].map(seed => fakeTrial('quick', seed));
  const sweep = (scheduler: Scheduler, notes: string[] = [], signal = new AbortController().signal) =>
    runClusterSweep({
      name: 'fake',
      trials,
      store: new RunStore(folder.path),
      scheduler,
      script: '#!/bin/sh\n',
      signal,
      pollMilliseconds: 5,
      onNote: note => notes.push(note),
    });
  const finish = async (scheduler: FakeScheduler, index: number, state: RunState = 'finished', crashed = false) => {
    const run = new RunStore(folder.path).folder(trials[index]!.id);
    const name = `${index}-${Math.random()}`;
    const attempt = await new Attempts(run).begin({ name, task: `1_${index}`, ...(crashed && { crashed }) });
    const record = await attempt.update(last => ({
      ...last,
      state,
      ...(state === 'finished' ? { results: fakeResults } : { fault: 'It broke.' }),
    }));
    if (state === 'finished') await new Attempts(run).finish(name);
    else await run.writeLive(record);
    scheduler.end(index);
  };
  const states = (records: readonly { readonly state: RunState }[]) => records.map(({ state }) => state);

  it('is submitted once and followed to its end; the same again submits nothing', async () => {
    const scheduler: FakeScheduler = new FakeScheduler(index => finish(scheduler, index));
    assert.deepEqual(states(await sweep(scheduler)), ['finished', 'finished', 'finished']);
    assert.deepEqual(states(await sweep(scheduler)), ['finished', 'finished', 'finished']);
    assert.deepEqual(scheduler.submitted, [[0, 1, 2]]);
    assert.equal(await trialOfTask(folder.path, 2), trials[2]!.id);
  });

  it('is left alone by a watcher that goes and found by the next', async () => {
    const scheduler = new FakeScheduler();
    const watcher = new AbortController();
    const first = sweep(scheduler, [], watcher.signal);
    await until(() => Promise.resolve(scheduler.submitted.length === 1));
    watcher.abort();
    assert.deepEqual(states(await first), ['queued', 'queued', 'queued']);
    for (const index of [0, 1, 2]) await finish(scheduler, index);
    assert.deepEqual(states(await sweep(scheduler)), ['finished', 'finished', 'finished']);
    assert.equal(scheduler.submitted.length, 1);
  });

  it('submits again what was lost or crashed, not what failed for a reason, and gives up after three times', async () => {
    const scheduler: FakeScheduler = new FakeScheduler(async (index, job) => {
      if (index === 0 && job === '1') {
        scheduler.end(0);
        return;
      }
      if (index === 0) return finish(scheduler, 0);
      if (index === 1) return finish(scheduler, 1, 'failed');
      await finish(scheduler, 2, 'failed', true);
    });
    const records = await sweep(scheduler);
    assert.deepEqual(states(records), ['finished', 'failed', 'failed']);
    assert.deepEqual(scheduler.submitted.flat().filter(index => index === 0).length, 2);
    assert.deepEqual(scheduler.submitted.flat().filter(index => index === 1).length, 1);
    assert.deepEqual(scheduler.submitted.flat().filter(index => index === 2).length, 4);
    assert.equal(records[2]!.fault, 'It broke.');
  });

  it('cancels a task that the scheduler will not start, and submits its trial again', async () => {
    const scheduler: FakeScheduler = new FakeScheduler(async (index, job) => {
      if (index !== 1 || job !== '1') return finish(scheduler, index);
      scheduler.tasks = scheduler.tasks.map(task => (task.index === 1 ? { ...task, stuck: true } : task));
    });
    assert.deepEqual(states(await sweep(scheduler)), ['finished', 'finished', 'finished']);
    assert.deepEqual(scheduler.submitted, [[0, 1, 2], [1]]);
    assert.ok(scheduler.cancelled.includes('1_1'));
  });

  it('goes on while the scheduler is silent, and says so once', async () => {
    const scheduler = new FakeScheduler();
    const notes: string[] = [];
    const records = sweep(scheduler, notes);
    scheduler.answers = false;
    await until(() => Promise.resolve(notes.length === 1));
    await finish(scheduler, 0);
    scheduler.answers = true;
    await until(() => Promise.resolve(notes.length === 2));
    for (const index of [1, 2]) await finish(scheduler, index);
    assert.deepEqual(states(await records), ['finished', 'finished', 'finished']);
    assert.deepEqual(notes, [
      'The cluster does not answer (squeue is silent): results are still taken from the folder.',
      'The cluster answers again.',
    ]);
    assert.equal(scheduler.submitted.length, 1);
  });

  it('is stopped: tasks are cancelled and no trial starts again by itself', async () => {
    const scheduler = new FakeScheduler();
    const records = sweep(scheduler);
    await until(() => Promise.resolve(scheduler.submitted.length === 1));
    await finish(scheduler, 0);
    const store = new RunStore(folder.path);
    const stopped = await stopOnCluster(
      [1, 2].map(index => store.folder(trials[index]!.id)),
      { scheduler: () => scheduler, grace: 0 },
    );
    for (const index of [1, 2]) scheduler.end(index);
    assert.deepEqual(states(stopped), ['stopped', 'stopped']);
    assert.deepEqual(states(await records), ['finished', 'stopped', 'stopped']);
    assert.deepEqual(scheduler.cancelled, ['1_1', '1_2']);
    assert.equal(scheduler.submitted.length, 1);
  });

  it('refuses a study folder whose list of jobs is broken, in one sentence', async () => {
    const scheduler: FakeScheduler = new FakeScheduler(index => finish(scheduler, index));
    writeFileSync(folder.file('cluster.json'), '{"version":1');
    await assert.rejects(sweep(scheduler), /cluster\.json is not a list of submitted jobs: delete it/);
    assert.ok(!existsSync(folder.file('manifest.jsonl')));
  });
});
