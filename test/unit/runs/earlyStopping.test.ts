import assert from 'node:assert/strict';
import { best } from '../../../src/runs/earlyStopping';
import { runSweep, type SweepOptions } from '../../../src/runs/queue';
import type { RunRecord } from '../../../src/runs/record';
import { RunStore } from '../../../src/runs/store';
import { summarise } from '../../../src/runs/summary/studySummary';
import type { Trial } from '../../../src/studies/study';
import { temporaryFolder } from '../support/temporaryFolder';
import { fakeTrial } from './fakes';
import { fakeTrainers } from './trainerProcess';

describe('the trials that go on', () => {
  const rows: readonly (readonly [losses: readonly number[], eta: number, expected: readonly number[], why: string])[] = [
    [[0.4, 0.1, 0.3, 0.2], 2, [1, 3], 'the better half'],
    [[0.3, 0.2, 0.1], 2, [2, 1], 'rounded up'],
    [[0.2, 0.2, 0.2, 0.2], 4, [0], 'of equal ones the first'],
    [[0.2], 3, [0], 'one alone always does'],
    [[], 2, [], 'none of none'],
  ];
  for (const [losses, eta, expected, why] of rows)
    it(why, () => assert.deepEqual(best(new Map(losses.map((loss, index) => [index, loss])), eta), expected));
});

describe('a sweep with early stopping', () => {
  const temporary = temporaryFolder();
  const trainers = fakeTrainers();
  let store: RunStore;
  beforeEach(() => {
    store = new RunStore(temporary.path);
  });

  const racer = (loss: number, seed = 0, steps = 8): Trial => ({
    ...fakeTrial(`racer ${loss}`, seed),
    id: `racer-${loss}-seed-${seed}`,
    objective: {
      kind: 'denoising',
      noise: { kind: 'gaussian', deviation: 0.3 },
      decoder: { kind: 'linear' },
      steps,
      batch: 4,
      learningRate: 0.1,
      warmup: 0,
    },
    earlyStop: { eta: 2, rungs: [0.25, 0.5] },
  });
  const four = [racer(0.4), racer(0.1), racer(0.3), racer(0.2)];
  const sweep = (trials: readonly Trial[], options: Partial<Pick<SweepOptions, 'jobs' | 'signal' | 'onProgress'>> = {}) =>
    runSweep({
      trials,
      store,
      jobs: 2,
      launch: folder => trainers.launch(folder),
      pollMilliseconds: 20,
      retryMilliseconds: 10,
      patience: { grace: 600, term: 300 },
      ...options,
    });
  const ends = (records: readonly RunRecord[]) => records.map(({ state, earlyStop }) => (earlyStop ? earlyStop.share : state));
  const stepsOf = (trials: readonly Trial[]) =>
    Promise.all(trials.map(async ({ id }) => (await store.folder(id).metrics()).lines.map(({ step }) => step)));
  const upTo = (steps: number) => Array.from({ length: steps }, (_, i) => i + 1);

  for (const jobs of [1, 3, 4])
    it(`halves the arms at each rung, the same with ${jobs} at a time`, async () => {
      const records = await sweep(four, { jobs });
      assert.deepEqual(ends(records), [0.25, 'finished', 0.25, 0.5]);
      assert.deepEqual(await stepsOf(four), [upTo(2), upTo(8), upTo(2), upTo(4)]);
      assert.equal(
        records[2]!.fault,
        'stopped early: hold-out loss 0.800 after 25 % of pre-training is no better than 0.700, the worst that goes on',
      );
      assert.deepEqual(
        records.map(({ state }) => state),
        ['stopped', 'finished', 'stopped', 'stopped'],
      );
      assert.deepEqual(records[1]!.resumedAfter, [2, 4]);
    });

  it('is left as it is when it runs again, and goes on where the arms have changed', async () => {
    await sweep(four);
    const onDisk = () => Promise.all(four.map(({ id }) => store.folder(id).read()));
    const before = await onDisk();
    const launched = trainers.launched.length;
    assert.deepEqual([await sweep(four), await onDisk()], [before, before]);
    assert.equal(trainers.launched.length, launched, 'nothing is started again');
    assert.deepEqual(ends(await sweep([racer(0.4), racer(0.3)])), [0.25, 'finished'], 'of the two that had lost, the better');
    const whole = four.map(({ earlyStop: _none, ...trial }) => trial);
    assert.deepEqual(ends(await sweep(whole)), ['finished', 'finished', 'finished', 'finished'], 'without early stopping');
    assert.deepEqual(await stepsOf(four), [upTo(8), upTo(8), upTo(8), upTo(8)]);
  });

  it('ends in the same way when it was stopped at any point in between', async () => {
    for (let point = 1; point <= 3; point++) {
      const abort = new AbortController();
      let changes = 0;
      const stopped = await sweep(four, { signal: abort.signal, onProgress: () => ++changes === 4 * point && abort.abort() });
      assert.ok(stopped.every(({ state }) => state === 'stopped' || state === 'finished'));
    }
    assert.deepEqual(ends(await sweep(four)), [0.25, 'finished', 0.25, 0.5]);
  });

  it('compares within a seed, leaves arms without pre-training and failed ones out, and says how many seeds are left', async () => {
    const compared = { earlyStop: racer(0).earlyStop! };
    const scratch = { ...fakeTrial('quick'), ...compared };
    const failing = { ...racer(0.15), ...compared, arm: 'throws', id: 'throws-seed-0' };
    const trials = [scratch, failing, racer(0.1), racer(0.2), racer(0.3, 1), racer(0.2, 1)];
    const records = await sweep(trials, { jobs: 4 });
    assert.deepEqual(ends(records), ['finished', 'failed', 'finished', 0.25, 0.25, 'finished']);
    const { findings, missing } = summarise(records)!;
    assert.equal(
      findings[0],
      'Trials were stopped early by their hold-out losses, so that arms have different seeds, no random choice of them: quick 1 of 1, throws 0 of 1, racer 0.1 1 of 1, ' +
        'racer 0.2 1 of 2, racer 0.3 0 of 1',
    );
    assert.match(missing.join('\n'), /^racer-0.3-seed-1: stopped early: hold-out loss 1\.80 after 25 %/m);
  });

  it('compares arms of different length at the same share', async () => {
    const trials = [racer(0.1, 0, 4), racer(0.8, 0, 16)];
    assert.deepEqual(ends(await sweep(trials)), [0.25, 'finished'], 'losses 0.1 + 1 after 1 step, 0.8 + 1/4 after 4');
  });
});
