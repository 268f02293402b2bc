import { formatRisk } from '../../src/common/format';
import { smooth } from '../smoothing';
import type { ChartTheme } from './chartTheme';
import type { ChartOption } from './echarts';
import type { Curve, TrainingCurves } from './trainingCurves';

/** How the curves are drawn. */
export interface TrainingView {
  /** Averages over about ten values, the raw curve faint behind. */
  readonly smooth: boolean;
  readonly log: boolean;
}

const PLOT_HEIGHT = 140;
const TOP = 24;
const GAP = 34;
const SMOOTHING = 0.9;

/** Height of the chart in CSS pixels. */
export const trainingHeight = ({ plots }: TrainingCurves): number => plots.length * (PLOT_HEIGHT + GAP) - 8;

/** One plot above the other over a common axis of steps. */
export function trainingOption(shown: TrainingCurves, view: TrainingView, theme: ChartTheme): ChartOption {
  const text = { color: theme.muted, fontFamily: theme.fontFamily, fontSize: theme.fontSize };
  const line = { lineStyle: { color: theme.grid } };
  return {
    animation: false,
    aria: { enabled: false },
    textStyle: text,
    tooltip: {
      trigger: 'axis',
      renderMode: 'richText',
      backgroundColor: theme.background,
      borderColor: theme.grid,
      textStyle: { ...text, color: theme.foreground },
      valueFormatter: value => formatRisk(Number(value)),
    },
    grid: shown.plots.map((_, index) => ({ left: 56, right: 24, top: TOP + index * (PLOT_HEIGHT + GAP), height: PLOT_HEIGHT - TOP })),
    xAxis: shown.plots.map((_, index) => ({
      gridIndex: index,
      type: 'value',
      axisLabel: text,
      axisLine: line,
      splitLine: { show: false },
    })),
    yAxis: shown.plots.map((plot, index) => ({
      gridIndex: index,
      ...(view.log ? { type: 'log' as const, logBase: 2 } : { type: 'value' as const }),
      scale: true,
      name: plot.title,
      nameTextStyle: { ...text, align: 'left' },
      nameGap: 8,
      axisLabel: { ...text, formatter: (value: number) => formatRisk(value) },
      splitLine: line,
    })),
    series: shown.curves.flatMap(curve => lines(curve, view, theme)),
  };
}

function lines(curve: Curve, view: TrainingView, theme: ChartTheme) {
  const averaged = view.smooth && curve.values.length > 2;
  const raw = one(curve, curve.values, view, theme);
  if (!averaged) return [raw];
  return [
    { ...raw, lineStyle: { ...raw.lineStyle, opacity: 0.25 }, silent: true, tooltip: { show: false } },
    one(curve, smooth(curve.values, SMOOTHING), view, theme),
  ];
}

function one(curve: Curve, values: readonly number[], view: TrainingView, theme: ChartTheme) {
  const colour = theme.series[curve.colour % theme.series.length] ?? theme.foreground;
  return {
    type: 'line' as const,
    name: `${curve.label}${curve.heldOut ? ' (held out)' : ''}`,
    xAxisIndex: curve.plot,
    yAxisIndex: curve.plot,
    showSymbol: curve.steps.length === 1,
    symbolSize: 5,
    sampling: 'lttb' as const,
    itemStyle: { color: colour },
    lineStyle: { color: colour, width: theme.highContrast ? 2.5 : 1.5, type: curve.heldOut ? ('dashed' as const) : ('solid' as const) },
    data: curve.steps.map((step, at) => [step, drawable(values[at]!, view)]),
  };
}

/** A logarithmic axis has no place for zero and below. */
const drawable = (value: number, view: TrainingView): number | null => (Number.isFinite(value) && (!view.log || value > 0) ? value : null);
