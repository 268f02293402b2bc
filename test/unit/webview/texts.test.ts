import assert from 'node:assert/strict';
import fc from 'fast-check';
import { armTable, budgetTable, riskTable } from '../../../webview/armTable';
import { countRuns, progressText, runLabel } from '../../../webview/runText';
import { smooth } from '../../../webview/smoothing';
import { formatShare, formatSpread } from '../../../webview/spreadText';
import { arm, certificate, modeSummary, run, summaryOf } from './snapshots';

describe('the words of the panel', () => {
  it('name a run by its arm, and by its seed where there are several', () => {
    const runs = [run('a', { arm: 'x' }), run('b', { arm: 'x', seed: 2 }), run('c', { arm: 'y' })];
    assert.deepEqual(
      runs.map(one => runLabel(one, runs)),
      ['x, seed 0', 'x, seed 2', 'y'],
    );
  });

  const counts = [
    { runs: [], expected: 'no runs yet' },
    { runs: [run('a')], expected: '1 run: 1 running' },
    {
      runs: [run('a', { state: 'finished' }), run('b', { state: 'failed' }), run('c', { state: 'finished' })],
      expected: '3 runs: 2 finished, 1 failed',
    },
  ];
  for (const { runs, expected } of counts) it(`count runs: ${expected}`, () => assert.equal(countRuns(runs), expected));

  const progress = { phase: 'pre-training', fraction: 0.4, step: 420, steps: 1000 };
  const lines = [
    { given: run('a'), expected: 'a: starting' },
    { given: run('a', { progress }), expected: 'a: pre-training, step 420 of 1,000' },
    {
      given: run('a', { progress: { ...progress, secondsLeft: 9 }, engine: 'native, 1 thread' }),
      expected: 'a: pre-training, step 420 of 1,000, 9 s left · native, 1 thread',
    },
  ];
  for (const { given, expected } of lines) it(`tell progress: ${expected}`, () => assert.equal(progressText(given, 'a'), expected));

  it('give a mean its deviation, and a single value none', () => {
    assert.equal(
      formatSpread({ mean: 2, deviation: 1, count: 3 }, value => `${value}`),
      '2 ± 1',
    );
    assert.equal(formatShare({ mean: 0.958, deviation: 0.0031, count: 3 }), '95.8 ± 0.3 %');
    assert.equal(formatShare({ mean: 1, count: 1 }), '100.0 %');
  });

  it('table the arms: no column for a mode that nothing used, a dash where one arm has no value', () => {
    const full = modeSummary('full', { mean: 0.97, count: 2 });
    const { head, rows } = armTable(
      summaryOf([arm('a', { accuracy: [full] }), arm('b', { reports: [certificate(1.2)] }), arm('c', { reports: [] })]),
    );
    assert.deepEqual(head, ['arm', 'seeds', 'probe', 'full', 'certified error ≤', 'complexity', 'feature norm']);
    assert.deepEqual(rows, [
      ['a', '2', '–', '97.0 %', '.200 ± .010', '.080', '6.90 ± .100'],
      ['b', '2', '95.8 ± 0.3 %', '–', '1.20 ± .010 vacuous', '.080', '6.90 ± .100'],
      ['c', '2', '95.8 ± 0.3 %', '–', '–', '.080', '6.90 ± .100'],
    ]);
  });

  it('table accuracy by number of labels, smallest first, and risks; no budgets, no table', () => {
    const accuracy = [modeSummary('probe', { mean: 0.9, count: 2 })];
    const summary = summaryOf([arm('a', { budgets: [{ labels: 20, accuracy }] }), arm('b')]);
    assert.deepEqual(budgetTable(summary), {
      head: ['arm', 'mode', '20 labels', '100 labels'],
      rows: [
        ['a', 'probe', '90.0 %', '95.8 ± 0.3 %'],
        ['b', 'probe', '–', '95.8 ± 0.3 %'],
      ],
    });
    assert.equal(budgetTable(summaryOf([arm('a')])), undefined);
    assert.deepEqual(riskTable(summary).rows[0], ['a', 'probe', '.100', '.050', '.200']);
  });
});

describe('smoothing', () => {
  const curves = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 50 });

  it('stays between the smallest and the largest value, and starts at the first', () => {
    fc.assert(
      fc.property(curves, values => {
        const smoothed = smooth(values, 0.9);
        const slack = 1e-9 * Math.max(1, ...values.map(Math.abs));
        assert.ok(Math.abs(smoothed[0]! - values[0]!) <= slack);
        for (const value of smoothed) assert.ok(value >= Math.min(...values) - slack && value <= Math.max(...values) + slack);
      }),
    );
  });

  it('leaves a constant alone, leaves gaps as gaps, and with weight 0 changes nothing', () => {
    assert.deepEqual(
      smooth([2, 2, 2], 0.9).map(value => Math.round(value * 1e9) / 1e9),
      [2, 2, 2],
    );
    assert.deepEqual(smooth([1, NaN, 3], 0), [1, NaN, 3]);
    assert.ok(smooth([1, NaN, 3], 0.9)[2]! > 1);
  });
});
