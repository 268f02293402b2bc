import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Attempts } from '../../../src/runs/cluster/attempts';
import { runTrialTask } from '../../../src/runs/cluster/trialTask';
import type { LaunchedTrainer } from '../../../src/runs/launch';
import { ownIdentity } from '../../../src/runs/processIdentity';
import type { RunRecord } from '../../../src/runs/record';
import { RunFolder } from '../../../src/runs/runFolder';
import { RunStore } from '../../../src/runs/store';
import { trainRun } from '../../../src/runs/trainer/trainRun';
import type { Trial } from '../../../src/studies/study';
import { runTrial } from '../../../src/training/trial';
import { temporaryFolder } from '../support/temporaryFolder';
import { referenceEngine } from '../training/engines';
import { sampleData } from '../training/sampleImages';
import { fakeTrial } from './fakes';

const trial: Trial = {
  ...fakeTrial('tiny'),
  data: { ...sampleData, holdOut: 20, unlabelled: 20, labels: 16, pretrainingImages: 60, domain: 'same' },
  encoder: { kind: 'deep net', widths: [4], activation: 'relu', bias: true },
  objective: {
    kind: 'context encoder',
    maskRatio: 0.5,
    mask: 'random',
    fill: 'zero',
    target: 'masked',
    decoder: { kind: 'linear' },
    steps: 12,
    batch: 4,
    learningRate: 0.01,
    warmup: 0,
  },
};

describe('attempts of a trial in a cluster', () => {
  const temporary = temporaryFolder();
  const undisturbed = mkdtempSync(path.join(os.tmpdir(), 'boundlens-undisturbed-'));
  let whole: Outcome;

  interface Outcome {
    readonly record: RunRecord;
    readonly folder: RunFolder;
  }
  /** Trains in this process, saving after every step, up to a step of pre-training where the machine is lost. */
  const train = (folder: RunFolder, lostAt = Infinity) =>
    trainRun(folder, {
      createEngine: referenceEngine,
      runTrial: (what, context) =>
        runTrial(what, {
          ...context,
          onProgress(progress) {
            // However long the last state took to save, the next one is due.
            Object.assign(context.keeping, { cost: 0 });
            if (progress.phase === 'pre-training' && progress.step >= lostAt) throw new Error('The machine is lost');
            context.onProgress(progress);
          },
        }),
      log: () => undefined,
      signal: new AbortController().signal,
      stateSeconds: 0,
    });
  const attempt = (run: RunFolder, name: string, lostAt?: number) =>
    runTrialTask(
      run,
      { name, task: '1_0' },
      {
        launch: async (folder): Promise<LaunchedTrainer> => ({
          identity: await ownIdentity(),
          ended: train(folder, lostAt).then(() => ({ code: 0, signal: null })),
        }),
        signal: new AbortController().signal,
        pollMilliseconds: 5,
      },
    );
  const queued = async (name: string) => (await new RunStore(temporary.file(name)).create(trial)).folder;
  const stateOf = (run: RunFolder, name: string) => path.join(run.attempts, name, 'training.state');

  /** All that must be the same, bit for bit: numbers, metrics and weights, without what the clock says. */
  async function numbers({ record, folder }: Outcome) {
    const { seconds: _all, pretraining, ...results } = record.results!;
    const { seconds: _own, ...pretrained } = pretraining!;
    const metrics = (await folder.metrics()).lines.map(({ time: _time, ...line }) => line);
    const weights = readFileSync(path.join(folder.checkpoint, 'encoder.safetensors')).toString('base64');
    return { results, pretrained, metrics, weights };
  }

  before(async () => {
    const { folder } = await new RunStore(undisturbed).create(trial);
    await train(folder);
    whole = { folder, record: await folder.read() };
  });
  after(() => rmSync(undisturbed, { recursive: true }));

  it('go on from the one before, and the numbers are those of an undisturbed run', async () => {
    const folder = await queued('lost');
    assert.equal((await attempt(folder, 'a', 5)).state, 'failed');
    const atA = (await folder.metrics()).lines.length;
    assert.equal((await attempt(folder, 'b', 9)).state, 'failed');
    assert.ok((await folder.metrics()).lines.length > atA, 'the metrics shown are those of the newest attempt');
    const record = await attempt(folder, 'c');
    assert.equal(record.state, 'finished');
    assert.deepEqual(record.resumedAfter, [4, 8], 'the steps before those where the machines were lost');
    assert.deepEqual(await numbers({ record, folder }), await numbers(whole));
    assert.ok(!['a', 'b'].some(name => existsSync(stateOf(folder, name))), 'no state stays when the run has its result');
  });

  const damages: readonly (readonly [what: string, damage: (run: RunFolder) => void])[] = [
    ['state', run => spoil(stateOf(run, 'b'))],
    ['metrics', run => spoil(path.join(run.attempts, 'b', 'metrics.jsonl'))],
  ];
  for (const [what, damage] of damages)
    it(`pass over an attempt whose ${what} ${what === 'state' ? 'is' : 'are'} damaged`, async () => {
      const folder = await queued(what);
      await attempt(folder, 'a', 5);
      await attempt(folder, 'b', 9);
      damage(folder);
      const record = await attempt(folder, 'c');
      assert.deepEqual(record.resumedAfter, [4], 'goes on from where the first was lost');
      assert.deepEqual(await numbers({ record, folder }), await numbers(whole));
    });

  it('leave their state to the next run of the trial after a stop, wherever that is', async () => {
    const run = await queued('stopped');
    const lost = await attempt(run, 'a', 7);
    await run.write({ ...lost, state: 'stopped' });
    const { folder } = await new RunStore(temporary.file('stopped')).create(trial);
    assert.ok(!existsSync(folder.attempts) && (await folder.hasTrainingState()));
    await train(folder);
    const record = await folder.read();
    assert.deepEqual(record.resumedAfter, [6]);
    assert.deepEqual(await numbers({ record, folder }), await numbers(whole));
  });

  it('give the same numbers when they wait in between to be compared with others', async () => {
    const folder = await queued('compared');
    for (const pauseAfter of [3, 6, undefined]) {
      await folder.update(record => ({ ...record, pauseAfter }));
      assert.equal(await train(folder), pauseAfter === undefined ? 'finished' : 'queued');
      assert.equal((await folder.read()).pausedAfter, pauseAfter);
      // Started once more, it finds out that it has come so far already.
      if (pauseAfter !== undefined) assert.equal(await train(folder), 'queued');
    }
    const record = await folder.read();
    assert.deepEqual(new Set(record.resumedAfter), new Set([3, 6]));
    assert.deepEqual(await numbers({ record, folder }), await numbers(whole));
  });

  it('go on from what this machine had saved', async () => {
    const folder = await queued('local');
    await train(folder, 7);
    await folder.update(({ endedAt: _end, fault: _fault, ...record }) => ({ ...record, state: 'queued' }));
    const task = await new Attempts(folder).begin({ name: 'a', task: '1_0' });
    assert.ok(await task.hasTrainingState());
    assert.deepEqual((await task.metrics()).lines, (await folder.metrics()).lines.slice(0, (await task.metrics()).lines.length));
  });
});

/** Turns a bit in the middle of a file. */
function spoil(file: string): void {
  const bytes = readFileSync(file);
  bytes[Math.floor(0.5 * bytes.length)]! ^= 1;
  writeFileSync(file, bytes);
}
