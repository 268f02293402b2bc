import type * as Esbuild from 'esbuild';
import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { RunRecord } from '../../src/runs/record';
import type { RunFolder } from '../../src/runs/runFolder';
import { RunStore } from '../../src/runs/store';
import { boundlens, type Started } from './commandLine';
import { killQuietly, SlurmCluster, waitFor } from './slurmCluster';
import { sampleImages } from '../unit/support/sampleImages';

/** A small study on the shipped images; each arm differs in its learning rate alone. */
const study = (arms: readonly string[], seeds: number) => ({
  name: 'cluster',
  data: {
    train: sampleImages('train-10k'),
    test: sampleImages('test-2k'),
    holdOut: 40,
    unlabelled: 60,
    pretrainingImages: 200,
    task: { positive: [1], negative: [0] },
    labels: 20,
    domain: 'same',
  },
  encoder: { kind: 'deep net', widths: [8] },
  objective: { kind: 'context encoder', steps: 6, batch: 8, learningRate: 0.01 },
  regulariser: { kind: 'none' },
  fineTuning: { modes: ['probe'], steps: 2, learningRates: [0.01] },
  sweep: {
    arms: arms.map((name, i) => ({ name, objective: { learningRate: 0.01 * (i + 1) } })),
    seeds: Array.from({ length: seeds }, (_, seed) => seed),
  },
});

const withoutTimes = (key: string, value: unknown) => (key === 'seconds' ? undefined : value);

