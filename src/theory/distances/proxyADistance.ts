import type { Random } from '../../common/random';
import { columnMeans } from '../covariance';
import { fitLogisticHead } from '../linearHead';
import { rowsAt, type Matrix } from '../matrix';
import { headOutputs } from '../rampLoss';
import { pooled } from './pairwise';

/** Size of the constant feature that carries the bias: so large that the penalty does not feel the bias. */
const BIAS_SCALE = 1e3;

export interface ProxyADistance {
  /** 2(1 − 2·error), not below 0. */
  readonly value: number;
  /** Error of the domain classifier on the rows it was not fitted on. */
  readonly error: number;
}

/** Which pooled rows (source first, then target) fit the domain classifier and which test it. */
export interface DomainSplit {
  readonly fitted: ArrayLike<number>;
  readonly tested: ArrayLike<number>;
}

/** Half of each sample's rows on either side, at random. */
export function evenSplit(sourceRows: number, targetRows: number, random: Random): DomainSplit {
  const halves = [random.permutation(sourceRows), random.permutation(targetRows).map(i => sourceRows + i)].map(order => {
    const middle = Math.ceil(order.length / 2);
    return [order.subarray(0, middle), order.subarray(middle)] as const;
  });
  return { fitted: halves.flatMap(([first]) => Array.from(first)), tested: halves.flatMap(([, second]) => Array.from(second)) };
}

/**
 * Proxy A-distance 2(1 − 2·error) of a logistic domain classifier (Ben-David et al. 2010): features standardised by the fitted rows, penalty ½‖θ‖² beside the
 * summed loss, bias not penalised. It says what a linear classifier finds: half of it is a lower bound on the total variation, never an upper one.
 */
export function proxyADistance(source: Matrix, target: Matrix, { fitted, tested }: DomainSplit): ProxyADistance {
  const all = pooled(source, target);
  const own = rowsAt(all, fitted);
  const means = columnMeans(own);
  const deviations = new Float64Array(all.columns);
  own.values.forEach((value: number, i: number) => (deviations[i % all.columns]! += (value - means[i % all.columns]!) ** 2 / own.rows));
  const standardised = ({ rows, columns, values }: Matrix): Matrix => {
    const result = new Float64Array(rows * (columns + 1)).fill(BIAS_SCALE);
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < columns; j++)
        result[i * (columns + 1) + j] = (values[i * columns + j]! - means[j]!) / (Math.sqrt(deviations[j]!) || 1);
    return { rows, columns: columns + 1, values: result };
  };
  const domains = (rows: ArrayLike<number>) => Array.from(rows, i => (i < source.rows ? -1 : 1));
  const head = fitLogisticHead(standardised(own), domains(fitted), { strength: 1 / own.rows });
  const signs = domains(tested);
  const outputs = headOutputs(standardised(rowsAt(all, tested)), head);
  const error = outputs.reduce((sum, output, i) => sum + (output * signs[i]! > 0 ? 0 : 1), 0) / outputs.length;
  return { value: Math.max(0, 2 * (1 - 2 * error)), error };
}
