import type { Windows } from '../../../architecture/computation';
import type { Side } from '../../../architecture/composition';
import { refused, type ProgramBuilder } from './programBuilder';

/** One axis of windows as frameworks with channels last write them. */
export interface WindowArguments {
  readonly kernel: readonly number[];
  readonly stride: readonly number[];
  readonly dilation: readonly number[];
  /** `valid`, `same`, `causal`, or what goes before and behind each axis. */
  readonly padding: string | readonly (readonly [before: number, after: number])[];
}

/** A kernel and a bias by their names in the state; the kernel's saved shape. */
export interface Weights {
  readonly kernel: string;
  readonly shape: readonly number[];
  readonly bias: string | null;
}

const product = (sides: readonly number[]): number => sides.reduce((total, side) => total * side, 1);

const count = (rank: number): number[] => Array.from({ length: rank }, (_, axis) => axis);

/** [batch, …positions, channels] as [batch, channels, …positions]. */
export function channelsFirst(builder: ProgramBuilder, place: number, line: number): number {
  const sides = builder.sides(place);
  if (sides.length < 3) return place;
  const order = [0, sides.length - 1, ...count(sides.length - 2).map(axis => axis + 1)];
  return permuted(builder, place, order, line);
}

/** [batch, channels, …positions] as [batch, …positions, channels]. */
export function channelsLast(builder: ProgramBuilder, place: number, line: number): number {
  const sides = builder.sides(place);
  if (sides.length < 3) return place;
  return permuted(builder, place, [0, ...count(sides.length - 2).map(axis => axis + 2), 1], line);
}

export function permuted(builder: ProgramBuilder, place: number, order: readonly number[], line: number): number {
  const sides = builder.sides(place);
  const before = builder.turnedBack(place, order);
  if (before !== undefined) return before;
  return builder.emit(
    { op: 'permute', order },
    [place],
    order.map(axis => sides[axis]!),
    line,
  );
}

export function reshapedTo(builder: ProgramBuilder, place: number, shape: readonly Side[], line: number): number {
  return builder.emit({ op: 'reshape' }, [place], shape, line);
}

/** x · kernel + bias over the last axis; the kernel is saved as [inputs, outputs], or with more axes of either, `inputAxes` of them inputs. */
export function dense(builder: ProgramBuilder, x: number, { kernel, shape, bias }: Weights, line: number, inputAxes = 1): number {
  const [inputs, outputs] = [shape.slice(0, inputAxes), shape.slice(inputAxes)];
  const order = [...count(shape.length).slice(inputAxes), ...count(inputAxes)];
  const weight = builder.see(kernel, order, [product(outputs), product(inputs)], line);
  if (bias !== null && outputs.length > 1) builder.see(bias, count(outputs.length), [product(outputs)], line);
  const sides = builder.sides(x);
  if (sides.at(-1) !== product(inputs))
    return refused(`its kernel takes ${product(inputs)} numbers and it is given ${String(sides.at(-1))}`, line);
  return builder.emit({ op: 'linear', weight, bias }, [x], [...sides.slice(0, -1), product(outputs)], line);
}

/** Positions of a tensor [batch, …positions, channels] as numbers. Throws `Undecided` where one is free. */
function positions(builder: ProgramBuilder, x: number, axes: number, line: number): readonly number[] {
  const sides = builder.sides(x);
  const found = sides.slice(1, -1).filter(side => typeof side === 'number');
  if (sides.length !== axes + 2 || found.length !== axes)
    return refused(`it slides over ${axes} axes and is given (${sides.join(', ')})`, line);
  return found;
}

/** Zeros around each axis, and how many windows there are then. As TensorFlow pads: what is odd goes behind. */
function padded({ kernel, stride, dilation, padding }: WindowArguments, sides: readonly number[], line: number) {
  const around = sides.map((side, axis): readonly [number, number] => {
    if (typeof padding !== 'string') return padding[axis]!;
    const reach = dilation[axis]! * (kernel[axis]! - 1) + 1;
    if (padding === 'valid') return [0, 0];
    if (padding === 'causal') return [reach - 1, 0];
    if (padding !== 'same') return refused(`padding \`${padding}\` is not followed`, line);
    const total = Math.max(0, (Math.ceil(side / stride[axis]!) - 1) * stride[axis]! + reach - side);
    return [Math.floor(total / 2), Math.ceil(total / 2)];
  });
  const counts = sides.map((side, axis) => {
    const reach = dilation[axis]! * (kernel[axis]! - 1) + 1;
    return Math.floor((side + around[axis]![0] + around[axis]![1] - reach) / stride[axis]!) + 1;
  });
  return { around, counts };
}

