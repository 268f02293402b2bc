import assert from 'node:assert/strict';
import { Random } from '../../../src/common/random';
import { estimatesOf, type FinishedRun } from '../../../src/runs/validity/estimates';
import { meanTau, validityOf } from '../../../src/runs/validity/validity';
import { record, report, results } from '../editor/builders';
import { fineTuningResult } from '../support/fineTuningResult';

/** What a made-up arm is like: `quality` decides its accuracy. */
interface Made {
  readonly quality: number;
  readonly seed?: number;
  readonly logme?: number;
  readonly loss?: number;
  readonly total?: number;
}

const run = (arm: string, { quality, seed = 0, logme = quality, loss = -quality, total = 0.5 }: Made): FinishedRun => ({
  ...record({ arm, seed }),
  state: 'finished',
  results: {
    ...results([report('F2', total)]),
    fineTuning: [fineTuningResult('probe', Math.round(1000 * (1 - quality)), 1000), fineTuningResult('full', 100, 1000)],
    scores: { logme },
    pretraining: { steps: 10, seconds: 1, trainLoss: loss, holdOutLoss: loss, holdOutCount: 10 },
  },
});

const qualities = [0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85];
const sweep = (made: (quality: number, i: number) => Made) => qualities.map((quality, i) => run(`arm ${i}`, made(quality, i)));
const estimate = (runs: readonly FinishedRun[], name: string) => validityOf(runs).estimates.find(one => one.name === name);

describe('validity of estimates', () => {
  it('gives 1 to an estimate that ranks as the accuracy does, in the direction that it claims', () => {
    const runs = sweep(quality => ({ quality }));
    for (const name of ['LogME', 'hold-out loss']) assert.equal(estimate(runs, name)!.agreement.probe!.tau, 1, name);
  });

  it('gives −1 to an estimate that claims the opposite', () => {
    const runs = sweep(quality => ({ quality, logme: -quality, loss: quality }));
    for (const name of ['LogME', 'hold-out loss']) assert.equal(estimate(runs, name)!.agreement.probe!.tau, -1, name);
  });

  it('says nothing of an estimate or an outcome that never varies', () => {
    const runs = sweep(quality => ({ quality }));
    assert.equal(estimate(runs, 'F2 total'), undefined);
    assert.equal(estimate(runs, 'LogME')!.agreement.full, undefined);
  });

  it('judges an arm by the mean over its seeds, not each seed as if it were an arm', () => {
    const random = new Random('seeds');
    const runs = qualities.flatMap((quality, i) =>
      [0, 1, 2].map(seed => run(`arm ${i}`, { quality, seed, logme: quality + 0.001 * random.normal() })),
    );
    const { arms, runs: count } = validityOf(runs);
    assert.deepEqual([arms, count], [8, 24]);
    assert.equal(estimate(runs, 'LogME')!.agreement.probe!.arms, 8);
  });

  it('has an interval that holds the value and is wider for a weaker estimate', () => {
    const random = new Random('noise');
    const runs = sweep(quality => ({ quality, logme: quality, loss: random.normal() }));
    const weak = estimate(runs, 'hold-out loss')!.agreement.probe!;
    const strong = estimate(runs, 'LogME')!.agreement.probe!;
    assert.ok(weak.interval![0] <= weak.tau && weak.tau <= weak.interval![1]);
    assert.ok(strong.interval![1] - strong.interval![0] < weak.interval![1] - weak.interval![0]);
  });

  it('ranks the estimates by their agreement, best first', () => {
    const taus = validityOf(sweep((quality, i) => ({ quality, loss: i % 3 }))).estimates.map(meanTau);
    assert.deepEqual(
      [...taus].sort((a, b) => b - a),
      taus,
    );
  });

  it('judges the combined estimate on arms that it was not chosen on: noise does not pass', () => {
    const random = new Random('pure noise');
    const noise = Array.from({ length: 40 }, (_, i) =>
      run(`arm ${i}`, { quality: 0.5 + 0.4 * random.uniform(), logme: random.normal(), loss: random.normal(), total: random.uniform() }),
    );
    const { tau, interval } = validityOf(noise).combined.agreement.probe!;
    assert.ok(Math.abs(tau) < 0.3 && interval![0] < 0, `${tau}`);
    assert.ok(validityOf(sweep(quality => ({ quality }))).combined.agreement.probe!.tau > 0.8);
  });

  it('refuses fewer than six arms with a sentence', () =>
    assert.throws(
      () => validityOf(sweep(quality => ({ quality })).slice(0, 5)),
      /5 arms have finished; a rank correlation needs at least 6/,
    ));

  it('never looks at what the test set decides: no test-set bound, no rationality gap', () => {
    const [one] = sweep(quality => ({ quality }));
    const names = estimatesOf({
      ...one!,
      results: { ...one!.results, reports: [report('F5', 0.1), report('F4', 0.1)] },
    }).map(({ name }) => name);
    assert.deepEqual(
      names.filter(name => /F5|rationality|F4 total/.test(name)),
      [],
    );
  });
});
