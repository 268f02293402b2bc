import { dimension, productOf } from './dimension';
import { perSample, type Recorder } from './recorder';
import { axisOf, type SymbolicTensor } from './symbolicTensor';

/** How a reduction treats a difference, from the number of entries that become one. */
const GAINS: Readonly<Record<string, (count: number | undefined) => number | null>> = {
  mean: count => (count === undefined ? 1 : 1 / Math.sqrt(count)),
  sum: count => (count === undefined ? null : Math.sqrt(count)),
  max: () => 1,
  min: () => 1,
  amax: () => 1,
  amin: () => 1,
  norm: () => 1,
};

export const isReduction = (name: string): boolean => Object.hasOwn(GAINS, name);

/** `mean`, `sum`, `max`, `norm` … over some axes, or over all of them where `axes` is absent. */
export function reduce(
  recorder: Recorder,
  name: string,
  tensor: SymbolicTensor,
  { axes, keep, line }: { readonly axes: readonly number[] | undefined; readonly keep: boolean; readonly line: number },
): SymbolicTensor {
  const { sides } = tensor;
  if (!sides) return recorder.unknown(name, 'the shape of what is reduced is not known', line, [tensor]);
  const places = axes?.map(axis => axisOf(axis, sides.length)) ?? sides.map((_, axis) => axis);
  const count = perSample(productOf(places.map(axis => sides[axis])));
  const overRows = places.includes(tensor.features);
  const rest = sides.flatMap((side, axis) => (!places.includes(axis) ? [side] : keep ? [dimension(1)] : []));
  const gain = GAINS[name]!(count);
  // Over whole rows: a mean of rows is convex; entrywise maxima of c rows grow by √c, their sum by c.
  const rowGain = { mean: 1, sum: count ?? null }[name] ?? (count === undefined || name === 'norm' ? null : Math.sqrt(count));
  const features = keep ? tensor.features : tensor.features - places.filter(axis => axis < tensor.features).length;
  const operation = {
    kind: 'pooling',
    name,
    gain: { euclidean: places.includes(0) ? null : gain, rows: overRows || places.includes(0) ? null : rowGain },
    run: { op: 'reduce', name, axes: places },
  } as const;
  return recorder.emit(operation, [tensor], rest, line, overRows ? undefined : features);
}
