import { formatRisk } from '../../src/common/format';
import { t, translated } from '../../src/common/translation';
import type { TermName } from '../../src/theory/report';
import type { BoundBars } from './boundBars';
import { basics, gridLine, mutedText, tooltipBox } from './chartText';
import type { ChartTheme } from './chartTheme';
import type { ChartOption } from './echarts';
import type { LegendItem } from './legend';

/** Place of each term's colour among the theme's; terms that were measured on the task stand far from those of pre-training. */
const COLOURS: Readonly<Record<TermName, number | 'muted'>> = {
  transfer: 0,
  complexity: 1,
  concentration: 'muted',
  'domain shift': 3,
  task: 2,
  optimisation: 7,
  'empirical risk': 0,
  divergence: 4,
  confidence: 'muted',
  robustness: 1,
  memorisation: 2,
  rationality: 3,
};

/** The colour of a term in every picture of the page. */
function termColour(name: TermName, theme: ChartTheme): string {
  const place = COLOURS[name];
  return place === 'muted' ? theme.muted : (theme.series[place] ?? theme.foreground);
}

/** Height of the chart in CSS pixels. */
export const boundHeight = ({ bars }: BoundBars): number => 64 + bars.length * 40;

/** The terms in their colours, and what a hatched piece means where there is one. */
export function boundLegend({ names, bars }: BoundBars, theme: ChartTheme): readonly LegendItem[] {
  const assumed = (name: TermName) => bars.some(bar => bar.terms.some(term => term.name === name && term.evidence === 'assumed'));
  return names.map(name => ({
    label: assumed(name) ? `${translated(name)} (${t('assumed')})` : translated(name),
    colour: termColour(name, theme),
    mark: assumed(name) ? 'hatched' : 'patch',
  }));
}

/** Stacked bars, one an arm, with the line from which on a bound is vacuous. Assumed terms are hatched. */
export function boundOption({ names, bars, range }: BoundBars, theme: ChartTheme): ChartOption {
  const text = mutedText(theme);
  const hatch = { symbol: 'rect', dashArrayX: [1, 0], dashArrayY: [2, 4], rotation: -Math.PI / 4, color: theme.background };
  const category = (data: string[], position: 'left' | 'right') => ({
    type: 'category' as const,
    position,
    inverse: true,
    data,
    axisLabel: { ...text, color: theme.foreground },
    axisTick: { show: false },
    axisLine: { show: position === 'left', lineStyle: { color: theme.grid } },
  });
  const longest = Math.max(range, ...bars.map(bar => bar.total));
  return {
    ...basics(theme),
    tooltip: { ...tooltipBox(theme), trigger: 'item' },
    grid: { left: 8, right: 8, top: 26, bottom: 8, containLabel: true },
    xAxis: {
      type: 'value',
      max: longest * 1.04,
      axisLabel: { ...text, showMaxLabel: false },
      splitLine: { showMaxLine: false, ...gridLine(theme) },
    },
    yAxis: [
      category(
        bars.map(bar => bar.arm),
        'left',
      ),
      category(
        bars.map(bar => formatRisk(bar.total)),
        'right',
      ),
    ],
    series: [
      ...names.map(name => ({
        type: 'bar' as const,
        name,
        stack: 'bound',
        barMaxWidth: 20,
        itemStyle: { color: termColour(name, theme), borderColor: theme.background, borderWidth: theme.highContrast ? 1 : 0 },
        tooltip: { formatter: ({ dataIndex }: { dataIndex: number }) => tooltip(bars[dataIndex]) },
        data: bars.map(bar => {
          const term = bar.terms.find(one => one.name === name);
          return { value: term?.value ?? 0, ...(term?.evidence === 'assumed' && { itemStyle: { decal: hatch } }) };
        }),
      })),
      {
        type: 'bar' as const,
        name: 'total',
        stack: 'bound',
        silent: true,
        data: bars.map(() => 0),
        markLine: {
          silent: true,
          symbol: 'none',
          lineStyle: { color: theme.warning, type: 'dashed' as const, width: theme.highContrast ? 2 : 1 },
          label: {
            formatter: t('vacuous'),
            color: theme.warning,
            fontFamily: theme.fontFamily,
            fontSize: theme.fontSize,
            position: 'start' as const,
          },
          data: [{ xAxis: range }],
        },
      },
    ],
  };
}

/** All terms of one bar. */
function tooltip(bar: BoundBars['bars'][number] | undefined): string {
  if (!bar) return '';
  const terms = bar.terms.map(term => `${translated(term.name)}  ${formatRisk(term.value)}  ${translated(term.evidence)}`);
  return [`${bar.arm}: ${formatRisk(bar.total)} ${translated(bar.evidence)}`, ...terms].join('\n');
}
