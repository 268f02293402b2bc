import { axisOf } from '../../../architecture/keras/shape';
import type { Shape, Side } from '../../../architecture/composition';
import { combined, scalarArray } from '../../python/numberArray';
import type { Index } from '../../python/context';
import type { Call, Value } from '../../python/values';
import { argument } from '../construct';
import type { TensorHistory } from '../kerasValues';
import { permuted, reshapedTo } from './channelsLast';
import { applied, clamped, paired, plus, powered, times } from './entrywise';
import { multiplied, summed } from './matrixProducts';
import { refused, type ProgramBuilder } from './programBuilder';
import { stackedAlong } from './wrapperPrograms';

/** A plain operation of the source while a program is written down. */
export interface OperationSite {
  readonly builder: ProgramBuilder;
  readonly history: TensorHistory;
  /** Places of the tensors that it is given. */
  readonly inputs: readonly number[];
  /** Sides of what it makes as far as they are known, batch first. */
  readonly output: Shape;
  readonly line: number;
  /** The place of a tensor among the arguments. */
  readonly placeOf: (value: Value) => number | undefined;
}

const numberIn = (value: Value | undefined): number | undefined =>
  value?.kind === 'integer' || value?.kind === 'float' ? value.value : undefined;

const wholeOutput = ({ output, line }: OperationSite): readonly Side[] =>
  output && !output.includes(null) ? output : refused('the shape that it makes is not known', line);

const only = ({ inputs, line }: OperationSite): number => (inputs.length === 1 ? inputs[0]! : refused('it is given several tensors', line));

/** Axes by place in a call or by name; undefined for all of them. */
function axesIn({ history, line }: OperationSite, rank: number, place = 1): readonly number[] | undefined {
  const { call } = history;
  const given = call && (argument(call, place, 'axis') ?? call.keywords.get('dim'));
  if (!given || given.kind === 'none') return undefined;
  const items = given.kind === 'sequence' ? given.items : [given];
  return items.map(item => axisOf(item.kind === 'integer' ? item.value : NaN, rank) ?? refused('its axis is not known', line));
}

type Pair = Parameters<typeof paired>[1];

const PAIRS: Readonly<Record<string, Pair>> = {
  '+': 'add',
  '-': 'subtract',
  '*': 'multiply',
  '/': 'divide',
  add: 'add',
  subtract: 'subtract',
  multiply: 'multiply',
  divide: 'divide',
  truediv: 'divide',
  true_divide: 'divide',
  maximum: 'maximum',
  minimum: 'minimum',
};

/** Two sides met entry by entry, one of which may be a number. */
function met(site: OperationSite, op: Pair, left: Value, right: Value): number {
  const { builder, line, placeOf } = site;
  const [one, other] = [placeOf(left), placeOf(right)];
  if (one !== undefined && other !== undefined) return paired(builder, op, one, other, line);
  const place = one ?? other ?? refused('it is given no tensor', line);
  const number = numberIn(one === undefined ? left : right) ?? refused('a number that it is given is not known', line);
  if (op === 'maximum') return clamped(builder, place, { min: number }, line);
  if (op === 'minimum') return clamped(builder, place, { max: number }, line);
  if (op === 'add') return plus(builder, place, number, line);
  if (op === 'multiply') return times(builder, place, number, line);
  if (op === 'subtract')
    return one === undefined ? plus(builder, times(builder, place, -1, line), number, line) : plus(builder, place, -number, line);
  return one === undefined ? times(builder, powered(builder, place, -1, line), number, line) : times(builder, place, 1 / number, line);
}

const REDUCED: Readonly<Record<string, string>> = {
  mean: 'mean',
  reduce_mean: 'mean',
  sum: 'sum',
  reduce_sum: 'sum',
  max: 'max',
  amax: 'max',
  reduce_max: 'max',
  min: 'min',
  amin: 'min',
  reduce_min: 'min',
};

