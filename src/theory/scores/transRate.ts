import { cholesky, logDeterminant } from '../cholesky';
import { gram, kernel } from '../gram';
import { rowsAt, type Matrix } from '../matrix';
import { mapEntries } from './entries';
import { rowsOfClasses, type LabelledFeatures } from './labelledFeatures';

/** Distortion ε of the coding rate, that of the reference implementations. */
const DISTORTION = 1e-4;

/**
 * TransRate (Huang et al. 2022): coding rate of the centred features minus the mean coding rate of the classes, R(X) = ½ ln det(I + XᵀX/(nε)): how much of the
 * features' volume lies between classes. Classes count alike and are not centred anew, as in the reference implementation. `scatter` is Σ(x − mean)(x − mean)ᵀ.
 */
export function transRate(data: LabelledFeatures, mean: Float64Array, scatter: Matrix, distortion = DISTORTION): number {
  const { rows, columns } = data.features;
  const centred = mapEntries(data.features, (value, _, j) => value - mean[j]!);
  const rates = rowsOfClasses(data).map(indices => {
    const members = rowsAt(centred, indices);
    return codingRate(members.rows < columns ? kernel(members) : gram(members), members.rows, distortion);
  });
  return codingRate(scatter, rows, distortion) - rates.reduce((sum, rate) => sum + rate, 0) / data.classes;
}

/** ½ ln det(I + products/(count·ε)), with the inner products of the columns or of the rows: their non-zero eigenvalues agree. */
function codingRate(products: Matrix, count: number, distortion: number): number {
  const factor = cholesky(mapEntries(products, (value, i, j) => value / (count * distortion) + (i === j ? 1 : 0)));
  if (!factor) throw new RangeError('The features are too large for their coding rate');
  return logDeterminant(factor, products.rows) / 2;
}
