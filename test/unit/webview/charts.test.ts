import assert from 'node:assert/strict';
import { barTable, boundBars, captionBars } from '../../../webview/charts/boundBars';
import { itemTooltip, valuesTooltip } from '../../../webview/charts/chartText';
import { curveTable, describeCurves, phasesOf, trainingCurves } from '../../../webview/charts/trainingCurves';
import { arm, certificate, generalBound, run, snapshot, summaryOf, THEME } from './snapshots';

const series = (name: string, steps: number[], phase = 'pre-training') => ({
  name,
  phase,
  steps,
  values: steps.map(step => 1 / (1 + step)),
});

describe('the curves of the training chart', () => {
  const known = snapshot({
    runs: [run('a', { arm: 'radreg' }), run('b', { arm: 'radreg', seed: 1 }), run('c', { arm: 'plain' })],
    selected: ['b', 'c'],
    series: {
      b: [series('loss', [1, 2]), series('reconstruction', [1, 2, 3]), series('holdOutLoss', [0]), series('regulariser', [1])],
      c: [series('loss', [1, 2]), series('loss', [7], 'fine-tuning')],
    },
  });

  it('draw the reconstruction where a regulariser is part of the loss, and the loss where not', () => {
    const { plots, curves } = trainingCurves(known, 'pre-training');
    assert.deepEqual(
      plots.map(({ title }) => title),
      ['Reconstruction loss', 'Regulariser'],
    );
    assert.deepEqual(
      curves.map(({ label, plot, heldOut, colour, steps }) => [label, plot, heldOut, colour, steps.length]),
      [
        ['radreg, seed 1', 0, false, 0, 3],
        ['radreg, seed 1', 0, true, 0, 1],
        ['plain', 0, false, 1, 2],
        ['radreg, seed 1', 1, false, 0, 1],
      ],
    );
  });

  it('are told apart by phase', () => {
    assert.deepEqual(phasesOf(known), ['pre-training', 'fine-tuning']);
    assert.deepEqual(
      trainingCurves(known, 'fine-tuning').curves.map(({ label, steps }) => [label, steps]),
      [['plain', [7]]],
    );
  });

  it('are described in words, and the absence of all in words too', () => {
    assert.match(describeCurves(trainingCurves(known, 'pre-training')), /^Reconstruction loss: radreg, seed 1 \.250 at step 3; /);
    assert.match(describeCurves(trainingCurves(snapshot({}), 'pre-training')), /^No curve to draw yet/);
  });

  it('are tabled by step: each curve with its last value up to there, at most twenty rows, first and last step among them', () => {
    const few = curveTable(trainingCurves(known, 'pre-training'));
    assert.deepEqual(few.head.slice(0, 2), ['step', 'reconstruction loss, radreg, seed 1']);
    assert.deepEqual(
      few.rows.map(row => row.slice(0, 4)),
      [
        ['0', '–', '1.00', '–'],
        ['1', '.500', '1.00', '.500'],
        ['2', '.333', '1.00', '.333'],
        ['3', '.250', '1.00', '.333'],
      ],
    );
    const long = snapshot({ ...known, series: { c: [series('loss', [...Array(1000).keys()])] } });
    const { rows } = curveTable(trainingCurves(long, 'pre-training'));
    assert.equal(rows.length, 20);
    assert.deepEqual([rows[0]![0], rows.at(-1)![0]], ['0', '999']);
  });
});

describe('the bars of the bound', () => {
  const bounded = arm('radreg');
  const vacuous = arm('plain', { reports: [generalBound(1.2, 0.3)] });
  const without = arm('from scratch', { reports: [certificate(0.2)] });

  it('leave out an arm that has no such bound, and are absent when none has', () => {
    assert.deepEqual(
      boundBars(summaryOf([bounded, without]))?.bars.map(bar => bar.arm),
      ['radreg'],
    );
    assert.equal(boundBars(summaryOf([without])), undefined);
    assert.equal(boundBars(undefined), undefined);
  });

  const captions = [
    { arms: [bounded], expected: /All are below 1\.00/ },
    { arms: [bounded, vacuous], expected: /1 of 2 vacuous/ },
    { arms: [vacuous, vacuous], expected: /All are vacuous/ },
  ];
  for (const { arms, expected } of captions)
    it(`say plainly what is vacuous: ${expected.source}`, () => assert.match(captionBars(boundBars(summaryOf(arms))!), expected));

  it('are tabled with the evidence of every number', () => {
    assert.deepEqual(barTable(boundBars(summaryOf([bounded, vacuous]))!), {
      head: ['arm', 'transfer', 'complexity', 'total'],
      rows: [
        ['radreg', '.300 measured', '.100 certified', '.400 assumed'],
        ['plain', '1.20 measured', '.300 certified', '1.50 assumed, vacuous'],
      ],
    });
  });
});

describe('the box over a mark of a chart', () => {
  it('reads what the mark stands for, and nothing where there is none', () => {
    const { formatter } = itemTooltip(THEME, ['a', 'b'], thing => `this is ${thing}`);
    assert.deepEqual([formatter({ dataIndex: 1 }), formatter({ dataIndex: 2 })], ['this is b', '']);
  });

  it('reads numbers as the chart writes them, and a dash for none', () => {
    const { valueFormatter } = valuesTooltip(THEME, value => value.toFixed(1));
    assert.deepEqual([valueFormatter(0.25), valueFormatter(null), valueFormatter('-')], ['0.3', '–', '–']);
  });
});
