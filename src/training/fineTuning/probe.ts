import type { Random } from '../../common/random';
import { featurePreparations } from '../../theory/featurePreparation';
import { fitLogisticHead } from '../../theory/linearHead';
import { rowsAt, type Matrix } from '../../theory/matrix';
import { classScores } from '../../theory/multiclass/classScores';
import { fitSoftmaxHead } from '../../theory/multiclass/softmaxHead';
import { headOutputs } from '../../theory/rampLoss';
import type { Pace } from '../pace';
import { complement, stratifiedFolds } from './labelledPoints';
import type { Outputs } from './outputs';

/** Candidates for the strength λ of the penalty (λ/2)‖θ‖² beside the mean logistic loss, from strong to weak; the first wins a tie. */
export const PROBE_STRENGTHS: readonly number[] = [1, 0.3, 0.1, 0.03, 0.01, 3e-3, 1e-3, 3e-4, 1e-4];
const FOLDS = 5;

/** Half-way between centred and whitened features: the preparation under which linear heads did best across small encoders. */
const PREPARATION = { exponent: 0.5, unitNormalised: false } as const;

/** A linear head on frozen features, fitted to convergence. */
export interface Probe {
  readonly strength: number;
  /** Outputs on features of the same encoder, `rows × width`. */
  decide(features: Matrix): ArrayLike<number>;
}

/**
 * Fits a logistic head, or softmax heads for more than two classes, on features that are centred and half whitened by *unlabelled* ones. Its penalty is the one with
 * the lowest loss in five-fold cross-validation on the labelled points; nothing else is looked at.
 */
export async function fitProbe(
  features: Matrix,
  labels: ArrayLike<number>,
  outputs: Outputs,
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
      const decide = fitHead(rowsAt(prepared, kept), labelsAt(kept), outputs, strength);
      loss += outputs.meanLoss(decide(rowsAt(prepared, held)), labelsAt(held)) * held.length;
    }
    if (loss < best.loss) best = { strength, loss };
  }
  const decide = fitHead(prepared, labels, outputs, best.strength);
  return { strength: best.strength, decide: other => decide(preparation.apply(other)) };
}

/** A converged head as the function of prepared features that it is. */
function fitHead(
  features: Matrix,
  labels: ArrayLike<number>,
  { classes }: Outputs,
  strength: number,
): (features: Matrix) => ArrayLike<number> {
  if (classes === 2) {
    const head = fitLogisticHead(features, labels, { strength });
    return other => headOutputs(other, head);
  }
  const heads = fitSoftmaxHead(features, labels, classes, { strength });
  return other => classScores(other, heads).values;
}
