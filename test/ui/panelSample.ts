import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Random } from '../../src/common/random';
import type { CaptureRecord } from '../../src/reporting/captureRecord';
import type { CaptureFrame } from '../../src/training/multiView/frames';
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
import type { Reconstructions } from '../../src/training/reconstructions';
import type { TrialResults } from '../../src/training/results';

const FILE = path.resolve('media/sample/fashion.study.json');
const NOW = '2026-05-04T12:00:00.000Z';

/** The trials of the sample study. */
function sampleTrials(): readonly Trial[] {
  const parsed = parseStudy(readFileSync(FILE, 'utf8'));
  if (!parsed.study) throw new Error('The sample study does not parse.');
  return expandTrials(parsed.study, FILE);
}

/** The trials of the sample study with the regulariser swept, five seeds and three numbers of labels. */
export function sweptTrials(): readonly Trial[] {
  const { study } = parseStudy(readFileSync(FILE, 'utf8'));
  if (!study) throw new Error('The sample study does not parse.');
  const arm = (name: string, kind: 'radreg' | 'l2', lambda: number) => ({
    name,
    regulariser: kind === 'l2' ? { kind, lambda } : { kind, lambda, batch: 64, draws: 16, radius: 1 },
  });
  const arms = [
    { name: 'no regulariser' },
    ...[0.001, 0.003, 0.01, 0.03, 0.1].map(lambda => arm(`RadReg λ=${lambda}`, 'radreg', lambda)),
    arm('L2', 'l2', 0.05),
    { name: 'from scratch', objective: { kind: 'none' as const } },
  ];
  return expandTrials(
    { ...study, data: { ...study.data, labels: [30, 100, 300] }, sweep: { ...study.sweep, arms, seeds: [0, 1, 2, 3, 4] } },
    FILE,
  );
}

