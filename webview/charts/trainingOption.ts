import { formatRisk } from '../../src/common/format';
import { t, translated } from '../../src/common/translation';
import { thinned } from '../../src/common/thin';
import { smooth } from '../smoothing';
import { basics, colourOf, dashOf, gridLine, mutedText, valuesTooltip } from './chartText';
import type { ChartTheme } from './chartTheme';
import type { ChartOption } from './echarts';
import type { LegendItem } from './legend';
import { plotGrid, type PlotGrid } from './plotGrid';
import { curveName, type Curve, type TrainingCurves } from './trainingCurves';

/** How the curves are drawn. */
export interface TrainingLook {
  /** Averages over about ten values, the raw curve faint behind. */
  readonly smooth: boolean;
  readonly log: boolean;
}

const SMOOTHING = 0.9;

const placesOf = ({ plots }: TrainingCurves, width: number): PlotGrid =>
  plotGrid(plots.length, width, { narrowest: 360, height: 130, above: 26, left: 54, below: 28 });

/** Height of the chart in CSS pixels. */
export const trainingHeight = (shown: TrainingCurves, width: number): number => placesOf(shown, width).height;

/** The runs in their colours; nothing where the list of runs below already shows them is lost in an exported picture. */
export function trainingLegend({ curves }: TrainingCurves, theme: ChartTheme): readonly LegendItem[] {
  const runs = new Map(curves.map(({ label, colour }) => [label, colour]));
  return [
    ...[...runs].map(([label, colour]): LegendItem => ({
      label,
      colour: colourOf(theme, colour),
      mark: 'line',
      dash: dashOf(theme, colour),
    })),
    ...(curves.some(curve => curve.heldOut) ? [{ label: t('held out'), colour: theme.muted, mark: 'dashed' } as const] : []),
  ];
}

/** One plot beside or above the other, each over steps. */
export function trainingOption(shown: TrainingCurves, look: TrainingLook, width: number, theme: ChartTheme): ChartOption {
  const text = mutedText(theme);
  const places = placesOf(shown, width).plots;
  return {
    ...basics(theme),
    animation: false,
    tooltip: valuesTooltip(theme, formatRisk),
    grid: [...places],
    xAxis: places.map((_, index) => ({
      gridIndex: index,
      type: 'value',
      max: 'dataMax',
      splitNumber: 4,
      axisLabel: { ...text, hideOverlap: true },
      axisLine: gridLine(theme),
      splitLine: { show: false },
    })),
    yAxis: shown.plots.map((plot, index) => ({
      gridIndex: index,
      ...(look.log ? { type: 'log' as const, logBase: 2 } : { type: 'value' as const }),
      scale: true,
      splitNumber: 4,
      name: translated(plot.title),
      nameTextStyle: { ...text, color: theme.foreground, align: 'left', padding: [0, 0, 0, -44] },
      nameGap: 10,
      axisLabel: { ...text, hideOverlap: true, formatter: (value: number) => formatRisk(value) },
      splitLine: gridLine(theme),
    })),
    series: shown.curves.flatMap(curve => lines(curve, look, 2 * Math.ceil(places[curve.plot]!.width), theme)),
  };
}

function lines(curve: Curve, look: TrainingLook, points: number, theme: ChartTheme) {
  const averaged = look.smooth && curve.values.length > 2;
  const raw = one(thinned(curve, points), look, theme);
  if (!averaged) return [raw];
  return [
    { ...raw, lineStyle: { ...raw.lineStyle, opacity: 0.25 }, silent: true, tooltip: { show: false } },
    one(thinned({ ...curve, values: smooth(curve.values, SMOOTHING) }, points), look, theme),
  ];
}

function one(curve: Curve, look: TrainingLook, theme: ChartTheme) {
  const colour = colourOf(theme, curve.colour);
  return {
    type: 'line' as const,
    name: curveName(curve),
    xAxisIndex: curve.plot,
    yAxisIndex: curve.plot,
    showSymbol: curve.steps.length === 1,
    symbolSize: 5,
    itemStyle: { color: colour },
    lineStyle: {
      color: colour,
      width: theme.highContrast ? 2.5 : 1.5,
      type: curve.heldOut ? ('dashed' as const) : dashOf(theme, curve.colour),
    },
    data: curve.steps.map((step, at) => [step, drawable(curve.values[at]!, look)]),
  };
}

/** A logarithmic axis has no place for zero and below. */
const drawable = (value: number, look: TrainingLook): number | null => (Number.isFinite(value) && (!look.log || value > 0) ? value : null);
