import { ISOMETRY } from '../../../architecture/composition';
import type { Computation } from '../../../architecture/computation';
import type { ModuleValue } from '../moduleValue';
import { sideValue, type Sides, type SymbolicTensor } from './symbolicTensor';
import { dimension, equalSides, exactQuotient, numberOf, operateSides, productOf, times, windows, type Dimension } from './dimension';
import { argumentValue, axisArgument, numberArgument } from './moduleArguments';
import type { Recorder } from './recorder';
import type { Value } from '../../python/values';
import { permute, reshape } from './shapes';
import { overlap } from '../../../architecture/windowGains';
import type { Read } from './windowLayers';

/** Layers that only move values about: padding, upsampling, pixel shuffling, unfolding. Undefined for every other. */
export function shapeLayer(
  recorder: Recorder,
  module: ModuleValue,
  name: string,
  tensor: SymbolicTensor,
  line: number,
): SymbolicTensor | undefined {
  const read: Read = argument => argumentValue(module, argument);
  const padding = /^(Zero|Constant|Reflection|Replication|Circular)Pad([123])d$/.exec(name);
  if (padding) {
    const pads = axisArgument(read('padding'), 2 * Number(padding[2]), undefined);
    const value = padding[1] === 'Zero' ? 0 : padding[1] === 'Constant' ? numberArgument(module, 'value') : undefined;
    if (pads && ['Reflection', 'Replication', 'Circular'].includes(padding[1]!))
      return padWithCopies(recorder, `nn.${name}`, tensor, pads, padding[1]!.toLowerCase(), line);
    return pads && pad(recorder, `nn.${name}`, tensor, pads, padding[1] === 'Zero', line, value);
  }
  if (name.startsWith('Upsampl')) {
    const mode = read('mode');
    const word = name === 'UpsamplingBilinear2d' ? 'bilinear' : mode?.kind === 'string' ? mode.value : 'nearest';
    return resample(recorder, `nn.${name}`, tensor, read, word, line);
  }
  if (name === 'PixelShuffle' || name === 'PixelUnshuffle') {
    const factor = numberArgument(module, name === 'PixelShuffle' ? 'upscale_factor' : 'downscale_factor');
    return factor === undefined ? undefined : shuffle(recorder, `nn.${name}`, tensor, factor, name === 'PixelShuffle', line);
  }
  if (name === 'Unfold') return unfold(recorder, tensor, read, line);
  if (name === 'Unflatten') {
    const [axis, sizes] = [numberArgument(module, 'dim'), read('unflattened_size')];
    if (axis === undefined || sizes?.kind !== 'sequence' || !tensor.sides) return undefined;
    const place = axis < 0 ? tensor.sides.length + axis : axis;
    return reshape(recorder, 'unflatten', tensor, tensor.sides.toSpliced(place, 1, ...sizes.items.map(sideValue)), line);
  }
  return undefined;
}

/**
 * Padding by `pads` entries, from the last axis on, undefined where their number is not known; with zeros, and where entries are cut off, no difference
 * grows. `value` is what it pads with, absent for copies of entries.
 */
export function pad(
  recorder: Recorder,
  name: string,
  tensor: SymbolicTensor,
  pads: readonly (number | undefined)[],
  isZero: boolean,
  line: number,
  value?: number,
): SymbolicTensor {
  const of = (axis: number, rank: number): [number, number] | undefined => {
    const place = 2 * (rank - 1 - axis);
    const [before, after] = place < pads.length ? [pads[place], pads[place + 1]] : [0, 0];
    return before === undefined || after === undefined ? undefined : [before, after];
  };
  const found = tensor.sides?.map((_, axis, all) => of(axis, all.length));
  const both = found?.every(each => each !== undefined) ? found : undefined;
  const run: Computation | undefined = both && value !== undefined ? { op: 'pad', padding: both, value } : undefined;
  const sides = tensor.sides?.map((side, axis, all) => {
    const added = of(axis, all.length);
    return added && side && operateSides('+', side, dimension(added[0] + added[1]));
  });
  const gain = isZero ? ISOMETRY : { euclidean: null, rows: 1 };
  return recorder.emit({ kind: 'padding', name, gain, run }, [tensor], sides, line, tensor.features);
}

/** Padding with copies of entries, one axis after the other: reflected at the ends, the last one repeated, or those of the other end. */
export function padWithCopies(
  recorder: Recorder,
  name: string,
  tensor: SymbolicTensor,
  pads: readonly (number | undefined)[],
  mode: string,
  line: number,
): SymbolicTensor {
  let made = tensor;
  const rank = tensor.sides?.length ?? 0;
  for (let axis = rank - 1; axis >= rank - pads.length / 2; axis--) {
    const [before, after] = [pads[2 * (rank - 1 - axis)], pads[2 * (rank - 1 - axis) + 1]];
    const side = numberOf(made.sides?.[axis]);
    if (before === 0 && after === 0) continue;
    const from = (place: number): number => {
      if (mode.startsWith('repli')) return Math.min(side! - 1, Math.max(0, place));
      if (mode.startsWith('circ')) return (place + side!) % side!;
      return place < 0 ? -place : place >= side! ? 2 * side! - 2 - place : place;
    };
    const isKnown = before !== undefined && after !== undefined && side !== undefined;
    const places = isKnown ? Array.from({ length: before + side + after }, (_, place) => from(place - before)) : undefined;
    const run: Computation | undefined = places && { op: 'pick', axis, places };
    const sides = made.sides?.with(axis, places && dimension(places.length));
    made = recorder.emit({ kind: 'padding', name, gain: { euclidean: null, rows: 1 }, run }, [made], sides, line, made.features);
  }
  return made;
}

