import { t, toTranslate, translated } from '../src/common/translation';
import type { Evidence } from '../src/theory/report';
import { element } from './dom';

const MEANINGS: Readonly<Record<Evidence, string>> = {
  certified: toTranslate('a true upper bound under the stated assumptions'),
  measured: toTranslate('a run or a checkpoint said so'),
  estimated: toTranslate('plug-in, without guarantee'),
  assumed: toTranslate('declared in the study, not checked'),
};

/** How a number is known, in a word beside it. */
export const evidenceChip = (evidence: Evidence): HTMLElement =>
  element(
    'span',
    { class: `chip chip-${evidence}`, title: `${translated(evidence)}: ${translated(MEANINGS[evidence])}` },
    translated(evidence),
  );

/** The mark of a bound that says nothing. */
export const vacuousChip = (): HTMLElement =>
  element('span', { class: 'chip chip-vacuous', title: t("vacuous: at or above the loss's range, so it says nothing") }, t('vacuous'));
