import { formatRisk } from '../../src/common/format';
import { t, translated } from '../../src/common/translation';
import { basics, colourOf, decalOf, gridLine, itemTooltip, mutedText } from './chartText';
import type { ChartTheme } from './chartTheme';
import type { ChartOption, ScatterSeriesOption } from './echarts';
import { nameAxis } from './layerCapacity';
import type { LegendItem } from './legend';
import { signed, type Prediction, type Predictions } from './predictions';

const KINDS = ['bound', 'score', 'pre-training', 'architecture'] as const;

/** Names stand beside the points as long as they do not cover each other. */
const MOST_NAMES = 14;

/** One point an arm: what was estimated against what came of it. Names stand over the points, but beside those that are close to the axis. */
export function scatterOption({ name, points, kind }: Prediction, mode: string, theme: ChartTheme): ChartOption {
  const text = mutedText(theme);
  const estimates = points.map(({ estimate }) => estimate);
  const [least, most] = [Math.min(...estimates), Math.max(...estimates)];
  const marks: ScatterSeriesOption = {
    type: 'scatter',
    name: 'arms',
    symbolSize: 10,
    itemStyle: { color: colourOf(theme, KINDS.indexOf(kind)) },
    label: {
      show: points.length <= MOST_NAMES,
      position: 'top',
      ...text,
      formatter: ({ dataIndex }) => points[dataIndex]?.arm ?? '',
    },
    data: points.map(({ estimate, accuracy }) => ({
      value: [estimate, accuracy],
      ...(estimate - least < (most - least) / 8 && { label: { position: 'right' as const } }),
    })),
  };
  return {
    ...basics(theme),
    tooltip: itemTooltip(
      theme,
      points,
      ({ arm, estimate, accuracy }) =>
        `${arm}\n${name}  ${formatRisk(estimate)}\n${t('{0} accuracy', mode)}  ${(100 * accuracy).toFixed(1)} %`,
    ),
    grid: { left: 52, right: 60, top: 28, bottom: 44 },
    xAxis: {
      type: 'value',
      scale: true,
      name,
      nameLocation: 'middle',
      nameGap: 26,
      nameTextStyle: text,
      axisLabel: { ...text, hideOverlap: true, formatter: (value: number) => formatRisk(value) },
      axisLine: gridLine(theme),
      splitLine: gridLine(theme),
    },
    yAxis: {
      type: 'value',
      scale: true,
      name: t('Accuracy ({0}), %', mode),
      nameTextStyle: { ...text, color: theme.foreground, align: 'left', padding: [0, 0, 0, -44] },
      axisLabel: { ...text, formatter: (value: number) => `${+(100 * value).toFixed(1)}` },
      splitLine: gridLine(theme),
    },
    series: [marks],
  };
}

export const kindLegend = ({ estimates }: Predictions, theme: ChartTheme): readonly LegendItem[] =>
  KINDS.flatMap((kind, at) =>
    estimates.some(one => one.kind === kind) ? [{ label: translated(kind), colour: colourOf(theme, at), mark: 'patch' } as const] : [],
  );

/** One bar an estimate, best first; the chosen one is outlined. */
export function tauOption({ estimates }: Predictions, chosen: string, theme: ChartTheme): ChartOption {
  const text = mutedText(theme);
  return {
    ...basics(theme),
    tooltip: itemTooltip(
      theme,
      estimates,
      ({ name, kind, tau, points }) => `${name} (${translated(kind)})\n${t('τ {0} over {1} arms', signed(tau!), points.length)}`,
    ),
    grid: { left: 8, right: 16, top: 4, bottom: 8, containLabel: true },
    xAxis: { type: 'value', min: -1, max: 1, axisLabel: { ...text, formatter: signed }, splitLine: gridLine(theme) },
    yAxis: {
      ...nameAxis(
        estimates.map(({ name }) => name),
        theme,
      ),
      axisLine: { show: false },
    },
    series: [
      {
        type: 'bar',
        name: 'τ',
        barMaxWidth: 13,
        cursor: 'pointer',
        data: estimates.map(({ name, kind, tau }) => ({
          value: tau!,
          itemStyle: {
            color: colourOf(theme, KINDS.indexOf(kind)),
            ...decalOf(theme, KINDS.indexOf(kind)),
            borderColor: theme.foreground,
            borderWidth: name === chosen ? 2 : 0,
          },
        })),
      },
    ],
  };
}
