import type { Gain } from '../../../architecture/composition';
import type { Computation, Windows } from '../../../architecture/computation';
import type { Value } from '../../python/values';
import { dimension, numberOf, operateSides, productOf, times, windows, type Dimension } from './dimension';
import { axisArgument } from './moduleArguments';
import { perSample, type Recorder } from './recorder';
import type { Sides, SymbolicTensor } from './symbolicTensor';
import {
  bareTransposedGain,
  convolutionGain,
  maximumGain,
  meanGain,
  transposedConvolutionGain,
  type WindowAxis,
} from '../../../architecture/windowGains';

/** Reads an argument of a window by name, from a module or from a call of a function. */
export type Read = (name: string) => Value | undefined;

interface Windowed {
  readonly axes: readonly WindowAxis[];
  /** Zeros before and behind each axis. */
  readonly padding: Windows['padding'];
  /** How far the last window hangs over the padding behind each axis; absent where it never does, undefined where it is not known. */
  readonly beyond?: readonly number[] | undefined;
  readonly sides: Sides;
}

/** The windows of a convolution or pooling over the last `count` axes, and what they leave of them. Undefined when an argument is not known. */
function windowed(
  tensor: SymbolicTensor,
  count: number,
  read: Read,
  kernelName = 'kernel_size',
  strideDefault?: number,
): Windowed | undefined {
  const kernel = axisArgument(read(kernelName), count, undefined);
  const stride =
    axisArgument(read('stride'), count, strideDefault) ?? (read('stride') && read('stride')?.kind !== 'none' ? undefined : kernel);
  const dilation = axisArgument(read('dilation'), count, 1);
  const padding = read('padding');
  const word = padding?.kind === 'string' ? padding.value : undefined;
  const pad = word === undefined ? axisArgument(padding, count, 0) : word === 'valid' ? Array<number>(count).fill(0) : [];
  if (!kernel || !stride || !dilation || !pad || stride.some(each => each < 1)) return undefined;
  const axes = kernel.map((each, axis) => ({ kernel: each, stride: stride[axis]!, dilation: dilation[axis]! }));
  const ceiling = read('ceil_mode');
  const inner = tensor.sides?.slice(-count).map((side, axis) => {
    const { kernel: size, stride: step, dilation: spread } = axes[axis]!;
    if (word === 'same') return side;
    const added = 2 * pad[axis]! - spread * (size - 1) - 1;
    if (ceiling?.kind !== 'boolean' || !ceiling.value) return windows(side, added, step);
    return ceilingWindows(side, added, step, pad[axis]!);
  });
  const isCeiling = ceiling?.kind === 'boolean' && ceiling.value;
  const zeros = axes.map(({ kernel: size, dilation: spread }, axis): readonly [number, number] => {
    const total = spread * (size - 1);
    return word === 'same' ? [Math.floor(total / 2), Math.ceil(total / 2)] : [pad[axis]!, pad[axis]!];
  });
  return {
    axes,
    padding: zeros,
    ...(isCeiling && { beyond: overhang(inner, tensor.sides?.slice(-count), axes, pad) }),
    sides: tensor.sides && [...tensor.sides.slice(0, -count), ...(inner ?? [])],
  };
}

/** Windows as they are computed with. */
const plainWindows = ({ axes, padding }: Windowed): Windows => ({
  kernel: axes.map(({ kernel }) => kernel),
  stride: axes.map(({ stride }) => stride),
  dilation: axes.map(({ dilation }) => dilation),
  padding,
});

/** How far the last windows reach beyond the padded sides. */
function overhang(made: Sides, sides: Sides, axes: readonly WindowAxis[], pad: readonly number[]): readonly number[] | undefined {
  const found = axes.map(({ kernel, stride, dilation }, axis) => {
    const [after, before] = [numberOf(made?.[axis]), numberOf(sides?.[axis])];
    if (after === undefined || before === undefined) return NaN;
    return Math.max(0, (after - 1) * stride + dilation * (kernel - 1) + 1 - before - 2 * pad[axis]!);
  });
  return found.some(Number.isNaN) ? undefined : found;
}

/** With `ceil_mode` the last window may hang over, unless it starts beyond the padded input. */
function ceilingWindows(side: Dimension | undefined, added: number, stride: number, pad: number): Dimension | undefined {
  const length = numberOf(side);
  if (length === undefined) return undefined;
  const count = Math.ceil((length + added) / stride) + 1;
  return dimension((count - 1) * stride >= length + pad ? count - 1 : count);
}

