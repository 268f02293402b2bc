import { formatRisk } from '../../src/common/format';
import { t, translated } from '../../src/common/translation';
import type { PanelSnapshot } from '../../src/reporting/panelMessages';
import { spread } from '../../src/runs/summary/statistics';
import { estimatesOf, type EstimateOfRun } from '../../src/runs/validity/estimates';
import { bootstrapInterval, kendallTauB } from '../../src/theory/rankStatistics';
import type { FineTuningMode, TrialResults } from '../../src/training/results';
import type { TextTable } from '../dom';
import type { DataTable } from '../exportFile';

/** One estimate over the arms that have it: means over seeds, and how well it ranks them. */
export interface Prediction {
  readonly name: string;
  readonly kind: EstimateOfRun['kind'];
  readonly direction: 1 | -1;
  readonly points: readonly { readonly arm: string; readonly estimate: number; readonly accuracy: number }[];
  /** Kendall's τ_b, positive where the estimate claims rightly; undefined where it does not vary. */
  readonly tau?: number;
}

/** All estimates against the accuracy of one mode. */
export interface Predictions {
  readonly modes: readonly FineTuningMode[];
  readonly mode: FineTuningMode;
  /** Best first. */
  readonly estimates: readonly Prediction[];
}

/** Fewer arms say nothing about an order. */
export const FEWEST_ARMS = 3;

/** Every estimate that at least three arms have, against what came of them; undefined where there is none. */
export function predictions(runs: PanelSnapshot['runs'], wanted: FineTuningMode | undefined): Predictions | undefined {
  const finished = runs.flatMap(run => (run.state === 'finished' && run.results ? [{ arm: run.arm, results: run.results }] : []));
  const modes = (['probe', 'frozen', 'full'] as const).filter(mode =>
    finished.every(({ results }) => accuracyOf(results, mode) !== undefined),
  );
  const mode = modes.find(one => one === wanted) ?? modes[0];
  if (mode === undefined) return undefined;
  const arms = [...new Set(finished.map(({ arm }) => arm))].map(arm => {
    const own = finished.filter(one => one.arm === arm).map(({ results }) => results);
    return { arm, estimates: own.flatMap(results => estimatesOf({ results })), accuracy: meanOf(own.map(one => accuracyOf(one, mode)!)) };
  });
  const known = new Map(arms.flatMap(({ estimates }) => estimates.map(one => [one.name, one] as const)));
  const all = [...known.values()].map(({ name, kind, direction }): Prediction => {
    const points = arms.flatMap(({ arm, estimates, accuracy }) => {
      const values = estimates.filter(one => one.name === name).map(({ value }) => value);
      return values.length > 0 ? [{ arm, estimate: meanOf(values), accuracy }] : [];
    });
    const tau = points.length < FEWEST_ARMS ? NaN : direction * kendallTauB(...columns(points));
    return { name, kind, direction, points, ...(Number.isFinite(tau) && { tau }) };
  });
  const judged = all.filter(({ tau }) => tau !== undefined).sort((a, b) => b.tau! - a.tau!);
  return judged.length > 0 ? { modes, mode, estimates: judged } : undefined;
}

const meanOf = (values: readonly number[]): number => spread(values).mean;

const accuracyOf = ({ fineTuning }: TrialResults, mode: FineTuningMode): number | undefined =>
  fineTuning.find(one => one.mode === mode)?.testAccuracy;

const columns = (points: Prediction['points']): [number[], number[]] => [
  points.map(({ estimate }) => estimate),
  points.map(({ accuracy }) => accuracy),
];

/** Kendall's τ with its interval in words; too few arms are called that. */
export function tauText({ name, direction, points, tau }: Prediction): string {
  if (tau === undefined) return '';
  let interval = '';
  try {
    const [low, high] = bootstrapInterval(kendallTauB, ...columns(points), name)
      .map(end => direction * end)
      .sort((a, b) => a - b) as [number, number];
    interval = t(', 95 % interval {0} to {1}', signed(low), signed(high));
  } catch {
    interval = t(', too few for an interval');
  }
  const few = points.length < 6 ? ` ${t('Fewer than six arms: an order by chance is likely.')}` : '';
  return (
    t('Kendall’s τ {0} over {1} arms', signed(tau), points.length) +
    interval +
    (direction === 1 ? t('; positive where “more is better” holds.') : t('; positive where “less is better” holds.')) +
    few
  );
}

/** As `+.43`. */
export const signed = (value: number): string =>
  value === 0 ? '0' : `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(2).replace(/^0/, '')}`;

export const pointTable = ({ name, points }: Prediction, mode: string): TextTable => ({
  head: [t('arm'), name, t('{0} accuracy', mode)],
  rows: points.map(({ arm, estimate, accuracy }) => [arm, formatRisk(estimate), `${(100 * accuracy).toFixed(1)} %`]),
});

export const pointData = ({ name, points }: Prediction, mode: string): DataTable => ({
  columns: ['arm', name, `${mode} accuracy`],
  rows: points.map(({ arm, estimate, accuracy }) => [arm, estimate, accuracy]),
});

export const tauTable = ({ estimates }: Predictions): TextTable => ({
  head: [t('estimate'), t('kind'), t('arms'), 'τ'],
  rows: estimates.map(({ name, kind, points, tau }) => [name, translated(kind), `${points.length}`, signed(tau!)]),
});

export const tauData = ({ estimates, mode }: Predictions): DataTable => ({
  columns: ['estimate', 'kind', 'outcome', 'arms', 'tau'],
  rows: estimates.map(({ name, kind, points, tau }) => [name, kind, mode, points.length, tau]),
});
