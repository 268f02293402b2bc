import { ISOMETRY } from '../../../architecture/composition';
import type { Computation } from '../../../architecture/computation';
import { tuple, type Value } from '../../python/values';
import { exactQuotient, dimension, numberOf, sideOf, times, type Dimension } from './dimension';
import { isTruthType } from './creation';
import { mapped } from '../../python/numberArray';
import { emitNumbers, numbersBehind } from './fixedNumbers';
import { contraction } from './elementwise';
import { concatenate } from './joins';
import { flatten } from './layerCalls';
import { keptSides, type TensorCall } from './operation';
import { pad, padWithCopies, resample, unfold } from './shapeLayers';
import { permute, reshape, squeeze, transpose, unsqueeze } from './shapes';
import { CHANCE, randomChoice } from './randomOrder';
import { sliced } from './slices';
import { axisOf, sideValue, SizeValue, SymbolicTensor } from './symbolicTensor';
import { valueOperation } from './valueOperations';

type Operation = (call: TensorCall) => Value | undefined;

/** The same entries, as truth values where that is their type then. */
const same: Operation = call => {
  const isTruth = [...call.rest, ...call.call.keywords.values()].some(isTruthType);
  return isTruth ? (valueOperation('bool')!(call) ?? call.tensor) : call.tensor;
};

const view: Operation = call => reshape(call.recorder, call.name, call.tensor, call.sides('shape'), call.line);

const viewAs: Operation = call => {
  const other = call.other(0, 'other');
  return other && reshape(call.recorder, call.name, call.tensor, other.sides, call.line);
};

/** Whole numbers of a tensor that no input changes. */
const truncated: Operation = ({ recorder, tensor, line }) => {
  const numbers = numbersBehind(recorder, tensor);
  return numbers ? emitNumbers(recorder, mapped(numbers, Math.trunc, true), tensor.sides, line) : undefined;
};

/** Parts of a tensor along one axis. */
function parts(call: TensorCall, axis: number, lengths: readonly (Dimension | undefined)[], first: number | undefined = 0): Value {
  const { recorder, tensor, line, name } = call;
  const place = tensor.sides && axisOf(axis, tensor.sides.length);
  let start: number | undefined = first;
  return tuple(
    lengths.map(length => {
      const from = start;
      const size = numberOf(length);
      start = from === undefined || size === undefined ? undefined : from + size;
      return recorder.emit(
        { kind: 'selection', name, gain: ISOMETRY, run: start === undefined ? undefined : sliced(place ?? axis, from!, start) },
        [tensor],
        place === undefined ? undefined : tensor.sides?.with(place, length),
        line,
        tensor.features,
      );
    }),
  );
}

const chunk: Operation = call => {
  const [count, axis] = [call.number(0, 'chunks'), call.number(1, 'dim', 0)];
  const side = axis === undefined ? undefined : call.tensor.sides?.at(axis);
  if (count === undefined || axis === undefined || count > 4096) return undefined;
  const length = side && exactQuotient(side, dimension(count));
  return side && !length && numberOf(side) !== undefined ? undefined : parts(call, axis, Array<Dimension | undefined>(count).fill(length));
};

const split: Operation = call => {
  const sizes = call.argument(0, call.rest[0] ? '' : 'split_size_or_sections') ?? call.argument(0, 'split_size');
  const axis = call.number(1, 'dim', 0);
  const side = axis === undefined ? undefined : call.tensor.sides?.at(axis);
  if (axis === undefined || !side) return undefined;
  if (sizes?.kind === 'sequence' && !sizes.doubt) return parts(call, axis, sizes.items.map(sideValue));
  const size = sideValue(sizes);
  const [whole, part] = [numberOf(side), size && numberOf(size)];
  const exact = size && numberOf(exactQuotient(side, size));
  if (exact !== undefined && exact <= 4096) return parts(call, axis, Array<Dimension | undefined>(exact).fill(size));
  if (whole === undefined || !part || whole / part > 4096) return undefined;
  return parts(
    call,
    axis,
    Array.from({ length: Math.ceil(whole / part) }, (_, index) => dimension(Math.min(part, whole - index * part))),
  );
};

