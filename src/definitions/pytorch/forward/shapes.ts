import { axisOf, SymbolicTensor, type Sides } from './symbolicTensor';
import { dimension, equalSides, exactQuotient, isNumber, numberOf, productOf, times, type Dimension } from './dimension';
import { perSample, type Recorder } from './recorder';

/** `view`, `reshape`, `flatten` and `unflatten`: the same values in the same order. A side of −1 is what the others leave. */
export function reshape(recorder: Recorder, name: string, tensor: SymbolicTensor, given: Sides, line: number): SymbolicTensor {
  const sides = given && withoutFree(tensor.sides, given);
  if (!sides || !tensor.sides) return recorder.reshape(name, tensor, sides, line, undefined, null);
  const [before, after] = [productOf(tensor.sides), productOf(sides)];
  if (before && after && isNumber(before) && isNumber(after) && before.factor !== after.factor)
    return recorder.unknown(name, `${before.factor} values do not fit a shape of ${after.factor}`, line, [tensor]);
  const { features, rows } = rowsAfter(tensor, sides);
  return recorder.reshape(name, tensor, sides, line, features, rows);
}

/** Puts what the others leave in the place of −1. */
function withoutFree(from: Sides, sides: readonly (Dimension | undefined)[]): Sides {
  const place = sides.findIndex(side => numberOf(side) === -1);
  if (place < 0) return sides;
  const [total, others] = [productOf(from ?? [undefined]), productOf(sides.filter((_, index) => index !== place))];
  return sides.with(place, total && others && exactQuotient(total, others));
}

interface RowsAfter {
  readonly features: number | undefined;
  readonly rows: number | null;
}

const LOST: RowsAfter = { features: undefined, rows: null };

/** Where rows lie after a reshape, and how much longer they can be: found by matching runs of sides whose products agree. */
function rowsAfter(tensor: SymbolicTensor, sides: readonly (Dimension | undefined)[]): RowsAfter {
  const from = tensor.sides ?? [];
  for (let [start, other] = [0, 0]; start < from.length && other < sides.length;) {
    let [end, otherEnd] = [start + 1, other + 1];
    let [left, right] = [from[start], sides[other]];
    while (left && right && !equalSides(left, right)) {
      const wider = exactQuotient(right, left);
      const next = wider && end < from.length ? from[end++] : undefined;
      const nextOther = !wider && otherEnd < sides.length ? sides[otherEnd++] : undefined;
      if (next) left = times(left, next);
      else if (nextOther) right = times(right, nextOther);
      else return LOST;
    }
    if (!left || !right) return LOST;
    if (tensor.features < end) return withinRun(from, sides, [start, end], [other, otherEnd], tensor.features);
    [start, other] = [end, otherEnd];
  }
  return LOST;
}

function withinRun(
  from: readonly (Dimension | undefined)[],
  sides: readonly (Dimension | undefined)[],
  [start, end]: readonly [number, number],
  [other, otherEnd]: readonly [number, number],
  features: number,
): RowsAfter {
  const last = otherEnd - 1;
  const [before, after] = [from[features], sides[last]];
  if (!before || !after) return LOST;
  const innermost = from.slice(features + 1, end).every(side => numberOf(side) === 1);
  const merged = perSample(exactQuotient(after, before));
  const wholeRun = last === other && end > start;
  if ((innermost || wholeRun) && merged !== undefined) return { features: last, rows: Math.sqrt(merged) };
  return innermost && exactQuotient(before, after) ? { features: last, rows: 1 } : LOST;
}

/** Axes in another order. */
export function permute(recorder: Recorder, name: string, tensor: SymbolicTensor, order: readonly number[], line: number): SymbolicTensor {
  const { sides } = tensor;
  if (!sides) return recorder.reshape(name, tensor, undefined, line, undefined, null);
  const axes = order.map(axis => axisOf(axis, sides.length));
  if (axes.length !== sides.length || new Set(axes).size !== sides.length || axes.some(axis => !(axis >= 0 && axis < sides.length)))
    return recorder.unknown(name, `the axes ${order.join(', ')} do not fit ${sides.length} sides`, line, [tensor]);
  return recorder.reshape(
    name,
    tensor,
    axes.map(axis => sides[axis]),
    line,
    axes.indexOf(tensor.features),
    1,
    { op: 'permute', order: axes },
  );
}

/** Two axes exchanged. */
export function transpose(
  recorder: Recorder,
  name: string,
  tensor: SymbolicTensor,
  first: number,
  second: number,
  line: number,
): SymbolicTensor {
  const rank = tensor.sides?.length ?? 0;
  const order = Array.from({ length: rank }, (_, axis) => axis);
  const [one, two] = [axisOf(first, rank), axisOf(second, rank)];
  if (one in order && two in order) [order[one], order[two]] = [two, one];
  return permute(recorder, name, tensor, order, line);
}

/** An axis of side 1 put in at a place. */
export function unsqueeze(recorder: Recorder, name: string, tensor: SymbolicTensor, axis: number, line: number): SymbolicTensor {
  const { sides } = tensor;
  if (!sides) return recorder.reshape(name, tensor, undefined, line, undefined, null);
  const place = axisOf(axis, sides.length + 1);
  return recorder.reshape(
    name,
    tensor,
    sides.toSpliced(place, 0, dimension(1)),
    line,
    tensor.features + (place <= tensor.features ? 1 : 0),
  );
}

/** Axes of side 1 taken out: the one given, or all of them. */
export function squeeze(recorder: Recorder, name: string, tensor: SymbolicTensor, axis: number | undefined, line: number): SymbolicTensor {
  const { sides } = tensor;
  if (!sides || (axis === undefined && sides.includes(undefined))) return recorder.reshape(name, tensor, undefined, line, undefined, null);
  const isGone = (place: number) => (axis === undefined || axisOf(axis, sides.length) === place) && numberOf(sides[place]) === 1;
  if (axis !== undefined && sides[axisOf(axis, sides.length)] === undefined)
    return recorder.reshape(name, tensor, undefined, line, undefined, null);
  const left = sides.filter((_, place) => !isGone(place));
  const features = isGone(tensor.features) ? undefined : sides.slice(0, tensor.features).filter((_, place) => !isGone(place)).length;
  return recorder.reshape(name, tensor, left, line, features, features === undefined ? null : 1);
}

/** The shape of two tensors joined entry by entry; undefined when they do not fit or it is not known. */
export function broadcast(left: Sides, right: Sides): Sides {
  if (!left || !right) return undefined;
  const rank = Math.max(left.length, right.length);
  const sides: (Dimension | undefined)[] = [];
  for (let place = 1; place <= rank; place++) {
    const [one, two] = [left, right].map(each => (place <= each.length ? each.at(-place) : dimension(1)));
    if (one && numberOf(one) === 1) sides.unshift(two);
    else if (two && numberOf(two) === 1) sides.unshift(one);
    else if (one && two && isNumber(one) && isNumber(two) && one.factor !== two.factor) return undefined;
    else sides.unshift(one && two && equalSides(one, two) ? one : [one, two].find(side => numberOf(side) !== undefined));
  }
  return sides;
}
