import { allCoveredProbability, expectedCoverage, kernelsPerClassFor } from '../../theory/featureCapture/coverage';
import { driftThreshold, grows, smallestKeep } from '../../theory/featureCapture/drift';
import { allVisibleProbability, hiddenProbability } from '../../theory/featureCapture/visibility';
import type { Quantity } from '../../theory/quantity';
import { studentQuantile } from '../../theory/scores/jackknife';
import type { MultiViewSpec } from '../../studies/schema/multiView';
import { findingsOf } from './findings';
import { ARMS, type ArmName } from './frames';
import type { ArmSummary, Margin, Mean, MultiViewResults, SeedArm, SeedResults, SweepSummary } from './results';
import { kernelCount } from './setting';

/** What mask reconstruction is compared with. */
const OTHERS = ['supervised', 'refitted', 'random'] as const satisfies readonly ArmName[];

/** Mean with the 95 % interval of Student's law. */
export function meanOver(values: readonly number[]): Mean {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  if (n < 2) return { mean };
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1));
  const half = (studentQuantile(n - 1) * deviation) / Math.sqrt(n);
  return { mean, interval: [mean - half, mean + half] };
}

/** The results of all seeds with means, margins, predictions and what they say of the theory. */
export function summariseSeeds(spec: MultiViewSpec, seeds: readonly SeedResults[]): MultiViewResults {
  const arms = ARMS.flatMap(arm =>
    spec.downstream.kinds.map(labelled =>
      summariseArm(seeds.map(({ arms }) => arms.find(one => one.arm === arm && one.labelled === labelled)!)),
    ),
  );
  const margins = OTHERS.flatMap(against => spec.downstream.kinds.map(kind => marginOf(seeds, against, kind)));
  const partial = { name: spec.name, seeds, arms, margins, sweep: sweepOf(spec, seeds), predictions: predictionsOf(spec) };
  return { ...partial, findings: findingsOf(spec, partial) };
}

function summariseArm(runs: readonly SeedArm[]): ArmSummary {
  const over = (read: (run: SeedArm) => number | undefined): Mean | undefined => {
    const values = runs.map(read).filter(value => value !== undefined);
    return values.length > 0 ? meanOver(values) : undefined;
  };
  const one = (read: (run: SeedArm) => number) => meanOver(runs.map(read));
  const error = one(run => 1 - run.accuracy.singleView);
  const predictedError = {
    value: one(run => run.predicted.value).mean,
    low: one(run => run.predicted.low).mean,
    high: one(run => run.predicted.high).mean,
  };
  const [low, high] = error.interval ?? [error.mean, error.mean];
  const purity = over(run => run.purity);
  const tickets = over(run => run.ticketsThatWon);
  const kept = over(({ fineTuning }) => fineTuning && fineTuning.kept / Math.max(1, fineTuning.kept + fineTuning.lost));
  return {
    arm: runs[0]!.arm,
    labelled: runs[0]!.labelled,
    coverage: one(run => run.coverage),
    ...(purity && { purity }),
    ...(tickets && { ticketsThatWon: tickets }),
    ...(kept && { kept }),
    train: one(run => run.accuracy.train),
    multiView: one(run => run.accuracy.multiView),
    singleView: one(run => run.accuracy.singleView),
    predictedError,
    agrees: low <= predictedError.high && high >= predictedError.low,
  };
}

function marginOf(seeds: readonly SeedResults[], against: ArmName, labelled: SeedArm['labelled']): Margin {
  const bySeed = seeds.map(({ arms }) => {
    const of = (arm: SeedArm['arm']) => arms.find(one => one.arm === arm && one.labelled === labelled)!.accuracy.singleView;
    return of('teacher') - of(against);
  });
  const margin = meanOver(bySeed);
  return {
    against,
    labelled,
    bySeed,
    margin,
    everySeed: bySeed.every(value => value > 0),
    excludesZero: margin.interval !== undefined && (margin.interval[0] > 0 || margin.interval[1] < 0),
  };
}

function sweepOf(spec: MultiViewSpec, seeds: readonly SeedResults[]): SweepSummary[] {
  return (spec.sweep?.keep ?? []).map((keep, i) => {
    const points = seeds.flatMap(({ sweep }) => sweep[i] ?? []);
    const one = (key: 'coverage' | 'growth' | 'loss' | 'multiView' | 'singleView') => meanOver(points.map(point => point[key]));
    const sides = (typeof keep === 'number' ? [keep] : keep).map(theta => grows({ ...driftOf(spec), keep: theta }));
    return {
      keep,
      ...(sides.every(side => side === sides[0]) && { grows: sides[0]! }),
      coverage: one('coverage'),
      growth: one('growth'),
      loss: one('loss'),
      multiView: one('multiView'),
      singleView: one('singleView'),
    };
  });
}

const driftOf = ({ data, encoder, pretraining }: MultiViewSpec) => ({
  patches: data.patchesPerFeature,
  teacherScale: pretraining.teacherScale,
  power: encoder.power,
});

/** The closed forms for a setting, each with how it is known. */
function predictionsOf(spec: MultiViewSpec): Readonly<Record<string, Quantity>> {
  const { classes, views, patchesPerFeature } = spec.data;
  const { keep } = spec.pretraining;
  const [features, kernels] = [classes * views, kernelCount(spec)];
  const independent = 'every kernel ends on one feature, independently and uniformly';
  const equal = 'one feature, equal activations on its patches, power part of the activation, teacher without momentum';
  const known = (value: number, evidence: Quantity['evidence'], formula: string, ...assumptions: string[]): Quantity => ({
    value,
    evidence,
    formula,
    assumptions,
  });
  return {
    expectedCoverage: known(expectedCoverage(features, kernels) / features, 'estimated', '1 − (1 − 1/F)^R', independent),
    allCovered: known(allCoveredProbability(features, kernels), 'estimated', '1 − F(1 − 1/F)^R', independent),
    kernelsPerClass: known(kernelsPerClassFor(classes, views, 0.05), 'estimated', 'L ln(kL/0.05)', independent),
    driftThreshold: known(driftThreshold(keep, patchesPerFeature), 'estimated', '1 + (1 − θ)/(θ C_p)', equal),
    teacherDrift: known(spec.pretraining.teacherScale ** spec.encoder.power, 'assumed', 'τ^q'),
    smallestKeep: known(smallestKeep(driftOf(spec)), 'estimated', '1/(1 + C_p(τ^q − 1))', equal),
    hidden: known(hiddenProbability(keep, patchesPerFeature), 'certified', '(1 − θ)^C_p', 'Bernoulli masks'),
    allVisible: known(allVisibleProbability(keep, patchesPerFeature, views), 'certified', '(1 − (1 − θ)^C_p)^L', 'Bernoulli masks'),
  };
}
