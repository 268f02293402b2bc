import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Random } from '../../src/common/random';
import type { PanelSnapshot, Series } from '../../src/reporting/panelMessages';
import { summaryOf } from '../../src/reporting/runSummary';
import type { RunRecord } from '../../src/runs/record';
import { summarise } from '../../src/runs/summary/studySummary';
import { parseStudy } from '../../src/studies/parseStudy';
import type { Trial } from '../../src/studies/study';
import { expandTrials } from '../../src/studies/trials';
import type { FormulaId } from '../../src/theory/formulaIds';
import { sumReport, type Evidence, type Report, type TermName } from '../../src/theory/report';
import { fineTuningResult } from '../unit/support/fineTuningResult';
import type { TrialResults } from '../../src/training/results';

const FILE = path.resolve('media/sample/fashion.study.json');
const NOW = '2026-05-04T12:00:00.000Z';

/** The trials of the sample study. */
export function sampleTrials(): readonly Trial[] {
  const parsed = parseStudy(readFileSync(FILE, 'utf8'));
  if (!parsed.study) throw new Error('The sample study does not parse.');
  return expandTrials(parsed.study, FILE);
}

/** What each arm is made to give, so that a test can tell numbers apart: quality falls from arm to arm. */
function inventedResults(trial: Trial, arm: number): TrialResults {
  const random = new Random(`panel ${trial.id}`);
  const jitter = () => 1 + 0.03 * random.normal();
  const pretrained = trial.objective.kind !== 'none';
  const loss = 0.4 + 0.05 * arm;
  const accuracy = (mode: 'probe' | 'frozen' | 'full', mean: number) =>
    fineTuningResult(mode, Math.round(400 * (1 - mean) * jitter()), 400);
  return {
    encoderParameters: 61_000,
    ...(pretrained && { pretraining: { steps: 1000, seconds: 9, trainLoss: loss, holdOutLoss: loss * jitter(), holdOutCount: 1000 } }),
    fineTuning: [accuracy('probe', 0.962 - 0.01 * arm), accuracy('frozen', 0.965 - 0.01 * arm), accuracy('full', 0.97)],
    featureNorm: 6.9 * jitter(),
    featureComplexity: 0.09 * jitter() + 0.01 * arm,
    reports: [certificate(0.17 + 0.02 * arm, jitter()), generalBound(pretrained, arm, jitter())],
    seconds: 12,
  };
}

function certificate(total: number, jitter: number): Report {
  const parts = sumReport({
    theorem: 'F2',
    bounds: 'error of the deterministic head',
    terms: [term('F2.empirical', 'empirical risk', total * jitter, 'certified')],
    range: 1,
    needed: {},
    failureProbability: 0.0125,
  });
  return parts;
}

function generalBound(pretrained: boolean, arm: number, jitter: number): Report {
  return sumReport({
    theorem: 'D1',
    bounds: 'excess downstream risk of the head over the best head and encoder',
    terms: [
      ...(pretrained ? [term('D1.transfer', 'transfer', (0.21 + 0.03 * arm) * jitter, 'measured')] : []),
      term('D1.complexity', 'complexity', (0.11 + 0.02 * arm) * jitter, 'measured'),
      term('D1.concentration', 'concentration', 0.31, 'certified'),
      ...(pretrained ? [term('D1.domain', 'domain shift', 0.06, 'assumed')] : []),
      term('D1.optimisation', 'optimisation', 0.05 + 0.15 * arm, 'measured'),
    ],
    range: 1,
    needed: { n: 3_000 },
    failureProbability: 0.0125,
  });
}

const term = (id: FormulaId, name: TermName, value: number, evidence: Evidence) => ({
  id,
  name,
  value,
  evidence,
  formula: 'x',
  inputs: {},
  assumptions: [],
});

/** Records of all trials: finished, but for one that runs and one that failed. */
export function sampleRecords(): readonly RunRecord[] {
  const arms: string[] = [];
  return sampleTrials().map((trial, index, all) => {
    if (!arms.includes(trial.arm)) arms.push(trial.arm);
    const record = { version: 1 as const, id: trial.id, trial, createdAt: NOW, startedAt: NOW } satisfies Partial<RunRecord>;
    if (index === all.length - 1)
      return {
        ...record,
        state: 'running',
        engine: { name: 'native', threads: 1 },
        progress: { phase: 'pre-training', fraction: 0.42, step: 420, steps: 1000, secondsLeft: 9 },
      };
    if (index === all.length - 2) return { ...record, state: 'failed', fault: 'The disk is full: free some space and start again.' };
    return { ...record, state: 'finished', endedAt: NOW, results: inventedResults(trial, arms.indexOf(trial.arm)) };
  });
}

/** A loss that falls towards a floor, with noise, every tenth step up to `end`. */
export function inventedSeries(label: string, end: number, floor = 0.4): readonly Series[] {
  const random = new Random(`curve ${label}`);
  const steps = Array.from({ length: Math.floor(end / 10) }, (_, at) => 10 * (at + 1));
  const heldOut = steps.filter(step => step % 100 === 0);
  const fall = (step: number) => floor + 0.6 * Math.exp(-step / 150);
  return [
    { name: 'loss', phase: 'pre-training', steps, values: steps.map(step => fall(step) * (1 + 0.04 * random.normal())) },
    { name: 'holdOutLoss', phase: 'pre-training', steps: heldOut, values: heldOut.map(step => fall(step) * 1.03) },
    {
      name: 'regulariser',
      phase: 'pre-training',
      steps,
      values: steps.map(step => 0.2 + 0.1 * Math.exp(-step / 300) + 0.004 * random.normal()),
    },
  ];
}

/** A snapshot of a study with finished, running and failed runs. */
export function sampleSnapshot(): PanelSnapshot {
  const records = sampleRecords();
  const runs = records.map(record => summaryOf({ id: `fashion/${record.id}`, folder: '/runs', studyFolder: '/runs/fashion', record }));
  const selected = [runs[0]!.id, runs[3]!.id, runs.at(-1)!.id];
  return {
    studies: ['Fashion: T-shirt or coat', 'Another study'],
    study: 'Fashion: T-shirt or coat',
    runs,
    summary: summarise(records),
    selected,
    series: Object.fromEntries(selected.map((id, at) => [id, inventedSeries(id, at === 2 ? 420 : 1000, 0.4 + 0.02 * at)])),
    definition: { name: 'MaskedAutoencoder', file: '/sample/models/mae.py', label: 'models/mae.py', line: 40 },
    trusted: true,
  };
}
