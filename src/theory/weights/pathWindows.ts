import type { Windows } from '../../architecture/computation';
import { product } from '../../architecture/sides';
import type { Of, Operation, PathSite } from './pathFlow';

/** Windows over one or two axes of positions as windows over two. */
function planar({ kernel, stride, dilation, padding }: Windows) {
  const two = <T>(values: readonly T[], first: T): readonly [T, T] =>
    values.length === 1 ? [first, values[0]!] : [values[0]!, values[1]!];
  return {
    kernel: two(kernel, 1),
    stride: two(stride, 1),
    dilation: two(dilation, 1),
    before: two(
      padding.map(([before]) => before),
      0,
    ),
  };
}

/** Calls `meet` for every place of an input plane that a tap of a window falls on. */
function overPlane(
  plane: readonly [number, number],
  out: readonly [number, number],
  windows: ReturnType<typeof planar>,
  [u, v]: readonly [number, number],
  meet: (output: number, input: number) => void,
): void {
  const { stride, dilation, before } = windows;
  for (let y = 0; y < out[0]; y++) {
    const row = y * stride[0] + u * dilation[0] - before[0];
    if (row < 0 || row >= plane[0]) continue;
    for (let x = 0; x < out[1]; x++) {
      const column = x * stride[1] + v * dilation[1] - before[1];
      if (column >= 0 && column < plane[1]) meet(y * out[1] + x, row * plane[1] + column);
    }
  }
}

const planeOf = (shape: readonly number[]): readonly [number, number] => (shape.length === 3 ? [1, shape[2]!] : [shape[2]!, shape[3]!]);

/** What a convolution and its adjoint have in common: their planes, the channels of a group, weights and, as it begins, the result. */
function convolved({ taken: [x], shape, edge, state }: PathSite, computation: Of<'convolution' | 'transposed convolution'>) {
  const { weight, bias, groups } = computation;
  const [plane, out] = [planeOf(x!.shape), planeOf(shape)];
  const [places, sites] = [product(plane), product(out)];
  const [channels, outputs] = [x!.shape[1]!, shape[1]!];
  const shifts = bias === null ? undefined : state(bias);
  return {
    windows: planar(computation),
    plane,
    out,
    places,
    sites,
    channels,
    outputs,
    inputs: channels / groups,
    group: outputs / groups,
    weights: state(weight!),
    values: x!.values,
    result: Float64Array.from({ length: outputs * sites }, (_, at) => (shifts ? edge(shifts[Math.floor(at / sites)]!) : 0)),
  };
}

/** How sums over paths pass a convolution. */
export const convolution: Operation<'convolution'> = (site, computation) => {
  const { windows, plane, out, places, sites, outputs, inputs, group, weights, values, result } = convolved(site, computation);
  let at = 0;
  for (let output = 0; output < outputs; output++)
    for (let input = 0; input < inputs; input++) {
      const channel = (Math.floor(output / group) * inputs + input) * places;
      for (let u = 0; u < windows.kernel[0]; u++)
        for (let v = 0; v < windows.kernel[1]; v++) {
          const factor = site.edge(weights[at++]!);
          overPlane(plane, out, windows, [u, v], (to, from) => {
            result[output * sites + to]! += factor * values[channel + from]!;
          });
        }
    }
  return result;
};

/** How sums over paths pass a transposed convolution. */
export const transposedConvolution: Operation<'transposed convolution'> = (site, computation) => {
  const { windows, plane, out, places, sites, channels, inputs, group, weights, values, result } = convolved(site, computation);
  let at = 0;
  for (let channel = 0; channel < channels; channel++)
    for (let output = 0; output < group; output++) {
      const start = (Math.floor(channel / inputs) * group + output) * sites;
      for (let u = 0; u < windows.kernel[0]; u++)
        for (let v = 0; v < windows.kernel[1]; v++) {
          const factor = site.edge(weights[at++]!);
          overPlane(out, plane, windows, [u, v], (from, to) => {
            result[start + to]! += factor * values[channel * places + from]!;
          });
        }
    }
  return result;
};

/** How sums over paths pass pooling: a maximum passes the largest. */
export const pool: Operation<'pool'> = ({ taken: [x], shape, edge }, computation) => {
  const windows = planar(computation);
  const [plane, out] = [planeOf(x!.shape), planeOf(shape)];
  const [places, sites] = [product(plane), product(out)];
  const isMaximum = computation.of === 'max';
  const result = new Float64Array(shape[1]! * sites);
  const counts = new Float64Array(sites);
  for (let u = 0; u < windows.kernel[0]; u++)
    for (let v = 0; v < windows.kernel[1]; v++)
      overPlane(plane, out, windows, [u, v], (to, from) => {
        counts[to]!++;
        for (let channel = 0; channel < shape[1]!; channel++) {
          const [own, value] = [channel * sites + to, x!.values[channel * places + from]!];
          result[own] = isMaximum ? Math.max(result[own]!, value) : result[own]! + value;
        }
      });
  const size = windows.kernel[0] * windows.kernel[1];
  return isMaximum ? result : result.map((value, at) => value * edge(1 / (computation.countPadding ? size : counts[at % sites]!)));
};