/** A convolution with its kernel's shape. */
export interface ConvolutionLayer {
  readonly path: string;
  readonly tensor: string;
  readonly dimensions: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly transposed: boolean;
  /** Weight and bias in the state: null where there is none, undefined where it is not known. */
  /** A kernel that is computed. */
  readonly kernel?: SymbolicTensor | undefined;
  readonly names: { readonly weight: string | null | undefined; readonly bias: string | null | undefined };
}

/** `nn.Conv1d` … `nn.ConvTranspose3d`, `F.conv2d` and `F.conv_transpose2d` with a learnable kernel. */
export function convolve(recorder: Recorder, layer: ConvolutionLayer, tensor: SymbolicTensor, read: Read, line: number): SymbolicTensor {
  const { dimensions, inputs, outputs, path } = layer;
  const { sides } = tensor;
  const batched = sides?.length === dimensions + 2;
  const channels = sides && numberOf(sides.at(-dimensions - 1));
  if ((sides && !batched) || (channels !== undefined && channels !== inputs))
    return recorder.unknown(path, misfit(channels, inputs, sides, dimensions + 2), line, [tensor]);
  const features = batched ? 1 : undefined;
  const found = layer.transposed ? transposedWindows(tensor, dimensions, read) : windowed(tensor, dimensions, read, 'kernel_size', 1);
  if (!found) return recorder.unknown(path, 'the window of this convolution is not known', line, [tensor]);
  const result = found.sides?.with(1, dimension(outputs));
  const transposedGain = layer.tensor === '' ? bareTransposedGain : transposedConvolutionGain;
  const gain = paddedGain((layer.transposed ? transposedGain : convolutionGain)(found.axes), read);
  const aligned = features === undefined ? tensor : recorder.along(tensor, features, line);
  if (layer.kernel)
    return recorder.unknown(path, 'its kernel is computed', line, [aligned, layer.kernel], result, convolutionRun(layer, found, read));
  const operation = { kind: 'layer', path, tensor: layer.tensor, gain, run: convolutionRun(layer, found, read) } as const;
  return recorder.emit(operation, [aligned], result, line, features);
}

/** How a convolution computes; undefined where it pads with anything but zeros or has tensors of another model. */
function convolutionRun({ names, transposed, inputs }: ConvolutionLayer, found: Windowed, read: Read): Computation | undefined {
  const [windows, groups, mode] = [plainWindows(found), read('groups'), read('padding_mode')];
  const isZero = !mode || (mode.kind === 'string' && mode.value === 'zeros');
  const count = groups?.kind === 'integer' ? groups.value : groups ? undefined : 1;
  if (!isZero || names.weight === undefined || names.bias === undefined || count === undefined || inputs % count !== 0) return undefined;
  if (transposed)
    return names.weight === null
      ? undefined
      : { op: 'transposed convolution', weight: names.weight, bias: names.bias, groups: count, ...windows };
  return { op: 'convolution', weight: names.weight, bias: names.bias, groups: count, ...windows };
}

/** Padding with copies of entries stretches differences at the edges; only padding with zeros does not. */
function paddedGain(gain: Gain, read: Read): Gain {
  const mode = read('padding_mode');
  if (!mode || (mode.kind === 'string' && mode.value === 'zeros')) return gain;
  return { ...gain, euclidean: null };
}

const misfit = (channels: number | undefined, inputs: number, sides: Sides, rank: number): string =>
  sides?.length === rank
    ? `${String(channels)} channels do not fit a layer of ${inputs}`
    : `a tensor of ${String(sides?.length)} sides does not fit a layer that takes ${rank}`;

/** (side − 1)·stride − 2·padding + dilation·(kernel − 1) + output padding + 1; the padding is what goes at each end of that. */
function transposedWindows(tensor: SymbolicTensor, count: number, read: Read): Windowed | undefined {
  const kernel = axisArgument(read('kernel_size'), count, undefined);
  const [stride, dilation] = [axisArgument(read('stride'), count, 1), axisArgument(read('dilation'), count, 1)];
  const [pad, extra] = [axisArgument(read('padding'), count, 0), axisArgument(read('output_padding'), count, 0)];
  if (!kernel || !stride || !dilation || !pad || !extra) return undefined;
  const inner = tensor.sides?.slice(-count).map((side, axis) => {
    const added = dilation[axis]! * (kernel[axis]! - 1) + extra[axis]! - 2 * pad[axis]! + 1 - stride[axis]!;
    return side && operateSides('+', times(side, dimension(stride[axis]!)), dimension(added));
  });
  return {
    axes: kernel.map((each, axis) => ({ kernel: each, stride: stride[axis]!, dilation: dilation[axis]! })),
    padding: pad.map((each, axis): readonly [number, number] => [each, each - extra[axis]!]),
    sides: tensor.sides && [...tensor.sides.slice(0, -count), ...(inner ?? [])],
  };
}

