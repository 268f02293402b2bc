import type { Random } from '../common/random';
import { fitHeadInBall } from '../theory/linearHead';
import type { Matrix } from '../theory/matrix';
import { headOutputs, rampLoss } from '../theory/rampLoss';
import { rowsAt } from './features';
import { complement, stratifiedFolds } from './fineTuning/labelledPoints';
import type { Pace } from './pace';

/** The pair of losses at one moment of pre-training that ties its quality to the downstream task's. */
export interface TransferMoment {
  readonly step: number;
  /** Mean reconstruction loss on held-out images. */
  readonly reconstruction: number;
  /** Cross-validated ramp risk of the best head in the ball on the encoder of that moment. */
  readonly risk: number;
}

/** When the pairs are taken, as shares of the steps: dense where the loss falls fastest. */
const SHARES = [0, 1 / 16, 1 / 8, 1 / 4, 1 / 2, 1];

/** The steps after which a pair is taken, rising, without repeats. */
export const transferMoments = (steps: number): number[] => [...new Set(SHARES.map(share => Math.round(share * steps)))];

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
      Int8Array.from(kept, i => labels[i]!),
      radius,
      margin,
    );
    headOutputs(rowsAt(features, held), head).forEach((output, i) => (sum += rampLoss(output, labels[held[i]!]!, margin)));
  }
  return sum / labels.length;
}
