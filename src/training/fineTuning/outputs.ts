import { mean, mul, neg, softplus, sub, sum, logSumExp, type Scalar, type Tensor } from '@tensorflow/tfjs-core';
import { classMargins } from '../../theory/multiclass/classScores';
import { crossEntropy, softmax } from '../../theory/multiclass/softmaxHead';

/**
 * What a classifier's outputs mean: one signed value a point for two classes (labels +1 and −1), one score a class for more (labels from 0). Values of
 * several points are row-major, `points × width`.
 */
export interface Outputs {
  readonly classes: number;
  /** Outputs of one point. */
  readonly width: number;
  /** Width of `targets`, what a step is fed as labels. */
  readonly targetWidth: number;
  targets(labels: ArrayLike<number>): Float32Array;
  /** Mean logistic loss or cross-entropy of a batch: values `batch × width`, targets `batch × targetWidth`. */
  loss(values: Tensor, targets: Tensor): Scalar;
  /** The same loss of values that were computed, without overflow. */
  meanLoss(values: ArrayLike<number>, labels: ArrayLike<number>): number;
  /** Positive exactly where a point is classified rightly: y·f, or the own score minus the best other one. */
  margins(values: ArrayLike<number>, labels: ArrayLike<number>): Float64Array;
  /** Chances that the outputs give the classes, `points × classes`, in the order of `classIndex`. */
  chances(values: ArrayLike<number>): Float64Array;
  /** Place of a label among the classes. */
  classIndex(label: number): number;
}

const logistic = (value: number): number => 1 / (1 + Math.exp(-value));

const signed: Outputs = {
  classes: 2,
  width: 1,
  targetWidth: 1,
  targets: labels => Float32Array.from(labels),
  loss: (values, targets) => mean<Scalar>(softplus(neg(mul(values, targets)))),
  meanLoss(values, labels) {
    let total = 0;
    for (const margin of this.margins(values, labels))
      total += margin > 0 ? Math.log1p(Math.exp(-margin)) : Math.log1p(Math.exp(margin)) - margin;
    return total / labels.length;
  },
  margins: (values, labels) => Float64Array.from(labels, (label, i) => label * values[i]!),
  chances: values =>
    Float64Array.from({ length: 2 * values.length }, (_, at) => logistic(at % 2 === 0 ? values[at >> 1]! : -values[at >> 1]!)),
  classIndex: label => (label === 1 ? 0 : 1),
};

function scores(classes: number): Outputs {
  const matrix = (values: ArrayLike<number>) => ({ rows: values.length / classes, columns: classes, values: Float64Array.from(values) });
  return {
    classes,
    width: classes,
    targetWidth: classes,
    targets(labels) {
      const targets = new Float32Array(labels.length * classes);
      for (let i = 0; i < labels.length; i++) targets[i * classes + labels[i]!] = 1;
      return targets;
    },
    loss: (values, targets) => mean<Scalar>(sub(logSumExp(values, 1), sum(mul(values, targets), 1))),
    meanLoss: (values, labels) => crossEntropy(matrix(values), labels),
    margins: (values, labels) => classMargins(matrix(values), labels),
    chances: values => Float64Array.from(softmax(matrix(values)).values),
    classIndex: label => label,
  };
}

/** The outputs of a task of so many classes. */
export const outputsOf = (classes: number): Outputs => (classes === 2 ? signed : scores(classes));

/** How many points are not classified rightly; a tie counts as an error. */
export const countErrors = (margins: ArrayLike<number>): number => Array.from(margins).filter(margin => !(margin > 0)).length;
