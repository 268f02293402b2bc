import type { Index } from './context';
import { stridesOf, type View } from './numberArray';
import type { Value } from './values';

/** The entries that `array[a, b:c, None, ...]` names; undefined where an index is not followed. */
export function viewAt(shape: readonly number[], given: readonly Index[]): View | undefined {
  const indices = given.flatMap(index =>
    'at' in index && index.at.kind === 'sequence' && index.at.tuple && !index.at.doubt ? index.at.items.map(at => ({ at })) : [index],
  );
  const consumed = indices.filter(index => !('rest' in index) && !isNewAxis(index)).length;
  if (consumed > shape.length) return undefined;
  const own = stridesOf(shape);
  const [sides, strides]: [number[], number[]] = [[], []];
  let [axis, offset] = [0, 0];
  const keep = (count: number) => {
    sides.push(...shape.slice(axis, axis + count));
    strides.push(...own.slice(axis, axis + count));
    axis += count;
  };
  for (const index of indices) {
    if ('rest' in index) keep(shape.length - consumed);
    else if ('slice' in index) {
      const cut = sliceOf(shape[axis]!, index.slice);
      if (!cut) return undefined;
      offset += cut.start * own[axis]!;
      sides.push(cut.length);
      strides.push(cut.step * own[axis]!);
      axis++;
    } else if (isNewAxis(index)) {
      sides.push(1);
      strides.push(0);
    } else if (index.at.kind === 'integer') {
      const place = index.at.value < 0 ? index.at.value + shape[axis]! : index.at.value;
      if (place < 0 || place >= shape[axis]!) return undefined;
      offset += place * own[axis]!;
      axis++;
    } else return undefined;
  }
  keep(shape.length - axis);
  return { shape: sides, strides, offset };
}

const isNewAxis = (index: Index): boolean =>
  'at' in index && (index.at.kind === 'none' || (index.at.kind === 'reference' && index.at.path.endsWith('.newaxis')));

/** Where `start:stop:step` begins on a side, and how many entries it takes. */
function sliceOf(side: number, bounds: readonly (Value | undefined)[]) {
  const numbers = bounds.map(bound => (!bound || bound.kind === 'none' ? null : bound.kind === 'integer' ? bound.value : NaN));
  const [start, stop, step] = [numbers[0] ?? null, numbers[1] ?? null, numbers[2] ?? 1];
  if (numbers.some(Number.isNaN) || step === 0) return undefined;
  const clamp = (value: number, low: number, high: number) => Math.min(high, Math.max(low, value < 0 ? value + side : value));
  if (step > 0) {
    const [from, to] = [clamp(start ?? 0, 0, side), clamp(stop ?? side, 0, side)];
    return { start: from, step, length: Math.max(0, Math.ceil((to - from) / step)) };
  }
  const [from, to] = [clamp(start ?? side - 1, -1, side - 1), stop === null ? -1 : clamp(stop, -1, side - 1)];
  return { start: from, step, length: Math.max(0, Math.ceil((to - from) / step)) };
}
