import type { PanelSnapshot, RunSummary } from '../src/reporting/panelMessages';
import { button, progressRing } from './controls';
import { element } from './dom';
import { isSaved, tell } from './host';
import { progressText, runLabel } from './runText';

/** One line for each run that is under way, with a way to stop it, and the sentence of each that failed. */
export class ProgressView {
  readonly root = element('section', { class: 'progress', 'aria-label': 'Runs under way' });
  private readonly lines = new Map<string, ProgressLine>();
  private readonly failures = element('ul', { class: 'failures', role: 'alert' });

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
      run.state === 'failed' ? [`${runLabel(run, runs)}: ${run.fault ?? 'failed without saying why'}`] : [],
    );
    if (faults.join('\n') !== [...this.failures.children].map(child => child.textContent).join('\n'))
      this.failures.replaceChildren(...faults.map(fault => element('li', {}, fault)));
    if (!this.failures.isConnected) this.root.append(this.failures);
    this.root.hidden = running.length === 0 && faults.length === 0;
  }

  private add(run: RunSummary): ProgressLine {
    const line = new ProgressLine(run.id);
    this.lines.set(run.id, line);
    this.root.prepend(line.root);
    return line;
  }
}

class ProgressLine {
  private readonly text = element('span', { class: 'progress-text' });
  private readonly bar = element('progress', { max: '1' });
  readonly root: HTMLElement;

  constructor(run: string) {
    const stop = button('Stop', () => tell({ type: 'command', command: 'stop', run }));
    stop.hidden = isSaved;
    this.root = element('div', { class: 'progress-line' }, progressRing(), this.text, this.bar, stop);
  }

  update(run: RunSummary, label: string): void {
    this.text.textContent = progressText(run, label);
    this.bar.setAttribute('aria-label', `Progress of ${label}`);
    if (run.progress) this.bar.value = run.progress.fraction;
    else this.bar.removeAttribute('value');
  }
}
