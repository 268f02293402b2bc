import { formatRisk } from '../../src/common/format';
import { t } from '../../src/common/translation';
import type { PanelSnapshot } from '../../src/reporting/panelMessages';
import type { TextTable } from '../dom';
import type { DataTable } from '../exportFile';
import { runLabel } from '../runText';
import { basics, colourOf, dashOf, gridLine, mutedText, valuesTooltip } from './chartText';
import type { ChartTheme } from './chartTheme';
import type { ChartOption } from './echarts';
import type { LegendItem } from './legend';

/** The spectrum of the linear decoder that was refitted to one finished encoder. */
export interface DecoderSpectrum {
  readonly label: string;
  /** Falling. */
  readonly values: readonly number[];
  readonly residual: number;
}

/** Spectra of the selected runs that have one. */
export const decoderSpectra = ({ runs, selected }: Pick<PanelSnapshot, 'runs' | 'selected'>): readonly DecoderSpectrum[] =>
  runs.flatMap(run => {
    const decoder = selected.includes(run.id) ? run.results?.pretraining?.decoder : undefined;
    return decoder ? [{ label: runLabel(run, runs), values: decoder.singularValues, residual: decoder.residual }] : [];
  });

/** (Σσ²)² / Σσ⁴: how many directions the targets depend on, evenly counted. */
function effectiveRank(values: readonly number[]): number {
  const squares = values.map(value => value ** 2);
  const sum = (list: readonly number[]) => list.reduce((total, value) => total + value, 0);
  return sum(squares) ** 2 / sum(squares.map(value => value ** 2));
}

export function describeSpectra(spectra: readonly DecoderSpectrum[]): string {
  const each = spectra
    .slice(0, 4)
    .map(({ label, values, residual }) =>
      t('{0}: {1} of {2} directions, error {3}', label, effectiveRank(values).toFixed(1), values.length, formatRisk(residual)),
    );
  return t(
    'Singular values of a linear decoder refitted to each encoder, falling. A slow fall means that many directions of the features paint. {0}.',
    each.join('; '),
  );
}

const TABLE_ROWS = 20;

export function spectrumTable(spectra: readonly DecoderSpectrum[]): TextTable {
  const longest = Math.max(...spectra.map(({ values }) => values.length));
  const count = Math.min(TABLE_ROWS, longest);
  const places = [...new Set(Array.from({ length: count }, (_, at) => Math.round((at * (longest - 1)) / Math.max(1, count - 1))))];
  return {
    head: [t('place'), ...spectra.map(({ label }) => label)],
    rows: places.map(at => [`${at + 1}`, ...spectra.map(({ values }) => (values[at] === undefined ? '–' : formatRisk(values[at])))]),
  };
}

export const spectrumData = (spectra: readonly DecoderSpectrum[]): DataTable => ({
  columns: ['run', 'place', 'singular value'],
  rows: spectra.flatMap(({ label, values }) => values.map((value, at) => [label, at + 1, value])),
});

export const spectrumLegend = (spectra: readonly DecoderSpectrum[], theme: ChartTheme): readonly LegendItem[] =>
  spectra.map(({ label }, at) => ({ label, colour: colourOf(theme, at), mark: 'line', dash: dashOf(theme, at) }));

/** One falling line a run, on a logarithmic axis. */
export function spectrumOption(spectra: readonly DecoderSpectrum[], theme: ChartTheme): ChartOption {
  const text = mutedText(theme);
  return {
    ...basics(theme),
    tooltip: valuesTooltip(theme, formatRisk),
    grid: { left: 60, right: 16, top: 28, bottom: 44 },
    xAxis: {
      type: 'value',
      min: 1,
      max: Math.max(...spectra.map(({ values }) => values.length)),
      name: t('place'),
      nameLocation: 'middle',
      nameGap: 26,
      nameTextStyle: text,
      axisLabel: text,
      axisLine: gridLine(theme),
      splitLine: { show: false },
    },
    yAxis: {
      type: 'log',
      name: t('Singular value'),
      nameTextStyle: { ...text, color: theme.foreground, align: 'left', padding: [0, 0, 0, -52] },
      axisLabel: { ...text, formatter: (value: number) => formatRisk(value) },
      splitLine: gridLine(theme),
    },
    series: spectra.map(({ label, values }, at) => ({
      type: 'line',
      name: label,
      showSymbol: false,
      itemStyle: { color: colourOf(theme, at) },
      lineStyle: { color: colourOf(theme, at), width: theme.highContrast ? 2.5 : 1.5, type: dashOf(theme, at) },
      data: values.map((value, place) => [place + 1, value > 0 ? value : null]),
    })),
  };
}