function reduced(site: OperationSite, name: string): number {
  const { builder, line } = site;
  const place = only(site);
  const sides = builder.sides(place);
  const axes = axesIn(site, sides.length) ?? sides.map((_, axis) => axis);
  if (axes.some(axis => typeof sides[axis] === 'string')) return refused('it mixes the images of a batch', line);
  return builder.emit({ op: 'reduce', name, axes }, [place], wholeOutput(site), line);
}

const sizeOf = (sides: readonly Side[]): number => sides.slice(1).reduce<number>((total, side) => total * Number(side), 1);

/** The same entries under other sides; images of a batch stay apart, and what depends on none keeps its size. */
function reshaped(site: OperationSite): number {
  const { builder, line } = site;
  const place = only(site);
  const [from, to] = [builder.sides(place), wholeOutput(site)];
  const isBatch = from[0] === 'B';
  const all = (sides: readonly Side[]): number => sides.reduce<number>((total, side) => total * Number(side), 1);
  if (isBatch ? to[0] !== 'B' || sizeOf(from) !== sizeOf(to) : all(from) !== all(to))
    return refused('it mixes the images of a batch', line);
  return reshapedTo(builder, place, to, line);
}

/** Repeats along axes of side 1; a leading side that is not told is the batch. */
function expanded(site: OperationSite, target: readonly Side[]): number {
  const { builder, line } = site;
  const place = only(site);
  const sides = builder.sides(place);
  const whole: readonly Side[] = [...Array<number>(Math.max(0, target.length - sides.length)).fill(1), ...sides];
  if (whole.length !== target.length || whole.some((side, axis) => side !== 1 && side !== target[axis]))
    return refused(`(${sides.join(', ')}) is not repeated to (${target.join(', ')})`, line);
  const aligned = whole.length === sides.length ? place : reshapedTo(builder, place, whole, line);
  return builder.emit({ op: 'expand' }, [aligned], target, line);
}

/** Sides that a call lists; one that is only known when the program runs is taken for the batch where it comes first. */
function listed(value: Value | undefined, line: number): readonly Side[] {
  if (value?.kind !== 'sequence' || value.doubt) return refused('the sides that it is told are not known', line);
  return value.items.map((item, place): Side => {
    if (item.kind === 'integer') return item.value;
    return place === 0 && (item.kind === 'undecided' || item.kind === 'none') ? 'B' : refused('a side that it is told is not known', line);
  });
}

function tiled(site: OperationSite): number {
  const { builder, history, line } = site;
  const place = only(site);
  const times = listed(argument(history.call!, 1, 'repeats') ?? history.call!.keywords.get('multiples'), line);
  const sides = builder.sides(place);
  if (times.length !== sides.length) return refused('it repeats other axes than it has', line);
  return expanded(
    site,
    sides.map((side, axis) => (times[axis] === 1 ? side : side === 1 ? times[axis]! : refused('only axes of side 1 are repeated', line))),
  );
}

function repeated(site: OperationSite): number {
  const { builder, history, line } = site;
  const sides = builder.sides(only(site));
  const [axis] = axesIn(site, sides.length, 2) ?? refused('its axis is not said', line);
  const count = argument(history.call!, 1, 'repeats');
  const side: Side = count?.kind === 'integer' ? count.value : axis === 0 ? 'B' : refused('how often it repeats is not known', line);
  return expanded(site, sides.with(axis!, sides[axis!] === 1 ? side : refused('only axes of side 1 are repeated', line)));
}

function concatenated(site: OperationSite): number {
  const { builder, history, inputs, line } = site;
  const sides = inputs.map(place => builder.sides(place));
  const [axis = history.function === 'concat' ? refused('its axis is not said', line) : sides[0]!.length - 1] =
    axesIn(site, sides[0]!.length) ?? [];
  if (axis === 0 && sides.some(each => each[0] === 'B')) return refused('it joins images of a batch', line);
  const total = sides.reduce<number>((sum, each) => sum + Number(each[axis]), 0);
  return builder.emit({ op: 'concatenate', axis }, inputs, sides[0]!.with(axis, total), line);
}

function stacked(site: OperationSite): number {
  const { builder, inputs, line } = site;
  const [axis = 0] = axesIn(site, builder.sides(inputs[0]!).length + 1) ?? [];
  if (axis === 0) return refused('it puts an axis before the batch', line);
  return stackedAlong(builder, inputs, axis, line);
}

