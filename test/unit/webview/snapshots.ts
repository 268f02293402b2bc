import type { PanelSnapshot, RunSummary } from '../../../src/reporting/panelMessages';
import type { ChartTheme } from '../../../webview/charts/chartTheme';
import type { ArmSummary, ModeSummary, ReportSummary, StudySummary } from '../../../src/runs/summary/studySummary';

/** A running run with what a test says different. */
export const run = (id: string, different: Partial<RunSummary> = {}): RunSummary => ({
  id,
  study: 'study',
  arm: id,
  seed: 0,
  regulariser: { kind: 'none' },
  setting: 'one',
  pretrained: true,
  labels: 100,
  state: 'running',
  createdAt: '2026-05-04T12:00:00.000Z',
  ...different,
});

/** An empty snapshot with what a test says different. */
export const snapshot = (different: Partial<PanelSnapshot>): PanelSnapshot => ({
  studies: ['study'],
  study: 'study',
  runs: [],
  selected: [],
  series: {},
  trusted: true,
  ...different,
});

/** A certificate over two seeds. */
export const certificate = (total: number, different: Partial<ReportSummary> = {}): ReportSummary => ({
  theorem: 'F2',
  bounds: 'error of the head; with fine print',
  total: { mean: total, deviation: 0.01, count: 2 },
  evidence: 'certified',
  range: 1,
  vacuous: total >= 1,
  needed: {},
  failureProbability: 0.05,
  terms: [],
  ...different,
});

/** D1 with a transfer and a complexity term. */
export const generalBound = (transfer: number, complexity: number, different: Partial<ReportSummary> = {}): ReportSummary => ({
  ...certificate(transfer + complexity),
  theorem: 'D1',
  bounds: 'excess risk',
  evidence: 'assumed',
  terms: [
    { id: 'D1.transfer', name: 'transfer', value: { mean: transfer, count: 2 }, evidence: 'measured', formula: 'x' },
    { id: 'D1.complexity', name: 'complexity', value: { mean: complexity, count: 2 }, evidence: 'certified', formula: 'x' },
  ],
  ...different,
});

/** One mode's test accuracy, beside risks that no test here looks at closely. */
export const modeSummary = (mode: ModeSummary['mode'], test: ModeSummary['test']): ModeSummary => ({
  mode,
  test,
  ramp: { mean: 0.1, count: 2 },
  calibrationError: { mean: 0.05, count: 2 },
  brier: { mean: 0.2, count: 2 },
});

/** An arm that was pre-trained without a regulariser. */
export const arm = (name: string, different: Partial<ArmSummary> = {}): ArmSummary => ({
  arm: name,
  regulariser: 'none',
  pretrained: true,
  seeds: [0, 1],
  accuracy: [modeSummary('probe', { mean: 0.958, deviation: 0.003, count: 2 })],
  budgets: [],
  holdOutLoss: { mean: 0.0128, count: 2 },
  featureNorm: { mean: 6.9, deviation: 0.1, count: 2 },
  featureComplexity: { mean: 0.08, count: 2 },
  reports: [certificate(0.2), generalBound(0.3, 0.1)],
  collapses: [],
  ...different,
});

/** The summary of a study with these arms. */
export const summaryOf = (arms: readonly ArmSummary[]): StudySummary => ({
  study: 'study',
  labels: 100,
  task: 'class 1 against 3',
  testCount: 400,
  encoderParameters: 60_000,
  arms,
  comparisons: [],
  findings: [],
  missing: [],
  engines: [],
  seconds: 1,
});

/** A theme that draws everything in a few colours. */
export const THEME: ChartTheme = {
  ...{ foreground: '#000', muted: '#666', grid: '#ccc', background: '#fff', warning: '#f00', series: ['#00f'] },
  ...{ fontFamily: 'sans-serif', fontSize: 13, highContrast: false, reducedMotion: false },
};
