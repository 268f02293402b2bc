import { known, unknown, type Known } from '../../architecture/architecture';
import type { Index } from '../python/context';
import { list, type Call, type Value } from '../python/values';
import { viewAt } from '../python/arrayIndex';
import {
  broadcastShape,
  broadcastTo,
  combined,
  concatenated,
  folded,
  mapped,
  permuted,
  reshaped,
  stacked,
  viewed,
  NumberArray,
} from '../python/numberArray';
import { arrayFrom, tensorFrom } from './tensorArrays';
import { TensorValue, type Numbers } from './tensors';

/** Scalars of a tensor that are followed one by one; of larger ones only the shape is. */
const MAXIMUM_NUMBERS = 4096;

type Shape = readonly number[];

const sizeOf = (shape: Shape): number => shape.reduce((product, side) => product * side, 1);

const openShape = (call: Call): Known<Shape> =>
  call.spread ?? unknown(`the shape that \`${call.type}(…)\` makes is not followed`, call.range.startLine);

/** A tensor with known numbers, in single precision as PyTorch computes them unless they are whole. */
export function tensorOf(shape: Shape, values: readonly number[], whole: boolean): TensorValue {
  const kept = values.length <= MAXIMUM_NUMBERS && values.every(Number.isFinite);
  return new TensorValue(known(shape), undefined, kept ? { values: whole ? values : values.map(Math.fround), whole } : undefined);
}

const BINARY: Readonly<Record<string, (left: number, right: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '//': (a, b) => Math.floor(a / b),
  '**': (a, b) => a ** b,
};

/** Elementwise arithmetic of two tensors; undefined where their shapes are not known or do not fit. */
export function elementwise(operator: string, left: TensorValue, right: TensorValue): TensorValue | undefined {
  if (!left.shape.known || !right.shape.known) return undefined;
  const shape = broadcastShape(left.shape.value, right.shape.value);
  if (!shape) return undefined;
  const rule = BINARY[operator];
  const [a, b] = [left.numbers, right.numbers];
  const isPairwise = a && b && (a.values.length === b.values.length || a.values.length === 1 || b.values.length === 1);
  const size = sizeOf(shape);
  if (!rule || size > MAXIMUM_NUMBERS || !isPairwise || size !== Math.max(a.values.length, b.values.length))
    return spread(rule, left, right, shape);
  const values = Array.from({ length: size }, (_, index) =>
    rule(a.values[a.values.length === 1 ? 0 : index]!, b.values[b.values.length === 1 ? 0 : index]!),
  );
  return tensorOf(shape, values, a.whole && b.whole && operator !== '/');
}

/** Numbers of two tensors that broadcast against each other, or of large ones, as far as both are known. */
function spread(
  rule: ((left: number, right: number) => number) | undefined,
  left: TensorValue,
  right: TensorValue,
  shape: Shape,
): TensorValue {
  const [a, b] = [arrayFrom(left), arrayFrom(right)];
  const made = rule && a && b && combined(a, b, rule, a.whole && b.whole && rule !== BINARY['/']);
  return made ? tensorFrom(made) : new TensorValue(known(shape));
}

const roundHalfToEven = (value: number): number => {
  const floor = Math.floor(value);
  return value - floor === 0.5 ? floor + (floor % 2 === 0 ? 0 : 1) : Math.round(value);
};

const UNARY: Readonly<Record<string, (value: number) => number>> = {
  round: roundHalfToEven,
  floor: Math.floor,
  ceil: Math.ceil,
  log: Math.log,
  log2: Math.log2,
  exp: Math.exp,
  sqrt: Math.sqrt,
  sin: Math.sin,
  cos: Math.cos,
  abs: Math.abs,
  sign: Math.sign,
  neg: value => -value,
};

/** Functions and methods that keep the shape whatever the numbers. */
const SHAPE_KEEPING = new Set(
  `contiguous clone detach float half double bfloat16 to cpu cuda int long bool type type_as requires_grad_ sin cos tanh sigmoid relu
   softmax log_softmax clamp clip tril triu masked_fill flip roll logical_not fill_diagonal_ normalize`.split(/\s+/),
);

const integersOf = (values: readonly Value[]): number[] | undefined => {
  const given = values.length === 1 && values[0]?.kind === 'sequence' && !values[0].doubt ? values[0].items : values;
  const sides = given.map(value => (value.kind === 'integer' ? value.value : undefined));
  return sides.every(side => side !== undefined) ? sides : undefined;
};

const placeOf = (value: Value | undefined, length: number, otherwise: number): number | undefined => {
  const place = value === undefined ? otherwise : value.kind === 'integer' ? value.value : NaN;
  const index = place < 0 ? place + length : place;
  return Number.isInteger(index) && index >= 0 && index <= length ? index : undefined;
};

