import type { Random } from '../common/random';
import { centredWithConstant, columnMeans, scatter } from './covariance';
import { fitLogisticHead } from './linearHead';
import { meanSquareNorm, rowsAt, type Matrix } from './matrix';
import { normalUpperTail } from './normalDistribution';
import { assumed, type Quantity } from './quantity';
import { headOutputs } from './rampLoss';
import { weakest } from './report';
import { symmetricEigen } from './symmetricEigen';

/** Directions with less than this share of the largest variance count as having none. */
const VARIANCE_FLOOR = 1e-9;
/** Penalty of the domain classifier, relative to the mean square norm of the features. */
const CLASSIFIER_STRENGTH = 1e-3;

/** The user declares that pre-training and downstream inputs follow one law: TV = 0, `assumed`. */
export const sameDomain = (): Quantity => assumed(0, 'pre-training and downstream inputs follow the same law');

/** Total variation between normal laws with one covariance and means at Mahalanobis distance `distance`: 2Φ(distance/2) − 1. */
export const gaussianTotalVariation = (distance: number): number => Math.max(0, 1 - 2 * normalUpperTail(distance / 2));

/** Total variation from a known Kullback–Leibler divergence, in nats: min(√(KL/2), √(1 − e^{−KL})) (Pinsker; Bretagnolle and Huber). `assumed`, as the divergence is. */
export const divergenceTotalVariation = (divergence: number): Quantity => ({
  value: Math.min(Math.sqrt(divergence / 2), Math.sqrt(-Math.expm1(-divergence))),
  evidence: 'assumed',
  formula: 'min(√(KL/2), √(1 − e^{−KL}))',
  inputs: { KL: divergence },
  assumptions: ['the divergence between the laws of pre-training and downstream inputs is at most KL'],
});

/** 2a − 1 from the balanced accuracy a of a domain classifier on points it was not fitted on: a lower bound on the total variation, `estimated` at best. */
export const accuracyTotalVariation = (accuracy: Quantity): Quantity => ({
  value: Math.max(0, 2 * accuracy.value - 1),
  evidence: weakest(['estimated', accuracy.evidence]),
  formula: '2a − 1, a = balanced accuracy of a domain classifier: a lower bound on TV',
  inputs: { a: accuracy.value },
  assumptions: ['no classifier tells the domains apart better than this one'],
});

/** Total variation ½Σ|p − q| between two laws over the same bins, each given by its weights. Throws a RangeError when their numbers differ or a law has no weight. */
export function binnedTotalVariation(source: ArrayLike<number>, target: ArrayLike<number>): number {
  if (source.length !== target.length) throw new RangeError(`Laws over ${source.length} and ${target.length} bins cannot be compared`);
  const weight = (law: ArrayLike<number>) => Array.from(law).reduce((sum, value) => sum + value, 0);
  const [ofSource, ofTarget] = [weight(source), weight(target)];
  if (!(ofSource > 0) || !(ofTarget > 0)) throw new RangeError('A law without weight is no law');
  let sum = 0;
  for (let i = 0; i < source.length; i++) sum += Math.abs(source[i]! / ofSource - target[i]! / ofTarget);
  return sum / 2;
}

/**
 * Plug-in total variation between two samples of features under normal laws with a common covariance. The squared Mahalanobis distance is corrected
 * for the bias of finite samples, D²·(ν − p − 1)/ν − p(1/n₁ + 1/n₂) with ν = n₁ + n₂ − 2, and not below 0. `estimated`.
 * Throws a RangeError when the columns differ.
 */
export function gaussianDomainShift(source: Matrix, target: Matrix): Quantity {
  if (source.columns !== target.columns)
    throw new RangeError(`Features of the two domains have ${source.columns} and ${target.columns} columns`);
  const means = [columnMeans(source), columnMeans(target)] as const;
  const difference = means[0].map((mean, j) => mean - means[1][j]!);
  const freedom = source.rows + target.rows - 2;
  const pooled = scatter(source, means[0]);
  const other = scatter(target, means[1]);
  const { values, vectors } = symmetricEigen({ ...pooled, values: pooled.values.map((value, i) => (value + other.values[i]!) / freedom) });
  let square = 0;
  let rank = 0;
  const floor = VARIANCE_FLOOR * values[0]!;
  const along = headOutputs(vectors, difference);
  along.forEach((length, k) => {
    if (values[k]! > floor) {
      square += length ** 2 / values[k]!;
      rank++;
    } else if (length ** 2 > floor) square = Infinity;
  });
  const shrunk = square * Math.max(0, (freedom - rank - 1) / freedom);
  const corrected = square === Infinity ? square : Math.max(0, shrunk - rank * (1 / source.rows + 1 / target.rows));
  return {
    value: gaussianTotalVariation(Math.sqrt(corrected)),
    evidence: 'estimated',
    formula: '2Φ(½‖Σ^{−½}(μ₁ − μ₂)‖) − 1',
    inputs: { 'Mahalanobis distance': Math.sqrt(corrected), 'uncorrected distance': Math.sqrt(square), dimensions: rank },
    assumptions: ['features of both domains are normal with one covariance', 'the law of the features stands for the law of the inputs'],
  };
}

/**
 * What a linear domain classifier finds: 2a − 1 with a its balanced accuracy on the half of both samples that it was not fitted on. A lower bound on the
 * total variation, so an optimistic stand-in: `estimated`, never a certificate. Throws a RangeError when the columns differ or a sample has fewer than 4 rows.
 */
export function classifierDomainShift(source: Matrix, target: Matrix, random: Random): Quantity {
  if (source.columns !== target.columns)
    throw new RangeError(`Features of the two domains have ${source.columns} and ${target.columns} columns`);
  if (Math.min(source.rows, target.rows) < 4) throw new RangeError('A domain classifier takes at least 4 rows of each domain');
  const size = Math.min(source.rows, target.rows);
  const half = Math.floor(size / 2);
  const domains = [
    { matrix: source, order: random.permutation(source.rows), sign: 1 },
    { matrix: target, order: random.permutation(target.rows), sign: -1 },
  ];
  const fitted = stack(domains.map(({ matrix, order }) => rowsAt(matrix, order.subarray(0, half))));
  const means = columnMeans(fitted);
  const points = centredWithConstant(fitted, means);
  const labels = Array.from({ length: 2 * half }, (_, i) => (i < half ? 1 : -1));
  const head = fitLogisticHead(points, labels, { strength: CLASSIFIER_STRENGTH * (meanSquareNorm(points) || 1) });
  const shares = domains.map(({ matrix, order, sign }) => {
    const outputs = headOutputs(centredWithConstant(rowsAt(matrix, order.subarray(half)), means), head);
    return outputs.reduce((sum, output) => sum + (output * sign > 0 ? 1 : output === 0 ? 0.5 : 0), 0) / outputs.length;
  });
  const accuracy = (shares[0]! + shares[1]!) / 2;
  return {
    ...accuracyTotalVariation({ value: accuracy, evidence: 'measured' }),
    inputs: { a: accuracy, 'rows it was fitted on': 2 * half, 'rows it was tested on': source.rows + target.rows - 2 * half },
  };
}

/** Matrices of the same width, one below the other. */
function stack(matrices: readonly Matrix[]): Matrix {
  const values = matrices.flatMap(matrix => Array.from(matrix.values));
  return { rows: matrices.reduce((sum, matrix) => sum + matrix.rows, 0), columns: matrices[0]!.columns, values: Float64Array.from(values) };
}
