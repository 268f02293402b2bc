import type { Term } from '../theory/report';

const NETWORK =
  'fewer parameters; smaller spectral norms (spectral normalisation, weight decay), most of all in the layer that holds most of the capacity';
const UNLABELLED = 'more unlabelled images N';
const LABELLED = 'more labelled points n';
const SHIFT = 'pre-train on images nearer to the downstream ones';
const TRANSFER = 'pre-train longer or on more images, so that the excess loss falls; a linear decoder, whose constant can be certified';
const RADREG = 'RadReg, or unit features: a smaller ‖H‖ at the same margin';
const CERTIFICATE = 'features whose classes lie further apart (a larger margin per norm)';

/** What makes a term smaller, the cheapest first; by theorem and term. */
const WAYS: Readonly<Record<string, readonly string[]>> = {
  'D1.transfer': [TRANSFER, UNLABELLED],
  'D1.complexity': [RADREG, LABELLED, 'a smaller head radius R'],
  'D1.concentration': [LABELLED, 'a larger failure probability ν'],
  'D1.domain': [SHIFT],
  'D1.task': ['a head class or an encoder that fits the task better: more width, another objective'],
  'D1.optimisation': ['train the head further, or with a larger radius'],
  'D3.complexity': [NETWORK, UNLABELLED],
  'D3.concentration': [UNLABELLED, 'a larger failure probability δ'],
  'D4.complexity': [NETWORK, UNLABELLED],
  'D4.confidence': [UNLABELLED, 'a larger failure probability δ'],
  'D5.empirical': ['train further: a smaller pre-training loss'],
  'D5.complexity': [NETWORK, UNLABELLED, 'a smaller pre-training loss'],
  'holdout.empirical': ['train further: a smaller hold-out loss'],
  'holdout.confidence': ['hold out more images'],
  'F1.empirical': [CERTIFICATE, 'another encoder or more pre-training'],
  'F1.divergence': [CERTIFICATE, LABELLED],
  'F1.confidence': [LABELLED, 'fewer candidates G'],
  'F4.robustness': ['a simpler head: it should not change with a few wrong labels'],
  'F4.memorisation': ['a simpler head, or more labelled points'],
  'F5.empirical': ['a better head or encoder'],
  'F5.confidence': ['more test points m'],
  'P1.divergence': ['stay nearer to the initial weights; larger noise σ that the risk allows'],
  'P2.divergence': ['smaller and more even spectral norms; a larger margin γ'],
};

/** Theorems whose terms are lowered as those of another. */
const LIKE: Readonly<Record<string, string>> = { T1: 'D1', D6: 'D4', D7: 'D3', F2: 'F1', catoni: 'F1' };

/** What lowers a term, the cheapest way first; empty where nothing can be said. */
export function waysToLower({ id }: Pick<Term, 'id'>): readonly string[] {
  const [theorem = '', name = ''] = id.split('.');
  return WAYS[`${LIKE[theorem] ?? theorem}.${name}`] ?? [];
}
