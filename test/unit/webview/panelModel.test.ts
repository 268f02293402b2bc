import assert from 'node:assert/strict';
import type { HostMessage, PanelSnapshot, RunSummary } from '../../../src/reporting/panelMessages';
import { receive } from '../../../webview/panelModel';
import { run, snapshot } from './snapshots';

const loss = (steps: number[]) => ({ name: 'loss', phase: 'pre-training', steps, values: steps.map(step => 1 / (1 + step)) });
const metrics = (runId: string, steps: number[]): HostMessage => ({ type: 'metrics', series: { [runId]: [loss(steps)] } });
const steps = (known: PanelSnapshot | undefined, runId: string) => known?.series[runId]?.map(series => series.steps);
const known = (runs: readonly RunSummary[]) => snapshot({ runs, selected: runs.map(({ id }) => id), series: { a: [loss([1, 2])] } });

describe('what the panel knows after a message', () => {
  it('begins with a snapshot: deltas before it are dropped', () => {
    assert.equal(receive(undefined, metrics('a', [1])), undefined);
    assert.equal(receive(undefined, { type: 'runs', changed: [run('a')], removed: [] }), undefined);
    const first = snapshot({});
    assert.equal(receive(undefined, { type: 'snapshot', snapshot: first }), first);
  });

  const cases: readonly { readonly why: string; readonly message: HostMessage; readonly run: string; readonly expected: unknown }[] = [
    { why: 'new points go to the end', message: metrics('a', [3, 4]), run: 'a', expected: [[1, 2, 3, 4]] },
    { why: 'points that the snapshot held are not drawn twice', message: metrics('a', [2, 3]), run: 'a', expected: [[1, 2, 3]] },
    { why: 'nothing new changes nothing', message: metrics('a', [1, 2]), run: 'a', expected: [[1, 2]] },
    { why: 'the first points of a run make its curve', message: metrics('b', [5]), run: 'b', expected: [[5]] },
    { why: 'a run that is not drawn gets no curve', message: metrics('c', [5]), run: 'c', expected: undefined },
  ];
  for (const { why, message, run: id, expected } of cases)
    it(why, () => assert.deepEqual(steps(receive(known([run('a'), run('b')]), message), id), expected));

  it('replaces changed runs in their place, appends new ones, drops removed ones', () => {
    const changed = [run('b', { state: 'finished' }), run('d')];
    const after = receive(known([run('a'), run('b'), run('c')]), { type: 'runs', changed, removed: ['a'] });
    assert.deepEqual(
      after?.runs.map(({ id, state }) => [id, state]),
      [
        ['b', 'finished'],
        ['c', 'running'],
        ['d', 'running'],
      ],
    );
  });
});