/** `nn.Upsample` and `F.interpolate`. Means of neighbours are convex: rows do not grow. */
export function resample(recorder: Recorder, name: string, tensor: SymbolicTensor, read: Read, mode: string, line: number): SymbolicTensor {
  const { sides } = tensor;
  const count = (sides?.length ?? 2) - 2;
  const factor = factorArgument(read('scale_factor'), count);
  const size = read('size');
  const sizes = size?.kind === 'sequence' ? size.items.map(sideValue) : Array<Dimension | undefined>(count).fill(sideValue(size));
  const inner = sides?.slice(2).map((side, axis) => sizes[axis] ?? (factor && side && scaled(side, factor[axis]!)));
  const repeats = inner?.map((side, axis) => side && sides?.[axis + 2] && exactQuotient(side, sides[axis + 2]!));
  const all = repeats && numberOf(productOf(repeats));
  const isNearest = mode.startsWith('nearest');
  const convex = isNearest || ['linear', 'bilinear', 'trilinear', 'area'].includes(mode);
  const gain = { euclidean: isNearest && all !== undefined ? Math.sqrt(all) : null, rows: convex ? 1 : null };
  const result: Sides = sides && inner ? [...sides.slice(0, 2), ...inner] : undefined;
  const factors = repeats?.map(numberOf);
  const isWhole = mode === 'nearest' && factors !== undefined && !factors.includes(undefined);
  const flag = (argument: string) => read(argument)?.kind === 'boolean' && (read(argument) as { value: boolean }).value;
  const kernel = ({ nearest: 'nearest', linear: 'linear', bilinear: 'linear', bicubic: 'cubic' } as const)[mode];
  const scales = factor && !flag('recompute_scale_factor') ? factor : Array<null>(count).fill(null);
  const isSmoothed = flag('antialias') && !inner?.every((side, axis) => side && equalSides(side, sides![axis + 2] ?? dimension(0)));
  const resampled: Computation | undefined =
    kernel && !isSmoothed ? { op: 'resample', mode: kernel, corners: flag('align_corners'), scales } : undefined;
  const run: Computation | undefined = isWhole ? { op: 'upsample', factors: factors as number[] } : resampled;
  return recorder.emit({ kind: 'resampling', name, gain, run }, [tensor], result, line, tensor.features);
}

const scaled = (side: Dimension, factor: number): Dimension | undefined => {
  if (Number.isInteger(factor)) return times(side, dimension(factor));
  const number = numberOf(side);
  return number === undefined ? undefined : dimension(Math.floor(number * factor));
};

/** One factor for each axis, given once for all or as a sequence. */
function factorArgument(value: Value | undefined, axes: number): readonly number[] | undefined {
  const items = value?.kind === 'sequence' && !value.doubt ? value.items : Array<Value | undefined>(axes).fill(value);
  const numbers = items.map(item => (item?.kind === 'integer' || item?.kind === 'float' ? item.value : NaN));
  return numbers.some(Number.isNaN) || numbers.length !== axes ? undefined : numbers;
}

/** Channels to pixels and back. */
function shuffle(recorder: Recorder, name: string, tensor: SymbolicTensor, factor: number, isUp: boolean, line: number): SymbolicTensor {
  const { sides } = tensor;
  const [batch, channels, height, width] = sides ?? [];
  const square = dimension(factor * factor);
  const divide = (side: Dimension | undefined, by: Dimension) => side && operateSides('//', side, by);
  const multiplied = (side: Dimension | undefined, by: Dimension) => side && times(side, by);
  const by = dimension(factor);
  const result = isUp
    ? [batch, divide(channels, square), multiplied(height, by), multiplied(width, by)]
    : [batch, multiplied(channels, square), divide(height, by), divide(width, by)];
  const gain = { euclidean: 1, rows: isUp ? 1 : factor };
  if (sides?.length !== 4) return recorder.emit({ kind: 'reshape', name, gain }, [tensor], undefined, line, 1);
  const apart = isUp ? [batch, result[1], by, by, height, width] : [batch, channels, result[2], by, result[3], by];
  const split = reshape(recorder, name, tensor, apart, line);
  return reshape(recorder, name, permute(recorder, name, split, isUp ? [0, 1, 4, 2, 5, 3] : [0, 1, 3, 5, 2, 4], line), result, line);
}

/** `nn.Unfold` and `F.unfold`: the windows of an image as columns. */
export function unfold(recorder: Recorder, tensor: SymbolicTensor, read: Read, line: number): SymbolicTensor | undefined {
  const kernel = axisArgument(read('kernel_size'), 2, undefined);
  const [stride, dilation, padding] = [
    axisArgument(read('stride'), 2, 1),
    axisArgument(read('dilation'), 2, 1),
    axisArgument(read('padding'), 2, 0),
  ];
  const { sides } = tensor;
  if (!kernel || !stride || !dilation || !padding || sides?.length !== 4) return undefined;
  const aligned = recorder.along(tensor, 1, line);
  const counts = [0, 1].map(axis =>
    windows(sides[axis + 2], 2 * padding[axis]! - dilation[axis]! * (kernel[axis]! - 1) - 1, stride[axis]!),
  );
  const entries = kernel[0]! * kernel[1]!;
  const axes = [0, 1].map(axis => ({ kernel: kernel[axis]!, stride: stride[axis]!, dilation: dilation[axis]! }));
  const gain = { euclidean: Math.sqrt(overlap(axes)), rows: Math.sqrt(entries) };
  const result = [sides[0], sides[1] && times(sides[1], dimension(entries)), productOf(counts)];
  const zeros = padding.map((each): [number, number] => [each, each]);
  const run: Computation = { op: 'unfold', kernel, stride, dilation, padding: zeros };
  return recorder.emit({ kind: 'gather', name: 'unfold', gain, run }, [aligned], result, line, 1);
}
