import type { Computation, Slice } from '../../../architecture/computation';
import type { Value } from '../../python/values';
import { CHANCE, randomIndex } from './randomOrder';
import { dimension, numberOf, operateSides, productOf, type Dimension } from './dimension';
import type { Recorder } from './recorder';
import { reshaped } from '../../python/numberArray';
import { numbersBehind } from './fixedNumbers';
import { reshape } from './shapes';
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
  let [axis, features] = [0, undefined as number | undefined];
  let gathered: Gathered | undefined;
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
      const found = gathered ? undefined : placesIn(recorder, place, numberOf(side));
      if (!found) return recorder.unknown('indexing', 'an index is a tensor that is not followed', line, [tensor]);
      gathered = { ...found, axis, at: result.length };
      result.push(found.length);
    } else if (place.kind === 'sequence' && !place.doubt && !gathered && place.items.every(item => item.kind === 'integer')) {
      const places = place.items.map(item => item.value);
      gathered = { ...listed(places, numberOf(side)), sides: undefined, axis, at: result.length };
      result.push(gathered.length);
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
  if (gathered) return gather(recorder, tensor, gathered, { result, run, features, isPlain: slices.length + dropped.length === 0 }, line);
  return recorder.emit({ kind: 'selection', name: 'indexing', gain: { euclidean: 1, rows }, run }, [tensor], result, line, features);
}

/** Entries that a tensor or list chooses along one axis. */
interface Gathered {
  /** Their places; undefined where they are not known. */
  readonly places: readonly number[] | undefined;
  readonly length: Dimension | undefined;
  /** Sides of the index where they are not one. */
  readonly sides: SymbolicTensor['sides'];
  readonly axis: number;
  /** Where its axis stands in the result. */
  readonly at: number;
}

/** Places that may count from the end of a side. */
const listed = (places: readonly number[], side: number | undefined): Pick<Gathered, 'places' | 'length'> => ({
  places: side === undefined && places.some(place => place < 0) ? undefined : places.map(place => (place < 0 ? side! + place : place)),
  length: dimension(places.length),
});

/** What a tensor chooses as an index: the places it holds, or those at which a row of truth values is 1. Undefined where its shape is not known. */
function placesIn(
  recorder: Recorder,
  index: SymbolicTensor,
  side: number | undefined,
): Pick<Gathered, 'places' | 'length' | 'sides'> | undefined {
  const numbers = numbersBehind(recorder, index);
  const isMask = recorder.truths.has(index.node);
  if (!index.sides || (isMask && (!numbers || index.sides.length !== 1))) return undefined;
  const values = numbers && [...reshaped(numbers, [numbers.size]).values];
  const places = isMask ? values!.flatMap((value, place) => (value === 0 ? [] : [place])) : values;
  const isRow = index.sides.length === 1;
  if (!places)
    return { places: undefined, length: isRow ? index.sides[0] : productOf(index.sides), sides: isRow ? undefined : index.sides };
  return { ...listed(places, side), sides: isRow ? undefined : index.sides };
}

/** The entries chosen along one axis, then slices and single entries of the others, then the sides of the index. */
function gather(
  recorder: Recorder,
  tensor: SymbolicTensor,
  { places, length, sides, axis, at }: Gathered,
  rest: {
    readonly result: SymbolicTensor['sides'] & object;
    readonly run: Computation | undefined;
    readonly features: number | undefined;
    readonly isPlain: boolean;
  },
  line: number,
): SymbolicTensor {
  const rows = axis === tensor.features ? null : 1;
  const run: Computation | undefined = places && { op: 'pick', axis, places };
  const operation = { kind: 'gather', name: 'indexing', gain: { euclidean: null, rows }, run } as const;
  let made = recorder.emit(operation, [tensor], tensor.sides!.with(axis, length), line, tensor.features);
  const hasNew = rest.result.length !== tensor.sides!.length;
  if (!rest.isPlain || hasNew) {
    const gain = { euclidean: 1, rows: rest.features === undefined ? null : 1 };
    made = recorder.emit({ kind: 'selection', name: 'indexing', gain, run: rest.run }, [made], rest.result, line, rest.features);
  }
  return sides ? reshape(recorder, 'reshape', made, rest.result.toSpliced(at, 1, ...sides), line) : made;
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
