import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { PanelCurves } from '../../../src/editor/panelCurves';
import { panelSnapshot, shownRuns, shownStudy, studyOf } from '../../../src/editor/panelData';
import { panelPage } from '../../../src/editor/panelPage';
import { byStudy } from '../../../src/editor/runIndex';
import { SeriesStore } from '../../../src/reporting/seriesStore';
import type { MetricLine } from '../../../src/runs/record';
import { temporaryFolder } from '../support/temporaryFolder';
import { entry, report, results } from './builders';

const line = (step: number, values: Record<string, number>, phase = 'pre-training'): MetricLine => ({ phase, step, time: step, values });

describe('curves in memory', () => {
  it('are columns by phase and name, and what was added can be sent on', () => {
    const store = new SeriesStore();
    store.append([line(0, { loss: 3 })]);
    const added = store.append([line(1, { loss: 2, featureNorm: 7 }), line(0, { loss: 1 }, 'fine-tuning')]);
    assert.deepEqual(added, [
      { name: 'loss', phase: 'pre-training', steps: [1], values: [2] },
      { name: 'featureNorm', phase: 'pre-training', steps: [1], values: [7] },
      { name: 'loss', phase: 'fine-tuning', steps: [0], values: [1] },
    ]);
    assert.deepEqual(store.snapshot()[0], { name: 'loss', phase: 'pre-training', steps: [0, 1], values: [3, 2] });
  });

  it('leave out values that are not finite', () => assert.deepEqual(new SeriesStore().append([line(0, { loss: Number.NaN })]), []));

  it('stay bounded however long a run is, and keep first, last and every peak', () => {
    const store = new SeriesStore(1000);
    const steps = 50_000;
    for (let step = 0; step < steps; step += 100)
      store.append(Array.from({ length: 100 }, (_, i) => line(step + i, { loss: step + i === 31_415 ? 99 : Math.sin(step + i) })));
    const [curve] = store.snapshot();
    assert.ok(curve!.steps.length <= 1000, `${curve!.steps.length} points`);
    assert.deepEqual([curve!.steps[0], curve!.steps.at(-1)], [0, steps - 1]);
    assert.ok(curve!.values.includes(99), 'the one peak is lost');
    assert.ok(
      curve!.steps.every((step, i) => i === 0 || step > curve!.steps[i - 1]!),
      'out of order',
    );
  });
});

describe('curves of runs on disk', () => {
  const temporary = temporaryFolder();
  const text = (...lines: MetricLine[]) => lines.map(one => `${JSON.stringify(one)}\n`).join('');

  it('grow with the file, whole lines at a time, and begin anew when the run does', async () => {
    const folder = temporary.file('a');
    mkdirSync(folder);
    const file = path.join(folder, 'metrics.jsonl');
    const curves = new PanelCurves();
    const run = { ...entry(), folder };
    curves.follow([run]);
    assert.deepEqual(await curves.read(), { added: {}, restarted: false });

    const second = text(line(1, { loss: 2 }));
    writeFileSync(file, text(line(0, { loss: 3 })) + second.slice(0, 10));
    assert.deepEqual((await curves.read()).added[run.id]?.[0]?.values, [3]);
    appendFileSync(file, second.slice(10));
    assert.deepEqual((await curves.read()).added[run.id]?.[0]?.values, [2]);
    assert.deepEqual(curves.snapshot()[run.id]?.[0]?.values, [3, 2]);

    writeFileSync(file, text(line(0, { loss: 5 })));
    assert.equal((await curves.read()).restarted, true);
    assert.deepEqual(curves.snapshot()[run.id]?.[0]?.values, [5]);
    curves.follow([]);
    assert.deepEqual(curves.snapshot(), {});
  });
});

describe('what the panel shows', () => {
  const definition = { file: '/work/mae.py', name: 'Net' };
  const entries = [
    entry({ study: 'old', createdAt: '2026-01-01', definition, results: results([report('F2', 0.2)]) }),
    ...['none', 'RadReg'].flatMap(arm => [0, 1].map(seed => entry({ study: 'new', createdAt: '2026-02-01', arm, seed }))),
    entry({ study: 'new', createdAt: '2026-02-02', arm: 'RadReg', seed: 2, state: 'running', endedAt: undefined }),
    entry({ study: 'new', createdAt: '2026-02-02', arm: 'L2', state: 'queued', startedAt: undefined, endedAt: undefined }),
  ];
  const ids = (runs: ReturnType<typeof shownRuns>) => runs.map(({ id }) => id);
  const study = byStudy(entries)[0]!;

  it('is the latest study until another is chosen; one that is gone gives way', () =>
    assert.deepEqual(
      [{}, { study: 'old' }, { study: 'gone' }].map(choice => shownStudy(entries, choice)?.name),
      ['new', 'old', 'new'],
    ));

  it('draws what runs now and the first seed of each arm that has begun, unless runs were chosen', () => {
    assert.deepEqual(ids(shownRuns(study, {})), ['new/RadReg-2', 'new/none-0', 'new/RadReg-0']);
    assert.deepEqual(ids(shownRuns(study, { runs: ['new/none-1', 'new/deleted'] })), ['new/none-1']);
    assert.deepEqual(ids(shownRuns(study, { runs: [] })), []);
    assert.equal(shownRuns(study, { runs: ['new/deleted'] }).length, 3, 'all chosen runs are gone');
  });

  it('finds the study of a definition', () => {
    assert.equal(studyOf(entries, definition)?.name, 'old');
    assert.equal(studyOf(entries, { ...definition, name: 'Other' }), undefined);
  });

  it('is one plain snapshot; without runs an empty one', () => {
    const around = { series: {}, trusted: true };
    const snapshot = panelSnapshot(entries, { study: 'old' }, entries.slice(0, 1), around);
    assert.deepEqual([snapshot.studies, snapshot.study, snapshot.runs.length], [['new', 'old'], 'old', 1]);
    assert.equal(snapshot.summary?.arms.length, 1);
    assert.deepEqual(structuredClone(snapshot), snapshot);
    const empty = panelSnapshot([], {}, [], around);
    assert.deepEqual([empty.studies, empty.study, empty.runs, empty.selected], [[], undefined, [], []]);
  });
});

describe('the panel’s page', () => {
  const page = panelPage({ script: 'https://x/dist/panel.js', cspSource: 'https://x', nonce: 'abc' });
  const policy = /content="([^"]+)"/.exec(page)![1]!;

  it('runs nothing but the one script that carries the nonce', () => {
    assert.match(policy, /default-src 'none'/);
    assert.match(policy, /script-src 'nonce-abc'(;|$)/);
    assert.doesNotMatch(policy, /unsafe-eval|script-src[^;]*unsafe-inline|connect-src/);
    assert.equal(page.match(/<script/g)?.length, 1);
    assert.match(page, /<script nonce="abc" src="https:\/\/x\/dist\/panel\.js">/);
  });

  it('carries its texts in another language as data, which cannot end the element that holds them', () => {
    const texts = { Stop: 'Anhalten', '</script>': '</script><script>alert(1)</script>' };
    const german = panelPage({ script: 'https://x/dist/panel.js', cspSource: 'https://x', nonce: 'abc', language: 'de', texts });
    assert.match(german, /<html lang="de">/);
    const [, data] = /<script type="application\/json" nonce="abc" id="boundlens-texts">(.*?)<\/script>/.exec(german)!;
    assert.deepEqual(JSON.parse(data!), texts);
    assert.equal(german.match(/<script/g)?.length, 2);
  });
});
