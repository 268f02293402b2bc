import type { Random } from '../common/random';
import { rowsAt, type Matrix } from '../theory/matrix';
import { fitBoundedHead, type HeadClass } from './boundedHead';
import { complement, stratifiedFolds } from './fineTuning/labelledPoints';
import type { Pace } from './pace';

const FOLDS = 5;

/** Five-fold cross-validated ramp risk of heads of a class on `features`. */
export async function crossValidatedRampRisk(
  features: Matrix,
  labels: ArrayLike<number>,
  heads: HeadClass,
  random: Random,
  pace: Pace,
): Promise<number> {
  let sum = 0;
  const labelsAt = (positions: readonly number[]) => Int16Array.from(positions, i => labels[i]!);
  for (const held of stratifiedFolds(labels, FOLDS, random)) {
    await pace.breathe();
    const kept = complement(labels.length, held);
    const head = fitBoundedHead(rowsAt(features, kept), labelsAt(kept), heads);
    for (const loss of head.losses(rowsAt(features, held), labelsAt(held))) sum += loss;
  }
  return sum / labels.length;
}