describe('a sweep on a real Slurm', () => {
  let cluster: SlurmCluster;
  let folder: string;
  const started: Started[] = [];
  const inFolder = (name: string) => path.join(folder, name);
  const start = (cli: string, ...words: string[]) => {
    const one = boundlens(cli, words, cluster.environment);
    started.push(one);
    return one;
  };
  const onSlurm = (cli: string, out: string, ...words: string[]) =>
    start(cli, 'run', inFolder('a.study.json'), '--on=slurm', `--out=${inFolder(out)}`, ...words);
  const states = async (out: string) => (await new RunStore(inFolder(out)).list()).map(({ record }) => record.state);
  const finished = async (out: string) => (await states(out)).filter(state => state === 'finished').length;
  /** Runs that go on, on nodes that live, and are not near their end. */
  const inTheMiddle = async (out: string) =>
    (await new RunStore(inFolder(out)).list()).filter(
      ({ record: { state, attempt, progress } }) => state === 'running' && attempt?.node !== 'n2' && progress && progress.fraction < 0.6,
    );
  const jobs = (out: string) =>
    (JSON.parse(readFileSync(path.join(inFolder(out), 'cluster.json'), 'utf8')) as { submissions: { job: string; indices: number[] }[] })
      .submissions;

  before(async () => {
    cluster = await SlurmCluster.start();
  });
  after(() => cluster.stop());
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'boundlens-cluster-'));
  });
  afterEach(async () => {
    for (const { child, ended } of started.splice(0)) {
      child.kill('SIGKILL');
      await ended;
    }
    // A task that was cancelled writes for another moment.
    rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  });

  /** The command line with a trainer that waits instead of computing. */
  function waitingCommandLine(): string {
    const { buildSync } = createRequire(path.resolve('package.json'))('esbuild') as typeof Esbuild;
    mkdirSync(inFolder('dist'));
    for (const name of ['cli.js', 'cli', 'panel.js']) cpSync(path.resolve('dist', name), inFolder(`dist/${name}`), { recursive: true });
    const options = { bundle: true, platform: 'node', target: 'node20' } as const;
    buildSync({ ...options, entryPoints: ['test/cluster/clusterTrainer.ts'], outfile: inFolder('dist/trainer.js') });
    return inFolder('dist/cli.js');
  }

  it('gives 40 of 40 results, each once, though a node, the controller, a trainer and the watcher are killed', async () => {
    writeFileSync(inFolder('a.study.json'), JSON.stringify(study(['steady', 'crashing'], 20)));
    const cli = waitingCommandLine();
    const first = onSlurm(cli, 'out');
    await waitFor('first results', async () => (await finished('out')) >= 4, first.lastWords);
    await cluster.killNode('n2');
    first.child.kill('SIGKILL');
    await cluster.untilWritten();
    await waitFor('tasks that have more to do than to see the controller die', async () => (await inTheMiddle('out')).length >= 3);
    await cluster.killController();
    const submitted = jobs('out').map(({ job }) => job);
    const before = await finished('out');
    const again = onSlurm(cli, 'out', '--json');
    await waitFor('results without a controller', async () => (await finished('out')) >= before + 3, again.lastWords);
    await waitFor('word that Slurm is silent', () => Promise.resolve(/does not answer/.test(again.said())), again.lastWords);
    cluster.startController();
    const { code, stdout, stderr } = await again.ended;
    assert.equal(code, 0, stderr);
    assert.match(stderr, /^Slurm does not answer \(.*\): results are still taken from the folder\.$/m);
    assert.match(stderr, /^Slurm answers again\.$/m);
    const { summary } = JSON.parse(stdout) as { summary: { arms: { arm: string; seeds: number[] }[] } };
    const seeds = Array.from({ length: 20 }, (_, seed) => seed);
    assert.deepEqual(
      summary.arms.map(({ arm, seeds: own }) => [arm, [...own].sort((a, b) => a - b)]),
      [
        ['steady', seeds],
        ['crashing', seeds],
      ],
    );
    assert.deepEqual(
      jobs('out')
        .map(({ job }) => job)
        .slice(0, submitted.length),
      submitted,
      'jobs of the first watcher are followed',
    );
    const starts = readFileSync(path.join(inFolder('out'), 'starts'), 'utf8')
      .trim()
      .split('\n');
    const crashing = (await new RunStore(inFolder('out')).list()).find(
      ({ record: { trial } }) => trial.arm === 'crashing' && trial.seed === 0,
    )!;
    assert.ok(starts.filter(id => id === crashing.record.id).length > 1, 'the trial whose trainer was killed was started again');
    for (const { folder: run, record } of await new RunStore(inFolder('out')).list()) {
      assert.equal(readFileSync(path.join(run.checkpoint, 'encoder.safetensors'), 'utf8'), record.id);
      assert.equal((await run.metrics()).lines.length, 20, `all metrics of ${record.id}, once`);
      assert.ok(!existsSync(run.liveFile));
    }
    cluster.startNode('n2');
    await cluster.clear();
  });

  it('stops what waits and what runs, and goes on from there', async () => {
    writeFileSync(inFolder('a.study.json'), JSON.stringify(study(['steady'], 12)));
    const cli = waitingCommandLine();
    const first = onSlurm(cli, 'out', '--jobs=3');
    await waitFor('first result', async () => (await finished('out')) >= 1, first.lastWords);
    const stop = await start(cli, 'runs', 'stop', inFolder('out'), '--json').ended;
    assert.equal(stop.code, 0, stop.stderr);
    const { code } = await first.ended;
    assert.equal(code, 1, 'the watcher says that trials have no result');
    const after = await states('out');
    assert.deepEqual([...new Set(after)].sort(), ['finished', 'stopped']);
    assert.equal((await cluster.run('squeue', ['-h', '-t', 'pending,running', '-j', jobs('out')[0]!.job])).trim(), '');
    const kept = after.filter(state => state === 'finished').length;
    const second = await onSlurm(cli, 'out', '--json').ended;
    assert.equal(second.code, 0, second.stderr);
    assert.equal(await finished('out'), 12);
    const starts = readFileSync(path.join(inFolder('out'), 'starts'), 'utf8')
      .trim()
      .split('\n');
    assert.ok(starts.length <= 24 - kept, 'finished trials are not run again');
  });

  it('submits again, from where it was, a trial whose attempts are all used up, when its runs are resumed', async () => {
    const one = study(['steady'], 1);
    writeFileSync(inFolder('a.study.json'), JSON.stringify({ ...one, objective: { ...one.objective, steps: 4000 } }));
    const cli = path.resolve('dist/cli.js');
    const watcher = onSlurm(cli, 'out', '--state-seconds=0.1', '--time=10:00');
    const killed = new Set<number>();
    while (watcher.child.exitCode === null) {
      const [run] = await new RunStore(inFolder('out')).list();
      const { attempt, process: trainer, state } = run?.record ?? {};
      const hasState = attempt && existsSync(path.join(run!.folder.attempts, attempt.name, 'training.state'));
      if (state === 'running' && trainer && hasState && !killed.has(trainer.pid)) {
        killQuietly(trainer.pid);
        killed.add(trainer.pid);
      }
      await pause(20);
    }
    const { code, stderr } = await watcher.ended;
    assert.deepEqual([code, killed.size], [1, 4], stderr);
    assert.match(stderr, /^steady, seed 0 failed: The trainer was ended by SIGKILL/m);
    assert.deepEqual(await states('out'), ['failed']);
    const resumed = await start(cli, 'runs', 'resume', inFolder('out')).ended;
    assert.equal(resumed.code, 0, resumed.stderr);
    assert.match(resumed.stdout, /^cluster: 1 of 1 trials left, on Slurm, 1 thread each, in /);
    assert.equal(jobs('out').length, 1, 'attempts are counted anew');
    const here = await start(cli, 'run', inFolder('a.study.json'), `--out=${inFolder('here')}`, '--json').ended;
    assert.equal(here.code, 0, here.stderr);
    const [[away], [undisturbed]] = [await new RunStore(inFolder('out')).list(), await new RunStore(inFolder('here')).list()];
    assert.ok(away!.record.attempt && away!.record.resumedAfter!.length > 0, 'it went on in the cluster from a saved state');
    assert.deepEqual(away!.record.asked, { on: 'slurm', time: '10:00', 'state-seconds': '0.1' });
    const numbers = ({ results }: RunRecord) => JSON.stringify(results, withoutTimes);
    assert.equal(numbers(away!.record), numbers(undisturbed!.record));
    const weights = ({ checkpoint }: RunFolder) => readFileSync(path.join(checkpoint, 'encoder.safetensors'));
    assert.deepEqual(weights(away!.folder), weights(undisturbed!.folder));
  });

  it('gives the same numbers as this machine, and leaves the trials to the cluster on Ctrl-C', async () => {
    writeFileSync(inFolder('a.study.json'), JSON.stringify(study(['slow learner', 'fast learner'], 2)));
    const cli = path.resolve('dist/cli.js');
    const watcher = onSlurm(cli, 'cluster');
    const isSubmitted = () => Promise.resolve(existsSync(path.join(inFolder('cluster'), 'cluster.json')));
    await waitFor('submission', isSubmitted, watcher.lastWords);
    watcher.child.kill('SIGINT');
    const left = await watcher.ended;
    assert.equal(left.code, 0, left.stderr);
    assert.match(left.stdout, /The trials go on in the cluster/);
    const away = await onSlurm(cli, 'cluster', '--json').ended;
    const here = await start(cli, 'run', inFolder('a.study.json'), `--out=${inFolder('here')}`, '--json').ended;
    assert.deepEqual([away.code, here.code], [0, 0], away.stderr + here.stderr);
    assert.equal(jobs('cluster').length, 1);
    const numbers = async (out: string) =>
      (await new RunStore(inFolder(out)).list()).map(({ record: { id, results } }) => [id, JSON.stringify(results, withoutTimes)]);
    assert.deepEqual(await numbers('cluster'), await numbers('here'));
    for (const { folder: run } of await new RunStore(inFolder('here')).list()) {
      const weights = (out: string) => readFileSync(path.join(inFolder(out), path.basename(run.path), 'checkpoint', 'encoder.safetensors'));
      assert.deepEqual(weights('cluster'), weights('here'));
    }
  });
});
