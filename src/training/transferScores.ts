import { columnMeans } from '../theory/covariance';
import type { Matrix } from '../theory/matrix';
import type { ScoreName } from '../theory/scores/catalogue';
import { transferabilityScores } from '../theory/scores/transferability';

/** Scores of an encoder by name: what looks at labels on the labelled points, what does not on unlabelled ones. */
export type TransferScores = Readonly<Partial<Record<ScoreName, number>>>;

/** Taken on unlabelled points, of which there are more. */
const LABEL_FREE = ['rankme', 'participationRatio'] as const;

/**
 * The transferability scores of a frozen encoder (docs/theory.md), values without their intervals. A score that these points do not allow is absent.
 */
export async function transferScores(
  labelled: Matrix,
  labels: ArrayLike<number>,
  unlabelled: Matrix,
  signal?: AbortSignal,
): Promise<TransferScores> {
  const options = signal && { signal };
  const own = (await transferabilityScores({ features: centred(labelled), labels }, options)).scores;
  const free = (await transferabilityScores({ features: centred(unlabelled), labels: new Int8Array(unlabelled.rows) }, options)).scores;
  const values = Object.entries(own).map(([name, { value }]) => [name, value] as const);
  const health = LABEL_FREE.flatMap(name => (free[name] ? [[name, free[name].value] as const] : []));
  return Object.fromEntries([...values, ...health]);
}

/** Rows less their mean: an offset that all points share says nothing about them. */
function centred(features: Matrix): Matrix {
  const means = columnMeans(features);
  return { ...features, values: Float64Array.from(features.values, (value, at) => value - means[at % features.columns]!) };
}
