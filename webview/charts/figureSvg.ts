import type { ChartTheme } from './chartTheme';
import { legendMark, type LegendItem } from './legend';

/** A chart with what stands around it in the page. */
export interface Picture {
  readonly title: string;
  readonly summary: string;
  /** The chart as SVG of this size. */
  readonly chart: string;
  readonly width: number;
  readonly height: number;
  readonly legend: readonly LegendItem[];
}

const MARGIN = 16;
const LINE = 18;

/** One SVG file: title, summary, chart and legend on the theme's background, in the theme's type. */
export function figureSvg({ title, summary, chart, width, height, legend }: Picture, theme: ChartTheme): string {
  const perLine = Math.max(20, Math.floor(width / (theme.fontSize * 0.52)));
  const sentences = wrapped(summary, perLine);
  const top = MARGIN + 22 + sentences.length * LINE + 6;
  const { rows, marks } = placedLegend(legend, width, theme);
  const legendTop = top + height + (legend.length > 0 ? 14 : 0);
  const whole = { width: width + 2 * MARGIN, height: legendTop + rows * LINE + MARGIN };
  const text = (x: number, y: number, content: string, colour: string, more = '') =>
    `<text x="${x}" y="${y}" fill="${escaped(colour)}" ${more}>${escaped(content)}</text>`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="${whole.width}" height="${whole.height}" viewBox="0 0 ${whole.width} ${whole.height}" font-family="${escaped(theme.fontFamily)}" font-size="${theme.fontSize}">`,
    `<title>${escaped(title)}</title>`,
    `<desc>${escaped(summary)}</desc>`,
    `<rect width="100%" height="100%" fill="${escaped(theme.background)}"/>`,
    text(MARGIN, MARGIN + 14, title, theme.foreground, 'font-weight="600" font-size="14"'),
    ...sentences.map((line, at) => text(MARGIN, MARGIN + 34 + at * LINE, line, theme.muted)),
    `<g transform="translate(${MARGIN},${top})">${chart}</g>`,
    ...marks.map(({ x, row, item }) => {
      const y = legendTop + row * LINE;
      return `<g color="${escaped(item.colour)}" transform="translate(${MARGIN + x},${y})">${legendMark(item)}${text(18, 10, item.label, theme.foreground)}</g>`;
    }),
    '</svg>',
  ].join('\n');
}

function placedLegend(legend: readonly LegendItem[], width: number, { fontSize }: ChartTheme) {
  let x = 0;
  let row = 0;
  const marks = legend.map(item => {
    const needs = 18 + item.label.length * fontSize * 0.56 + 16;
    if (x > 0 && x + needs > width) {
      x = 0;
      row++;
    }
    const place = { x, row, item };
    x += needs;
    return place;
  });
  return { rows: legend.length > 0 ? row + 1 : 0, marks };
}

/** Lines of at most so many characters, broken at spaces. */
function wrapped(text: string, most: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < most) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.filter(line => line !== '');
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
