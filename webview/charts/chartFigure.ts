import { t } from '../../src/common/translation';
import { quietToggle } from '../controls';
import { element, linkedTable, type TextTable } from '../dom';
import { dataCsv, dataJson, exportFile, rasterised, type DataTable } from '../exportFile';
import { menuButton } from '../menuButton';
import { readTheme, type ChartTheme } from './chartTheme';
import { draw, drawSvg, type ChartOption, type EChartsType } from './echarts';
import { figureSvg } from './figureSvg';
import { legendList, type LegendItem } from './legend';

/** Everything a figure shows: the chart, a sentence that says the same, and a table with its numbers. */
export interface FigureContent {
  /** The chart at this width in CSS pixels, in these colours; or a picture that is no chart. */
  readonly option: ((width: number, theme: ChartTheme) => ChartOption) | DrawnPicture;
  /** In CSS pixels; for pictures only that of the exported one. */
  readonly height: (width: number) => number;
  /** What is seen, in a line under the title. */
  readonly summary: string;
  /** What the chart shows, for those who do not see it. */
  readonly description: string;
  readonly table: TextTable;
  /** The same numbers unrounded, for export; the table's texts where absent. */
  readonly data?: () => DataTable;
  readonly legend?: (theme: ChartTheme) => readonly LegendItem[];
  /** The mark that stands for a row of the table, to point at with the keyboard. */
  readonly markOf?: (row: number) => { readonly seriesIndex: number; readonly dataIndex: number } | undefined;
  /** What a row of the table leads to; its mark in the chart leads there too. */
  readonly open?: (row: number) => (() => void) | undefined;
  /** The row that a clicked mark stands for. */
  readonly rowOf?: (mark: { readonly seriesIndex: number; readonly dataIndex: number }) => number | undefined;
}

/** Something that is drawn without the chart library. */
export interface DrawnPicture {
  readonly element: (theme: ChartTheme) => HTMLElement;
  /** The same as what stands inside an SVG file. */
  readonly svg: (width: number, theme: ChartTheme) => string;
}

/** A chart with its title, its summary and a table to take its place: nothing that is drawn can only be seen, and all of it can be saved. */
export class ChartFigure {
  readonly root: HTMLElement;
  /** Further controls beside "Show as table". */
  readonly tools = element('div', { class: 'tools', role: 'group' });
  /** What stands below the chart and its legend. */
  readonly below = element('div', { class: 'figure-foot' });
  private readonly summary = element('p', { class: 'summary' });
  private readonly canvas = element('div', { class: 'chart', role: 'img', tabindex: '0' });
  private readonly table = element('div', { class: 'table-scroll', tabindex: '0', role: 'region', hidden: '' });
  private readonly legend = element('div', { class: 'legend' });
  private readonly spoken = element('div', { class: 'visually-hidden', 'aria-live': 'polite' });
  private readonly common: readonly HTMLElement[];
  private chart: EChartsType | undefined;
  private content: FigureContent | undefined;
  /** What of the drawn option can be merged into: its series, plots and axes. */
  private drawn = '';
  private row = -1;

  constructor(private readonly title: string) {
    this.tools.setAttribute('aria-label', t('{0}: view', title));
    this.table.setAttribute('aria-label', t('{0} as a table', title));
    this.common = [
      quietToggle(t('Table'), t('Show as table: {0}', title), false, pressed => this.showTable(pressed)),
      menuButton(t('Export'), t('Export {0}', title), [
        { label: t('Picture (SVG)'), run: () => void this.exportPicture('svg') },
        { label: t('Picture (PNG)'), run: () => void this.exportPicture('png') },
        { label: t('Data (CSV)'), run: () => this.exportData('csv') },
        { label: t('Data (JSON)'), run: () => this.exportData('json') },
      ]),
    ];
    this.tools.append(...this.common);
    this.root = element(
      'figure',
      { class: 'card', 'aria-label': title },
      element('figcaption', {}, element('div', { class: 'figure-head' }, element('h2', {}, title), this.tools), this.summary),
      this.canvas,
      this.legend,
      this.table,
      this.spoken,
      this.below,
    );
    this.canvas.addEventListener('keydown', event => this.pressed(event));
    this.canvas.addEventListener('blur', () => this.point(-1));
    // A figure in a hidden tab has no size; it is drawn when it gets one.
    new ResizeObserver(() => this.paint()).observe(this.canvas);
  }

  /** Shows this; before it only the title stands there. */
  update(content: FigureContent): void {
    this.content = content;
    this.summary.textContent = content.summary;
    this.canvas.hidden = !this.table.hidden;
    this.canvas.setAttribute('aria-label', content.description);
    for (const control of this.common) control.hidden = false;
    this.paint();
    if (!this.table.hidden) this.fillTable();
  }

