import type { Matrix } from '../matrix';

/** One linear head a class, row-major `classes × columns`. A constant feature carries the biases. */
export interface ClassHeads {
  readonly classes: number;
  readonly values: Float64Array;
}

/** Scores ⟨θ_k, hᵢ⟩ of every class k at every row, `rows × classes`. */
export function classScores({ rows, columns, values }: Matrix, heads: ClassHeads): Matrix {
  const { classes } = heads;
  const scores = new Float64Array(rows * classes);
  for (let i = 0; i < rows; i++)
    for (let k = 0; k < classes; k++) {
      let sum = 0;
      for (let j = 0; j < columns; j++) sum += heads.values[k * columns + j]! * values[i * columns + j]!;
      scores[i * classes + k] = sum;
    }
  return { rows, columns: classes, values: scores };
}

/** Margins: the score of a point's own class minus the best other one; a point is classified rightly where it is positive. */
export function classMargins({ rows, columns, values }: Matrix, classOf: ArrayLike<number>): Float64Array {
  return Float64Array.from({ length: rows }, (_, i) => {
    const own = classOf[i]!;
    let best = -Infinity;
    for (let k = 0; k < columns; k++) if (k !== own) best = Math.max(best, values[i * columns + k]!);
    return values[i * columns + own]! - best;
  });
}
