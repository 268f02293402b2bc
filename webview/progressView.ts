import { t } from '../src/common/translation';
import type { PanelSnapshot, RunSummary } from '../src/reporting/panelMessages';
import { button, progressRing } from './controls';
import { element, linked } from './dom';
import { isSaved, tell } from './host';
import { progressText, runLabel } from './runText';

/** One line for each run that is under way, with a way to stop it, and the sentence of each that failed. */
export class ProgressView {
  readonly root = element('section', { class: 'progress', 'aria-label': t('Runs under way') });
  private readonly lines = new Map<string, ProgressLine>();
  private told = '';
  private readonly failures = element('ul', { class: 'failures' });
  private readonly alert = element('div', { role: 'alert' }, this.failures);

  update({ runs }: PanelSnapshot): void {
    const running = runs.filter(run => run.state === 'running');
    for (const [id, line] of this.lines)
      if (!running.some(run => run.id === id)) {
        line.root.remove();
        this.lines.delete(id);
      }
    for (const run of running) {
      const line = this.lines.get(run.id) ?? this.add(run);
      line.update(run, runLabel(run, runs));
    }
    const faults = runs.flatMap(run =>
      run.state === 'failed' ? [{ id: run.id, sentence: `${runLabel(run, runs)}: ${run.fault ?? t('failed without saying why')}` }] : [],
    );
    const sentences = faults.map(({ sentence }) => sentence).join('\n');
    if (sentences !== this.told) this.failures.replaceChildren(...faults.map(({ id, sentence }) => failure(id, sentence)));
    this.told = sentences;
    if (!this.alert.isConnected) this.root.append(this.alert);
    this.root.hidden = running.length === 0 && faults.length === 0;
  }

  private add(run: RunSummary): ProgressLine {
    const line = new ProgressLine(run.id);
    this.lines.set(run.id, line);
    this.root.prepend(line.root);
    return line;
  }
}

/** Why a run failed, and what can be done. */
function failure(run: string, sentence: string): HTMLElement {
  const link = (label: string, command: 'resume' | 'showLog') => linked(label, () => tell({ type: 'command', command, run }));
  return element(
    'li',
    {},
    element('span', {}, sentence),
    ...(isSaved ? [] : [link(t('Resume'), 'resume'), link(t('Show Log'), 'showLog')]),
  );
}

class ProgressLine {
  private readonly text = element('span', { class: 'progress-text' });
  private readonly bar = element('progress', { max: '1' });
  readonly root: HTMLElement;

  constructor(run: string) {
    const stop = button(t('Stop'), () => tell({ type: 'command', command: 'stop', run }));
    stop.hidden = isSaved;
    this.root = element('div', { class: 'progress-line' }, progressRing(), this.text, this.bar, stop);
  }

  update(run: RunSummary, label: string): void {
    this.text.textContent = progressText(run, label);
    this.bar.setAttribute('aria-label', t('Progress of {0}', label));
    if (run.progress) this.bar.value = run.progress.fraction;
    else this.bar.removeAttribute('value');
  }
}