const windowsOf = ({ kernel, stride, dilation }: WindowArguments, padding: Windows['padding']): Windows => ({
  kernel,
  stride,
  dilation,
  padding,
});

/** A convolution of x [batch, …positions, channels], its kernel saved as [sizes…, inputs/groups, outputs]. */
export function convolved(
  builder: ProgramBuilder,
  x: number,
  { kernel, shape, bias }: Weights,
  windows: WindowArguments,
  groups: number,
  line: number,
): number {
  const axes = shape.length - 2;
  const { around, counts } = padded(windows, positions(builder, x, axes, line), line);
  const [inputs, outputs] = [shape[axes]!, shape[axes + 1]!];
  const weight = builder.see(kernel, [axes + 1, axes, ...count(axes)], [outputs, inputs, ...shape.slice(0, axes)], line);
  return windowed(builder, x, { op: 'convolution', weight, bias, groups, ...windowsOf(windows, around) }, [outputs, ...counts], line);
}

/** A convolution of every channel by itself, its kernel saved as [sizes…, channels, multiplier]. */
export function convolvedByChannel(
  builder: ProgramBuilder,
  x: number,
  { kernel, shape, bias }: Weights,
  windows: WindowArguments,
  line: number,
): number {
  const axes = shape.length - 2;
  const { around, counts } = padded(windows, positions(builder, x, axes, line), line);
  const [channels, multiplier] = [shape[axes]!, shape[axes + 1]!];
  const outputs = channels * multiplier;
  const weight = builder.see(kernel, [axes, axes + 1, ...count(axes)], [outputs, 1, ...shape.slice(0, axes)], line);
  const computation = { op: 'convolution', weight, bias, groups: channels, ...windowsOf(windows, around) } as const;
  return windowed(builder, x, computation, [outputs, ...counts], line);
}

/** A transposed convolution, its kernel saved as [sizes…, outputs, inputs], to `sides` positions; `same` or `valid`. */
export function convolvedBack(
  builder: ProgramBuilder,
  x: number,
  { kernel, shape, bias }: Weights,
  windows: WindowArguments,
  sides: readonly number[],
  line: number,
): number {
  const axes = shape.length - 2;
  const before = positions(builder, x, axes, line);
  const padding = before.map((side, axis): readonly [number, number] => {
    const reach = windows.dilation[axis]! * (windows.kernel[axis]! - 1) + 1;
    const total = (side - 1) * windows.stride[axis]! + reach - sides[axis]!;
    const first = windows.padding === 'same' ? Math.floor(Math.max(0, total) / 2) : 0;
    return [first, total - first];
  });
  return spread(builder, x, { kernel, shape, bias }, { windows, padding, sides }, line);
}

/** How far a transposed convolution reaches: what goes at each end, and the positions that it makes. */
interface Spread {
  readonly windows: WindowArguments;
  readonly padding: Windows['padding'];
  readonly sides: readonly number[];
  /** Whether its kernel is saved as [sizes…, inputs, outputs], to be run through backwards. */
  readonly isTurned?: boolean;
}

/** A transposed convolution, its kernel saved as [sizes…, outputs, inputs] unless it is turned. */
export function spread(
  builder: ProgramBuilder,
  x: number,
  { kernel, shape, bias }: Weights,
  { windows, padding, sides, isTurned = false }: Spread,
  line: number,
): number {
  const axes = shape.length - 2;
  const ends = isTurned ? [axes, axes + 1] : [axes + 1, axes];
  const [inputs, outputs] = ends.map(axis => shape[axis]!) as [number, number];
  const weight = builder.see(kernel, [...ends, ...count(axes)], [inputs, outputs, ...shape.slice(0, axes)], line, isTurned);
  const computation = { op: 'transposed convolution', weight, bias, groups: 1, ...windowsOf(windows, padding) } as const;
  return windowed(builder, x, computation, [outputs, ...sides], line);
}

