import type { LayerArguments } from '../torch/layerArguments';
import { isChannelsFirst, type LayerInputs } from './kerasRule';
import type { Shape } from './shape';

/** A window that slides along one side: a convolution's or a pooling's. */
export interface Window {
  readonly size: number;
  readonly stride: number;
  readonly dilation: number;
  /** `valid`, `same` or `causal`. */
  readonly padding: string;
}

/** How many places a window takes along a side. Throws `Undecided` for a padding that is not known or a window that does not fit. */
export function convolved(side: number | null, { size, stride, dilation, padding }: Window, values: LayerArguments): number | null {
  if (stride === 0) return values.undecided('strides are 0');
  if (side === null) return null;
  if (padding === 'same' || padding === 'causal') return Math.ceil(side / stride);
  if (padding !== 'valid') return values.undecided(`padding is '${padding}'`);
  const reach = dilation * (size - 1) + 1;
  return side < reach ? values.undecided(`a window of ${reach} does not fit into ${side}`) : Math.floor((side - reach) / stride) + 1;
}

/** The side that a transposed convolution makes. Throws `Undecided` for a padding that is not known. */
export function transposed(
  side: number | null,
  { size, stride, dilation, padding }: Window,
  extra: number | undefined,
  values: LayerArguments,
): number | null {
  if (side === null) return null;
  const reach = dilation * (size - 1) + 1;
  if (padding !== 'same' && padding !== 'valid') return values.undecided(`padding is '${padding}'`);
  if (extra === undefined) return side * stride + (padding === 'valid' ? Math.max(reach - stride, 0) : 0);
  return (side - 1) * stride + reach - (padding === 'same' ? 2 * Math.floor(reach / 2) : 0) + extra;
}

/** The spatial sides of an input, and the same input with other ones. */
export function spatialSides(values: LayerArguments, inputs: LayerInputs, dimensions: number) {
  const shape = inputs.ranked(dimensions + 2);
  const first = isChannelsFirst(values);
  const sides = first ? shape.slice(2) : shape.slice(1, -1);
  const channels = first ? shape[1]! : shape.at(-1)!;
  const join = (moved: Shape, depth: number | null = channels): Shape =>
    first ? [shape[0]!, depth, ...moved] : [shape[0]!, ...moved, depth];
  return { sides, channels, join };
}
