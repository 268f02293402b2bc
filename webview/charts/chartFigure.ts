import { toggle } from '../controls';
import { element, textTable } from '../dom';
import { draw, type ChartOption, type EChartsType } from './echarts';

/** Everything a figure shows: the chart, a sentence that says the same, and a table with its numbers. */
export interface FigureContent {
  readonly option: ChartOption;
  /** What is seen, in a line under the title. */
  readonly summary: string;
  /** What the chart shows, for those who do not see it. */
  readonly description: string;
  readonly table: { readonly head: readonly string[]; readonly rows: readonly (readonly string[])[] };
  /** In CSS pixels. */
  readonly height: number;
}

/** A chart with its title, its summary and a table to take its place: nothing that is drawn can only be seen. */
export class ChartFigure {
  readonly root: HTMLElement;
  /** Further controls beside "Show as table". */
  readonly tools = element('div', { class: 'tools', role: 'group' });
  /** What stands below the chart: a legend. */
  readonly legend = element('div', { class: 'legend' });
  private readonly summary = element('p', { class: 'summary' });
  private readonly canvas = element('div', { class: 'chart', role: 'img', tabindex: '0' });
  private readonly table = element('div', { class: 'table-scroll', tabindex: '0', role: 'region', hidden: '' });
  private chart: EChartsType | undefined;
  private content: FigureContent | undefined;

  constructor(private readonly title: string) {
    const heading = element('h2', {}, title);
    this.tools.setAttribute('aria-label', `${title}: view`);
    this.table.setAttribute('aria-label', `${title} as a table`);
    this.tools.append(toggle('Show as table', false, pressed => this.showTable(pressed)));
    this.root = element(
      'figure',
      { class: 'card', 'aria-label': title },
      element('figcaption', {}, element('div', { class: 'figure-head' }, heading, this.tools), this.summary),
      this.canvas,
      this.table,
      this.legend,
    );
    new ResizeObserver(() => this.chart?.resize()).observe(this.canvas);
  }

  /** Shows this; before it only the title stands there. */
  update(content: FigureContent): void {
    this.content = content;
    this.summary.textContent = content.summary;
    this.canvas.style.height = `${content.height}px`;
    this.chart ??= draw(this.canvas);
    this.chart.resize();
    this.chart.setOption(content.option, { notMerge: true });
    this.canvas.setAttribute('aria-label', content.description);
    if (!this.table.hidden) this.fillTable();
  }

  /** Shows a sentence in place of a chart. */
  clear(sentence: string): void {
    this.content = undefined;
    this.summary.textContent = sentence;
    this.chart?.dispose();
    this.chart = undefined;
    this.canvas.style.height = '0';
    this.canvas.removeAttribute('aria-label');
    this.table.replaceChildren();
  }

  private showTable(shown: boolean): void {
    this.table.hidden = !shown;
    this.canvas.hidden = shown;
    if (shown) this.fillTable();
    else this.chart?.resize();
  }

  private fillTable(): void {
    if (this.content) this.table.replaceChildren(textTable(this.title, this.content.table.head, this.content.table.rows));
  }
}
