import { t } from '../src/common/translation';
import type { PanelSnapshot } from '../src/reporting/panelMessages';
import type { FineTuningMode } from '../src/training/results';
import { budgetTable } from './armTable';
import { ChartFigure } from './charts/chartFigure';
import { budgetCurves, budgetData, budgetLegend, budgetModes, budgetOption, describeBudgets } from './charts/labelBudgets';
import { Dropdown } from './controls';
import { changeDetector, type StudyView } from './studyView';

const HEIGHT = 290;

/** How accuracy grows with labels: one curve an arm. */
export class BudgetView implements StudyView {
  private readonly figure = new ChartFigure(t('Accuracy by number of labels'));
  readonly root = this.figure.root;
  private readonly modes = new Dropdown(t('Fine-tuning'), mode => this.choose(mode as FineTuningMode));
  private readonly changed = changeDetector();
  private mode: FineTuningMode = 'probe';
  private snapshot: PanelSnapshot | undefined;

  constructor() {
    this.figure.tools.prepend(this.modes.root);
  }

  update(snapshot: PanelSnapshot): void {
    this.snapshot = snapshot;
    const { summary } = snapshot;
    if (!this.changed(summary, this.mode)) return;
    const modes = summary ? budgetModes(summary) : [];
    this.modes.root.hidden = modes.length < 2;
    if (!summary || modes.length === 0) {
      this.figure.clear(
        t('A study that names several numbers of labels ("labels": [30, 100, 300]) shows here how accuracy grows with them.'),
      );
      return;
    }
    if (!modes.includes(this.mode)) this.mode = modes[0]!;
    this.modes.update(modes, this.mode);
    const curves = budgetCurves(summary, this.mode);
    const last = curves.labels.length - 1;
    this.figure.update({
      option: (_, theme) => budgetOption(curves, theme),
      height: () => HEIGHT,
      summary: describeBudgets(curves),
      description: describeBudgets(curves),
      table: budgetTable(summary) ?? { head: [], rows: [] },
      data: () => budgetData(curves, this.mode),
      legend: theme => budgetLegend(curves, theme),
      markOf: row => ({ seriesIndex: 2 * Math.floor(row / modes.length), dataIndex: last }),
    });
  }

  paint(): void {
    this.figure.paint();
  }

  private choose(mode: FineTuningMode): void {
    this.mode = mode;
    if (this.snapshot) this.update(this.snapshot);
  }
}
