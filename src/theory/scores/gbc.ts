import type { Matrix } from '../matrix';
import { mapEntries } from './entries';
import { classCounts, classSums, type LabelledFeatures } from './labelledFeatures';

/** Variances are at least this, so that constant features do not separate classes by themselves. */
const LEAST_VARIANCE = 1e-4;

/**
 * Gaussian Bhattacharyya coefficient (Pándy et al. 2022): minus the sum over ordered pairs of classes of exp(−Bhattacharyya distance) between normal laws fitted to
 * them; 0 when no two classes overlap. `diagonal` takes one variance a dimension (divided by n), `spherical` their mean for all d dimensions, and then the
 * distance is ‖μ₁ − μ₂‖²/(8v̄) + (d/2) ln(v̄/√(v₁v₂)).
 */
export function bhattacharyyaCoefficient(data: LabelledFeatures, shape: 'spherical' | 'diagonal'): number {
  const { means, variances } = classGaussians(data);
  const d = means.columns;
  if (shape === 'spherical')
    for (let c = 0; c < data.classes; c++) {
      const row = variances.values.subarray(c * d, (c + 1) * d);
      let sum = 0;
      for (const value of row) sum += value;
      row.fill(sum / d);
    }
  let overlap = 0;
  for (let a = 0; a < data.classes; a++)
    for (let b = 0; b < a; b++) {
      let distance = 0;
      for (let j = 0; j < d; j++) {
        const [first, second] = [variances.values[a * d + j]!, variances.values[b * d + j]!];
        const middle = (first + second) / 2;
        const difference = means.values[a * d + j]! - means.values[b * d + j]!;
        distance += difference ** 2 / (8 * middle) + Math.log(middle / Math.sqrt(first * second)) / 2;
      }
      overlap += 2 * Math.exp(-distance);
    }
  return -overlap;
}

/** Mean and variance of every dimension in every class, the variances divided by n and at least `LEAST_VARIANCE`. */
function classGaussians(data: LabelledFeatures): { readonly means: Matrix; readonly variances: Matrix } {
  const { features, classOf, classes } = data;
  const d = features.columns;
  const counts = classCounts(data);
  const means = mapEntries(classSums(data), (sum, c) => sum / counts[c]!);
  const variances = new Float64Array(classes * d);
  for (let i = 0; i < features.rows; i++) {
    const c = classOf[i]!;
    for (let j = 0; j < d; j++) variances[c * d + j]! += (features.values[i * d + j]! - means.values[c * d + j]!) ** 2 / counts[c]!;
  }
  return { means, variances: { ...means, values: variances.map(value => Math.max(value, LEAST_VARIANCE)) } };
}
