import type { TensorValues } from './elementType';

/** The values of a tensor of some shape, row-major, from places that lie `strides` apart along its axes. `into` has room for all of them and is returned. */
export function gatherStrided<T extends TensorValues>(
  into: T,
  stored: TensorValues,
  shape: readonly number[],
  strides: readonly number[],
): T {
  const index = shape.map(() => 0);
  let place = 0;
  for (let at = 0; at < into.length; at++) {
    into[at] = stored[place]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      place += strides[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      place -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return into;
}
