import { rowsAt, type Matrix } from '../matrix';

/** Features with one class a row. */
export interface LabelledFeatures {
  readonly features: Matrix;
  /** Class of each row: 0 … classes − 1, in the order of the labels' values. */
  readonly classOf: Int32Array;
  readonly classes: number;
}

/** Numbers the classes without gaps. Throws a RangeError when there are no points, counts differ or a feature is not finite. */
export function labelledFeatures(features: Matrix, labels: ArrayLike<number | bigint>): LabelledFeatures {
  if (labels.length !== features.rows) throw new RangeError(`${labels.length} labels for ${features.rows} rows of features`);
  if (!allFinite(features.values)) throw new RangeError('The features hold a value that is not a finite number');
  const names = Array.from(labels, Number);
  const classes = Array.from(new Set(names)).sort((a, b) => a - b);
  if (classes.length === 0) throw new RangeError('There are no points');
  const numbers = new Map(classes.map((name, c) => [name, c]));
  return { features, classOf: Int32Array.from(names, name => numbers.get(name)!), classes: classes.length };
}

/** The rows at `indices` with their classes, numbered anew without gaps. */
export function subset({ features, classOf }: LabelledFeatures, indices: ArrayLike<number>): LabelledFeatures {
  return labelledFeatures(
    rowsAt(features, indices),
    Int32Array.from(indices, i => classOf[i]!),
  );
}

/** Points in each class. */
export function classCounts({ classOf, classes }: Pick<LabelledFeatures, 'classOf' | 'classes'>): Float64Array {
  const counts = new Float64Array(classes);
  for (const c of classOf) counts[c]!++;
  return counts;
}

/** Sum of the rows of each class: classes × dimensions. */
export function classSums({ features, classOf, classes }: LabelledFeatures): Matrix {
  const { columns, values } = features;
  const sums = new Float64Array(classes * columns);
  for (let i = 0; i < classOf.length; i++) {
    const [to, from] = [classOf[i]! * columns, i * columns];
    for (let j = 0; j < columns; j++) sums[to + j]! += values[from + j]!;
  }
  return { rows: classes, columns, values: sums };
}

/** Row numbers of each class. */
export function rowsOfClasses({ classOf, classes }: Pick<LabelledFeatures, 'classOf' | 'classes'>): readonly number[][] {
  const rows = Array.from({ length: classes }, (): number[] => []);
  classOf.forEach((c, i) => rows[c]!.push(i));
  return rows;
}

function allFinite(values: Matrix['values']): boolean {
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) return false;
  return true;
}
