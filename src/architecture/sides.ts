import type { Shape, Side } from './composition';

/** The batch, as compositions name it. */
const BATCH = 'B';

/** A side as a number for batches of `images`; NaN where it is free or not known. */
function sideAt(side: Side, images: number): number {
  if (typeof side === 'number') return side;
  if (side === null) return NaN;
  return side.split('·').reduce((product, part) => product * (part === BATCH ? images : Number(part)), 1);
}

/** A shape as numbers for batches of `images`; sides that are free or not known are NaN. */
export const shapeAt = (shape: Shape, images: number): number[] => (shape ?? [null]).map(side => sideAt(side, images));

/** Whether a shape is known but for the batch. */
export const isSettled = (shape: Shape): boolean => !shapeAt(shape, 1).some(Number.isNaN);

export const product = (sides: readonly number[]): number => sides.reduce((total, side) => total * side, 1);