type ShapeRule = (shape: Shape, call: Call) => Shape | undefined;

const reshape: ShapeRule = (shape, { positional }) => {
  const sides = integersOf(positional);
  if (!sides) return undefined;
  const rest = sizeOf(sides.filter(side => side !== -1));
  const result = sides.map(side => (side === -1 ? sizeOf(shape) / rest : side));
  return sizeOf(result) === sizeOf(shape) && result.every(Number.isInteger) ? result : undefined;
};

const permute: ShapeRule = (shape, { positional }) => integersOf(positional)?.map(place => shape.at(place) ?? NaN);

const transpose: ShapeRule = (shape, { positional: [first, second] }) => {
  const [a, b] = [placeOf(first, shape.length, NaN), placeOf(second, shape.length, NaN)];
  if (a === undefined || b === undefined) return undefined;
  return shape.with(a, shape[b]!).with(b, shape[a]!);
};

/** Methods that change the shape alone; the first argument of the function of the same name is the tensor. */
const RESHAPING: Readonly<Record<string, ShapeRule>> = {
  view: reshape,
  reshape,
  permute,
  transpose,
  swapaxes: transpose,
  t: shape => (shape.length === 2 ? [shape[1]!, shape[0]!] : undefined),
  unsqueeze: (shape, { positional: [first] }) => {
    const place = first?.kind === 'integer' ? (first.value < 0 ? first.value + shape.length + 1 : first.value) : undefined;
    return place === undefined ? undefined : shape.toSpliced(place, 0, 1);
  },
  squeeze: (shape, { positional: [first] }) => {
    if (!first) return shape.filter(side => side !== 1);
    const place = placeOf(first, shape.length, NaN);
    return place === undefined ? undefined : shape[place] === 1 ? shape.toSpliced(place, 1) : shape;
  },
  flatten: (shape, call) => {
    const start = placeOf(call.positional[0] ?? call.keywords.get('start_dim'), shape.length, 0);
    const end = placeOf(call.positional[1] ?? call.keywords.get('end_dim'), shape.length, -1);
    if (start === undefined || end === undefined) return undefined;
    return [...shape.slice(0, start), sizeOf(shape.slice(start, end + 1)), ...shape.slice(end + 1)];
  },
};

/** Methods whose numbers are others than before, or more or fewer. */
const REDUCING: Readonly<Record<string, ShapeRule>> = {
  expand: (shape, { positional }) => {
    const sides = integersOf(positional);
    return sides?.map((side, index) => (side === -1 ? (shape[index - sides.length + shape.length] ?? NaN) : side));
  },
  repeat: (shape, { positional }) => {
    const times = integersOf(positional);
    return times?.map((count, index) => count * (shape[index - times.length + shape.length] ?? 1));
  },
  repeat_interleave: (shape, { positional: [count] }) =>
    count?.kind === 'integer' && shape.length === 1 ? [shape[0]! * count.value] : undefined,
  ...Object.fromEntries(['sum', 'mean', 'prod', 'std', 'amax', 'amin', 'argmax', 'norm'].map(name => [name, reduced])),
};

function reduced(shape: Shape, call: Call): Shape | undefined {
  const [given = call.keywords.get('dim')] = call.positional;
  if (!given) return [];
  const keeps = call.keywords.get('keepdim') ?? call.positional[1];
  const place = placeOf(given, shape.length, NaN);
  if (place === undefined || (keeps && keeps.kind !== 'boolean')) return undefined;
  return keeps?.kind === 'boolean' && keeps.value ? shape.with(place, 1) : shape.toSpliced(place, 1);
}

/** Functions that leave whole numbers whole. */
const WHOLE = ['abs', 'neg', 'sign'];

