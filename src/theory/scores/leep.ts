import type { Matrix } from '../matrix';

/**
 * LEEP (Nguyen et al. 2020): the mean of ln Σ_z p(y|z)p(z|x) over the points, where p(z|x) are the source model's class probabilities (one row a point) and
 * p(y|z) is their empirical conditional. With the posteriors of a Gaussian mixture fitted to the features in place of source probabilities it is N-LEEP
 * (Li et al. 2021). At most 0, at least −ln classes in the mean. Throws a RangeError when probabilities and labels do not match.
 */
export function leep(probabilities: Matrix, classOf: Int32Array, classes: number): number {
  const { rows, columns, values } = probabilities;
  if (classOf.length !== rows) throw new RangeError(`${classOf.length} labels for ${rows} rows of probabilities`);
  const joint = new Float64Array(classes * columns);
  const marginal = new Float64Array(columns);
  for (let i = 0; i < rows; i++)
    for (let z = 0; z < columns; z++) {
      joint[classOf[i]! * columns + z]! += values[i * columns + z]!;
      marginal[z]! += values[i * columns + z]!;
    }
  let sum = 0;
  for (let i = 0; i < rows; i++) {
    let chance = 0;
    for (let z = 0; z < columns; z++)
      if (marginal[z]! > 0) chance += (values[i * columns + z]! * joint[classOf[i]! * columns + z]!) / marginal[z]!;
    sum += Math.log(chance);
  }
  return sum / rows;
}
