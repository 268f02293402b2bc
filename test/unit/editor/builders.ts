import type { Architecture, Layer, Parameter, SourceRange } from '../../../src/architecture/architecture';
import { known, unknown } from '../../../src/architecture/architecture';
import type { ReadRun } from '../../../src/reporting/runSummary';
import type { RunRecord } from '../../../src/runs/record';
import type { Evidence, Report, Term, TermName } from '../../../src/theory/report';
import { fineTuningResult } from '../support/fineTuningResult';
import type { TrialResults } from '../../../src/training/results';

/** Small honest values of the shared types, for the tests of the editor; each takes what a test cares about. */

export const NOW = new Date('2026-03-04T12:00:00Z');

export const lines = (startLine: number, endLine = startLine): SourceRange => ({ startLine, startColumn: 8, endLine, endColumn: 30 });

export const matrix = (rows: number, columns: number, initialSpectralNorm?: number): Parameter => ({
  name: 'weight',
  shape: [rows, columns],
  initialSpectralNorm,
});

export const layer = (path: string, line: number, parts: Partial<Layer> = {}): Layer => ({
  path,
  type: 'nn.Linear',
  kind: 'linear',
  arguments: {},
  parameters: known([]),
  children: [],
  range: lines(line),
  ...parts,
});

export const architecture = (layers: readonly Layer[], parts: Partial<Architecture> = {}): Architecture => ({
  framework: 'pytorch',
  name: 'Net',
  range: lines(0, 20),
  layers,
  parameterCount: layers.every(one => one.parameters.known) ? known(1) : unknown('a size is not known', 3),
  ...parts,
});

export const term = (name: TermName, value: number, evidence: Evidence = 'measured'): Term => ({
  id: `D1.${name}` as Term['id'],
  name,
  value,
  evidence,
  formula: 'x',
  inputs: {},
  assumptions: [],
});

export const report = (theorem: string, total: number, parts: Partial<Report> = {}): Report => ({
  theorem,
  bounds: 'error of the head',
  terms: [],
  total,
  evidence: 'certified',
  range: 1,
  vacuous: total >= 1,
  needed: {},
  failureProbability: 0.05,
  ...parts,
});

export const results = (reports: readonly Report[], testAccuracy = 0.958): TrialResults => ({
  encoderParameters: 1000,
  fineTuning: [fineTuningResult('probe', Math.round(1000 * (1 - testAccuracy)), 1000)],
  featureNorm: 7,
  featureComplexity: 0.1,
  reports,
  seconds: 10,
});

interface RecordParts extends Partial<Omit<RunRecord, 'trial'>> {
  readonly arm?: string;
  readonly seed?: number;
  readonly study?: string;
  readonly pretrained?: boolean;
  readonly definition?: { readonly file: string; readonly name: string };
}

export function record({
  arm = 'RadReg',
  seed = 0,
  study = 'fashion',
  pretrained = true,
  definition,
  ...parts
}: RecordParts = {}): RunRecord {
  return {
    version: 1,
    id: `${arm}-${seed}`,
    state: 'finished',
    createdAt: '2026-03-04T09:00:00.000Z',
    startedAt: '2026-03-04T09:30:00.000Z',
    endedAt: '2026-03-04T10:00:00.000Z',
    ...parts,
    trial: {
      id: `${arm}-${seed}`,
      study: { name: study, file: `/work/${study}.study.json` },
      arm,
      seed,
      definition,
      data: {
        train: { images: '', labels: '' },
        test: { images: '', labels: '' },
        holdOut: 10,
        task: { positive: [1], negative: [3] },
        labels: 500,
        domain: 'same',
      },
      encoder: { kind: 'vit', patch: 7, width: 8, depth: 1, heads: 1, mlpRatio: 4 },
      objective: pretrained
        ? {
            kind: 'masked autoencoder',
            maskRatio: 0.75,
            decoder: { width: 8, depth: 1, heads: 1 },
            steps: 10,
            batch: 2,
            learningRate: 0.1,
            warmup: 0,
          }
        : { kind: 'none' },
      regulariser: { kind: 'radreg', lambda: 0.003, draws: 1, batch: 2, radius: 1 },
      fineTuning: { modes: ['probe'], steps: 1, learningRates: [0.1], weightDecay: 0 },
      bound: { failureProbability: 0.05, margin: 1, scaledRadius: 5 },
    } as RunRecord['trial'],
  };
}

export const entry = (parts: RecordParts = {}): ReadRun => {
  const made = record(parts);
  const studyFolder = `/runs/${made.trial.study.name}`;
  return { id: `${made.trial.study.name}/${made.id}`, folder: `${studyFolder}/${made.id}`, studyFolder, record: made };
};