/** Maxima or means of windows; means leave out what lies around the input. */
export function pooled(builder: ProgramBuilder, x: number, of: 'max' | 'avg', windows: WindowArguments, line: number): number {
  const { around, counts } = padded(windows, positions(builder, x, windows.kernel.length, line), line);
  const channels = builder.sides(x).at(-1) as number;
  const computation = { op: 'pool', of, countPadding: false, ...windowsOf(windows, around) } as const;
  return windowed(builder, x, computation, [channels, ...counts], line);
}

function windowed(
  builder: ProgramBuilder,
  x: number,
  computation: Parameters<ProgramBuilder['emit']>[0],
  made: readonly number[],
  line: number,
): number {
  const [batch] = builder.sides(x);
  const result = builder.emit(computation, [channelsFirst(builder, x, line)], [batch!, ...made], line);
  return channelsLast(builder, result, line);
}

/** What a query may look at: keys up to its own place, or those where a result [queries, keys], images or heads before them, is 1 and not 0. */
export type Mask = 'causal' | number;

/** What is added to a score that does not count. */
const HIDDEN = -1e9;

/** The weights of keys, [batch, heads, queries, keys], of which a mask leaves some out. */
function masked(builder: ProgramBuilder, q: number, k: number, scale: number, mask: Mask, line: number): number {
  const shape = [...builder.sides(q).slice(0, -1), builder.sides(k).at(-1)!];
  const [queries, keys] = shape.slice(-2).map(Number) as [number, number];
  const scores = builder.emit({ op: 'matrix product' }, [q, k], shape, line);
  const scaled = builder.emit({ op: 'times', number: scale }, [scores], shape, line);
  const values = (): number[] => Array.from({ length: queries * keys }, (_, i) => (i % keys > Math.floor(i / keys) ? HIDDEN : 0));
  let added: number;
  if (mask === 'causal') added = builder.emit({ op: 'numbers', values: values() }, [], [queries, keys], line);
  else {
    const sides = builder.sides(mask);
    const whole = sides.length === 3 ? reshapedTo(builder, mask, [sides[0]!, 1, ...sides.slice(1)], line) : mask;
    const kept = builder.emit({ op: 'plus', number: -1 }, [whole], builder.sides(whole), line);
    added = builder.emit({ op: 'times', number: -HIDDEN }, [kept], builder.sides(whole), line);
  }
  const biased = builder.emit({ op: 'add' }, [scaled, added], shape, line);
  return builder.emit({ op: 'softmax', axis: 3, logarithm: false }, [biased], shape, line);
}

/** Attention of several heads from queries, keys and values that are [batch, tokens, heads · width] each; [batch, tokens, heads · width] again. */
export function attended(
  builder: ProgramBuilder,
  [queries, keys, values]: readonly [queries: number, keys: number, values: number],
  heads: number,
  scale: number,
  line: number,
  mask?: Mask,
): number {
  const split = (place: number, order: readonly number[]): number => {
    const [batch, tokens, width] = builder.sides(place);
    const apart = reshapedTo(builder, place, [batch!, tokens!, heads, (width as number) / heads], line);
    return permuted(builder, apart, order, line);
  };
  const rows = [0, 2, 1, 3];
  const [q, k, v] = [split(queries, rows), split(keys, [0, 2, 3, 1]), split(values, rows)];
  const [batch, , tokens] = builder.sides(q);
  const width = builder.sides(v).at(-1) as number;
  const shape = [batch!, heads, tokens!, width];
  const mixed =
    mask === undefined
      ? builder.emit({ op: 'attention', scale }, [q, k, v], shape, line)
      : builder.emit({ op: 'matrix product' }, [masked(builder, q, k, scale, mask, line), v], shape, line);
  return reshapedTo(builder, permuted(builder, mixed, rows, line), [batch!, tokens!, heads * width], line);
}