  /** Shows a sentence in place of a chart. */
  clear(sentence: string): void {
    this.content = undefined;
    this.summary.textContent = sentence;
    this.chart?.dispose();
    this.chart = undefined;
    this.drawn = '';
    this.canvas.hidden = true;
    this.canvas.replaceChildren();
    this.canvas.removeAttribute('aria-label');
    this.table.replaceChildren();
    this.legend.replaceChildren();
    for (const control of this.common) control.hidden = true;
  }

  /** Draws again: in other colours, or at another size. */
  paint(): void {
    const width = this.canvas.clientWidth;
    if (!this.content || width === 0) return;
    const theme = readTheme();
    this.legend.replaceChildren(...(this.content.legend ? [legendList(this.content.legend(theme))] : []));
    const { option: drawing } = this.content;
    if (typeof drawing !== 'function') {
      this.canvas.setAttribute('role', 'group');
      this.canvas.style.height = 'auto';
      this.canvas.replaceChildren(drawing.element(theme));
      return;
    }
    this.canvas.style.height = `${this.content.height(width)}px`;
    if (!this.chart) {
      this.chart = draw(this.canvas);
      this.chart.on('click', event => this.clicked(event as { seriesIndex?: number; dataIndex?: number }));
    }
    this.chart.resize();
    const option = drawing(width, theme);
    const shape = shapeOf(option);
    this.chart.setOption(option, { notMerge: shape !== this.drawn });
    this.drawn = shape;
  }

  private clicked({ seriesIndex, dataIndex }: { seriesIndex?: number; dataIndex?: number }): void {
    if (seriesIndex === undefined || dataIndex === undefined) return;
    const row = this.content?.rowOf?.({ seriesIndex, dataIndex });
    if (row !== undefined) this.content?.open?.(row)?.();
  }

  /** Arrow keys go through the values, Enter opens what one leads to, Escape ends it. */
  private pressed(event: KeyboardEvent): void {
    const last = (this.content?.table.rows.length ?? 0) - 1;
    const to = {
      ArrowRight: Math.min(last, this.row + 1),
      ArrowDown: Math.min(last, this.row + 1),
      ArrowLeft: Math.max(0, this.row - 1),
      ArrowUp: Math.max(0, this.row - 1),
      Home: 0,
      End: last,
      Escape: -1,
    }[event.key];
    if (event.key === 'Enter') this.content?.open?.(this.row)?.();
    else if (to !== undefined) this.point(to);
    else return;
    event.preventDefault();
  }

  /** Shows and says one row of the table at its mark; −1 for none. */
  private point(row: number): void {
    this.row = row;
    if (row < 0 || !this.content) {
      this.chart?.dispatchAction({ type: 'hideTip' });
      this.spoken.textContent = '';
      return;
    }
    const { head, rows } = this.content.table;
    this.spoken.textContent = (rows[row] ?? []).map((text, column) => (column === 0 ? text : `${head[column] ?? ''} ${text}`)).join(', ');
    const mark = this.content.markOf?.(row);
    if (mark) this.chart?.dispatchAction({ type: 'showTip', ...mark });
  }

  private showTable(shown: boolean): void {
    this.table.hidden = !shown;
    this.canvas.hidden = shown || !this.content;
    this.legend.hidden = shown;
    if (shown) this.fillTable();
    else this.paint();
  }

  private fillTable(): void {
    if (this.content) this.table.replaceChildren(linkedTable(this.title, this.content.table, this.content.open));
  }

  private async exportPicture(format: 'svg' | 'png'): Promise<void> {
    if (!this.content) return;
    const theme = readTheme();
    const { summary, legend } = this.content;
    const width = Math.max(420, this.canvas.clientWidth);
    const height = this.content.height(width);
    const { option } = this.content;
    const chart = typeof option === 'function' ? drawSvg(option(width, theme), width, height) : option.svg(width, theme);
    const svg = figureSvg({ title: this.title, summary, chart, width, height, legend: legend?.(theme) ?? [] }, theme);
    exportFile(this.title, format, format === 'svg' ? svg : await rasterised(svg));
  }

  private exportData(format: 'csv' | 'json'): void {
    if (!this.content) return;
    const { summary, table } = this.content;
    const data = this.content.data?.() ?? { columns: table.head, rows: table.rows };
    exportFile(this.title, format, format === 'csv' ? dataCsv(data) : dataJson(data, { title: this.title, summary }));
  }
}

/** Two options of one shape can be merged, so that what the pointer shows stays while values grow. */
function shapeOf({ series, grid, xAxis, yAxis }: ChartOption): string {
  const list = <T>(value: T | T[] | undefined): T[] => (Array.isArray(value) ? value : value === undefined ? [] : [value]);
  return JSON.stringify([
    list(series).map(one => [one.type, one.name]),
    list(grid).length,
    [...list(xAxis), ...list(yAxis)].map(axis => [axis.type, 'data' in axis ? axis.data : undefined]),
  ]);
}
