import { t } from '../../src/common/translation';
import type { StudySummary } from '../../src/runs/summary/studySummary';
import type { FineTuningMode } from '../../src/training/results';
import type { DataTable } from '../exportFile';
import { basics, colourOf, dashOf, gridLine, mutedText, symbolOf, valuesTooltip } from './chartText';
import type { ChartTheme } from './chartTheme';
import type { ChartOption, ChartSeries, LineSeriesOption } from './echarts';
import type { LegendItem } from './legend';
import type { Spread } from '../../src/runs/summary/statistics';
import { halfInterval, whiskers } from './whiskers';

/** Accuracy of each arm by its number of labels, in one mode. */
export interface BudgetCurves {
  readonly labels: readonly number[];
  readonly arms: readonly { readonly arm: string; readonly accuracy: readonly (Spread | undefined)[] }[];
}

/** Modes that a study with several budgets was fine-tuned in; none where it has one budget. */
export const budgetModes = ({ arms }: StudySummary): readonly FineTuningMode[] =>
  (arms[0]?.budgets.length ?? 0) === 0 ? [] : [...new Set(arms.flatMap(arm => arm.accuracy.map(({ mode }) => mode)))];

/** The curves of one mode. */
export function budgetCurves({ arms, labels: most }: StudySummary, mode: FineTuningMode): BudgetCurves {
  const smaller = [...new Set(arms.flatMap(arm => arm.budgets.map(({ labels }) => labels)))].sort((a, b) => a - b);
  const inMode = (accuracy: StudySummary['arms'][number]['accuracy'] | undefined) => accuracy?.find(one => one.mode === mode)?.test;
  return {
    labels: [...smaller, most],
    arms: arms.map(({ arm, accuracy, budgets }) => ({
      arm,
      accuracy: [...smaller.map(size => inMode(budgets.find(({ labels }) => labels === size)?.accuracy)), inMode(accuracy)],
    })),
  };
}

/** Which arm leads with fewest and with most labels. */
export function describeBudgets({ labels, arms }: BudgetCurves): string {
  const leads = [0, labels.length - 1].map(at => {
    const best = [...arms].sort((a, b) => (b.accuracy[at]?.mean ?? 0) - (a.accuracy[at]?.mean ?? 0))[0];
    return t(
      'with {0} labels {1} has the highest mean, {2} %',
      labels[at] ?? 0,
      best?.arm ?? '',
      (100 * (best?.accuracy[at]?.mean ?? 0)).toFixed(1),
    );
  });
  return t('Mean and 95 % interval over seeds: {0}.', leads.join('; '));
}

/** One row an arm and number of labels, unrounded. */
export const budgetData = ({ labels, arms }: BudgetCurves, mode: string): DataTable => ({
  columns: ['arm', 'mode', 'labels', 'mean accuracy', 'low (95 %)', 'high (95 %)', 'seeds'],
  rows: arms.flatMap(({ arm, accuracy }) =>
    accuracy.flatMap((spread, at) => {
      const half = spread && halfInterval(spread);
      const ends = spread && half !== undefined ? [spread.mean - half, spread.mean + half] : [null, null];
      return spread ? [[arm, mode, labels[at], spread.mean, ...ends, spread.count]] : [];
    }),
  ),
});

/** The arms in their colours. */
export const budgetLegend = ({ arms }: BudgetCurves, theme: ChartTheme): readonly LegendItem[] =>
  arms.map(({ arm }, at) => ({ label: arm, colour: colourOf(theme, at), mark: 'line', dash: dashOf(theme, at) }));

/** Curves over a logarithmic axis of labels; two series an arm: its means, its intervals. */
export function budgetOption({ labels, arms }: BudgetCurves, theme: ChartTheme): ChartOption {
  const text = mutedText(theme);
  return {
    ...basics(theme),
    tooltip: valuesTooltip(theme, value => `${(100 * value).toFixed(1)} %`),
    grid: { left: 52, right: 16, top: 28, bottom: 44 },
    xAxis: {
      type: 'category',
      data: labels.map(size => size.toLocaleString('en-US')),
      name: t('labels'),
      nameLocation: 'middle',
      nameGap: 26,
      nameTextStyle: text,
      axisLabel: text,
      axisLine: { onZero: false, ...gridLine(theme) },
      axisTick: { show: false },
    },
    yAxis: {
      type: 'value',
      scale: true,
      name: t('Accuracy, %'),
      nameTextStyle: { ...text, color: theme.foreground, align: 'left', padding: [0, 0, 0, -44] },
      axisLabel: { ...text, formatter: (value: number) => `${+(100 * value).toFixed(1)}` },
      splitLine: gridLine(theme),
    },
    series: arms.flatMap(({ arm, accuracy }, at): ChartSeries[] => {
      const colour = colourOf(theme, at);
      const intervals = accuracy.flatMap((spread, x) => {
        const half = spread && halfInterval(spread);
        return half === undefined ? [] : [{ x, low: spread!.mean - half, high: spread!.mean + half }];
      });
      const line: LineSeriesOption = {
        type: 'line',
        name: arm,
        symbol: symbolOf(at),
        symbolSize: 8,
        z: 3,
        itemStyle: { color: colour },
        lineStyle: { color: colour, width: theme.highContrast ? 2.5 : 1.5, type: dashOf(theme, at) },
        data: accuracy.map(spread => spread?.mean ?? null),
      };
      return [line, whiskers(intervals, 0, colour, theme)];
    }),
  };
}
