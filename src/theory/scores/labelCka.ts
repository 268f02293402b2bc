import { squareSum } from './entries';
import type { Moments } from './moments';

/** Linear centred kernel alignment between features and one-hot labels (Kornblith et al. 2019), in [0, 1]: ‖YᵀX‖²/(‖XᵀX‖‖YᵀY‖), both centred, Frobenius norms. */
export function labelCka(moments: Moments): number {
  const { counts, count } = moments;
  const cross = squareSum(moments.classOffsets(points => points));
  const sizes = (power: number) => counts.reduce((sum, points) => sum + points ** power, 0);
  const labels = Math.sqrt(sizes(2) - (2 * sizes(3)) / count + (sizes(2) / count) ** 2);
  const features = Math.sqrt(squareSum(moments.scatter()));
  if (features === 0) throw new RangeError('The features do not vary');
  return cross / (features * labels);
}
