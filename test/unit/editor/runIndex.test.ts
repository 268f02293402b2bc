import assert from 'node:assert/strict';
import { summaryOf, type RunEntry } from '../../../src/reporting/runSummary';
import { byStudy, latestFinished } from '../../../src/editor/runIndex';
import { overallProgress, runDescription, statusText, studyDescription } from '../../../src/editor/runText';
import { entry, NOW, report, results } from './builders';

const definition = { file: '/work/models/mae.py', name: 'Net' };
const done = (parts: Parameters<typeof entry>[0]) => entry({ definition, results: results([]), ...parts });
const progress = (fraction: number, secondsLeft?: number) => ({ phase: 'pre-training', fraction, step: 1, steps: 10, secondsLeft });

const latest: readonly (readonly [why: string, entries: readonly RunEntry[], place: typeof definition, expected: string | undefined])[] = [
  [
    'the one that ended last',
    [done({ arm: 'old', endedAt: '2026-03-01' }), done({ arm: 'new', endedAt: '2026-03-02' })],
    definition,
    'new',
  ],
  [
    'not one from scratch while another is there',
    [done({ arm: 'scratch', pretrained: false, endedAt: '2026-03-02' }), done({ arm: 'mae', endedAt: '2026-03-01' })],
    definition,
    'mae',
  ],
  ['one from scratch when there is no other', [done({ arm: 'scratch', pretrained: false })], definition, 'scratch'],
  ['not one that failed', [done({ arm: 'bad', state: 'failed' })], definition, undefined],
  ['not one of another class', [done({ arm: 'mae' })], { ...definition, name: 'Other' }, undefined],
  ['not one of another file', [done({ arm: 'mae' })], { ...definition, file: '/work/models/mlp.py' }, undefined],
  ['paths are compared, not their spelling', [done({ arm: 'mae' })], { ...definition, file: '/work/models/../models/mae.py' }, 'mae'],
];

describe('the run that speaks for a definition', () => {
  for (const [why, entries, place, expected] of latest)
    it(why, () => assert.equal(latestFinished(entries, place)?.record.trial.arm, expected));
});

describe('runs by study', () => {
  it('puts the study that was started last first, runs in the order of their creation', () => {
    const entries = [
      entry({ study: 'old', arm: 'b', createdAt: '2026-01-02' }),
      entry({ study: 'new', arm: 'a', createdAt: '2026-02-01' }),
      entry({ study: 'old', arm: 'a', createdAt: '2026-01-01' }),
    ];
    assert.deepEqual(
      byStudy(entries).map(({ name, entries: own }) => [name, own.map(({ record }) => record.trial.arm)]),
      [
        ['new', ['a']],
        ['old', ['a', 'b']],
      ],
    );
  });
});

const descriptions: readonly (readonly [expected: string, run: RunEntry])[] = [
  ['queued', entry({ state: 'queued', startedAt: undefined, endedAt: undefined })],
  ['starting', entry({ state: 'running', endedAt: undefined })],
  ['pre-training 43 % · 12 s left', entry({ state: 'running', endedAt: undefined, progress: progress(0.439, 12) })],
  ['certified error ≤ .174 · 2 h ago', entry({ results: results([report('F2', 0.174)]) })],
  ['certified error ≤ 1.00 (vacuous) · 2 h ago', entry({ results: results([report('F1', 1)]) })],
  ['finished · 2 h ago', entry({ results: results([]) })],
  ['stopped at 50 % · 2 h ago', entry({ state: 'stopped', progress: progress(0.5) })],
  ['interrupted · 2 h ago', entry({ state: 'interrupted' })],
  ['failed · 2 h ago', entry({ state: 'failed', fault: 'The disk is full: free some space.' })],
];

describe('what stands behind a run', () => {
  for (const [expected, run] of descriptions) it(expected, () => assert.equal(runDescription(run, NOW), expected));
});

describe('how far several runs are', () => {
  const half = entry({ arm: 'a', state: 'running', startedAt: '2026-03-04T11:59:00Z', endedAt: undefined, progress: progress(0.5) });
  const waiting = entry({ arm: 'a', seed: 1, state: 'queued', startedAt: undefined, endedAt: undefined });

  it('counts progress within runs, and supposes that waiting runs take as long as the one that runs', () =>
    assert.deepEqual(overallProgress([half, waiting], NOW), { done: 0, total: 2, fraction: 0.25, secondsLeft: 180 }));

  it('stands in the status bar and the tree while something is active, and nowhere after', () => {
    const [study] = byStudy([
      half,
      waiting,
      entry({ arm: 'a', seed: 2, startedAt: '2026-03-04T11:57:00Z', endedAt: '2026-03-04T11:59:00Z' }),
    ]);
    assert.equal(statusText([study!], NOW), 'BoundLens 1/3 · 3 min 00 s left');
    assert.equal(studyDescription(study!, NOW), '1 of 3 · 3 min 00 s left');
    const [over] = byStudy([entry()]);
    assert.equal(statusText([over!], NOW), undefined);
    assert.equal(studyDescription(over!, NOW), '1 run');
  });
});

describe('what the panel is told of a run', () => {
  it('keeps the evidence-bearing results whole and names the engine in words', () => {
    const told = summaryOf(entry({ results: results([report('F2', 0.2)]), engine: { name: 'native', threads: 1 } }));
    assert.equal(told.engine, 'native, 1 thread');
    assert.deepEqual(told.regulariser, { kind: 'radreg', lambda: 0.003 });
    assert.equal(told.results?.reports[0]?.evidence, 'certified');
    assert.deepEqual(structuredClone(told), told, 'it must survive postMessage');
  });
});
