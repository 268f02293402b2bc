import { known, unknown, type Known } from '../../architecture/architecture';
import type { Shape } from '../../architecture/keras/shape';
import type { Index } from '../python/context';
import type { Value } from '../python/values';
import { KerasTensor } from './kerasValues';

/** `tensor[a, b:c, ...]`; undefined for what is no tensor. */
export const select = (value: Value, indices: readonly Index[], line: number): Value | undefined =>
  value instanceof KerasTensor ? new KerasTensor(selected(value.shape, indices, line), { inputs: [value], indices, line }) : undefined;

/** The shape of what is selected. */
function selected(shape: Known<Shape>, indices: readonly Index[], line: number): Known<Shape> {
  if (!shape.known) return shape;
  const taking = indices.filter(index => !('rest' in index) && !isNew(index)).length;
  const arrays = indices.filter(index => 'at' in index && index.at instanceof KerasTensor);
  const sides: (number | null)[] = [];
  const left = [...shape.value];
  for (const index of indices) {
    if ('rest' in index) sides.push(...left.splice(0, left.length - (taking - counted(indices, index))));
    else if (isNew(index)) sides.push(1);
    else {
      const side = left.shift();
      if (side === undefined) return unknown('it is indexed with more axes than it has', line);
      if ('slice' in index) sides.push(sliced(side, index.slice));
      else if (index.at instanceof KerasTensor && index.at.shape.known && arrays.length === 1) sides.push(...index.at.shape.value);
      else if (index.at.kind !== 'integer' && !(index.at.kind === 'undecided' && index.at.plain))
        return unknown('this index is not followed', line);
    }
  }
  return known([...sides, ...left]);
}

/** How many axes the indices before one take. */
const counted = (indices: readonly Index[], end: Index): number =>
  indices.slice(0, indices.indexOf(end)).filter(index => !('rest' in index) && !isNew(index)).length;

/** `None` or `tf.newaxis`: a new axis of size 1. */
const isNew = (index: Index): boolean =>
  'at' in index && (index.at.kind === 'none' || (index.at.kind === 'reference' && index.at.path.endsWith('.newaxis')));

/** How much of a side `start:stop:step` takes; null where that is not fixed. */
function sliced(side: number | null, bounds: readonly (Value | undefined)[]): number | null {
  const numbers = bounds.map(bound =>
    bound === undefined || bound.kind === 'none' ? undefined : bound.kind === 'integer' ? bound.value : NaN,
  );
  if (numbers.every(bound => bound === undefined)) return side;
  const [start = 0, stop, step = 1] = numbers;
  if (side === null || step < 1 || numbers.some(Number.isNaN)) return null;
  const from = Math.min(start < 0 ? Math.max(side + start, 0) : start, side);
  const to = stop === undefined ? side : Math.min(stop < 0 ? Math.max(side + stop, 0) : stop, side);
  return Math.max(0, Math.ceil((to - from) / step));
}