/** `unbind`: the parts of side 1, without the axis. */
export function unbind({ recorder, tensor, line }: Pick<TensorCall, 'recorder' | 'tensor' | 'line'>, axis: number): Value[] | undefined {
  const { sides } = tensor;
  const place = sides && axisOf(axis, sides.length);
  const length = place === undefined ? undefined : numberOf(sides?.[place]);
  if (!sides || place === undefined || length === undefined || length > 4096) return undefined;
  const isRow = place === tensor.features;
  const features = isRow ? undefined : tensor.features - (place < tensor.features ? 1 : 0);
  const gain = { euclidean: 1, rows: isRow ? null : 1 };
  return Array.from({ length }, (_, index) => {
    const slices = [{ axis: place, start: index, stop: index + 1, step: 1 }];
    const run: Computation = { op: 'slice', slices, dropped: [place] };
    return recorder.emit({ kind: 'selection', name: 'unbind', gain, run }, [tensor], sides.toSpliced(place, 1), line, features);
  });
}

const expand: Operation = call => {
  const given = call.sides('size');
  const { sides } = call.tensor;
  if (!given || !sides) return undefined;
  return call.recorder.expand(call.tensor, keptSides(given, sides), call.line);
};

const repeat: Operation = call => {
  const { recorder, tensor, line } = call;
  const given = call.sides('repeats');
  if (!given || !tensor.sides || given.length < tensor.sides.length) return undefined;
  const sides = given.map((times_, axis) => {
    const before = tensor.sides![axis - given.length + tensor.sides!.length] ?? dimension(1);
    return times_ && times(before, times_);
  });
  const features = tensor.features + given.length - tensor.sides.length;
  const isOne = (side: Dimension | undefined) => side && numberOf(side) === 1;
  const more = given.filter(side => !isOne(side)).map(side => (side?.symbols.every(symbol => symbol === 'B') ? side.factor : undefined));
  const count = more.reduce<number | undefined>((total, each) => (total === undefined || each === undefined ? undefined : total * each), 1);
  const gain = { euclidean: count === undefined ? null : Math.sqrt(count), rows: isOne(given[features]) ? 1 : null };
  const run: Computation = { op: 'repeat', times: given.map(side => sideOf(side) ?? '?') };
  return recorder.emit({ kind: 'resampling', name: 'repeat', gain, run }, [tensor], sides, line, features);
};

/** `flip(dims)`. */
const flip: Operation = call => {
  const { recorder, name, line } = call;
  const axes = call.axes(0, 'dims');
  const given = axes !== 'all' && axes && call.rest.length > 1 ? call.rest.map(item => (item.kind === 'integer' ? item.value : NaN)) : axes;
  let made = call.tensor;
  if (!made.sides || given === undefined || given === 'all') return contraction(recorder, 'reshape', name, made, line);
  const { sides } = made;
  for (const each of given) {
    const axis = axisOf(each, sides.length);
    const side = numberOf(sides[axis]);
    const run: Computation | undefined =
      side === undefined ? undefined : { op: 'pick', axis, places: Array.from({ length: side }, (_, place) => side - 1 - place) };
    made = contraction(recorder, 'reshape', name, made, line, run);
  }
  return made;
};

/** `roll(shifts, dims)`. */
const roll: Operation = call => {
  const { recorder, name, line } = call;
  const [by, axes] = [call.axes(0, 'shifts'), call.axes(1, 'dims')];
  let made = call.tensor;
  const rank = made.sides?.length;
  if (rank === undefined || by === undefined || by === 'all' || axes === undefined || axes === 'all' || by.length !== axes.length)
    return contraction(recorder, 'reshape', name, made, line);
  for (const [place, axis] of axes.entries())
    made = contraction(recorder, 'reshape', name, made, line, { op: 'roll', axis: axisOf(axis, rank), by: by[place]! });
  return made;
};