/** What each arm is made to give, so that a test can tell numbers apart: quality falls from arm to arm. */
function inventedResults(trial: Trial, arm: number): TrialResults {
  const random = new Random(`panel ${trial.id}`);
  const jitter = () => 1 + 0.03 * random.normal();
  const pretrained = trial.objective.kind !== 'none';
  const loss = 0.4 + 0.05 * arm;
  const accuracy = (mode: 'probe' | 'frozen' | 'full', mean: number) =>
    fineTuningResult(mode, Math.round(400 * (1 - mean) * jitter()), 400);
  const outcome = (less: number) => [
    accuracy('probe', 0.962 - 0.01 * arm - less),
    accuracy('frozen', 0.965 - 0.01 * arm - less),
    accuracy('full', 0.97 - less),
  ];
  return {
    encoderParameters: 61_000,
    ...(pretrained && {
      pretraining: {
        steps: 1000,
        seconds: 9,
        trainLoss: loss,
        holdOutLoss: loss * jitter(),
        holdOutCount: 1000,
        decoder: {
          singularValues: Array.from({ length: 48 }, (_, at) => 90 * jitter() * Math.exp(-at / (9 - 0.6 * arm))),
          residual: 0.024 * jitter(),
          transferConstant: { value: 118, evidence: 'estimated' as const },
          admissibleRadius: 398,
        },
      },
    }),
    fineTuning: outcome(0),
    ...(Array.isArray(trial.data.labels) && {
      budgets: [
        { labels: 30, fineTuning: outcome(0.06 + 0.005 * arm) },
        { labels: 100, fineTuning: outcome(0.02) },
      ],
    }),
    scores: {
      logme: -0.15 - 0.02 * arm * jitter(),
      knn: 52 - arm * jitter(),
      rankme: 18.2 * jitter(),
      linearProbe: 0.58 - 0.01 * arm * jitter(),
    },
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
export function sampleRecords(trials = sampleTrials()): readonly RunRecord[] {
  const arms: string[] = [];
  return trials.map((trial, index, all) => {
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
    { name: 'featureNorm', phase: 'pre-training', steps: heldOut, values: heldOut.map(step => 6.4 + 0.6 * Math.exp(-step / 200)) },
    ...MATRICES.map((name, at) => ({
      name: `spectralNorm/${name}.weight`,
      phase: 'pre-training',
      steps: heldOut,
      values: heldOut.map(step => 1.1 + 0.1 * at + ((0.4 + 0.05 * random.normal()) * step) / 200),
    })),
  ];
}

/** Layers of the sample's definition. */
const MATRICES = [
  'patch_embed',
  'blocks.0.attn.qkv',
  'blocks.0.attn.proj',
  'blocks.0.mlp.fc1',
  'blocks.0.mlp.fc2',
  'decoder_pred',
] as const;

/** Eight by eight pixels: a bright square that is partly hidden and painted back a little darker. */
export function inventedPictures(count: number): Reconstructions {
  const picture = (value: (row: number, column: number) => number) =>
    Buffer.from(Uint8Array.from({ length: 64 }, (_, at) => value(Math.floor(at / 8), at % 8))).toString('base64');
  const square = (row: number, column: number, at: number) => (row > 1 && row < 6 && column > at % 3 && column < 4 + (at % 3) ? 220 : 20);
  const hidden = (row: number, column: number, at: number) => (Math.floor(row / 2) + Math.floor(column / 2) + at) % 4 !== 0;
  return {
    version: 1,
    height: 8,
    width: 8,
    channels: 1,
    images: Array.from({ length: count }, (_, at) => ({
      original: picture((row, column) => square(row, column, at)),
      seen: picture((row, column) => (hidden(row, column, at) ? 0 : square(row, column, at))),
      hidden: picture((row, column) => (hidden(row, column, at) ? 1 : 0)),
      painted: picture((row, column) => (hidden(row, column, at) ? 0.85 * square(row, column, at) + 15 : square(row, column, at))),
      error: 0.012 + 0.001 * at,
    })),
  };
}

/** A snapshot of a study with finished, running and failed runs. */
export const sampleSnapshot = (): PanelSnapshot => snapshotOf(sampleRecords());

/** The same of a sweep of eight arms. */
export const sweptSnapshot = (): PanelSnapshot => ({ ...snapshotOf(sampleRecords(sweptTrials())), capture: inventedCapture(21) });

function snapshotOf(records: readonly RunRecord[]): PanelSnapshot {
  const runs = records.map(record => summaryOf({ id: `fashion/${record.id}`, folder: '/runs', studyFolder: '/runs/fashion', record }));
  const selected = [runs[0]!.id, runs[3]!.id, runs.at(-1)!.id];
  return {
    studies: ['Fashion: T-shirt or coat', 'Another study'],
    study: 'Fashion: T-shirt or coat',
    runs,
    summary: summarise(records),
    selected,
    series: Object.fromEntries(selected.map((id, at) => [id, inventedSeries(id, at === 2 ? 420 : 1000, 0.4 + 0.02 * at)])),
    reconstructions: { [selected[0]!]: inventedPictures(6), [selected[1]!]: inventedPictures(4) },
    definition: {
      name: 'MaskedAutoencoder',
      file: '/sample/models/mae.py',
      label: 'models/mae.py',
      line: 40,
      layers: MATRICES.map((path, at) => ({
        path,
        tensor: 'weight',
        line: 50 + at,
        share: [0.05, 0.22, 0.12, 0.28, 0.26, 0.07][at]!,
        norm: 1.4 + 0.1 * at,
      })),
    },
    trusted: true,
  };
}

/** An experiment of two arms: the teacher's kernels come to hold one feature each, the supervised net's all the first of its class. */
export function inventedCapture(frames: number): CaptureRecord {
  const [kernels, features, steps] = [24, 8, 600];
  const random = new Random('capture');
  const frame = (arm: 'teacher' | 'supervised', at: number): CaptureFrame => {
    const done = at / (frames - 1);
    const own = (kernel: number) => (arm === 'teacher' ? kernel % features : 2 * (kernel % 4));
    const correlations = Array.from({ length: kernels * features }, (_, cell) =>
      Math.max(0, 0.05 * random.uniform() + (own(Math.floor(cell / features)) === cell % features ? 0.9 * done : 0)),
    );
    const each = done > 0.5 ? (arm === 'teacher' ? 2 : 1) : 0;
    return {
      type: 'frame',
      seed: 0,
      arm,
      phase: arm === 'teacher' ? 'pre-training' : 'supervised training',
      step: Math.round(done * steps),
      steps,
      kernels,
      features,
      correlations,
      captured: Array<number>(4).fill(each),
      coverage: each / 2,
      ...(done > 0.5 && { purity: 0.9 }),
    };
  };
  const all = Array.from({ length: frames }, (_, at) => at);
  return {
    name: 'Four classes of two features',
    frames: [...all.map(at => frame('teacher', at)), ...all.map(at => frame('supervised', at))],
    findings: ['Mask reconstruction covers all 8 features in every seed; supervised training misses 4 of them.'],
    ended: true,
  };
}
