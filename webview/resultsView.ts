import { t } from '../src/common/translation';
import type { PanelSnapshot } from '../src/reporting/panelMessages';
import { armTable, riskTable } from './armTable';
import type { StudyView } from './studyView';
import { element, textTable, type TextTable } from './dom';

/** The table of arms and, in plain sentences, what differs and what does not. */
export class ResultsView implements StudyView {
  private readonly summaryText = element('p', { class: 'summary' });
  private readonly table = element('div', { class: 'table-scroll', tabindex: '0', role: 'region', 'aria-label': t('Results by arm') });
  private readonly findings = element('ul', { class: 'findings', 'aria-label': t('Findings') });
  /** Tables that few readers need at first. */
  private readonly more = element('div', { class: 'more' });
  private readonly missing = element('details', { class: 'missing' });
  readonly root = element(
    'section',
    { class: 'card', 'aria-label': t('Results') },
    element('h2', {}, t('Results')),
    this.summaryText,
    this.table,
    this.findings,
    this.more,
    this.missing,
  );
  private shown: PanelSnapshot['summary'];

  update({ summary }: PanelSnapshot): void {
    if (summary && summary === this.shown) return;
    this.shown = summary;
    if (!summary) {
      this.summaryText.textContent = t('Accuracy, certificates and feature norms appear here with the first finished run.');
      for (const part of [this.table, this.findings, this.more, this.missing]) part.replaceChildren();
      this.missing.hidden = true;
      return;
    }
    const { labels, task, testCount } = summary;
    this.summaryText.textContent = t(
      'Accuracy on {0} test images after fine-tuning on {1} labels ({2}), mean ± standard deviation over seeds. Complexity and feature norm are measured, the error is certified for each seed.',
      testCount.toLocaleString('en-US'),
      labels,
      task,
    );
    this.table.replaceChildren(textTable(t('Results by arm'), armTable(summary)));
    this.findings.replaceChildren(...summary.findings.map(finding => element('li', {}, finding)));
    this.more.replaceChildren(folded(t('Ramp risk and calibration on the test set'), riskTable(summary)));
    this.missing.hidden = summary.missing.length === 0;
    this.missing.replaceChildren(
      element(
        'summary',
        {},
        summary.missing.length === 1 ? t('1 run is not in these numbers') : t('{0} runs are not in these numbers', summary.missing.length),
      ),
      element('ul', {}, ...summary.missing.map(sentence => element('li', {}, sentence))),
    );
  }
}

/** A table under its title, closed at first. */
const folded = (title: string, table: TextTable): HTMLElement =>
  element('details', {}, element('summary', {}, title), element('div', { class: 'table-scroll' }, textTable(title, table)));