/** What `tensor.name(…)` or `torch.name(tensor, …)` makes; undefined for a name that is not followed. The call is without the tensor. */
export function tensorMethod(tensor: TensorValue, name: string, call: Call): TensorValue | undefined {
  const { shape, numbers } = tensor;
  const unary = UNARY[name];
  if (unary && numbers && shape.known && sizeOf(shape.value) > MAXIMUM_NUMBERS)
    return tensorFrom(mapped(arrayFrom(tensor)!, unary, numbers.whole && WHOLE.includes(name)));
  const constant = unary && !numbers ? arrayFrom(tensor) : undefined;
  if (unary && constant) return tensorFrom(mapped(constant, unary));
  if (unary)
    return shape.known && numbers
      ? tensorOf(shape.value, numbers.values.map(numbers.whole ? unary : value => unary(value)), numbers.whole && WHOLE.includes(name))
      : new TensorValue(shape);
  if (name === 'int' || name === 'long')
    return shape.known && numbers ? tensorFrom(mapped(arrayFrom(tensor)!, Math.trunc, true)) : new TensorValue(shape);
  const all = numbers && call.positional.length + call.keywords.size === 0 ? FOLDED[name]?.(numbers.values) : undefined;
  if (all !== undefined) return tensorOf([], [all], numbers!.whole && name !== 'mean');
  if (name === 'flip' && numbers && shape.known && shape.value.length === 1)
    return tensorOf(shape.value, [...numbers.values].reverse(), numbers.whole);
  if (name === 'cumsum' && shape.known && shape.value.length === 1) return cumulated(shape.value, numbers);
  const masked = maskedNumbers(arrayFrom(tensor), name, call);
  if (masked) return tensorFrom(masked);
  if (KEEPS_NUMBERS.has(name)) return new TensorValue(shape, undefined, numbers).startingBy(tensor.start);
  if (SHAPE_KEEPING.has(name) || name === 'cumsum') return new TensorValue(shape);
  const rule = RESHAPING[name] ?? REDUCING[name];
  if (!rule) return undefined;
  if (!shape.known) return new TensorValue(shape);
  const result = rule(shape.value, call);
  if (!result || result.some(Number.isNaN)) return new TensorValue(openShape(call));
  const array = numbers && arrayFrom(tensor);
  const moved = array && (movedNumbers(array, name, result, call) ?? reducedNumbers(array, name, result, call));
  if (moved) return tensorFrom(moved);
  const keeps = name in RESHAPING && !MOVING.includes(name);
  return new TensorValue(known(result), undefined, keeps ? numbers : undefined).startingBy(name in RESHAPING ? tensor.start : undefined);
}

/** Numbers after a mask is filled, a triangle is kept, or all are moved on; undefined for other methods and where they are not known. */
function maskedNumbers(array: NumberArray | undefined, name: string, { positional, keywords }: Call): NumberArray | undefined {
  const number = (value: Value | undefined): number | undefined =>
    value?.kind === 'integer' || value?.kind === 'float' ? value.value : undefined;
  if (name === 'masked_fill') {
    const [mask, value] = [positional[0] ?? keywords.get('mask'), number(positional[1] ?? keywords.get('value'))];
    const by = mask instanceof TensorValue ? arrayFrom(mask) : undefined;
    const kept = array && by && value !== undefined ? combined(by, array, (hides, entry) => (hides ? value : entry), false) : undefined;
    return kept;
  }
  if (!array || !['tril', 'triu'].includes(name) || array.shape.length < 2) return undefined;
  const diagonal = number(positional[0] ?? keywords.get('diagonal')) ?? 0;
  const [rows, columns] = array.shape.slice(-2) as [number, number];
  return new NumberArray(array.shape, array.whole, () =>
    array.values.map((entry, place) => {
      const away = (place % columns) - (Math.floor(place / columns) % rows);
      return (name === 'tril' ? away <= diagonal : away >= diagonal) ? entry : 0;
    }),
  );
}

/** Methods that put numbers into another order. */
const MOVING = ['permute', 'transpose', 'swapaxes', 't'];

/** Numbers in another order, or repeated; undefined where they stay as they lie. */
function movedNumbers(array: NumberArray, name: string, shape: Shape, { positional }: Call): NumberArray | undefined {
  if (name === 'expand') return broadcastTo(array, shape);
  if (!MOVING.includes(name)) return undefined;
  const axes = array.shape.map((_, axis) => axis);
  if (name === 'permute')
    return permuted(
      array,
      integersOf(positional)!.map(axis => axes.at(axis)!),
    );
  const [first, second] = name === 't' ? [0, 1] : integersOf(positional)!.map(axis => axes.at(axis)!);
  return permuted(array, axes.with(first!, second!).with(second!, first!));
}

/** Numbers reduced along one axis by a function that makes one of all. */
function reducedNumbers(array: NumberArray, name: string, result: Shape, call: Call): NumberArray | undefined {
  const fold = Object.hasOwn(FOLDED, name) ? FOLDED[name] : undefined;
  const axis = placeOf(call.positional[0] ?? call.keywords.get('dim'), array.shape.length, NaN);
  if (!fold || axis === undefined || axis >= array.shape.length) return undefined;
  return reshaped(folded(array, axis, fold, array.whole && name !== 'mean'), result);
}

/** Functions that make one number of all. */
const FOLDED: Readonly<Record<string, (values: readonly number[]) => number>> = {
  max: values => values.reduce((most, value) => Math.max(most, value), -Infinity),
  min: values => values.reduce((least, value) => Math.min(least, value), Infinity),
  sum: values => values.reduce((total, value) => total + value, 0),
  prod: values => values.reduce((product, value) => product * value, 1),
  mean: values => values.reduce((total, value) => total + value, 0) / values.length,
};

