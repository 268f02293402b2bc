import { t } from '../src/common/translation';
import type { PanelSnapshot } from '../src/reporting/panelMessages';
import type { FineTuningMode } from '../src/training/results';
import { ChartFigure } from './charts/chartFigure';
import { barsHeight } from './charts/layerCapacity';
import { kindLegend, scatterOption, tauOption } from './charts/predictionOptions';
import {
  FEWEST_ARMS,
  pointData,
  pointTable,
  predictions,
  tauData,
  tauTable,
  tauText,
  type Prediction,
  type Predictions,
} from './charts/predictions';
import { Dropdown } from './controls';
import { element } from './dom';
import { remember, remembered } from './host';
import { changeDetector, type StudyView } from './studyView';

const HEIGHT = 320;
const notYet = () => t('Needs at least {0} finished arms: an order of fewer says nothing.', FEWEST_ARMS);

/** Did the estimates predict what came of the arms? One of them against the outcome, and all of them by how well they rank. */
export class PredictionView implements StudyView {
  private readonly scatter = new ChartFigure(t('Estimate against outcome'));
  private readonly ranking = new ChartFigure(t('Which estimates rank the arms rightly'));
  readonly root = element('div', { class: 'grid' }, this.scatter.root, this.ranking.root);
  private readonly names = new Dropdown(t('Estimate'), estimate => this.choose({ estimate }));
  private readonly modes = new Dropdown(t('Outcome'), outcome => this.choose({ outcome: outcome as FineTuningMode }));
  private readonly changed = changeDetector();
  private snapshot: PanelSnapshot | undefined;

  constructor() {
    this.scatter.tools.prepend(this.names.root, this.modes.root);
  }

  update(snapshot: PanelSnapshot): void {
    this.snapshot = snapshot;
    const { estimate, outcome } = remembered();
    if (!this.changed(snapshot.summary, estimate, outcome)) return;
    const all = predictions(snapshot.runs, outcome);
    for (const { root } of [this.names, this.modes]) root.hidden = !all;
    if (!all) {
      this.scatter.clear(notYet());
      this.ranking.clear(notYet());
      return;
    }
    const chosen =
      all.estimates.find(({ name }) => name === estimate) ?? all.estimates.find(({ name }) => name === 'F2 total') ?? all.estimates[0]!;
    this.names.update(
      all.estimates.map(({ name }) => name).sort((a, b) => a.localeCompare(b)),
      chosen.name,
    );
    this.modes.update(all.modes, all.mode);
    this.showScatter(chosen, all.mode);
    this.showRanking(all, chosen);
  }

  paint(): void {
    this.scatter.paint();
    this.ranking.paint();
  }

  private showScatter(chosen: Prediction, mode: FineTuningMode): void {
    const summary = `${t('{0} against test accuracy after fine-tuning ({1}), one point an arm, means over seeds.', chosen.name, mode)} ${tauText(chosen)}`;
    this.scatter.update({
      option: (_, theme) => scatterOption(chosen, mode, theme),
      height: () => HEIGHT,
      summary,
      description: summary,
      table: pointTable(chosen, mode),
      data: () => pointData(chosen, mode),
      markOf: row => ({ seriesIndex: 0, dataIndex: row }),
    });
  }

  private showRanking(all: Predictions, chosen: Prediction): void {
    const best = all.estimates[0]!;
    const summary = t(
      'Kendall’s τ of each estimate with {0} accuracy, best first: {1} leads. They were compared on the same arms, so the best looks better than it is. A bar shows its estimate beside.',
      all.mode,
      best.name,
    );
    this.ranking.update({
      option: (_, theme) => tauOption(all, chosen.name, theme),
      height: () => barsHeight(all.estimates.length),
      summary,
      description: summary,
      table: tauTable(all),
      data: () => tauData(all),
      legend: theme => kindLegend(all, theme),
      markOf: row => ({ seriesIndex: 0, dataIndex: row }),
      rowOf: ({ dataIndex }) => dataIndex,
      open: row => {
        const one = all.estimates[row];
        return one && (() => this.choose({ estimate: one.name }));
      },
    });
  }

  private choose(choice: { readonly estimate?: string; readonly outcome?: FineTuningMode }): void {
    remember(choice);
    if (this.snapshot) this.update(this.snapshot);
  }
}
