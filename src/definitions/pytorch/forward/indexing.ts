import type { Computation, Slice } from '../../../architecture/computation';
import type { Value } from '../../python/values';
import { CHANCE, randomIndex } from './randomOrder';
import { dimension, numberOf, operateSides, type Dimension } from './dimension';
import type { Recorder } from './recorder';
import { sideValue, SymbolicTensor } from './symbolicTensor';

/** What stands in one place of `tensor[…]`. */
export type IndexPlace = Value | SlicePlace | { readonly kind: 'ellipsis' };

export interface SlicePlace {
  readonly kind: 'slice';
  /** Start, stop and step; undefined where they are left out. */
  readonly bounds: readonly (Value | undefined)[];
}

/** `tensor[places]`: entries are chosen, none is changed. */
export function indexTensor(recorder: Recorder, tensor: SymbolicTensor, places: readonly IndexPlace[], line: number): SymbolicTensor {
  const { sides } = tensor;
  const taken = places.filter(place => place.kind !== 'none' && place.kind !== 'ellipsis').length;
  if (!sides || taken > sides.length) return recorder.unknown('indexing', 'the shape of what is indexed is not known', line, [tensor]);
  const hasEllipsis = places.some(place => place.kind === 'ellipsis');
  const whole: SlicePlace[] = Array.from({ length: sides.length - taken }, () => ({ kind: 'slice', bounds: [] }));
  const all = (hasEllipsis ? places : [...places, { kind: 'ellipsis' } as const]).flatMap(place =>
    place.kind === 'ellipsis' ? whole : [place],
  );
  const chosen = chosenByChance(recorder, tensor, all, line);
  if (chosen) return chosen;
  const result: (Dimension | undefined)[] = [];
  let [axis, features, gathered] = [0, undefined as number | undefined, false];
  const slices: Slice[] = [];
  const dropped: number[] = [];
  let run: Computation | undefined = { op: 'slice', slices, dropped };
  for (const place of all) {
    if (place.kind === 'none') {
      result.push(dimension(1));
      continue;
    }
    const side = sides[axis]!;
    if (place.kind === 'slice') {
      if (axis === tensor.features) features = result.length;
      result.push(sliceSide(side, place.bounds));
      const slice = sliceOf(axis, side, place.bounds);
      if (slice === undefined) run = undefined;
      else if (slice !== 'all') slices.push(slice);
    } else if (place instanceof SymbolicTensor) {
      if (gathered || place.sides?.length !== 1)
        return recorder.unknown('indexing', 'an index is a tensor that is not followed', line, [tensor]);
      gathered = true;
      run = undefined;
      result.push(place.sides[0]);
    } else if (place.kind === 'sequence' && !place.doubt && !gathered && place.items.every(item => item.kind === 'integer')) {
      gathered = true;
      run = undefined;
      result.push(dimension(place.items.length));
    } else if (!sideValue(place)) return recorder.unknown('indexing', 'an index is not known', line, [tensor]);
    else {
      const [index, length] = [numberOf(sideValue(place)), numberOf(side)];
      const start = index === undefined ? undefined : index >= 0 ? index : length === undefined ? undefined : length + index;
      if (start === undefined) run = undefined;
      else slices.push({ axis, start, stop: start + 1, step: 1 });
      dropped.push(axis);
    }
    axis++;
  }
  const rows = features === undefined ? null : 1;
  if (gathered)
    return recorder.emit({ kind: 'gather', name: 'indexing', gain: { euclidean: null, rows } }, [tensor], result, line, features);
  return recorder.emit({ kind: 'selection', name: 'indexing', gain: { euclidean: 1, rows }, run }, [tensor], result, line, features);
}

/** `tokens[images, order]` and `tokens[:, order]` by an order that is drawn: as gathering by it; undefined for every other index. */
function chosenByChance(
  recorder: Recorder,
  tensor: SymbolicTensor,
  [first, second, ...rest]: readonly IndexPlace[],
  line: number,
): SymbolicTensor | undefined {
  const isAll = (place: IndexPlace | undefined) => place?.kind === 'slice' && 'bounds' in place && place.bounds.every(bound => !bound);
  if (!(second instanceof SymbolicTensor) || !rest.every(isAll) || !(first instanceof SymbolicTensor || isAll(first))) return undefined;
  const choice = randomIndex(recorder, tensor, first instanceof SymbolicTensor ? first : undefined, second);
  if (!choice) return undefined;
  const run: Computation | undefined = choice === 'whole' ? { op: 'same' } : undefined;
  const sides = tensor.sides?.with(1, second.sides?.at(-1));
  const made = recorder.emit(
    { kind: 'gather', name: 'indexing', gain: { euclidean: null, rows: 1 }, run },
    [tensor],
    sides,
    line,
    tensor.features,
  );
  if (choice === 'part') recorder.reasons.set(made.node, CHANCE);
  return made;
}

/** A slice by numbers: `all` where it leaves nothing out, undefined where a bound is not a number. */
function sliceOf(axis: number, side: Dimension | undefined, bounds: SlicePlace['bounds']): Slice | 'all' | undefined {
  const [start, stop, step] = bounds.map(bound => (bound && bound.kind !== 'none' ? (numberOf(sideValue(bound)) ?? NaN) : undefined));
  if (start === undefined && stop === undefined && (step ?? 1) === 1) return 'all';
  const length = side && numberOf(side);
  if (length === undefined || [start, stop, step].some(Number.isNaN) || (step ?? 1) < 1) return undefined;
  const clamp = (value: number) => Math.min(length, Math.max(0, value < 0 ? length + value : value));
  return { axis, start: clamp(start ?? 0), stop: clamp(stop ?? length), step: step ?? 1 };
}

/** The length of `start:stop:step` of a side. */
function sliceSide(side: Dimension | undefined, bounds: readonly (Value | undefined)[]): Dimension | undefined {
  const [start, stop, step] = bounds.map(bound => (bound?.kind === 'none' ? undefined : bound));
  const jump = step ? numberOf(sideValue(step)) : 1;
  if (!start && !stop && jump === 1) return side;
  const length = side && numberOf(side);
  const [from, to] = [start, stop].map(bound => (bound ? numberOf(sideValue(bound)) : undefined));
  if ((start && !sideValue(start)) || (stop && !sideValue(stop)) || jump === undefined || jump < 1) return undefined;
  if (length !== undefined && (!start || from !== undefined) && (!stop || to !== undefined)) {
    const clamp = (value: number) => Math.min(length, Math.max(0, value < 0 ? length + value : value));
    return dimension(Math.max(0, Math.ceil((clamp(to ?? length) - clamp(from ?? 0)) / jump)));
  }
  if (jump !== 1 || !side) return undefined;
  // Of a free side: `[n:]` and `[:-n]` take n off, `[:n]` is taken to fit, as it does in a model that runs.
  if (start && !stop && from !== undefined && from > 0) return operateSides('-', side, dimension(from));
  if (start && !stop && from !== undefined) return dimension(-from);
  if (!start && to !== undefined && to < 0) return operateSides('-', side, dimension(-to));
  return start ? undefined : sideValue(stop);
}
