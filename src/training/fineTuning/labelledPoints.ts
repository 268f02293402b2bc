import type { Random } from '../../common/random';

/** Points of a binary task: where they stand in their set, and their labels. */
export interface LabelledPoints {
  readonly indices: ArrayLike<number>;
  /** ±1 for each index. */
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
 * Positions 0 … n − 1 dealt into `folds` random parts in which both labels have, up to one point, their share.
 * Nothing but the labels and the seed decides.
 */
export function stratifiedFolds(labels: ArrayLike<number>, folds: number, random: Random): number[][] {
  const parts: number[][] = Array.from({ length: folds }, () => []);
  let dealt = 0;
  const order = random.permutation(labels.length);
  for (const label of [1, -1]) for (const position of order) if (labels[position] === label) parts[dealt++ % folds]!.push(position);
  return parts;
}

/** All positions that are not in `part`, rising. */
export function complement(count: number, part: readonly number[]): number[] {
  const excluded = new Set(part);
  return Array.from({ length: count }, (_, i) => i).filter(i => !excluded.has(i));
}

/** The mean logistic loss ln(1 + exp(−y·f)) of decision values, without overflow. */
export function logisticLoss(values: ArrayLike<number>, labels: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < labels.length; i++) {
    const margin = labels[i]! * values[i]!;
    sum += margin > 0 ? Math.log1p(Math.exp(-margin)) : Math.log1p(Math.exp(margin)) - margin;
  }
  return sum / labels.length;
}

/** How many points lie on the wrong side; a decision value of exactly 0 counts as an error. */
export function countErrors(values: ArrayLike<number>, labels: ArrayLike<number>): number {
  let errors = 0;
  for (let i = 0; i < labels.length; i++) if (!(labels[i]! * values[i]! > 0)) errors++;
  return errors;
}
