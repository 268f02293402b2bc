import type { Random } from '../../common/random';
import type { Matrix } from '../matrix';
import { headOutputs } from '../rampLoss';

/**
 * W_p^p between two samples of numbers, exactly: ∫|F⁻¹(t) − G⁻¹(t)|^p dt over their quantile functions. The samples may differ in size.
 */
export function wassersteinPower(source: ArrayLike<number>, target: ArrayLike<number>, power: number): number {
  const [a, b] = [Float64Array.from(source).sort(), Float64Array.from(target).sort()];
  let [i, k, at, sum] = [0, 0, 0, 0];
  while (i < a.length && k < b.length) {
    const [endA, endB] = [(i + 1) / a.length, (k + 1) / b.length];
    const end = Math.min(endA, endB);
    sum += Math.abs(a[i]! - b[k]!) ** power * Math.max(0, end - at);
    at = end;
    const order = (i + 1) * b.length - (k + 1) * a.length;
    if (order <= 0) i++;
    if (order >= 0) k++;
  }
  return sum;
}

/** Directions drawn evenly from the sphere, one a row. */
export function randomDirections(count: number, columns: number, random: Random): Matrix {
  const values = Float64Array.from({ length: count * columns }, () => random.normal());
  for (let i = 0; i < count; i++) {
    const row = values.subarray(i * columns, (i + 1) * columns);
    const length = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0)) || 1;
    for (let j = 0; j < columns; j++) row[j]! /= length;
  }
  return { rows: count, columns, values };
}

/** Sliced Wasserstein distance (mean over the directions of W_p^p)^{1/p} (Bonneel et al. 2015); `directions` has one unit vector a row. */
export function slicedWasserstein(source: Matrix, target: Matrix, directions: Matrix, power: number): number {
  let sum = 0;
  for (let d = 0; d < directions.rows; d++) {
    const direction = directions.values.subarray(d * directions.columns, (d + 1) * directions.columns);
    sum += wassersteinPower(headOutputs(source, direction), headOutputs(target, direction), power);
  }
  return (sum / directions.rows) ** (1 / power);
}