/** `MaxPool1d` … `AvgPool3d`. */
export function pool(
  recorder: Recorder,
  name: string,
  kind: 'max' | 'avg',
  count: number,
  tensor: SymbolicTensor,
  read: Read,
  line: number,
) {
  const found = windowed(tensor, count, read);
  if (!found) return recorder.unknown(name, 'the window of this pooling is not known', line, [tensor]);
  const channels = tensor.sides && tensor.sides.length - count - 1;
  const aligned = channels === undefined ? tensor : recorder.along(tensor, channels, line);
  // With a divisor of one's own or without counting padding, a mean at the edge is of fewer entries.
  const exact = kind === 'max' || isAbsent(read('divisor_override'));
  const full = kind === 'max' || isAbsent(read('padding')) || read('count_include_pad')?.kind === 'boolean';
  const gain = kind === 'max' ? maximumGain(found.axes) : meanGain(found.axes);
  const edges = kind === 'avg' && excludesPadding(read) ? { ...gain, euclidean: null } : gain;
  return recorder.emit(
    { kind: 'pooling', name, gain: exact && full ? edges : { euclidean: null, rows: null }, run: poolRun(kind, found, read) },
    [aligned],
    found.sides,
    line,
    channels,
  );
}

function poolRun(of: 'max' | 'avg', found: Windowed, read: Read): Computation | undefined {
  const { beyond } = found;
  const windows = plainWindows(found);
  const isOpen = 'beyond' in found && !beyond;
  if (isOpen || windows.dilation.some(each => each !== 1) || !isAbsent(read('divisor_override'))) return undefined;
  const counted = read('count_include_pad');
  const countPadding = of === 'avg' && !(counted?.kind === 'boolean' && !counted.value);
  return { op: 'pool', of, countPadding, ...windows, ...(beyond?.some(each => each > 0) && { beyond }) };
}

const isAbsent = (value: Value | undefined): boolean => !value || value.kind === 'none' || (value.kind === 'integer' && value.value === 0);

const excludesPadding = (read: Read): boolean => {
  const [counted, ceiling] = [read('count_include_pad'), read('ceil_mode')];
  return (counted?.kind === 'boolean' && !counted.value) || (ceiling?.kind === 'boolean' && ceiling.value);
};

/** `AdaptiveAvgPool2d` and its like: windows that cover the input evenly, to a size that is given. */
export function adaptivePool(
  recorder: Recorder,
  name: string,
  kind: 'max' | 'avg',
  count: number,
  tensor: SymbolicTensor,
  read: Read,
  line: number,
) {
  const target = read('output_size');
  const items = target?.kind === 'sequence' ? target.items : Array<Value | undefined>(count).fill(target);
  const before = tensor.sides?.slice(-count);
  const after = items.map((item, axis) => {
    if (item?.kind === 'none') return before?.[axis];
    return item?.kind === 'integer' ? dimension(item.value) : undefined;
  });
  const channels = tensor.sides && tensor.sides.length - count - 1;
  const aligned = channels === undefined ? tensor : recorder.along(tensor, channels, line);
  const isGlobal = after.every(side => numberOf(side) === 1);
  const entries = perSample(before && productOf(before));
  const exact = before?.every((side, axis) => divides(after[axis], side)) ?? false;
  const windowsOf = perSample(productOf(after));
  const mean = entries !== undefined && windowsOf !== undefined && exact ? Math.sqrt(windowsOf / entries) : isGlobal ? 1 : null;
  const maximum = isGlobal || exact ? 1 : null;
  const spread = entries !== undefined && windowsOf !== undefined && exact ? Math.sqrt(entries / windowsOf) : null;
  const gain: Gain = kind === 'avg' ? { euclidean: mean, rows: 1 } : { euclidean: maximum, rows: spread };
  const sides = tensor.sides && [...tensor.sides.slice(0, -count), ...after];
  const run: Computation = { op: 'adaptive pool', of: kind, axes: count };
  return recorder.emit({ kind: 'pooling', name, gain, run }, [aligned], sides, line, channels);
}

const divides = (part: Dimension | undefined, whole: Dimension | undefined): boolean => {
  const [one, all] = [numberOf(part), numberOf(whole)];
  return one !== undefined && all !== undefined && one > 0 && all % one === 0;
};