function turned(site: OperationSite): number {
  const { builder, history, line } = site;
  const axes = history.manner?.axes ?? refused('its order of axes is not known', line);
  return permuted(builder, only(site), axes, line);
}

/** `tensor[:, 0, 1:, None]` */
function indexed(site: OperationSite, indices: readonly Index[]): number {
  const { builder, line } = site;
  const place = only(site);
  const sides = builder.sides(place);
  const slices: { axis: number; start: number; stop: number; step: number }[] = [];
  const dropped: number[] = [];
  const isNew = (index: Index): boolean =>
    'at' in index && (index.at.kind === 'none' || (index.at.kind === 'reference' && index.at.path.endsWith('.newaxis')));
  const taking = indices.filter(index => !('rest' in index) && !isNew(index)).length;
  let axis = 0;
  for (const index of indices) {
    if (isNew(index)) continue;
    if ('rest' in index) {
      axis += sides.length - taking;
      continue;
    }
    const side = sides[axis];
    if ('slice' in index) {
      const [start, stop, step] = index.slice.map(bound => (bound === undefined || bound.kind === 'none' ? undefined : bound));
      if (start || stop || step) {
        const numbers = [start, stop, step].map(bound =>
          bound ? (numberIn(bound) ?? refused('a bound of this slice is not known', line)) : undefined,
        );
        const [from = 0, to, by = 1] = numbers;
        if (typeof side !== 'number' || by < 1) return refused('this slice is not followed', line);
        const within = (bound: number): number => Math.min(side, bound < 0 ? Math.max(0, side + bound) : bound);
        slices.push({ axis, start: within(from), stop: to === undefined ? side : within(to), step: by });
      }
    } else {
      const at = numberIn(index.at);
      if (at === undefined || typeof side !== 'number') return refused('this index is not followed', line);
      const start = at < 0 ? side + at : at;
      slices.push({ axis, start, stop: start + 1, step: 1 });
      dropped.push(axis);
    }
    axis += 1;
  }
  const output = wholeOutput(site);
  const kept = sides.flatMap((each, at): Side[] => {
    if (dropped.includes(at)) return [];
    const slice = slices.find(one => one.axis === at);
    return [slice ? Math.ceil((slice.stop - slice.start) / slice.step) : each];
  });
  const taken = slices.length === 0 ? place : builder.emit({ op: 'slice', slices, dropped }, [place], kept, line);
  return String(kept) === String(output) ? taken : reshapedTo(builder, taken, output, line);
}

/** Square or oblong patches that tile an image, each row by row with its channels, as `extract_patches` makes them. */
function patched(site: OperationSite): number {
  const { builder, line } = site;
  const place = only(site);
  const [batch, height, width, channels] = builder.sides(place);
  const [, rows, columns, entries] = wholeOutput(site);
  const [high, wide] = [Number(height) / Number(rows), Number(width) / Number(columns)];
  if (high * wide * Number(channels) !== Number(entries)) return refused('patches that overlap or leave pixels out are not computed', line);
  const apart = reshapedTo(builder, place, [batch!, rows!, high, columns!, wide, channels!], line);
  return reshapedTo(builder, permuted(builder, apart, [0, 1, 3, 2, 4, 5], line), [batch!, rows!, columns!, entries!], line);
}

const isFalse = (call: Call, name: string, place: number): boolean => {
  const value = argument(call, place, name);
  return value?.kind === 'boolean' && !value.value;
};

