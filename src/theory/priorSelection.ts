import type { FeaturePreparation } from './featurePreparation';
import { gibbsRisk, signedDirections } from './gibbsHead';
import { fitLogisticHead } from './linearHead';
import { meanSquareNorm, rowsAt, type Matrix } from './matrix';

/** How the prior of the half-and-half certificate is made from the first half of the labelled points. */
export interface PriorChoice {
  readonly preparation: FeaturePreparation;
  /** Scale-free strength of the head whose direction u₀ the prior takes. */
  readonly strength: number;
  /** Distance m₀ of the prior's centre from 0. */
  readonly distance: number;
  /** Cross-validated risk of the randomised head N(m₀u₀, I) on the first half. */
  readonly crossValidated: number;
}

/** Distances m₀ that are tried. */
const DISTANCES = [0, 2.5, 5, 10, 20, 40, 80, 160, 320];
const FOLDS = 5;

/** Direction of the logistic head whose penalty is `strength` times the mean square norm of the rows: blind to the features' scale. */
export function headDirection(features: Matrix, labels: ArrayLike<number>, strength: number): Float64Array {
  const head = fitLogisticHead(features, labels, { strength: strength * (meanSquareNorm(features) || 1) });
  const length = Math.sqrt(head.reduce((sum, value) => sum + value * value, 0));
  return head.map(value => value / (length || 1));
}

/**
 * The prior with the least cross-validated risk of its randomised head. It looks at these points only, so that a certificate on other points may use it
 * as if it had been fixed beforehand, however many choices were tried.
 */
export function choosePrior(
  features: Matrix,
  labels: ArrayLike<number>,
  preparations: readonly FeaturePreparation[],
  strengths: readonly number[],
): PriorChoice {
  const choices = preparations.flatMap(preparation => {
    const prepared = preparation.apply(features);
    return strengths.flatMap(strength => {
      const risks = crossValidatedRisks(prepared, labels, strength);
      return DISTANCES.map((distance, i) => ({ preparation, strength, distance, crossValidated: risks[i]! }));
    });
  });
  return choices.reduce((best, choice) => (choice.crossValidated < best.crossValidated ? choice : best));
}

/** Cross-validated risk of N(m₀u₀, I) for every distance m₀. */
function crossValidatedRisks(features: Matrix, labels: ArrayLike<number>, strength: number): readonly number[] {
  const folds = Math.min(FOLDS, features.rows);
  const indices = Array.from({ length: features.rows }, (_, i) => i);
  const risks = DISTANCES.map(() => 0);
  for (let fold = 0; fold < folds; fold++) {
    const kept = indices.filter(i => i % folds !== fold);
    const left = indices.filter(i => i % folds === fold);
    const direction = headDirection(
      rowsAt(features, kept),
      kept.map(i => labels[i]!),
      strength,
    );
    const points = signedDirections(
      rowsAt(features, left),
      left.map(i => labels[i]!),
    );
    DISTANCES.forEach((distance, d) => {
      const share = left.length / features.rows;
      risks[d]! +=
        share *
        gibbsRisk(
          points,
          direction.map(value => distance * value),
        );
    });
  }
  return risks;
}
