import { formatRisk } from '../../src/common/format';
import { t } from '../../src/common/translation';
import type { PanelSnapshot } from '../../src/reporting/panelMessages';
import type { TextTable } from '../dom';
import type { DataTable } from '../exportFile';
import { runLabel } from '../runText';
import { basics, colourOf, gridLine, mutedText, openMark, symbolOf, valuesTooltip } from './chartText';
import type { ChartTheme } from './chartTheme';
import type { ChartOption } from './echarts';
import { nameAxis } from './layerCapacity';
import type { LegendItem } from './legend';

const NORM = 'spectralNorm/';

/** Spectral norms of the selected runs' matrices, when they started and as they are now. */
export interface TrainedNorms {
  readonly matrices: readonly string[];
  readonly runs: readonly {
    readonly label: string;
    readonly norms: readonly ({ readonly first: number; readonly last: number } | undefined)[];
  }[];
}

/** The norms that the curves of the selected runs hold; undefined where none does. */
export function trainedNorms({ runs, selected, series }: Pick<PanelSnapshot, 'runs' | 'selected' | 'series'>): TrainedNorms | undefined {
  const found = runs
    .filter(run => selected.includes(run.id))
    .flatMap(run => {
      const norms = (series[run.id] ?? []).filter(one => one.name.startsWith(NORM) && one.values.length > 0);
      return norms.length > 0 ? [{ label: runLabel(run, runs), norms }] : [];
    });
  const names = [...new Set(found.flatMap(({ norms }) => norms.map(({ name }) => name)))];
  if (names.length === 0) return undefined;
  return {
    matrices: names.map(name => name.slice(NORM.length).replace(/\.(weight|kernel)$/, '')),
    runs: found.map(({ label, norms }) => ({
      label,
      norms: names.map(name => {
        const values = norms.find(one => one.name === name)?.values;
        return values && { first: values[0]!, last: values.at(-1)! };
      }),
    })),
  };
}

/** Which matrix grew most. */
export function describeNorms({ matrices, runs }: TrainedNorms): string {
  const growths = runs.flatMap(({ label, norms }) =>
    norms.flatMap((norm, at) => (norm && norm.first > 0 ? [{ label, matrix: matrices[at]!, factor: norm.last / norm.first }] : [])),
  );
  const most = growths.sort((a, b) => b.factor - a.factor)[0];
  const grew = most ? ` ${t('Most grown: {0}, × {1} ({2}).', most.matrix, most.factor.toFixed(1), most.label)}` : '';
  return t('Largest singular value of each matrix, estimated by power iteration: open at the start, filled now.') + grew;
}

export const normTable = ({ matrices, runs }: TrainedNorms): TextTable => ({
  head: [t('matrix'), ...runs.map(({ label }) => t('{0}: start → now', label))],
  rows: matrices.map((matrix, at) => [
    matrix,
    ...runs.map(({ norms }) => {
      const norm = norms[at];
      return norm ? `${formatRisk(norm.first)} → ${formatRisk(norm.last)}` : '–';
    }),
  ]),
});

export const normData = ({ matrices, runs }: TrainedNorms): DataTable => ({
  columns: ['run', 'matrix', 'first', 'last'],
  rows: runs.flatMap(({ label, norms }) => norms.map((norm, at) => [label, matrices[at], norm?.first, norm?.last])),
});

export const normLegend = ({ runs }: TrainedNorms, theme: ChartTheme): readonly LegendItem[] => [
  ...runs.map(({ label }, at): LegendItem => ({ label, colour: colourOf(theme, at), mark: 'patch' })),
  { label: t('at the start'), colour: theme.muted, mark: 'open' },
];

/** Two series a run: its norms at the start and now. */
export function normOption({ matrices, runs }: TrainedNorms, theme: ChartTheme): ChartOption {
  const text = mutedText(theme);
  return {
    ...basics(theme),
    tooltip: valuesTooltip(theme, formatRisk),
    grid: { left: 8, right: 16, top: 4, bottom: 8, containLabel: true },
    xAxis: { type: 'value', min: 0, axisLabel: text, splitLine: gridLine(theme) },
    yAxis: nameAxis(matrices, theme),
    series: runs.flatMap(({ label, norms }, at) => {
      const colour = colourOf(theme, at);
      const symbol = symbolOf(at);
      const values = (which: 'first' | 'last') => norms.map(norm => norm?.[which] ?? null);
      return [
        {
          type: 'scatter' as const,
          name: t('{0}, start', label),
          symbol,
          symbolSize: 7,
          itemStyle: openMark(theme, colour),
          data: values('first'),
        },
        { type: 'scatter' as const, name: t('{0}, now', label), symbol, symbolSize: 9, itemStyle: { color: colour }, data: values('last') },
      ];
    }),
  };
}
