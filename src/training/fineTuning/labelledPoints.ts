import type { Random } from '../../common/random';

/** Points of a task: where they stand in their set, and their labels. */
export interface LabelledPoints {
  readonly indices: ArrayLike<number>;
  /** +1 or −1 where the task has two classes, else the class from 0. */
  readonly labels: ArrayLike<number>;
}

/** The points at `positions` of a list of points. */
export function pointsAt(points: LabelledPoints, positions: ArrayLike<number>): LabelledPoints {
  return {
    indices: Int32Array.from(positions, position => points.indices[position]!),
    labels: Int16Array.from(positions, position => points.labels[position]!),
  };
}

/**
 * Positions 0 … n − 1 dealt into `folds` random parts in which every label has, up to one point, its share.
 * Nothing but the labels and the seed decides.
 */
export function stratifiedFolds(labels: ArrayLike<number>, folds: number, random: Random): number[][] {
  const parts: number[][] = Array.from({ length: folds }, () => []);
  let dealt = 0;
  const order = random.permutation(labels.length);
  for (const label of distinct(labels))
    for (const position of order) if (labels[position] === label) parts[dealt++ % folds]!.push(position);
  return parts;
}

/** Every label that occurs, largest first. */
const distinct = (labels: ArrayLike<number>): number[] => [...new Set(Array.from(labels))].sort((a, b) => b - a);

/** All positions that are not in `part`, rising. */
export function complement(count: number, part: readonly number[]): number[] {
  const excluded = new Set(part);
  return Array.from({ length: count }, (_, i) => i).filter(i => !excluded.has(i));
}
