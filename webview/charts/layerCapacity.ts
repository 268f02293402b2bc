import { formatPercent, formatRisk } from '../../src/common/format';
import { t } from '../../src/common/translation';
import type { LayerShare } from '../../src/reporting/panelMessages';
import type { TextTable } from '../dom';
import type { DataTable } from '../exportFile';
import { basics, colourOf, gridLine, itemTooltip, mutedText } from './chartText';
import type { ChartTheme } from './chartTheme';
import type { BarSeriesOption, ChartOption } from './echarts';

/** More bars than this are hard to read: then the largest are shown, in the order of the source. */
const MOST = 40;

/** The layers that are drawn, and how many are not. */
export interface LayerCapacities {
  readonly layers: readonly LayerShare[];
  readonly left: number;
}

/** A tensor's name as the charts write it: a weight is what one expects. */
export const layerName = ({ path, tensor }: Pick<LayerShare, 'path' | 'tensor'>): string =>
  [path, ...(tensor === 'weight' || tensor === 'kernel' ? [] : [tensor])].filter(part => part !== '').join('.');

/** The layers with the largest shares of the capacity, in the order of the source. */
export function layerCapacities(layers: readonly LayerShare[]): LayerCapacities {
  const least = [...layers].sort((a, b) => b.share - a.share)[MOST - 1]?.share ?? 0;
  const shown = layers.filter(({ share }) => share >= least).slice(0, MOST);
  return { layers: shown, left: layers.length - shown.length };
}

/** Which layers hold most of the capacity. */
export function describeCapacity({ layers, left }: LayerCapacities): string {
  const largest = [...layers].sort((a, b) => b.share - a.share).slice(0, 3);
  const named = largest.map(layer => `${layerName(layer)} ${formatPercent(layer.share)}`).join(', ');
  return [
    t('Share of the log covering number (D4), estimated from norms at initialisation. Most: {0}.', named),
    ...(left > 0 ? [t('{0} smaller ones are not drawn.', left)] : []),
    t('A bar opens its line.'),
  ].join(' ');
}

export const capacityTable = ({ layers }: LayerCapacities): TextTable => ({
  head: [t('layer'), t('share of capacity'), t('spectral norm'), t('line')],
  rows: layers.map(layer => [layerName(layer), formatPercent(layer.share), `≈ ${formatRisk(layer.norm)}`, `${layer.line + 1}`]),
});

export const capacityData = (layers: readonly LayerShare[]): DataTable => ({
  columns: ['layer', 'tensor', 'line', 'share', 'initial spectral norm'],
  rows: layers.map(({ path, tensor, line, share, norm }) => [path, tensor, line + 1, share, norm]),
});

/** Height of a chart with a bar for each of so many names. */
export const barsHeight = (count: number): number => 34 + count * 19;

/** One bar a layer, first at the top. */
export function capacityOption({ layers }: LayerCapacities, theme: ChartTheme): ChartOption {
  const text = mutedText(theme);
  const bars: BarSeriesOption = {
    type: 'bar',
    name: 'share',
    barMaxWidth: 13,
    cursor: 'pointer',
    itemStyle: { color: colourOf(theme, 0) },
    label: {
      show: true,
      position: 'right',
      ...text,
      formatter: ({ dataIndex }) => formatPercent(layers[dataIndex]?.share ?? 0),
    },
    data: layers.map(({ share }) => share),
  };
  return {
    ...basics(theme),
    tooltip: itemTooltip(
      theme,
      layers,
      layer =>
        `${t('{0}, line {1}', layerName(layer), layer.line + 1)}\n${t('{0} of capacity · σ ≈ {1} at initialisation', formatPercent(layer.share), formatRisk(layer.norm))}`,
    ),
    grid: { left: 8, right: 52, top: 4, bottom: 8, containLabel: true },
    xAxis: {
      type: 'value',
      axisLabel: { ...text, formatter: (value: number) => `${+(100 * value).toFixed(1)} %` },
      splitLine: gridLine(theme),
    },
    yAxis: nameAxis(layers.map(layerName), theme),
    series: [bars],
  };
}

/** Names from top to bottom. */
export const nameAxis = (names: readonly string[], theme: ChartTheme) => ({
  type: 'category' as const,
  inverse: true,
  data: [...names],
  axisLabel: { ...mutedText(theme), color: theme.foreground, interval: 0, width: 190, overflow: 'truncate' as const },
  axisTick: { show: false },
  axisLine: gridLine(theme),
});
