import { grouped } from '../../common/grouped';
import { mostLabels, taskText } from '../../datasets/downstreamTask';
import type { Evidence, TermName } from '../../theory/report';
import { weakest } from '../../theory/report';
import { regulariserText } from '../../studies/regularisers';
import type { FineTuningMode, FineTuningResult, TrialResults } from '../../training/results';
import type { RunRecord } from '../record';
import { compareArms, type Comparison } from './comparisons';
import { spread, type Spread } from './statistics';

/** One term of one theorem, averaged over the seeds of an arm. */
export interface TermSummary {
  readonly id: string;
  readonly name: TermName;
  readonly value: Spread;
  readonly evidence: Evidence;
  readonly formula: string;
}

/** One theorem over the seeds of an arm. */
export interface ReportSummary {
  readonly theorem: string;
  readonly bounds: string;
  readonly total: Spread;
  readonly evidence: Evidence;
  readonly range: number;
  /** True when the bound was vacuous for every seed. */
  readonly vacuous: boolean;
  readonly needed: { readonly n?: number; readonly N?: number };
  readonly failureProbability: number;
  readonly terms: readonly TermSummary[];
}

/** Test figures of one fine-tuning mode over the seeds of an arm. */
export interface ModeSummary {
  readonly mode: FineTuningMode;
  /** Accuracy. */
  readonly test: Spread;
  readonly ramp: Spread;
  readonly calibrationError: Spread;
  readonly brier: Spread;
}

/** What one arm of a study gave, over its finished seeds. */
export interface ArmSummary {
  readonly arm: string;
  readonly regulariser: string;
  readonly pretrained: boolean;
  readonly seeds: readonly number[];
  readonly accuracy: readonly ModeSummary[];
  /** The same with fewer labels, where the study names several budgets; rising. */
  readonly budgets: readonly { readonly labels: number; readonly accuracy: readonly ModeSummary[] }[];
  readonly holdOutLoss?: Spread;
  readonly featureNorm: Spread;
  readonly featureComplexity: Spread;
  readonly reports: readonly ReportSummary[];
  /** One sentence per seed whose features shrank or collapsed. */
  readonly collapses: readonly string[];
}

/** The result of a study: what the report page, the panel and the command line show. */
export interface StudySummary {
  readonly study: string;
  readonly definition?: string;
  readonly labels: number;
  readonly task: string;
  readonly testCount: number;
  readonly encoderParameters: number;
  readonly arms: readonly ArmSummary[];
  readonly comparisons: readonly Comparison[];
  /** Plain sentences a reader should take away, nulls included. */
  readonly findings: readonly string[];
  /** Runs that are not in the numbers: stopped, failed or unfinished, each with its sentence. */
  readonly missing: readonly string[];
  readonly engines: readonly string[];
  readonly seconds: number;
}

type FinishedRun = RunRecord & { readonly results: TrialResults };
const isFinished = (run: RunRecord): run is FinishedRun => run.state === 'finished' && run.results !== undefined;

/** The summary of one study's runs, arms in the order in which they first appear; undefined when none has finished. */
export function summarise(runs: readonly RunRecord[]): StudySummary | undefined {
  const finished = runs.filter(isFinished);
  const first = finished[0];
  if (!first) return undefined;
  const names = [...new Set(finished.map(run => run.trial.arm))];
  const arms = names.map(name => summariseArm(finished.filter(run => run.trial.arm === name)));
  const comparisons = compareArms(names.map(name => ({ name, runs: finished.filter(run => run.trial.arm === name) })));
  return {
    study: first.trial.study.name,
    ...(first.trial.definition && { definition: `${first.trial.definition.file}#${first.trial.definition.name}` }),
    labels: mostLabels(first.trial.data.labels),
    task: taskText(first.trial.data.task),
    testCount: first.results.fineTuning[0]?.testCount ?? 0,
    encoderParameters: first.results.encoderParameters,
    arms,
    comparisons,
    findings: [...earlyStops(runs), ...comparisons.map(comparison => comparison.sentence), ...arms.flatMap(arm => arm.collapses)],
    missing: runs.filter(run => !isFinished(run)).map(missingText),
    engines: [
      ...new Set(
        finished.flatMap(run =>
          run.engine ? [`${run.engine.name}, ${run.engine.threads} thread${run.engine.threads === 1 ? '' : 's'}`] : [],
        ),
      ),
    ],
    seconds: finished.reduce((sum, run) => sum + run.results.seconds, 0),
  };
}

