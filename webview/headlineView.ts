import { t } from '../src/common/translation';
import type { PanelSnapshot } from '../src/reporting/panelMessages';
import { element } from './dom';
import { evidenceChip, vacuousChip } from './evidenceChip';
import { headlineCards, type HeadlineCard } from './headline';

/** The cards at the top of the page. */
export class HeadlineView {
  readonly root = element('section', { class: 'cards', 'aria-label': t('Headline numbers') });

  update(snapshot: PanelSnapshot): void {
    this.root.replaceChildren(...headlineCards(snapshot).map(cardElement));
  }
}

function cardElement({ title, value, evidence, vacuous, detail }: HeadlineCard): HTMLElement {
  const chips = [...(evidence ? [evidenceChip(evidence)] : []), ...(vacuous ? [vacuousChip()] : [])];
  return element(
    'article',
    { class: 'card' },
    element('h2', { class: 'card-title' }, title),
    element('p', { class: 'card-value' }, element('strong', {}, value), ...chips),
    element('p', { class: 'summary' }, detail),
  );
}
