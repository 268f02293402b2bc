import { gram } from '../gram';
import type { Matrix } from '../matrix';
import { symmetricEigen } from '../symmetricEigen';

/** What became of the directions that an encoder's features of one class spread along. */
export interface DirectionShares {
  readonly class: number;
  /** How many directions stand for the class before and after: the fewest principal ones that hold `energy` of the second moment. */
  readonly before: number;
  readonly after: number;
  /** Share of the second moment before that lies in the directions after, in [0, 1], and what is missing to 1. */
  readonly preserved: number;
  readonly lost: number;
  /** Share of the second moment after that lies outside the directions before. */
  readonly gained: number;
}

/** Principal directions of the rows, orthonormal and one a row, and the second moment XᵀX of the rows. */
interface Directions {
  readonly moment: Matrix;
  readonly vectors: Matrix;
}

/**
 * For each class, the shares of its features' second moment (not centred: the mean is a direction too) that fine-tuning preserved, lost and gained. `before`
 * and `after` have a row a sample, in the same order, and as many columns; several rows may share a label, as patches of one image do. Estimated: the
 * directions are those of the samples given, and coordinates of both encoders must mean the same, as they do when one is fine-tuned from the other.
 * Throws a RangeError when the shapes differ.
 */
export function directionShares(before: Matrix, after: Matrix, labels: ArrayLike<number>, energy = 0.95): DirectionShares[] {
  if (before.rows !== after.rows || before.columns !== after.columns)
    throw new RangeError(`${before.rows} × ${before.columns} features before, ${after.rows} × ${after.columns} after`);
  if (labels.length !== before.rows) throw new RangeError(`${labels.length} labels for ${before.rows} rows`);
  const classes = [...new Set(Array.from(labels))].sort((a, b) => a - b);
  return classes.map(label => {
    const rows = Array.from(labels).flatMap((one, n) => (one === label ? [n] : []));
    const [old, young] = [directionsOf(rowsOf(before, rows), energy), directionsOf(rowsOf(after, rows), energy)];
    const preserved = shareWithin(old.moment, young.vectors);
    return {
      class: label,
      before: old.vectors.rows,
      after: young.vectors.rows,
      preserved,
      lost: 1 - preserved,
      gained: 1 - shareWithin(young.moment, old.vectors),
    };
  });
}

function rowsOf({ columns, values }: Matrix, rows: readonly number[]): Matrix {
  const chosen = new Float64Array(rows.length * columns);
  rows.forEach((row, i) => chosen.set(values.subarray(row * columns, (row + 1) * columns), i * columns));
  return { rows: rows.length, columns, values: chosen };
}

function directionsOf(features: Matrix, energy: number): Directions {
  const moment = gram(features);
  const { values, vectors } = symmetricEigen(moment);
  const total = values.reduce((sum, value) => sum + Math.max(0, value), 0);
  let [count, held] = [0, 0];
  while (count < values.length && held < energy * total) held += Math.max(0, values[count++]!);
  const { columns } = vectors;
  return { moment, vectors: { rows: count, columns, values: Float64Array.from(vectors.values.subarray(0, count * columns)) } };
}

/** tr(VMVᵀ)/tr(M): the share of a second moment in the span of orthonormal rows; 1 of nothing. */
function shareWithin({ rows: n, values }: Matrix, { rows, values: vectors }: Matrix): number {
  let [within, total] = [0, 0];
  for (let c = 0; c < n; c++) total += values[c * n + c]!;
  for (let v = 0; v < rows; v++)
    for (let a = 0; a < n; a++) {
      let row = 0;
      for (let b = 0; b < n; b++) row += values[a * n + b]! * vectors[v * n + b]!;
      within += vectors[v * n + a]! * row;
    }
  return total === 0 ? 1 : Math.min(1, Math.max(0, within / total));
}
