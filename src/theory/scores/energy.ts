import type { Matrix } from '../matrix';

/** Mean of ln Σ exp(xⱼ) over the rows: the negative free energy of logits or features (ETran; Gholami et al. 2023, over all points). */
export function energy({ rows, columns, values }: Matrix): number {
  let total = 0;
  for (let i = 0; i < rows; i++) {
    const [start, end] = [i * columns, (i + 1) * columns];
    let largest = -Infinity;
    for (let at = start; at < end; at++) largest = Math.max(largest, values[at]!);
    let sum = 0;
    for (let at = start; at < end; at++) sum += Math.exp(values[at]! - largest);
    total += largest + Math.log(sum);
  }
  return total / rows;
}
