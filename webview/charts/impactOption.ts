import { t, translated } from '../../src/common/translation';
import { axisTooltip, basics, colourOf, gridLine, mutedText, openMark, symbolOf } from './chartText';
import type { ChartTheme } from './chartTheme';
import type { ChartOption, ChartSeries } from './echarts';
import type { LegendItem } from './legend';
import { plotGrid, type PlotGrid } from './plotGrid';
import { impactText, type ImpactArm, type ImpactPlot, type RegulariserImpact } from './regulariserImpact';
import { halfInterval, whiskers } from './whiskers';

const NARROWEST = 230;
const LEFT = 50;

/** Whether the names of the arms fit below the axis only when they are turned. */
const isCrowded = ({ arms }: RegulariserImpact, width: number): boolean =>
  arms.some(({ label }) => (label.length * 7 + 6) * arms.length > width);

function placesOf(impact: RegulariserImpact, width: number): PlotGrid {
  const grid = (below: number) => plotGrid(impact.plots.length, width, { narrowest: NARROWEST, height: 116, above: 28, left: LEFT, below });
  const level = grid(30);
  return isCrowded(impact, level.plots[0]?.width ?? 0) ? grid(52) : level;
}

/** Height of the chart in CSS pixels. */
export const impactHeight = (impact: RegulariserImpact, width: number): number => placesOf(impact, width).height;

/** The modes of fine-tuning in their colours, and what open marks are. */
export function impactLegend({ plots, swept }: RegulariserImpact, theme: ChartTheme): readonly LegendItem[] {
  const modes = plots.find(plot => plot.isShare)?.lines ?? [];
  return [
    ...modes.map(({ name }, at): LegendItem => ({ label: name, colour: colourOf(theme, at), mark: 'line' })),
    { label: t('without {0}', swept), colour: theme.foreground, mark: 'open' },
    { label: t('level of none'), colour: theme.muted, mark: 'dashed' },
  ];
}

/** One plot a quantity over the same arms. Series come in threes a line: the swept path, the other arms, the intervals. */
export function impactOption(impact: RegulariserImpact, width: number, theme: ChartTheme): ChartOption {
  const text = mutedText(theme);
  const places = placesOf(impact, width).plots;
  const { arms, plots } = impact;
  return {
    ...basics(theme),
    tooltip: { ...axisTooltip(theme), formatter: items => tooltip(items, impact) },
    grid: [...places],
    xAxis: places.map((_, index) => ({
      gridIndex: index,
      type: 'category',
      data: arms.map(({ label }) => label),
      axisLabel: { ...text, interval: 0, rotate: isCrowded(impact, places[0]?.width ?? 0) ? 50 : 0 },
      axisTick: { show: false },
      axisLine: { onZero: false, ...gridLine(theme) },
    })),
    yAxis: plots.map((plot, index) => ({
      gridIndex: index,
      type: 'value',
      scale: true,
      splitNumber: 3,
      name: translated(plot.title),
      nameTextStyle: { ...text, color: theme.foreground, align: 'left', padding: [0, 0, 0, -42] },
      nameGap: 12,
      axisLabel: {
        ...text,
        hideOverlap: true,
        formatter: (value: number) => (plot.isShare ? `${+(100 * value).toFixed(1)}` : impactText(value, false)),
      },
      splitLine: gridLine(theme),
    })),
    series: plots.flatMap((plot, index) => plot.lines.flatMap((_, line) => seriesOf(impact, plot, line, index, theme))),
  };
}

/** The arm without a regulariser, whatever it is called in the language of the editor. */
const isPlain = ({ onPath, regulariser }: ImpactArm): boolean => onPath && regulariser.kind === 'none';

function seriesOf({ arms }: RegulariserImpact, plot: ImpactPlot, at: number, index: number, theme: ChartTheme): ChartSeries[] {
  const { name, values } = plot.lines[at]!;
  const colour = colourOf(theme, at);
  const shared = { name, xAxisIndex: index, yAxisIndex: index, itemStyle: { color: colour }, symbolSize: 8, z: 3 };
  const open = { itemStyle: openMark(theme, colour) };
  const level = values[arms.findIndex(isPlain)]?.mean;
  const point = (onPath: boolean) =>
    arms.map((arm, place) => {
      const value = arm.onPath === onPath ? (values[place]?.mean ?? null) : null;
      return { value, ...((!onPath || isPlain(arm)) && open) };
    });
  const intervals = values.flatMap((spread, x) => {
    const half = spread && halfInterval(spread);
    return half === undefined ? [] : [{ x, low: spread!.mean - half, high: spread!.mean + half }];
  });
  return [
    {
      ...shared,
      type: 'line',
      symbol: symbolOf(at),
      lineStyle: { color: colour, width: theme.highContrast ? 2.5 : 1.5 },
      data: point(true),
      ...(level !== undefined && {
        markLine: {
          silent: true,
          symbol: 'none',
          label: { show: false },
          lineStyle: { color: theme.muted, type: 'dashed' as const, width: 1, opacity: 0.7 },
          data: [{ yAxis: level }],
        },
      }),
    },
    { ...shared, type: 'scatter', symbol: symbolOf(at), data: point(false) },
    whiskers(intervals, index, colour, theme),
  ];
}

/** All quantities of the plot that the pointer is in, at one arm. */
function tooltip(items: unknown, { arms, plots }: RegulariserImpact): string {
  const list = (Array.isArray(items) ? items : [items]) as readonly { dataIndex?: number; axisIndex?: number; axisValue?: string }[];
  const [first] = list;
  const place = first?.dataIndex;
  const plot = plots[first?.axisIndex ?? 0];
  const arm = place === undefined ? undefined : arms[place];
  if (!plot || !arm || place === undefined) return '';
  const lines = plot.lines.flatMap(({ name, values }) => {
    const spread = values[place];
    if (!spread) return [];
    const half = halfInterval(spread);
    const interval = half === undefined ? t(', one seed') : t(' ± {0} ({1} seeds)', impactText(half, plot.isShare), spread.count);
    return [`${translated(name)}  ${impactText(spread.mean, plot.isShare)}${interval}`];
  });
  return [arm.arm, ...lines].join('\n');
}
