import { t } from '../src/common/translation';
import type { PanelSnapshot } from '../src/reporting/panelMessages';
import { ChartFigure } from './charts/chartFigure';
import { barsHeight, capacityData, capacityOption, capacityTable, describeCapacity, layerCapacities } from './charts/layerCapacity';
import { describeNorms, normData, normLegend, normOption, normTable, trainedNorms } from './charts/trainedNorms';
import { tell } from './host';
import { changeDetector, type StudyView } from './studyView';

/** Which layer of the definition holds how much of its capacity; each bar is a way to the line that constructs the layer. */
export class CapacityView implements StudyView {
  private readonly figure = new ChartFigure(t('Capacity per layer'));
  readonly root = this.figure.root;
  private readonly changed = changeDetector();

  update({ definition }: PanelSnapshot): void {
    if (!this.changed(definition?.file, definition?.layers)) return;
    if (!definition?.layers || definition.layers.length === 0) {
      this.figure.clear(
        definition
          ? t('The layers of {0} are not all known: open {1} to see what is missing.', definition.name, definition.label)
          : t('Shows the layers of the definition that a study names ("definition": "file.py#Class").'),
      );
      return;
    }
    const { file, layers } = definition;
    const shown = layerCapacities(layers);
    this.figure.update({
      option: (_, theme) => capacityOption(shown, theme),
      height: () => barsHeight(shown.layers.length),
      summary: describeCapacity(shown),
      description: describeCapacity(shown),
      table: capacityTable(shown),
      data: () => capacityData(layers),
      markOf: row => ({ seriesIndex: 0, dataIndex: row }),
      rowOf: ({ dataIndex }) => dataIndex,
      open: row => {
        const layer = shown.layers[row];
        return layer && (() => tell({ type: 'openSource', file, line: layer.line }));
      },
    });
  }

  paint(): void {
    this.figure.paint();
  }
}

/** What training did to the spectral norm of every matrix. */
export class NormsView implements StudyView {
  private readonly figure = new ChartFigure(t('Spectral norms in training'));
  readonly root = this.figure.root;
  private readonly changed = changeDetector();

  update(snapshot: PanelSnapshot): void {
    if (!this.changed(snapshot.series, snapshot.selected, snapshot.runs)) return;
    const norms = trainedNorms(snapshot);
    if (!norms) {
      this.figure.clear(t('Choose runs that pre-train, on the Overview, to see what became of the norm of each of their matrices.'));
      return;
    }
    this.figure.update({
      option: (_, theme) => normOption(norms, theme),
      height: () => barsHeight(norms.matrices.length),
      summary: describeNorms(norms),
      description: describeNorms(norms),
      table: normTable(norms),
      data: () => normData(norms),
      legend: theme => normLegend(norms, theme),
      markOf: row => ({ seriesIndex: 1, dataIndex: row }),
    });
  }

  paint(): void {
    this.figure.paint();
  }
}
