import { formatRisk } from '../src/common/format';
import { t, translated } from '../src/common/translation';
import type { PanelSnapshot } from '../src/reporting/panelMessages';
import type { Reconstructions } from '../src/training/reconstructions';
import { ChartFigure } from './charts/chartFigure';
import type { ChartTheme } from './charts/chartTheme';
import { pictureCanvas, picturesHeight, picturesSvg, ROWS } from './charts/pictures';
import { Dropdown } from './controls';
import { element } from './dom';
import { runLabel } from './runText';
import { changeDetector, type StudyView } from './studyView';

/** Held-out images, what a pre-trained encoder was shown of them, and what was painted. */
export class ReconstructionsView implements StudyView {
  private readonly figure = new ChartFigure(t('Reconstructions'));
  readonly root = this.figure.root;
  private readonly choice = new Dropdown(t('Run'), label => this.choose(label));
  private readonly changed = changeDetector();
  private label: string | undefined;
  private snapshot: PanelSnapshot | undefined;

  constructor() {
    this.figure.tools.prepend(this.choice.root);
  }

  update(snapshot: PanelSnapshot): void {
    this.snapshot = snapshot;
    const { runs, reconstructions = {} } = snapshot;
    if (!this.changed(reconstructions, this.label)) return;
    const found = runs.flatMap(run => {
      const pictures = reconstructions[run.id];
      return pictures && pictures.images.length > 0 ? [{ label: runLabel(run, runs), pictures }] : [];
    });
    this.choice.root.hidden = found.length < 2;
    const shown = found.find(({ label }) => label === this.label) ?? found[0];
    if (!shown) {
      this.figure.clear(t('Choose runs that have finished pre-training, on the Overview; those that paint images leave a few of them.'));
      return;
    }
    this.choice.update(
      found.map(({ label }) => label),
      shown.label,
    );
    this.show(shown.label, shown.pictures);
  }

  paint(): void {
    this.figure.paint();
  }

  private show(label: string, all: Reconstructions): void {
    const mean = all.images.reduce((sum, { error }) => sum + error, 0) / all.images.length;
    const hidden = all.images.some(image => image.hidden !== undefined);
    const summary = t(
      '{0}: {1} images held out from training; {2}. Mean squared error {3} (measured).',
      label,
      all.images.length,
      hidden ? t('hatched pixels were hidden and painted back') : t('the encoder saw them with noise'),
      formatRisk(mean),
    );
    this.figure.update({
      option: { element: theme => pictureGrid(all, theme), svg: (width, theme) => picturesSvg(all, width, theme) },
      height: width => picturesHeight(all, width),
      summary,
      description: summary,
      table: {
        head: [t('image'), t('mean squared error')],
        rows: all.images.map(({ error }, at) => [t('held-out image {0}', at + 1), formatRisk(error)]),
      },
      data: () => ({ columns: ['image', 'mean squared error'], rows: all.images.map(({ error }, at) => [at + 1, error]) }),
    });
  }

  private choose(label: string): void {
    this.label = label;
    if (this.snapshot) this.update(this.snapshot);
  }
}

function pictureGrid(all: Reconstructions, theme: ChartTheme): HTMLElement {
  const cells = ROWS.flatMap(({ key, title }) => [
    element('span', { class: 'picture-title', 'aria-hidden': 'true' }, translated(title)),
    ...all.images.map((image, at) => {
      const canvas = pictureCanvas(all, image, key, theme);
      canvas.setAttribute('role', 'img');
      canvas.setAttribute('aria-label', t('Image {0}, {1}', at + 1, translated(title)));
      return canvas;
    }),
  ]);
  const grid = element('div', { class: 'pictures' }, ...cells);
  grid.style.gridTemplateColumns = `auto repeat(${all.images.length}, minmax(0, 112px))`;
  return grid;
}
