import type { Matrix } from './matrix';

/** Outputs of a linear head on every row of the features. */
export function headOutputs({ rows, columns, values }: Matrix, head: ArrayLike<number>): Float64Array {
  const outputs = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    let sum = 0;
    for (let j = 0; j < columns; j++) sum += head[j]! * values[i * columns + j]!;
    outputs[i] = sum;
  }
  return outputs;
}

/** min(1, max(0, 1 − yf/γ)): in [0, 1], 1/γ-Lipschitz in f, and never below the 0–1 loss. */
export const rampLoss = (output: number, label: number, margin: number): number => Math.min(1, Math.max(0, 1 - (label * output) / margin));

/** Mean ramp loss of a linear head; labels are +1 and −1. */
export function rampRisk(features: Matrix, labels: ArrayLike<number>, head: ArrayLike<number>, margin: number): number {
  return headOutputs(features, head).reduce((sum, output, i) => sum + rampLoss(output, labels[i]!, margin), 0) / features.rows;
}

/** Share of points on the wrong side of a linear head; an output of 0 is wrong for either label. */
export function errorRate(features: Matrix, labels: ArrayLike<number>, head: ArrayLike<number>): number {
  return headOutputs(features, head).reduce((sum, output, i) => sum + (output * labels[i]! > 0 ? 0 : 1), 0) / features.rows;
}
