import type { Random } from '../../common/random';
import { columnMeans } from '../covariance';
import { fitLogisticHead } from '../linearHead';
import { rowsAt, type Matrix } from '../matrix';
import { headOutputs } from '../rampLoss';
import { jackknifeGroups, rowsWithout } from './jackknife';
import { rowsOfClasses, type LabelledFeatures } from './labelledFeatures';

const FOLDS = 5;
/**
 * By how much the variance of a cross-validated accuracy exceeds that of so many independent tests, as the heads of the folds share their training rows: 1 + k·(1/(k − 1))
 * with k folds (Nadeau and Bengio 2003).
 */
export const FOLD_INFLATION = 1 + FOLDS / (FOLDS - 1);
/** The heads need not be better than the accuracy can tell. */
const TOLERANCE = 1e-2;

/**
 * Whether a linear head classifies each row rightly that was fitted to the other folds: logistic, one class against the rest, features standardised by the rows
 * that it is fitted to, penalty 1/(2n)·‖θ‖² with n those rows. A row that is alone in its class is only fitted to and has no entry (undefined).
 */
export function crossValidated(data: LabelledFeatures, random: Random): readonly (boolean | undefined)[] {
  const folds = jackknifeGroups(data, Math.min(FOLDS, data.classOf.length), random);
  const right = new Array<boolean | undefined>(data.classOf.length).fill(undefined);
  for (let fold = 0; fold < FOLDS; fold++) {
    const train = rowsWithout(folds, fold);
    const test = Array.from(folds.keys()).filter(i => folds[i] === fold);
    if (test.length === 0) continue;
    const { fitted, other } = standardised(rowsAt(data.features, train), rowsAt(data.features, test));
    const outputs = fitHeads(
      fitted,
      Int32Array.from(train, i => data.classOf[i]!),
      data.classes,
    ).map(head => headOutputs(other, head));
    test.forEach((row, k) => {
      let best = 0;
      for (let c = 1; c < data.classes; c++) if (outputs[c]![k]! > outputs[best]![k]!) best = c;
      right[row] = best === data.classOf[row];
    });
  }
  return right;
}

/** One head a class, against the rest. */
function fitHeads(features: Matrix, classOf: Int32Array, classes: number): readonly Float64Array[] {
  const fit = (c: number) =>
    fitLogisticHead(
      features,
      classOf.map(own => (own === c ? 1 : -1)),
      { strength: 1 / features.rows, tolerance: TOLERANCE },
    );
  if (classes > 2) return Array.from({ length: classes }, (_, c) => fit(c));
  const head = fit(1);
  return [head.map(value => -value), head];
}

/** Both matrices by the means and deviations of the first, with a constant last column for the intercept. */
function standardised(first: Matrix, second: Matrix): { readonly fitted: Matrix; readonly other: Matrix } {
  const means = columnMeans(first);
  const variances = new Float64Array(first.columns);
  first.values.forEach((value, at) => (variances[at % first.columns]! += (value - means[at % first.columns]!) ** 2 / first.rows));
  const change = ({ rows, columns, values }: Matrix): Matrix => {
    const result = new Float64Array(rows * (columns + 1)).fill(1);
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < columns; j++)
        result[i * (columns + 1) + j] = variances[j]! > 0 ? (values[i * columns + j]! - means[j]!) / Math.sqrt(variances[j]!) : 0;
    return { rows, columns: columns + 1, values: result };
  };
  return { fitted: change(first), other: change(second) };
}

/** A seeded subsample of at most `count` rows that keeps the shares of the classes, and two points of each where there are two; all rows when they are few enough. */
export function stratifiedRows(data: Pick<LabelledFeatures, 'classOf' | 'classes'>, count: number, random: Random): Int32Array {
  const total = data.classOf.length;
  if (total <= count) return Int32Array.from(data.classOf.keys());
  const chosen = rowsOfClasses(data).flatMap(rows => {
    const take = Math.min(rows.length, Math.max(2, Math.floor((rows.length * count) / total)));
    return Array.from(random.permutation(rows.length).subarray(0, take), k => rows[k]!);
  });
  return Int32Array.from(chosen).sort();
}