/** A function of every entry as Keras and TensorFlow define it, by the module that it comes from. */
function functionOf(site: OperationSite, name: string): number | undefined {
  const { builder, history, line } = site;
  const { call } = history;
  const place = only(site);
  const told = call ? call.positional.length + call.keywords.size - 1 : 0;
  if (name === 'negative') return times(builder, place, -1, line);
  if (name === 'square') return paired(builder, 'multiply', place, place, line);
  if (name === 'gelu') {
    // `ops.gelu` and `jax.nn.gelu` approximate unless they are told not to; `activations.gelu` and `tf.nn.gelu` do not.
    const isOps = /(^|\.)(ops|jax\.nn)\.gelu$|^jax\.nn\.gelu$/.test(history.operation ?? '');
    const given = call && argument(call, 1, 'approximate');
    const isApproximate = given ? given.kind === 'boolean' && given.value : isOps && !(call && isFalse(call, 'approximate', 1));
    return applied(builder, place, isApproximate ? 'gelu_tanh' : 'gelu', line);
  }
  if (name === 'softmax' || name === 'log_softmax') {
    const rank = builder.sides(place).length;
    const [axis = rank - 1] = axesIn(site, rank) ?? [];
    if (axis === 0) return refused('it goes along the batch', line);
    return builder.emit({ op: 'softmax', axis, logarithm: name !== 'softmax' }, [place], builder.sides(place), line);
  }
  if (name === 'leaky_relu' || name === 'elu') {
    const slope = call && (argument(call, 1, 'negative_slope') ?? call.keywords.get('alpha'));
    const number = slope ? (numberIn(slope) ?? refused('its slope is not known', line)) : name === 'elu' ? 1 : 0.2;
    return applied(builder, place, name, line, name === 'elu' ? { alpha: number } : { negative_slope: number });
  }
  if (name === 'clip' || name === 'clip_by_value') {
    const bounds = [1, 2].map(each => numberIn(call?.positional[each] ?? call?.keywords.get(CLIP_NAMES[each - 1]!)));
    const [min, max] = bounds;
    if (min === undefined || max === undefined) return refused('its bounds are not known', line);
    return clamped(builder, place, { min, max }, line);
  }
  if (name === 'power' || name === 'pow') {
    const exponent = numberIn(call?.positional[1]) ?? refused('its exponent is not known', line);
    return powered(builder, place, exponent, line);
  }
  return told > 0 ? undefined : applied(builder, place, name, line);
}

const CLIP_NAMES = ['x_min', 'x_max'];

const SAME = new Set(['identity', 'convert_to_tensor', 'asarray', 'array', 'cast', 'astype', 'dropout']);

/** Writes down how an operation of the source is computed. Throws `Undecided` with the reason where it cannot be. */
export function operationProgram(site: OperationSite): number {
  const { builder, history, inputs, line } = site;
  const { operands, indices, call, manner } = history;
  const name = history.function ?? history.operation ?? '';
  if (indices) return indexed(site, indices);
  if (operands) {
    const [left, right] = operands;
    if (Object.hasOwn(COMPARISONS, name)) return compared(site, name, operands);
    if (name === '@') return multiplied(builder, inputs, false, line);
    if (name === '**') {
      const exponent = numberIn(right) ?? refused('its exponent is not known', line);
      return exponent === 2 ? paired(builder, 'multiply', only(site), only(site), line) : powered(builder, only(site), exponent, line);
    }
    return Object.hasOwn(PAIRS, name) ? met(site, PAIRS[name]!, left, right) : refused(`\`${name}\` is not computed`, line);
  }
  if (!call) return refused('where this value comes from is not followed', line);
  if (Object.hasOwn(COMPARED, name)) return compared(site, COMPARED[name]!, call.positional);
  if (Object.hasOwn(PAIRS, name)) {
    const [left, right] = call.positional;
    if (!left || !right) return refused('what it is given is not followed', line);
    return met(site, PAIRS[name]!, left, right);
  }
  if (Object.hasOwn(REDUCED, name)) return reduced(site, REDUCED[name]!);
  if (SAME.has(name) && (history.step || name === 'dropout' || isSwitch(builder, only(site)))) return only(site);
  switch (name) {
    case 'arange':
      return numbered(site);
    case 'zeros':
    case 'ones':
      return builder.emit({ op: 'fill', number: name === 'ones' ? 1 : 0 }, [], wholeOutput(site), line);
    case 'reshape':
    case 'flatten':
    case 'expand_dims':
    case 'squeeze':
      return reshaped(site);
    case 'transpose':
    case 'swapaxes':
      return turned(site);
    case 'concat':
    case 'concatenate':
      return concatenated(site);
    case 'stack':
      return stacked(site);
    case 'broadcast_to':
      return expanded(site, listed(argument(call, 1, 'shape'), line));
    case 'tile':
      return tiled(site);
    case 'repeat':
      return repeated(site);
    case 'extract_patches':
      return patched(site);
    case 'tril':
    case 'triu':
    case 'band_part':
      return banded(site, name);
    case 'matmul':
      return multiplied(builder, inputs, manner?.transposesSecond === true, line);
    case 'einsum':
      return manner?.equation ? summed(builder, inputs, manner.equation, line) : refused('its equation is not followed', line);
    default:
      return functionOf(site, name) ?? refused(`\`${history.operation ?? name}\` is not followed with these arguments`, line);
  }
}

