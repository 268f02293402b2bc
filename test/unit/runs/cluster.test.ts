import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { EnvironmentFault } from '../../../src/common/fault';
import { adoptRuns } from '../../../src/runs/adopt';
import { Attempts } from '../../../src/runs/cluster/attempts';
import { runClusterSweep } from '../../../src/runs/cluster/clusterSweep';
import type { JobArray, QueuedTask, Scheduler } from '../../../src/runs/cluster/scheduler';
import { slurm, type RunCommand, type SlurmOptions } from '../../../src/runs/cluster/slurm/slurm';
import { arraySpec, parseQueue, parseSubmitted } from '../../../src/runs/cluster/slurm/slurmText';
import { Submissions, trialOfTask } from '../../../src/runs/cluster/submissions';
import { shellQuoted, taskScript } from '../../../src/runs/cluster/taskScript';
import { stopOnCluster } from '../../../src/runs/cluster/stopOnCluster';
import { diskFiles, type RunFiles } from '../../../src/runs/files';
import type { RunState } from '../../../src/runs/record';
import { RunFolder } from '../../../src/runs/runFolder';
import { RunStore } from '../../../src/runs/store';
import { temporaryFolder } from '../support/temporaryFolder';
import { fakeResults, fakeTrial } from './fakes';
import { until } from './trainerProcess';

describe('what Slurm prints', () => {
  for (const [text, expected, why] of [
    ['4711_3|RUNNING|n2|None\n', [{ job: '4711', index: 3, state: 'RUNNING', node: 'n2' }], 'a task that runs'],
    ['4711_4|PENDING||Resources', [{ job: '4711', index: 4, state: 'PENDING', reason: 'Resources' }], 'a task that waits'],
    [
      '4711_4|PENDING||launch failed requeued held',
      [{ job: '4711', index: 4, state: 'PENDING', reason: 'launch failed requeued held', stuck: true }],
      'a task that will not start',
    ],
    ['4711|RUNNING|n1|None\n4711_[5-9]|PENDING||None\nslurm_load_jobs error\n\n', [], 'other jobs, folded arrays and remarks'],
  ] as const)
    it(`as a queue: ${why}`, () => assert.deepEqual(parseQueue(text), expected));

  for (const [text, expected, why] of [
    ['4711\n', '4711', 'a number'],
    ['4711;lab\n', '4711', 'a number and a cluster'],
    ['sbatch: a remark of the site\n4711\n', '4711', 'a remark before it'],
    ['Submitted batch job 4711', undefined, 'a sentence'],
    ['', undefined, 'nothing'],
  ] as const)
    it(`as the number of a job: ${why}`, () => assert.equal(parseSubmitted(text), expected));

  for (const [indices, expected] of [
    [[3], '3'],
    [[0, 1, 2, 3], '0-3'],
    [[9, 7, 0, 1, 10, 7], '0-1,7,9-10'],
  ] as const)
    it(`takes the indices ${indices.join(', ')} as ${expected}`, () => assert.equal(arraySpec(indices), expected));
});

describe('Slurm’s commands', () => {
  const array: JobArray = { name: 'boundlens:a', script: '/s/trial.sh', logs: '/s', indices: [0, 1, 5] };
  const words = async (options: SlurmOptions, change: Partial<JobArray> = {}) => {
    let given: readonly string[] = [];
    const run: RunCommand = (command, all) => {
      given = [command, ...all];
      return Promise.resolve('12\n');
    };
    assert.equal(await slurm(options, run).submit({ ...array, ...change }), '12');
    return given;
  };

  it('are told what the options say', async () => {
    const all = await words({ partition: 'gpu', time: '2:00:00', cpus: 4, memory: '8G', further: ['--account=lab'] }, { atOnce: 2 });
    for (const word of ['sbatch', '--array=0-1,5%2', '--partition=gpu', '--time=2:00:00', '--cpus-per-task=4', '--mem=8G', '--account=lab'])
      assert.ok(all.includes(word), word);
    assert.equal(all.at(-1), '/s/trial.sh');
    assert.ok(!(await words({})).some(word => /^--(partition|time|mem)=/.test(word)));
  });

  const failing =
    (error: object): RunCommand =>
    () =>
      Promise.reject(Object.assign(new Error('Command failed'), error));
  for (const [error, expected] of [
    [{ code: 'ENOENT' }, 'There is no sbatch on this machine: run this on a login node of your cluster, or give --on local to train here.'],
    [
      { code: 1, stderr: 'sbatch: error: invalid partition specified: gpu\nsbatch: error: Batch job submission failed\n' },
      'sbatch says: invalid partition specified: gpu: correct the options of the cluster, or ask those who run it.',
    ],
    [{ killed: true }, 'sbatch gave no answer within 30 seconds: correct the options of the cluster, or ask those who run it.'],
  ] as const)
    it(`fail with “${expected}”`, () => assert.rejects(slurm({}, failing(error)).submit(array), new EnvironmentFault(...split(expected))));

  it('take a job that Slurm has forgotten for one that is over', async () => {
    const run = failing({ code: 1, stderr: 'slurm_load_jobs error: Invalid job id specified\n' });
    assert.deepEqual(await slurm({}, run).queue(['1']), []);
  });

  it('know which start of which task a process is', () => {
    const environment = { SLURM_ARRAY_JOB_ID: '7', SLURM_ARRAY_TASK_ID: '3', SLURM_RESTART_COUNT: '2', SLURMD_NODENAME: 'n1' };
    assert.deepEqual(slurm().thisTask(environment), { task: '7_3', restarts: 2, node: 'n1' });
    assert.equal(slurm().thisTask({}), undefined);
  });
});

/** The two halves of a fault's sentence. */
function split(sentence: string): [string, string] {
  const at = sentence.lastIndexOf(': ');
  return [sentence.slice(0, at), sentence.slice(at + 2, -1)];
}

describe('the script of a task', () => {
  it('quotes paths and passes the index on', () => {
    const script = taskScript(
      { node: '/n o/node', cli: "/it's/cli.js", engine: 'auto', threads: 2, stateSeconds: 5 },
      slurm(),
      '/runs/a b',
    );
    assert.match(
      script,
      /^exec '\/n o\/node' '\/it'\\''s\/cli\.js' 'trial' '\/runs\/a b' "\$SLURM_ARRAY_TASK_ID" --on=slurm --engine=auto --threads=2 --state-seconds=5$/m,
    );
  });
  it('quotes a quote', () => assert.equal(shellQuoted("a'b"), `'a'\\''b'`));
});

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
