import type { Random } from '../../common/random';
import { featurePreparations } from '../../theory/featurePreparation';
import { fitLogisticHead } from '../../theory/linearHead';
import { rowsAt, type Matrix } from '../../theory/matrix';
import { headOutputs } from '../../theory/rampLoss';
import type { Pace } from '../pace';
import { complement, logisticLoss, stratifiedFolds } from './labelledPoints';

/** Candidates for the strength λ of the penalty (λ/2)‖θ‖² beside the mean logistic loss, from strong to weak; the first wins a tie. */
export const PROBE_STRENGTHS: readonly number[] = [1, 0.3, 0.1, 0.03, 0.01, 3e-3, 1e-3, 3e-4, 1e-4];
const FOLDS = 5;

/** Half-way between centred and whitened features: the preparation under which linear heads did best across small encoders. */
const PREPARATION = { exponent: 0.5, unitNormalised: false } as const;

/** A linear head on frozen features, fitted to convergence. */
export interface Probe {
  readonly strength: number;
  /** Decision values of features of the same encoder. */
  decide(features: Matrix): Float64Array;
}

/**
 * Fits a logistic head on features that are centred and half whitened by *unlabelled* ones. Its penalty is the one with
 * the lowest logistic loss in five-fold cross-validation on the labelled points; nothing else is looked at.
 */
export async function fitProbe(
  features: Matrix,
  labels: ArrayLike<number>,
  unlabelled: Matrix,
  random: Random,
  pace: Pace,
): Promise<Probe> {
  const preparation = featurePreparations(unlabelled, [PREPARATION])[0]!;
  const prepared = preparation.apply(features);
  const folds = stratifiedFolds(labels, FOLDS, random).map(held => ({ held, kept: complement(labels.length, held) }));
  const labelsAt = (positions: readonly number[]): Int16Array => Int16Array.from(positions, position => labels[position]!);
  let best = { strength: PROBE_STRENGTHS[0]!, loss: Infinity };
  for (const strength of PROBE_STRENGTHS) {
    let loss = 0;
    for (const { held, kept } of folds) {
      await pace.breathe();
      const head = fitLogisticHead(rowsAt(prepared, kept), labelsAt(kept), { strength });
      loss += logisticLoss(headOutputs(rowsAt(prepared, held), head), labelsAt(held)) * held.length;
    }
    if (loss < best.loss) best = { strength, loss };
  }
  const head = fitLogisticHead(prepared, labels, { strength: best.strength });
  return { strength: best.strength, decide: other => headOutputs(preparation.apply(other), head) };
}
