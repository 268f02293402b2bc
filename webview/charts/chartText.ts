import type { ChartTheme } from './chartTheme';

/** The type of axis labels and everything else that is secondary. */
export const mutedText = ({ muted, fontFamily, fontSize }: ChartTheme) => ({ color: muted, fontFamily, fontSize });

/** A line of the grid. */
export const gridLine = ({ grid, highContrast }: ChartTheme) => ({ lineStyle: { color: grid, opacity: highContrast ? 0.35 : 1 } });

/** The box that says what is under the pointer; drawn on the canvas, inside the chart. */
export const tooltipBox = (theme: ChartTheme) => ({
  renderMode: 'richText' as const,
  confine: true,
  backgroundColor: theme.background,
  borderColor: theme.muted,
  textStyle: { ...mutedText(theme), color: theme.foreground },
});

/** The box over one mark, the n-th of `things`; `textOf` says what it reads. */
export const itemTooltip = <T>(theme: ChartTheme, things: readonly T[], textOf: (thing: T) => string) => ({
  ...tooltipBox(theme),
  trigger: 'item' as const,
  formatter: (item: unknown): string => {
    const thing = things[(item as { dataIndex: number }).dataIndex];
    return thing === undefined ? '' : textOf(thing);
  },
});

/** The box over all marks at one place of the axis, which a line marks. */
export const axisTooltip = (theme: ChartTheme) => ({
  ...tooltipBox(theme),
  trigger: 'axis' as const,
  axisPointer: { type: 'line' as const, lineStyle: { color: theme.muted } },
});

/** The same with every number as `format` writes it, and a dash where there is none. */
export const valuesTooltip = (theme: ChartTheme, format: (value: number) => string) => ({
  ...axisTooltip(theme),
  valueFormatter: (value: unknown): string => (typeof value === 'number' ? format(value) : '–'),
});

/** What every chart shares: no animation where the reader wants none, and patterns beside colours in high contrast. */
export const basics = (theme: ChartTheme) => ({
  animation: !theme.reducedMotion,
  animationDuration: 200,
  animationDurationUpdate: 200,
  aria: { enabled: theme.highContrast, decal: { show: theme.highContrast }, label: { enabled: false } },
  textStyle: mutedText(theme),
});

const DASHES = ['solid', [8, 3], [2, 3], [8, 3, 2, 3], [14, 4], [4, 4]] as const;
const SYMBOLS = ['circle', 'rect', 'triangle', 'diamond', 'roundRect', 'pin'] as const;

/** The colour of the n-th thing that is compared. */
export const colourOf = (theme: ChartTheme, place: number): string => theme.series[place % theme.series.length] ?? theme.foreground;

/** The mark of the n-th thing: another shape for each, so that nothing is told by colour alone. */
export const symbolOf = (place: number): (typeof SYMBOLS)[number] => SYMBOLS[place % SYMBOLS.length]!;

/** An open mark: the outline in its colour over the background. */
export const openMark = ({ background }: ChartTheme, colour: string) => ({ color: background, borderColor: colour, borderWidth: 1.5 });

/** Patterns of areas in high contrast, one for each thing that is compared; none elsewhere. */
export const decalOf = ({ highContrast, background }: ChartTheme, place: number) =>
  highContrast
    ? {
        decal: {
          color: background,
          symbol: (['rect', 'circle', 'triangle', 'diamond'] as const)[place % 4],
          symbolSize: 0.8,
          dashArrayX: [[1, 0], 6, 7, 6][place % 4] as number | number[],
          dashArrayY: [3, 4 + place] as number[],
          rotation: (place % 3) * 0.8,
        },
      }
    : {};

/** The dashes of the n-th line: told apart in high contrast, plain elsewhere. */
export function dashOf(theme: ChartTheme, place: number): 'solid' | number[] {
  const dash = DASHES[place % DASHES.length]!;
  return theme.highContrast && dash !== 'solid' ? [...dash] : 'solid';
}
