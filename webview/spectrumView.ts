import { t } from '../src/common/translation';
import type { PanelSnapshot } from '../src/reporting/panelMessages';
import { ChartFigure } from './charts/chartFigure';
import { decoderSpectra, describeSpectra, spectrumData, spectrumLegend, spectrumOption, spectrumTable } from './charts/decoderSpectra';
import { changeDetector, type StudyView } from './studyView';

const HEIGHT = 290;

/** On how many directions of its features an encoder's images depend. */
export class SpectrumView implements StudyView {
  private readonly figure = new ChartFigure(t('Spectrum of the decoder'));
  readonly root = this.figure.root;
  private readonly changed = changeDetector();

  update(snapshot: PanelSnapshot): void {
    if (!this.changed(snapshot.summary, snapshot.selected)) return;
    const spectra = decoderSpectra(snapshot);
    if (spectra.length === 0) {
      this.figure.clear(t('Choose finished runs that were pre-trained, on the Overview, to see the spectrum of their decoders.'));
      return;
    }
    this.figure.update({
      option: (_, theme) => spectrumOption(spectra, theme),
      height: () => HEIGHT,
      summary: describeSpectra(spectra),
      description: describeSpectra(spectra),
      table: spectrumTable(spectra),
      data: () => spectrumData(spectra),
      legend: theme => spectrumLegend(spectra, theme),
      markOf: row => ({ seriesIndex: 0, dataIndex: Number(spectrumTable(spectra).rows[row]?.[0] ?? 1) - 1 }),
    });
  }

  paint(): void {
    this.figure.paint();
  }
}
