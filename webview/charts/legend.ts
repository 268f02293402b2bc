import { element } from '../dom';

/** One entry of a legend, in the page and in exported pictures. */
export interface LegendItem {
  readonly label: string;
  readonly colour: string;
  /** How it is drawn: a filled patch, a line, a dashed line, a hatched patch or an open mark. */
  readonly mark: 'patch' | 'line' | 'dashed' | 'hatched' | 'open';
  /** Dashes of a line. */
  readonly dash?: 'solid' | readonly number[];
}

/** The mark of an entry as SVG, 14 × 12, in the colour that is in force around it. */
export function legendMark({ mark, dash }: Pick<LegendItem, 'mark' | 'dash'>): string {
  if (mark === 'line' || mark === 'dashed') {
    const dashes = mark === 'dashed' ? '4 3' : dash && dash !== 'solid' ? dash.map(length => length / 2).join(' ') : '';
    return `<line x1="0" x2="14" y1="6" y2="6" stroke="currentColor" stroke-width="2"${dashes && ` stroke-dasharray="${dashes}"`}/>`;
  }
  if (mark === 'open') return '<circle cx="6" cy="6" r="4" fill="none" stroke="currentColor" stroke-width="1.5"/>';
  const hatch = mark === 'hatched' ? '<path d="M2 10L8 2M7 10L13 2" stroke="#0009" stroke-width="1.5"/>' : '';
  return `<rect width="13" height="9" y="2" rx="2" fill="currentColor"/>${hatch}`;
}

/** A legend as a list; colours are set by script, which the content security policy of the page allows. */
export function legendList(items: readonly LegendItem[]): HTMLElement {
  return element('ul', { class: 'legend-list', 'aria-label': 'Legend' }, ...items.map(item => element('li', {}, swatch(item), item.label)));
}

function swatch(item: LegendItem): HTMLElement {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="14" height="12">${legendMark(item)}</svg>`;
  const drawn = new DOMParser().parseFromString(svg, 'image/svg+xml').documentElement;
  const around = element('span', { class: 'legend-mark', 'aria-hidden': 'true' }, document.importNode(drawn, true));
  around.style.color = item.colour;
  return around;
}