function missingText({ trial, state, fault, earlyStop }: RunRecord): string {
  if (earlyStop && fault !== undefined) return `${trial.id}: ${fault}`;
  return `${trial.id}: ${state}${fault ? ` (${fault})` : ''}`;
}

/** How many seeds each arm has, where some were stopped early. */
function earlyStops(runs: readonly RunRecord[]): string[] {
  if (!runs.some(run => run.earlyStop)) return [];
  const arms = [...grouped(runs, run => run.trial.arm)].map(([arm, own]) => `${arm} ${own.filter(isFinished).length} of ${own.length}`);
  return [
    `Trials were stopped early by their hold-out losses, so that arms have different seeds, no random choice of them: ${arms.join(', ')}`,
  ];
}

function summariseArm(runs: readonly FinishedRun[]): ArmSummary {
  const { trial, results } = runs[0]!;
  const losses = runs.flatMap(run => (run.results.pretraining ? [run.results.pretraining.holdOutLoss] : []));
  return {
    arm: trial.arm,
    regulariser: regulariserText(trial.regulariser),
    pretrained: trial.objective.kind !== 'none',
    seeds: runs.map(run => run.trial.seed),
    accuracy: summariseModes(runs.map(run => run.results.fineTuning)),
    budgets: (results.budgets ?? []).map(({ labels }) => ({
      labels,
      accuracy: summariseModes(
        runs.flatMap(run => (run.results.budgets ?? []).filter(one => one.labels === labels).map(one => one.fineTuning)),
      ),
    })),
    ...(losses.length > 0 && { holdOutLoss: spread(losses) }),
    featureNorm: spread(runs.map(run => run.results.featureNorm)),
    featureComplexity: spread(runs.map(run => run.results.featureComplexity)),
    reports: results.reports.map(({ theorem }) => summariseTheorem(theorem, runs)),
    collapses: runs.flatMap(run => (run.results.collapse ? [`${run.trial.arm}, seed ${run.trial.seed}: ${run.results.collapse}`] : [])),
  };
}

/** One summary a mode; the results of one run in each element. */
function summariseModes(runs: readonly (readonly FineTuningResult[])[]): readonly ModeSummary[] {
  return (runs[0] ?? []).map(({ mode }) => {
    const own = runs.flatMap(results => results.filter(result => result.mode === mode));
    const risk = (key: 'ramp' | 'calibrationError' | 'brier') => spread(own.map(result => result.testRisks[key].value));
    return {
      mode,
      test: spread(own.map(result => result.testAccuracy)),
      ramp: risk('ramp'),
      calibrationError: risk('calibrationError'),
      brier: risk('brier'),
    };
  });
}

function summariseTheorem(theorem: string, runs: readonly FinishedRun[]): ReportSummary {
  const reports = runs.flatMap(run => run.results.reports.filter(report => report.theorem === theorem));
  const first = reports[0]!;
  const needed = (key: 'n' | 'N') => {
    const values = reports.flatMap(report => report.needed[key] ?? []);
    return values.length > 0 ? { [key]: Math.max(...values) } : {};
  };
  return {
    theorem,
    bounds: first.bounds,
    total: spread(reports.map(report => report.total)),
    evidence: weakest(reports.map(report => report.evidence)),
    range: first.range,
    vacuous: reports.every(report => report.vacuous),
    needed: { ...needed('n'), ...needed('N') },
    failureProbability: first.failureProbability,
    terms: first.terms.map(({ id, name, formula }) => {
      const terms = reports.flatMap(report => report.terms.filter(term => term.id === id));
      return { id, name, formula, value: spread(terms.map(term => term.value)), evidence: weakest(terms.map(term => term.evidence)) };
    }),
  };
}