/** Whether a result is made of nothing but zeros and ones, which every type holds. */
const isSwitch = (builder: ProgramBuilder, place: number): boolean =>
  builder.constant(place)?.values.every(value => value === 0 || value === 1) ?? false;

const COMPARISONS: Readonly<Record<string, (left: number, right: number) => boolean>> = {
  '<': (left, right) => left < right,
  '<=': (left, right) => left <= right,
  '>': (left, right) => left > right,
  '>=': (left, right) => left >= right,
  '==': (left, right) => left === right,
  '!=': (left, right) => left !== right,
};

const COMPARED: Readonly<Record<string, string>> = {
  less: '<',
  less_equal: '<=',
  greater: '>',
  greater_equal: '>=',
  equal: '==',
  not_equal: '!=',
};

/** A comparison of numbers that depend on nothing: 1 where it holds, else 0. */
function compared({ builder, placeOf, line }: OperationSite, sign: string, given: readonly (Value | undefined)[]): number {
  const [left, right] = given.map(value => {
    const place = value && placeOf(value);
    const number = numberIn(value);
    return place === undefined ? number !== undefined && scalarArray(number) : builder.constant(place);
  });
  const made = left && right ? combined(left, right, (one, other) => Number(COMPARISONS[sign]!(one, other)), true) : undefined;
  if (!made) return refused('only numbers that depend on nothing are compared', line);
  return builder.emit({ op: 'numbers', values: [...made.values] }, [], made.shape, line);
}

/** `tril(x, k)`, `triu(x, k)`, `band_part(x, lower, upper)`: entries near the diagonal of matrices, zeros elsewhere. */
function banded(site: OperationSite, name: string): number {
  const { builder, history, line } = site;
  const place = only(site);
  const sides = builder.sides(place);
  const [rows, columns] = sides.slice(-2);
  if (typeof rows !== 'number' || typeof columns !== 'number') return refused('the sides of its matrices are not known', line);
  const told = (at: number, key: string, otherwise: number): number => {
    const value = argument(history.call!, at, key);
    return value ? (numberIn(value) ?? refused('which diagonals it keeps is not known', line)) : otherwise;
  };
  const [one, other] = name === 'band_part' ? [told(1, 'num_lower', -1), told(2, 'num_upper', -1)] : [told(1, 'k', 0), 0];
  const isKept = (above: number): boolean => {
    if (name === 'band_part') return (one < 0 || -above <= one) && (other < 0 || above <= other);
    return name === 'tril' ? above <= one : above >= one;
  };
  const values = Array.from({ length: rows * columns }, (_, i) => Number(isKept((i % columns) - Math.floor(i / columns))));
  return paired(builder, 'multiply', place, builder.emit({ op: 'numbers', values }, [], [rows, columns], line), line);
}

/** Whole numbers in a row. */
function numbered(site: OperationSite): number {
  const [side] = wholeOutput(site);
  const [first, second] = site.history.call!.positional;
  const from = numberIn(site.history.call!.keywords.get('start')) ?? (second ? numberIn(first) : 0) ?? 0;
  const values = Array.from({ length: Number(side) }, (_, index) => from + index);
  return site.builder.emit({ op: 'numbers', values }, [], [values.length], site.line);
}
