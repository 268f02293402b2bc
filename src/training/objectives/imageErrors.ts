import { clipByValue, div, mul, squaredDifference, sum, type Tensor } from '@tensorflow/tfjs-core';

/** Mean squared error of each row of predicted values over those that `counted` marks with 1, or over all; `rows`. */
export function rowErrors(prediction: Tensor, values: Tensor, counted?: Tensor): Tensor {
  const squares = squaredDifference(prediction, values);
  return counted ? div(sum(mul(squares, counted), 1), sum(counted, 1)) : div(sum(squares, 1), values.shape[1]!);
}

/** A prediction clipped to the range of the values, and errors in units of its square. */
export function inRange([low, high]: readonly [number, number]): { clip: (x: Tensor) => Tensor; unit: (errors: Tensor) => Tensor } {
  const width = high - low;
  return { clip: x => clipByValue(x, low, high), unit: errors => (width === 1 ? errors : div(errors, width ** 2)) };
}