/** Sums of all entries up to each. */
const cumulate: Operation = call => {
  const { recorder, tensor, line, name } = call;
  const axis = call.number(0, 'dim');
  if (axis === undefined || !tensor.sides) return undefined;
  const run: Computation = { op: 'cumulate', axis: axisOf(axis, tensor.sides.length) };
  return recorder.dependsOnInput(tensor)
    ? recorder.unknown(name, `\`${name}\` has no bound here`, line, [tensor], tensor.sides, run)
    : recorder.emit({ kind: 'constant', entry: null, run, taking: [tensor] }, [], tensor.sides, line);
};

/** Every entry some times in a row along an axis. */
const repeatInterleave: Operation = call => {
  const { recorder, tensor, line, name } = call;
  const [count, axis] = [call.number(0, 'repeats'), call.number(1, 'dim')];
  const place = axis === undefined || !tensor.sides ? undefined : axisOf(axis, tensor.sides.length);
  const side = place === undefined ? undefined : tensor.sides![place];
  if (count === undefined || place === undefined || !side) return undefined;
  const apart = unsqueeze(recorder, name, tensor, place + 1, line);
  const spread = recorder.expand(apart, apart.sides!.with(place + 1, dimension(count)), line, name);
  return reshape(recorder, name, spread, tensor.sides!.with(place, times(side, dimension(count))), line);
};

/** Entries at places that do not depend on the input, along one axis. */
const gather: Operation = call => {
  const { recorder, tensor, line } = call;
  const axis = call.number(0, 'dim');
  const index = call.other(1, 'index');
  if (axis === undefined || !index) return undefined;
  const chosen = recorder.runs[index.node]?.computation;
  if (recorder.dependsOnInput(index)) return call.unknown('which entries it takes depends on the input');
  const isWhole = call.name === 'gather';
  const place = tensor.sides && axisOf(axis, tensor.sides.length);
  const sides = isWhole ? index.sides : place === undefined ? undefined : tensor.sides?.with(place, index.sides?.[0]);
  const rows = place !== undefined && place !== tensor.features ? 1 : null;
  const isListed = !isWhole && place !== undefined && chosen?.op === 'numbers';
  const choice = isWhole && place !== undefined ? randomChoice(recorder, tensor, place, index) : undefined;
  // Every token in an order of chance: the order that they are in is as likely as any other.
  const kept: Computation | undefined = choice === 'whole' ? { op: 'same' } : undefined;
  const run: Computation | undefined = isListed ? { op: 'pick', axis: place, places: chosen.values } : kept;
  const operation = { kind: 'gather', name: call.name, gain: { euclidean: null, rows }, run } as const;
  const made = recorder.emit(operation, [tensor], sides, line, tensor.features);
  if (choice === 'part') recorder.reasons.set(made.node, CHANCE);
  return made;
};

const narrow: Operation = call => {
  const [axis, length] = [call.number(0, 'dim'), sideValue(call.argument(2, 'length'))];
  if (axis === undefined || !length) return undefined;
  const [part] = (parts(call, axis, [length], numberOf(sideValue(call.argument(1, 'start')))) as { items: Value[] }).items;
  return part;
};

const rearranged: Operation = call => {
  const [first, second] = [call.number(0, 'dim0', call.number(0, 'axis0')), call.number(1, 'dim1', call.number(1, 'axis1'))];
  return first === undefined || second === undefined
    ? undefined
    : transpose(call.recorder, call.name, call.tensor, first, second, call.line);
};

const padded: Operation = call => {
  const pads = call.argument(0, 'pad');
  const [mode, value] = [call.argument(1, 'mode'), call.number(2, 'value', 0)];
  if (pads?.kind !== 'sequence' || pads.doubt) return undefined;
  const isOpen = (item: Value) => item instanceof SizeValue || (item.kind === 'undecided' && item.plain);
  const sizes = pads.items.map(item => (item.kind === 'integer' ? item.value : isOpen(item) ? undefined : NaN));
  if (sizes.some(Number.isNaN)) return undefined;
  const isConstant = !mode || (mode.kind === 'string' && mode.value === 'constant');
  if (!isConstant && mode.kind === 'string') return padWithCopies(call.recorder, 'F.pad', call.tensor, sizes, mode.value, call.line);
  return pad(call.recorder, 'F.pad', call.tensor, sizes, isConstant && value === 0, call.line, isConstant ? value : undefined);
};

