import { formatRisk } from '../../src/common/format';
import { t, toTranslate, translated } from '../../src/common/translation';
import type { PanelSnapshot, RunSummary, Series } from '../../src/reporting/panelMessages';
import type { TextTable } from '../dom';
import type { DataTable } from '../exportFile';
import { runLabel } from '../runText';

/** One plot: a scalar of the training images, solid, and the same on images held out from training, dashed. */
export interface Plot {
  readonly title: string;
  /** Names of the scalar, the first that a run has is drawn. */
  readonly solid: readonly string[];
  readonly dashed?: string;
}

/** What stands for the spectral norms of all matrices in the plots below: it is made here. */
const NORM_DECADES = 'normDecades';
const NORM = 'spectralNorm/';

// What a regulariser adds to the loss is drawn apart, so that arms can be compared in the first plot.
const PLOTS: readonly Plot[] = [
  { title: toTranslate('Reconstruction loss'), solid: ['reconstruction', 'loss'], dashed: 'holdOutLoss' },
  { title: toTranslate('Regulariser'), solid: ['regulariser'], dashed: 'heldOutRegulariser' },
  { title: toTranslate('Feature norm'), solid: ['featureNorm'] },
  { title: toTranslate('Complexity: log₁₀ of the product of spectral norms'), solid: [NORM_DECADES] },
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

/** What a curve is of: its run, and whether it is the one on held-out images. */
export const curveName = ({ label, heldOut }: Pick<Curve, 'label' | 'heldOut'>): string => (heldOut ? t('{0} (held out)', label) : label);

/** What the training chart draws. */
export interface TrainingCurves {
  readonly plots: readonly Plot[];
  readonly curves: readonly Curve[];
}

/** The curves of the selected runs in one phase; plots that no run has values for are left out. */
export function trainingCurves({ runs, selected, series }: PanelSnapshot, phase: string): TrainingCurves {
  const chosen = runs.filter(run => selected.includes(run.id));
  const named = (run: RunSummary, names: readonly string[]): Series | undefined =>
    names.flatMap(name => (name === NORM_DECADES ? normDecades : found)(series[run.id] ?? [], phase, name) ?? [])[0];
  const both = ({ solid, dashed }: Plot) => [solid, dashed === undefined ? [] : [dashed]];
  const plots = PLOTS.map(plot => (plot.title === 'Regulariser' ? { ...plot, title: regulariserTitle(chosen) } : plot)).filter(plot =>
    chosen.some(run => both(plot).some(names => named(run, names))),
  );
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

const found = (series: readonly Series[], phase: string, name: string): Series | undefined =>
  series.find(one => one.name === name && one.phase === phase);

/** The sum of log₁₀ over all spectral norms that a run reports, at the moments it reports them. */
function normDecades(series: readonly Series[], phase: string): Series | undefined {
  const norms = series.filter(one => one.phase === phase && one.name.startsWith(NORM));
  const steps = norms[0]?.steps ?? [];
  const complete = norms.filter(one => one.steps.length >= steps.length);
  if (steps.length === 0) return undefined;
  const values = steps.map((_, at) => complete.reduce((sum, one) => sum + Math.log10(one.values[at]!), 0));
  return { name: NORM_DECADES, phase, steps, values };
}

/** What is added to the loss, by its name where all runs add the same. */
function regulariserTitle(runs: readonly RunSummary[]): string {
  const kinds = new Set(runs.map(run => run.regulariser.kind).filter(kind => kind !== 'none'));
  const [kind] = kinds;
  return kinds.size === 1 && kind === 'radreg' ? 'RadReg' : 'Regulariser';
}

/** The phases that the selected runs have curves in, in the order in which they happen. */
export function phasesOf({ selected, series }: PanelSnapshot): readonly string[] {
  return [...new Set(selected.flatMap(run => (series[run] ?? []).map(one => one.phase)))];
}

/** The chart in a sentence for those who do not see it. */
export function describeCurves({ plots, curves }: TrainingCurves): string {
  if (curves.length === 0) return t('No curve to draw yet: choose runs below.');
  const sentences = plots.map((plot, index) => {
    const ends = curves.filter(curve => curve.plot === index).map(curve => `${curveName(curve)} ${lastPoint(curve)}`);
    const shown = ends.slice(0, 4).join('; ');
    return `${translated(plot.title)}: ${shown}${ends.length > 4 ? t('; {0} more', ends.length - 4) : ''}.`;
  });
  return sentences.join(' ');
}

function lastPoint({ steps, values }: Curve): string {
  return t('{0} at step {1}', formatRisk(values.at(-1) ?? NaN), (steps.at(-1) ?? 0).toLocaleString('en-US'));
}

const TABLE_ROWS = 20;

/** The curves as a table: one row a step, at most twenty evenly spread, one column a curve. */
export function curveTable({ plots, curves }: TrainingCurves): TextTable {
  const all = [...new Set(curves.flatMap(curve => curve.steps))].sort((a, b) => a - b);
  const stride = Math.max(1, (all.length - 1) / (TABLE_ROWS - 1));
  const steps = [...new Set(Array.from({ length: Math.min(TABLE_ROWS, all.length) }, (_, row) => all[Math.round(row * stride)]!))];
  return {
    head: [t('step'), ...curves.map(curve => `${translated(plots[curve.plot]!.title).toLowerCase()}, ${curveName(curve)}`)],
    rows: steps.map(step => [step.toLocaleString('en-US'), ...curves.map(curve => valueUpTo(curve, step))]),
  };
}

/** The last value of a curve at or before a step: curves are logged at steps of their own. */
function valueUpTo({ steps, values }: Curve, step: number): string {
  const at = steps.findLastIndex(one => one <= step);
  return at < 0 ? '–' : formatRisk(values[at]!);
}

/** One row a point of a curve, unrounded. */
export const curveData = ({ plots, curves }: TrainingCurves): DataTable => ({
  columns: ['curve', 'run', 'held out', 'step', 'value'],
  rows: curves.flatMap(({ plot, label, heldOut, steps, values }) =>
    steps.map((step, at) => [plots[plot]!.title, label, heldOut ? 'yes' : 'no', step, values[at]!]),
  ),
});
