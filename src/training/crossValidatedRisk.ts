import type { Random } from '../common/random';
import { fitHeadInBall } from '../theory/linearHead';
import { rowsAt, type Matrix } from '../theory/matrix';
import { headOutputs, rampLoss } from '../theory/rampLoss';
import { complement, stratifiedFolds } from './fineTuning/labelledPoints';
import type { Pace } from './pace';

const FOLDS = 5;

/** Five-fold cross-validated ramp risk, margin `margin`, of heads ‖θ‖ ≤ `radius` on `features`. */
export async function crossValidatedRampRisk(
  features: Matrix,
  labels: ArrayLike<number>,
  { radius, margin }: { readonly radius: number; readonly margin: number },
  random: Random,
  pace: Pace,
): Promise<number> {
  let sum = 0;
  for (const held of stratifiedFolds(labels, FOLDS, random)) {
    await pace.breathe();
    const kept = complement(labels.length, held);
    const head = fitHeadInBall(
      rowsAt(features, kept),
      Int16Array.from(kept, i => labels[i]!),
      radius,
      margin,
    );
    headOutputs(rowsAt(features, held), head).forEach((output, i) => (sum += rampLoss(output, labels[held[i]!]!, margin)));
  }
  return sum / labels.length;
}
