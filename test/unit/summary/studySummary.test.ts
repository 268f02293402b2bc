import assert from 'node:assert/strict';
import type { RunRecord } from '../../../src/runs/record';
import { fineTuningResult } from '../support/fineTuningResult';
import { pairedDifference, spread, studentQuantile } from '../../../src/runs/summary/statistics';
import { summarise } from '../../../src/runs/summary/studySummary';
import { readStudy } from '../../../src/studies/readStudy';
import type { Trial } from '../../../src/studies/study';
import { expandTrials } from '../../../src/studies/trials';
import { sumReport, type Evidence } from '../../../src/theory/report';

const SAMPLE = 'media/sample/fashion.study.json';

const report = (value: number, evidence: Evidence) =>
  sumReport({
    theorem: 'D1',
    bounds: 'excess risk',
    terms: [{ id: 'D1.complexity', name: 'complexity', value, evidence, formula: 'x', inputs: {}, assumptions: [] }],
    range: 1,
    needed: value < 1 ? {} : { n: 1000 * value },
    failureProbability: 0.05,
  });

/** A finished run whose probe and full accuracies are given in percent. */
function finished(trial: Trial, probe: number, full: number, complexity = 0.5, evidence: Evidence = 'certified'): RunRecord {
  const result = (mode: 'probe' | 'full', accuracy: number) => fineTuningResult(mode, Math.round(10 * (100 - accuracy)), 1000);
  return {
    version: 1,
    id: trial.id,
    trial,
    state: 'finished',
    createdAt: '2026-01-01T00:00:00Z',
    engine: { name: 'native', threads: 1 },
    results: {
      encoderParameters: 1000,
      ...(trial.objective.kind !== 'none' && {
        pretraining: { steps: 1, seconds: 1, trainLoss: 0.03, holdOutLoss: 0.04, holdOutCount: 100 },
      }),
      fineTuning: [result('probe', probe), result('full', full)],
      featureNorm: 1,
      featureComplexity: 0.1,
      reports: [report(complexity, evidence)],
      seconds: 5,
    },
  };
}

describe('statistics of repeats', () => {
  it('takes mean and sample deviation', () => assert.deepEqual(spread([1, 2, 3]), { mean: 2, deviation: 1, count: 3 }));
  it('has no deviation for one value', () => assert.deepEqual(spread([4]), { mean: 4, count: 1 }));
  it('refuses no values', () => assert.throws(() => spread([]), RangeError));
  for (const [degrees, expected] of [
    [1, 12.706],
    [2, 4.303],
    [30, 2.042],
    [40, 2.0211],
    [120, 1.9799],
  ] as const)
    it(`knows Student's quantile at ${degrees}`, () => assert.ok(Math.abs(studentQuantile(degrees) - expected) < 1e-3));
  it('gives the paired interval of a textbook case', () => {
    const difference = pairedDifference([3, 4, 5], [1, 2, 4])!;
    assert.ok(Math.abs(difference.mean - 5 / 3) < 1e-12);
    const half = (4.303 * Math.sqrt(1 / 3)) / Math.sqrt(3);
    assert.ok(Math.abs(difference.interval[0] - (5 / 3 - half)) < 1e-9 && Math.abs(difference.interval[1] - (5 / 3 + half)) < 1e-9);
  });
  it('has no interval for one pair', () => assert.equal(pairedDifference([1], [0]), undefined));
});

describe('summary of a study', () => {
  let trials: readonly Trial[];
  before(async () => {
    trials = expandTrials(await readStudy(SAMPLE), SAMPLE);
  });
  const of = (arm: string, seed: number) => trials.find(trial => trial.arm === arm && trial.seed === seed)!;
  const arm = (name: string, probes: readonly number[], fulls: readonly number[]) =>
    probes.map((probe, seed) => finished(of(name, seed), probe, fulls[seed]!));

  it('says where the regulariser made a difference and where it made none', () => {
    const summary = summarise([
      ...arm('no regulariser', [90, 91, 92], [95, 96, 94]),
      ...arm('RadReg λ=0.003', [92, 93.1, 94], [95.2, 95.6, 94.3]),
      ...arm('from scratch', [80, 82, 81], [95, 95, 95]),
    ])!;
    const verdicts = Object.fromEntries(summary.comparisons.map(one => [`${one.arm}/${one.baseline}/${one.mode}`, one.verdict]));
    assert.deepEqual(verdicts, {
      'no regulariser/from scratch/probe': 'better',
      'no regulariser/from scratch/full': 'no difference',
      'RadReg λ=0.003/no regulariser/probe': 'better',
      'RadReg λ=0.003/no regulariser/full': 'no difference',
    });
    assert.match(
      summary.findings.join('\n'),
      /Full fine-tuning: no measurable difference between RadReg λ=0\.003 and no regulariser \(.*3 paired seeds\)/,
    );
  });

  it('pairs by seed and leaves out what one arm lacks', () => {
    const summary = summarise([...arm('no regulariser', [90, 91], [95, 95]), finished(of('from scratch', 1), 85, 90)])!;
    assert.deepEqual(summary.comparisons, []);
  });

  it('labels a mean with the weakest evidence and calls it vacuous only when every seed is', () => {
    const summary = summarise([
      finished(of('no regulariser', 0), 90, 95, 0.4, 'certified'),
      finished(of('no regulariser', 1), 90, 95, 2, 'estimated'),
    ])!;
    const [theorem] = summary.arms[0]!.reports;
    assert.equal(theorem!.evidence, 'estimated');
    assert.equal(theorem!.vacuous, false);
    assert.equal(theorem!.total.mean, 1.2);
    assert.deepEqual(theorem!.needed, { n: 2000 });
  });

  it('names runs that are not in the numbers', () => {
    const failed: RunRecord = { ...finished(of('L2', 0), 1, 1), state: 'failed', fault: 'The disk is full: free some space.' };
    const summary = summarise([finished(of('no regulariser', 0), 90, 95), failed])!;
    assert.equal(summary.arms.length, 1);
    assert.match(summary.missing[0]!, /failed \(The disk is full/);
  });

  it('has nothing to say without a finished run', () => assert.equal(summarise([]), undefined));
});
