import { fitHeadInBall } from '../theory/linearHead';
import type { Matrix } from '../theory/matrix';
import { fitSoftmaxHeadInBall } from '../theory/multiclass/softmaxHead';
import { classMargins, classScores } from '../theory/multiclass/classScores';
import { headOutputs, rampLoss } from '../theory/rampLoss';

/** The ball of heads that D1 speaks of: ‖θ‖ ≤ radius, or ‖Θ‖_F ≤ radius for more than two classes, under the ramp loss of margin γ. */
export interface HeadClass {
  readonly classes: number;
  readonly radius: number;
  readonly margin: number;
}

/** A linear head in the ball. */
export interface BoundedHead {
  /** One vector, or one a class for more than two. */
  readonly vectors: readonly Float64Array[];
  /** Ramp loss of each point, in [0, 1]; labels are ±1 for two classes, else classes from 0. */
  losses(features: Matrix, labels: ArrayLike<number>): Float64Array;
}

/** The head of least convex loss in the ball. */
export function fitBoundedHead(features: Matrix, labels: ArrayLike<number>, { classes, radius, margin }: HeadClass): BoundedHead {
  if (classes === 2) {
    const head = fitHeadInBall(features, labels, radius, margin);
    return { vectors: [head], losses: (other, own) => headOutputs(other, head).map((output, i) => rampLoss(output, own[i]!, margin)) };
  }
  const heads = fitSoftmaxHeadInBall(features, labels, classes, radius, margin);
  const { columns } = features;
  return {
    vectors: Array.from({ length: classes }, (_, k) => heads.values.subarray(k * columns, (k + 1) * columns)),
    losses: (other, own) => classMargins(classScores(other, heads), own).map(one => rampLoss(one, 1, margin)),
  };
}

/** Lipschitz constant of the ramp loss in the outputs: 1/γ in one signed output, √2/γ in the Euclidean norm of several scores. */
export const rampLipschitz = ({ classes, margin }: Pick<HeadClass, 'classes' | 'margin'>): number =>
  (classes === 2 ? 1 : Math.SQRT2) / margin;
