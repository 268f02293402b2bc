import { formatRisk } from '../../src/common/format';
import type { PanelSnapshot, RunSummary, Series } from '../../src/reporting/panelMessages';
import { runLabel } from '../runText';

/** One plot: a scalar of the training images, solid, and the same on images held out from training, dashed. */
export interface Plot {
  readonly title: string;
  /** Names of the scalar, the first that a run has is drawn. */
  readonly solid: readonly string[];
  readonly dashed?: string;
}

// What a regulariser adds to the loss is drawn apart, so that arms can be compared in the first plot.
const PLOTS: readonly Plot[] = [
  { title: 'Reconstruction loss', solid: ['reconstruction', 'loss'], dashed: 'holdOutLoss' },
  { title: 'Regulariser', solid: ['regulariser'], dashed: 'heldOutRegulariser' },
  { title: 'Feature norm', solid: ['featureNorm'] },
];

/** One line in one plot. `colour` counts the selected runs. */
export interface Curve {
  readonly run: string;
  readonly label: string;
  readonly plot: number;
  readonly heldOut: boolean;
  readonly colour: number;
  readonly steps: readonly number[];
  readonly values: readonly number[];
}

/** What the training chart draws. */
export interface TrainingCurves {
  readonly plots: readonly Plot[];
  readonly curves: readonly Curve[];
}

/** The curves of the selected runs in one phase; plots that no run has values for are left out. */
export function trainingCurves({ runs, selected, series }: PanelSnapshot, phase: string): TrainingCurves {
  const chosen = runs.filter(run => selected.includes(run.id));
  const named = (run: RunSummary, names: readonly string[]): Series | undefined =>
    names.flatMap(name => series[run.id]?.find(one => one.name === name && one.phase === phase) ?? [])[0];
  const both = ({ solid, dashed }: Plot) => [solid, dashed === undefined ? [] : [dashed]];
  const plots = PLOTS.filter(plot => chosen.some(run => both(plot).some(names => named(run, names))));
  const curves = plots.flatMap((plot, index) =>
    chosen.flatMap((run, colour) =>
      both(plot).flatMap((names, dashed) => {
        const found = named(run, names);
        if (!found) return [];
        const { steps, values } = found;
        return [{ run: run.id, label: runLabel(run, runs), plot: index, heldOut: dashed === 1, colour, steps, values }];
      }),
    ),
  );
  return { plots, curves };
}

/** The phases that the selected runs have curves in, in the order in which they happen. */
export function phasesOf({ selected, series }: PanelSnapshot): readonly string[] {
  return [...new Set(selected.flatMap(run => (series[run] ?? []).map(one => one.phase)))];
}

/** The chart in a sentence for those who do not see it. */
export function describeCurves({ plots, curves }: TrainingCurves): string {
  if (curves.length === 0) return 'No curve to draw yet: choose runs below.';
  const sentences = plots.map((plot, index) => {
    const ends = curves
      .filter(curve => curve.plot === index)
      .map(curve => `${curve.label}${curve.heldOut ? ' (held out)' : ''} ${lastPoint(curve)}`);
    const shown = ends.slice(0, 4).join('; ');
    return `${plot.title}: ${shown}${ends.length > 4 ? `; ${ends.length - 4} more` : ''}.`;
  });
  return sentences.join(' ');
}

function lastPoint({ steps, values }: Curve): string {
  return `${formatRisk(values.at(-1) ?? NaN)} at step ${(steps.at(-1) ?? 0).toLocaleString('en-US')}`;
}

const TABLE_ROWS = 20;

/** The curves as a table: one row a step, at most twenty evenly spread, one column a curve. */
export function curveTable({ plots, curves }: TrainingCurves): {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
} {
  const all = [...new Set(curves.flatMap(curve => curve.steps))].sort((a, b) => a - b);
  const stride = Math.max(1, (all.length - 1) / (TABLE_ROWS - 1));
  const steps = [...new Set(Array.from({ length: Math.min(TABLE_ROWS, all.length) }, (_, row) => all[Math.round(row * stride)]!))];
  return {
    head: [
      'step',
      ...curves.map(({ plot, label, heldOut }) => `${plots[plot]!.title.toLowerCase()}, ${label}${heldOut ? ' (held out)' : ''}`),
    ],
    rows: steps.map(step => [step.toLocaleString('en-US'), ...curves.map(curve => valueUpTo(curve, step))]),
  };
}

/** The last value of a curve at or before a step: curves are logged at steps of their own. */
function valueUpTo({ steps, values }: Curve, step: number): string {
  const at = steps.findLastIndex(one => one <= step);
  return at < 0 ? '–' : formatRisk(values[at]!);
}
