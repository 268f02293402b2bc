import { t } from '../src/common/translation';
import type { PanelSnapshot } from '../src/reporting/panelMessages';
import { ChartFigure } from './charts/chartFigure';
import { impactHeight, impactLegend, impactOption } from './charts/impactOption';
import { describeImpact, impactData, impactTable, regulariserImpact } from './charts/regulariserImpact';
import { changeDetector, type StudyView } from './studyView';

/** Does the regulariser help? Its strength against what it is meant to change, with baselines beside it. */
export class ImpactView implements StudyView {
  private readonly figure = new ChartFigure(t('Does the regulariser help?'));
  readonly root = this.figure.root;
  private readonly changed = changeDetector();

  update({ summary, runs }: PanelSnapshot): void {
    // Progress of runs changes nothing here; a run that finishes changes the summary.
    if (!this.changed(summary)) return;
    const impact = regulariserImpact({ summary, runs });
    if (!impact) {
      this.figure.clear(
        summary
          ? t('This needs two finished arms that differ in their regulariser alone: Sweep Regulariser… in the palette makes them.')
          : t('Appears once two arms that differ in their regulariser have finished.'),
      );
      return;
    }
    this.figure.update({
      option: (width, theme) => impactOption(impact, width, theme),
      height: width => impactHeight(impact, width),
      summary: `${t('{0} by its strength λ, other arms beside it: mean and 95 % interval over seeds.', impact.swept)} ${impact.verdict}`,
      description: describeImpact(impact),
      table: impactTable(impact),
      data: () => impactData(impact),
      legend: theme => impactLegend(impact, theme),
      markOf: row => ({ seriesIndex: impact.arms[row]?.onPath ? 0 : 1, dataIndex: row }),
    });
  }

  paint(): void {
    this.figure.paint();
  }
}