const KEEPS_NUMBERS = new Set(['contiguous', 'clone', 'detach', 'float', 'double', 'to', 'cpu', 'cuda', 'type', 'type_as']);

function cumulated(shape: Shape, numbers: Numbers | undefined): TensorValue {
  if (!numbers) return new TensorValue(known(shape));
  let sum = 0;
  return tensorOf(
    shape,
    numbers.values.map(value => (sum += value)),
    numbers.whole,
  );
}

/** `torch.diff` of a row of numbers. */
export const differences = ({ shape, numbers }: TensorValue): TensorValue | undefined => {
  if (!shape.known || shape.value.length !== 1) return undefined;
  const length = Math.max(0, shape.value[0]! - 1);
  return numbers
    ? tensorOf(
        [length],
        numbers.values.slice(1).map((value, index) => value - numbers.values[index]!),
        numbers.whole,
      )
    : new TensorValue(known([length]));
};

/** `torch.stack` and `torch.cat` of tensors; undefined where a shape is not known. */
export function joined(name: 'stack' | 'cat', tensors: readonly TensorValue[], dimension: Value | undefined): TensorValue | undefined {
  const shapes = tensors.map(({ shape }) => (shape.known ? shape.value : undefined));
  const [first] = shapes;
  if (!first || shapes.some(shape => shape?.length !== first.length)) return undefined;
  const place = placeOf(dimension, first.length + (name === 'stack' ? 1 : 0), 0);
  if (place === undefined) return undefined;
  const arrays = tensors.map(arrayFrom);
  const together = arrays.every(array => array !== undefined) ? (name === 'stack' ? stacked : concatenated)(arrays, place) : undefined;
  if (together) return tensorFrom(together);
  if (name === 'stack') return new TensorValue(known(first.toSpliced(place, 0, shapes.length)));
  const sum = shapes.reduce((total, shape) => total + (shape?.[place] ?? NaN), 0);
  return new TensorValue(known(first.with(place, sum)));
}

/** `tensor[a, b:c, None, ...]`: the shape that is left; undefined where an index is not followed. */
export function selected(tensor: TensorValue, indices: readonly Index[]): TensorValue | undefined {
  if (!tensor.shape.known) return tensor;
  const from = tensor.shape.value;
  const array = tensor.numbers && arrayFrom(tensor);
  const view = array && viewAt(from, indices);
  if (view?.shape.length) return tensorFrom(viewed(array!, view));
  const consumed = indices.filter(index => !('rest' in index) && !('at' in index && index.at.kind === 'none')).length;
  const sides: number[] = [];
  let place = 0;
  for (const index of indices) {
    if ('rest' in index) {
      const kept = from.length - consumed;
      sides.push(...from.slice(place, place + kept));
      place += kept;
    } else if ('slice' in index) {
      const side = from[place++];
      const length = side === undefined ? undefined : slicedLength(side, index.slice);
      if (length === undefined) return undefined;
      sides.push(length);
    } else if (index.at.kind === 'none') sides.push(1);
    else if (index.at.kind === 'integer') place++;
    else return undefined;
  }
  const shape = [...sides, ...from.slice(place)];
  const [only] = indices;
  const row = indices.length === 1 && from.length === 1 && only && 'at' in only && only.at.kind === 'integer' ? only.at.value : undefined;
  const number = row === undefined ? undefined : tensor.numbers?.values.at(row);
  return number === undefined ? new TensorValue(known(shape)) : tensorOf([], [number], tensor.numbers!.whole);
}

function slicedLength(side: number, bounds: readonly (Value | undefined)[]): number | undefined {
  const numbers = bounds.map(bound =>
    bound === undefined || bound.kind === 'none' ? null : bound.kind === 'integer' ? bound.value : undefined,
  );
  if (numbers.includes(undefined)) return undefined;
  const [start, stop, step] = numbers as (number | null)[];
  if ((step ?? 1) < 1) return undefined;
  const clamp = (value: number) => Math.min(side, Math.max(0, value < 0 ? value + side : value));
  return Math.ceil(Math.max(0, clamp(stop ?? side) - clamp(start ?? 0)) / (step ?? 1));
}

/** `tensor.split(sizes)` of a row of numbers. */
export function split({ shape, numbers }: TensorValue, { positional: [sizes, dimension], keywords }: Call): Value | undefined {
  const lengths = sizes?.kind === 'sequence' ? integersOf(sizes.items) : undefined;
  if (!lengths || dimension || keywords.size > 0 || !shape.known || shape.value.length !== 1) return undefined;
  let start = 0;
  return list(
    lengths.map(length => {
      const values = numbers?.values.slice(start, (start += length));
      return values ? tensorOf([length], values, numbers!.whole) : new TensorValue(known([length]));
    }),
  );
}
