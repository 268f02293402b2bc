import { unknown, type Known } from '../../../architecture/architecture';
import type { Program } from '../../../architecture/computation';
import type { Shape, Side } from '../../../architecture/composition';
import type { Shape as KerasShape } from '../../../architecture/keras/shape';
import { obstaclesIn } from '../../../architecture/obstacles';

/** A shape that images may be asked for in, and whether channels come before rows and columns in it. */
export interface AskedShape {
  readonly shape: readonly number[];
  readonly isFirst: boolean;
}

/** A request says images as channels, rows, columns; Keras, Flax and TensorFlow.js take rows, columns, channels, seldom the former. */
const askedShapes = (shapes: readonly (readonly number[])[]): readonly AskedShape[] => [
  ...shapes.map(shape => ({ shape: shape.length === 3 ? [shape[1]!, shape[2]!, shape[0]!] : shape, isFirst: false })),
  ...shapes.filter(({ length }) => length === 3).map(shape => ({ shape, isFirst: true })),
];

/** A shape as programs write it: the batch first. */
export const written = (shape: Known<KerasShape>): Shape =>
  shape.known ? shape.value.map((side, axis): Side => (axis === 0 && side === null ? 'B' : side)) : null;

/** The sides of a shape without its batch; undefined where they are not all known. */
export function openSides(shape: Known<KerasShape> | undefined): readonly number[] | undefined {
  const sides = shape?.known ? shape.value.slice(1).filter(side => side !== null) : [];
  return shape?.known && sides.length === shape.value.length - 1 ? sides : undefined;
}

/**
 * The program of the likeliest of some shapes, of images as channels, rows, columns: the one with fewest obstacles, of as many axes as the model is known to take.
 * @param rank axes of the model's input without the batch, where it says so
 */
export function likeliest(
  shapes: readonly (readonly number[])[],
  rank: number | undefined,
  read: (asked: AskedShape) => Known<Program>,
  line: number,
): Known<Program> {
  const all = askedShapes(shapes);
  const fitting = all.filter(({ shape }) => rank === undefined || shape.length === rank);
  let best: Known<Program> | undefined;
  for (const asked of fitting.length > 0 ? fitting : all) {
    const found = read(asked);
    if (!best || obstacles(found) < obstacles(best)) best = found;
    if (obstacles(best) === 0) break;
  }
  return best ?? unknown('no shape of its input is known', line);
}

const obstacles = (program: Known<Program>): number => (program.known ? obstaclesIn(program.value).length : Infinity);