const keyword =
  (call: TensorCall, names: readonly string[]) =>
  (name: string): Value | undefined =>
    call.argument(names.includes(name) ? names.indexOf(name) : 99, name);

/** Operations that move values about. Undefined from one means that its arguments are not followed. */
export const SHAPE_OPERATIONS: Readonly<Record<string, Operation>> = {
  ...Object.fromEntries(
    'contiguous clone detach to float half double bfloat16 type type_as cuda cpu requires_grad_ nan_to_num'
      .split(' ')
      .map(name => [name, same]),
  ),
  view,
  reshape: view,
  reshape_as: viewAs,
  view_as: viewAs,
  long: truncated,
  int: truncated,
  flatten: call => flatten(call.recorder, call.tensor, call.number(0, 'start_dim', 0), call.number(1, 'end_dim', -1), call.line),
  unflatten: call => {
    const [axis, sizes] = [call.number(0, 'dim'), call.argument(1, 'sizes')];
    const place = axis === undefined || !call.tensor.sides ? undefined : axisOf(axis, call.tensor.sides.length);
    if (place === undefined || sizes?.kind !== 'sequence') return undefined;
    return reshape(
      call.recorder,
      'unflatten',
      call.tensor,
      call.tensor.sides!.toSpliced(place, 1, ...sizes.items.map(sideValue)),
      call.line,
    );
  },
  permute: call => {
    const order = call.sides('dims')?.map(numberOf);
    return order && !order.includes(undefined) ? permute(call.recorder, 'permute', call.tensor, order as number[], call.line) : undefined;
  },
  transpose: rearranged,
  swapaxes: rearranged,
  swapdims: rearranged,
  t: call => transpose(call.recorder, 't', call.tensor, -2, -1, call.line),
  unsqueeze: call => {
    const axis = call.number(0, 'dim');
    return axis === undefined ? undefined : unsqueeze(call.recorder, 'unsqueeze', call.tensor, axis, call.line);
  },
  squeeze: call => squeeze(call.recorder, 'squeeze', call.tensor, call.number(0, 'dim'), call.line),
  chunk,
  split,
  unbind: call => {
    const all = unbind(call, call.number(0, 'dim', 0) ?? 0);
    return all && tuple(all);
  },
  expand,
  expand_as: call => {
    const other = call.other(0, 'other');
    return other && call.recorder.expand(call.tensor, other.sides, call.line);
  },
  repeat,
  flip,
  roll,
  cumsum: cumulate,
  repeat_interleave: repeatInterleave,
  gather,
  index_select: gather,
  narrow,
  pad: padded,
  interpolate: call => {
    const mode = call.argument(2, 'mode');
    const word = mode?.kind === 'string' ? mode.value : mode ? 'not known' : 'nearest';
    return resample(
      call.recorder,
      'F.interpolate',
      call.tensor,
      keyword(call, ['size', 'scale_factor', 'mode', 'align_corners', 'recompute_scale_factor', 'antialias']),
      word,
      call.line,
    );
  },
  unfold: call => unfold(call.recorder, call.tensor, keyword(call, ['kernel_size', 'dilation', 'padding', 'stride']), call.line),
};

/** `torch.cat` and `torch.stack`. */
export function joinList(recorder: TensorCall['recorder'], name: string, values: readonly Value[], axis: number, line: number): Value {
  const tensors = values.map(value => recorder.tensor(value, line));
  if (tensors.length === 0 || tensors.includes(undefined)) return recorder.unknown(name, 'what is joined is not known', line);
  const known = tensors as SymbolicTensor[];
  if (name !== 'stack') return concatenate(recorder, known, axis, line);
  return concatenate(
    recorder,
    known.map(tensor => unsqueeze(recorder, 'unsqueeze', tensor, axis, line)),
    axis,
    line,
  );
}
