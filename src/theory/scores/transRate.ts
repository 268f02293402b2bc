import { cholesky, logDeterminant } from '../cholesky';
import { gram, kernel } from '../gram';
import { rowsAt, type Matrix } from '../matrix';
import { rowsOfClasses, type LabelledFeatures } from './labelledFeatures';

/** Distortion ε of the coding rate, that of the reference implementations. */
const DISTORTION = 1e-4;

/**
 * TransRate (Huang et al. 2022): coding rate of the centred features minus the mean coding rate of the classes, R(X) = ½ ln det(I + XᵀX/(nε)): how much of the
 * features' volume lies between classes. Classes count alike and are not centred anew, as in the reference implementation. `scatter` is Σ(x − mean)(x − mean)ᵀ.
 */
export function transRate(data: LabelledFeatures, mean: Float64Array, scatter: Matrix, distortion = DISTORTION): number {
  const { rows, columns, values } = data.features;
  const centred: Matrix = { rows, columns, values: Float64Array.from(values, (value, at) => value - mean[at % columns]!) };
  const rates = rowsOfClasses(data).map(indices => {
    const members = rowsAt(centred, indices);
    return codingRate(members.rows < columns ? kernel(members) : gram(members), members.rows, distortion);
  });
  return codingRate(scatter, rows, distortion) - rates.reduce((sum, rate) => sum + rate, 0) / data.classes;
}

/** ½ ln det(I + products/(count·ε)), with the inner products of the columns or of the rows: their non-zero eigenvalues agree. */
function codingRate(products: Matrix, count: number, distortion: number): number {
  const n = products.rows;
  const values = Float64Array.from(products.values, (value, at) => value / (count * distortion) + (at % (n + 1) === 0 ? 1 : 0));
  const factor = cholesky({ rows: n, columns: n, values });
  if (!factor) throw new RangeError('The features are too large for their coding rate');
  return logDeterminant(factor, n) / 2;
}
