import type { Evidence } from '../src/theory/report';
import { element } from './dom';

const MEANINGS: Readonly<Record<Evidence, string>> = {
  certified: 'a true upper bound under the stated assumptions',
  measured: 'a run or a checkpoint said so',
  estimated: 'plug-in, without guarantee',
  assumed: 'declared in the study, not checked',
};

/** How a number is known, in a word beside it. */
export const evidenceChip = (evidence: Evidence): HTMLElement =>
  element('span', { class: `chip chip-${evidence}`, title: `${evidence}: ${MEANINGS[evidence]}` }, evidence);

/** The mark of a bound that says nothing. */
export const vacuousChip = (): HTMLElement =>
  element('span', { class: 'chip chip-vacuous', title: "vacuous: at or above the loss's range, so it says nothing" }, 'vacuous');
