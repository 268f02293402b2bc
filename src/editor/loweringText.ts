import { toTranslate, translated } from '../common/translation';
import type { Term } from '../theory/report';

const NETWORK = toTranslate(
  'fewer parameters; smaller spectral norms (spectral normalisation, weight decay), most of all in the layer that holds most of the capacity',
);
const UNLABELLED = toTranslate('more unlabelled images N');
const LABELLED = toTranslate('more labelled points n');
const SHIFT = toTranslate('pre-train on images nearer to the downstream ones');
const TRANSFER = toTranslate(
  'pre-train longer or on more images, so that the excess loss falls; a linear decoder, whose constant can be certified',
);
const RADREG = toTranslate('RadReg, or unit features: a smaller ‖H‖ at the same margin');
const CERTIFICATE = toTranslate('features whose classes lie further apart (a larger margin per norm)');

/** What makes a term smaller, the cheapest first; by theorem and term. */
const WAYS: Readonly<Record<string, readonly string[]>> = {
  'D1.transfer': [TRANSFER, UNLABELLED],
  'D1.complexity': [RADREG, LABELLED, toTranslate('a smaller head radius R')],
  'D1.concentration': [LABELLED, toTranslate('a larger failure probability ν')],
  'D1.domain': [SHIFT],
  'D1.task': [toTranslate('a head class or an encoder that fits the task better: more width, another objective')],
  'D1.optimisation': [toTranslate('train the head further, or with a larger radius')],
  'D3.complexity': [NETWORK, UNLABELLED],
  'D3.concentration': [UNLABELLED, toTranslate('a larger failure probability δ')],
  'D4.complexity': [NETWORK, UNLABELLED],
  'D4.confidence': [UNLABELLED, toTranslate('a larger failure probability δ')],
  'D5.empirical': [toTranslate('train further: a smaller pre-training loss')],
  'D5.complexity': [NETWORK, UNLABELLED, toTranslate('a smaller pre-training loss')],
  'holdout.empirical': [toTranslate('train further: a smaller hold-out loss')],
  'holdout.confidence': [toTranslate('hold out more images')],
  'F1.empirical': [CERTIFICATE, toTranslate('another encoder or more pre-training')],
  'F1.divergence': [CERTIFICATE, LABELLED],
  'F1.confidence': [LABELLED, toTranslate('fewer candidates G')],
  'F4.robustness': [toTranslate('a simpler head: it should not change with a few wrong labels')],
  'F4.memorisation': [toTranslate('a simpler head, or more labelled points')],
  'F5.empirical': [toTranslate('a better head or encoder')],
  'F5.confidence': [toTranslate('more test points m')],
  'P1.divergence': [toTranslate('stay nearer to the initial weights; larger noise σ that the risk allows')],
  'P2.divergence': [toTranslate('smaller and more even spectral norms; a larger margin γ')],
};

/** Theorems whose terms are lowered as those of another. */
const LIKE: Readonly<Record<string, string>> = { T1: 'D1', D6: 'D4', D7: 'D3', F2: 'F1', catoni: 'F1' };

/** What lowers a term, the cheapest way first; empty where nothing can be said. */
export function waysToLower({ id }: Pick<Term, 'id'>): readonly string[] {
  const [theorem = '', name = ''] = id.split('.');
  return (WAYS[`${LIKE[theorem] ?? theorem}.${name}`] ?? []).map(translated);
}
