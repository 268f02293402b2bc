import assert from 'node:assert/strict';
import { useTranslations } from '../../../src/common/translation';
import type { RunSummary } from '../../../src/reporting/panelMessages';
import { impactOption } from '../../../webview/charts/impactOption';
import { impactData, impactTable, regulariserImpact } from '../../../webview/charts/regulariserImpact';
import { halfInterval } from '../../../webview/charts/whiskers';
import { arm, run, summaryOf, THEME } from './snapshots';

const finished = (name: string, regulariser: RunSummary['regulariser'], different: Partial<RunSummary> = {}): RunSummary =>
  run(name, { state: 'finished', regulariser, setting: 'data/mae', ...different });

const RUNS = [
  finished('scratch', { kind: 'none' }, { pretrained: false, setting: 'data/none' }),
  finished('L2', { kind: 'l2', lambda: 0.05 }),
  finished('high', { kind: 'radreg', lambda: 0.1 }),
  finished('low', { kind: 'radreg', lambda: 0.003 }),
  finished('plain', { kind: 'none' }),
  finished('another mask', { kind: 'none' }, { setting: 'data/other mask' }),
];
const summary = summaryOf(RUNS.map(({ arm: name }) => arm(name)));

describe('the impact of a regulariser', () => {
  it('puts none first, then the swept one by strength, the others, from scratch; what differs otherwise is left out', () => {
    const impact = regulariserImpact({ summary, runs: RUNS })!;
    assert.deepEqual(
      impact.arms.map(({ arm: name, label, onPath }) => [name, label, onPath]),
      [
        ['plain', 'none', true],
        ['low', '.003', true],
        ['high', '.1', true],
        ['L2', 'L2', false],
        ['scratch', 'scratch', false],
      ],
    );
    assert.equal(impact.swept, 'RadReg');
  });

  it('marks the arm without a regulariser and draws its level in every language', () => {
    useTranslations({ none: 'ohne' });
    try {
      const impact = regulariserImpact({ summary, runs: RUNS })!;
      assert.equal(impact.arms[0]!.label, 'ohne');
      const [line] = impactOption(impact, 600, THEME).series as readonly { data: readonly { itemStyle?: object }[]; markLine?: object }[];
      const isOpen = line!.data.map(({ itemStyle }) => itemStyle !== undefined);
      assert.deepEqual(isOpen, [true, false, false, false, false]);
      assert.ok(line!.markLine);
    } finally {
      useTranslations();
    }
  });

  const lone = [
    { runs: [], why: 'no run' },
    { runs: [finished('a', { kind: 'radreg', lambda: 1 })], why: 'one arm alone' },
    {
      runs: [finished('a', { kind: 'none' }), finished('b', { kind: 'none' }, { setting: 'other data/mae' })],
      why: 'arms that differ in other things',
    },
    { runs: [finished('a', { kind: 'none' }), run('b', { setting: 'data/mae' })], why: 'an arm that is still running' },
  ];
  for (const { runs, why } of lone)
    it(`compares nothing where there is ${why}`, () => {
      assert.equal(regulariserImpact({ summary: summaryOf(runs.map(({ arm: name }) => arm(name))), runs }), undefined);
    });

  it('is tabled with half of the interval, and exported with both ends', () => {
    const impact = regulariserImpact({ summary, runs: RUNS })!;
    const { head, rows } = impactTable(impact);
    assert.equal(head[1], 'probe accuracy');
    assert.match(rows[0]![1]!, /^\d+\.\d ± \d+\.\d %$/);
    const { columns, rows: data } = impactData(impact);
    const [mean, low, high] = ['mean', 'low (95 %)', 'high (95 %)'].map(name => data[0]![columns.indexOf(name)] as number);
    assert.ok(low! < mean! && mean! < high!);
  });

  it('has Student intervals, and none of one value', () => {
    assert.equal(halfInterval({ mean: 1, count: 1 }), undefined);
    // t(4) = 2.776: five values with deviation 1.
    assert.ok(Math.abs(halfInterval({ mean: 0, deviation: 1, count: 5 })! - 2.776 / Math.sqrt(5)) < 1e-12);
  });
});
