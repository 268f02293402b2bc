import { t } from '../src/common/translation';
import type { PanelSnapshot } from '../src/reporting/panelMessages';
import { barData, barTable, boundBars, captionBars, describeBars } from './charts/boundBars';
import { boundHeight, boundLegend, boundOption } from './charts/boundOption';
import { ChartFigure } from './charts/chartFigure';
import { tell } from './host';
import { changeDetector, type StudyView } from './studyView';

/** What the bound is made of: one bar an arm, each a way to the definition that it is the bound of. */
export class BoundView implements StudyView {
  private readonly figure = new ChartFigure(t('What the bound is made of'));
  readonly root = this.figure.root;
  private readonly changed = changeDetector();

  update({ summary, definition }: PanelSnapshot): void {
    if (!this.changed(summary, definition?.file, definition?.line)) return;
    const bars = boundBars(summary);
    if (!bars) {
      this.figure.clear(
        summary ? t('No arm of this study has the bound with all its terms.') : t('The terms appear here with the first finished run.'),
      );
      return;
    }
    this.figure.update({
      option: (_, theme) => boundOption(bars, theme),
      height: () => boundHeight(bars),
      summary: captionBars(bars),
      description: describeBars(bars),
      table: barTable(bars),
      data: () => barData(bars),
      legend: theme => boundLegend(bars, theme),
      markOf: row => ({ seriesIndex: 0, dataIndex: row }),
      rowOf: ({ dataIndex }) => dataIndex,
      ...(definition && { open: () => () => tell({ type: 'openSource', file: definition.file, line: definition.line }) }),
    });
  }

  paint(): void {
    this.figure.paint();
  }
}
