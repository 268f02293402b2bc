import type { PanelSnapshot } from '../src/reporting/panelMessages';
import { barTable, boundBars, captionBars, describeBars } from './charts/boundBars';
import { boundHeight, boundOption, termColour } from './charts/boundOption';
import { ChartFigure } from './charts/chartFigure';
import { readTheme } from './charts/chartTheme';
import { element } from './dom';

/** What the bound is made of: one bar an arm. */
export class BoundView {
  private readonly figure = new ChartFigure('What the bound is made of');
  readonly root = this.figure.root;
  private readonly terms = element('ul', { class: 'term-legend', 'aria-label': 'Terms' });
  private summary: PanelSnapshot['summary'];

  constructor() {
    this.figure.legend.append(this.terms);
  }

  update({ summary }: PanelSnapshot): void {
    if (summary === this.summary && this.terms.childElementCount > 0) return;
    this.summary = summary;
    this.draw();
  }

  /** Draws again with the colours that are in force now. */
  draw(): void {
    const bars = boundBars(this.summary);
    if (!bars) {
      this.figure.clear('The terms appear here with the first finished run.');
      this.terms.replaceChildren();
      return;
    }
    const theme = readTheme();
    this.figure.update({
      option: boundOption(bars, theme),
      summary: captionBars(bars),
      description: describeBars(bars),
      table: barTable(bars),
      height: boundHeight(bars),
    });
    this.terms.replaceChildren(
      ...bars.names.map(name => {
        const swatch = element('span', { class: 'swatch', 'aria-hidden': 'true' });
        swatch.style.background = termColour(name, theme);
        return element('li', {}, swatch, name);
      }),
    );
  }
}
