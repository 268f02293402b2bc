/** The sides of a tensor, the batch first; null for a side that is only known when the model runs, as Keras' `None`. */
export type Shape = readonly (number | null)[];

/** The product of some sides; null when one of them is. */
export const productOf = (sides: Shape): number | null =>
  sides.reduce<number | null>((product, side) => (product === null || side === null ? null : product * side), 1);

/** The place of an axis that may be counted from the end; undefined when there is none. */
export function axisOf(axis: number, rank: number): number | undefined {
  const place = axis < 0 ? rank + axis : axis;
  return place >= 0 && place < rank ? place : undefined;
}

/** A shape with one side replaced. */
export const withSide = (shape: Shape, place: number, side: number | null): Shape =>
  shape.map((old, index) => (index === place ? side : old));

/** The shape of an element-wise operation on two tensors, as NumPy broadcasts; undefined when they do not fit. */
export function broadcast(left: Shape, right: Shape): Shape | undefined {
  const rank = Math.max(left.length, right.length);
  const padded = (shape: Shape): Shape => [...Array<number>(rank - shape.length).fill(1), ...shape];
  const [first, second] = [padded(left), padded(right)];
  const sides: (number | null)[] = [];
  for (let index = 0; index < rank; index++) {
    const [a, b] = [first[index] ?? null, second[index] ?? null];
    if (a === 1) sides.push(b);
    else if (b === 1 || a === b) sides.push(a);
    else if (a === null || b === null) sides.push(a ?? b);
    else return undefined;
  }
  return sides;
}

/** A shape as Python writes it. */
export const writtenShape = (shape: Shape): string =>
  shape.length === 1 ? `(${shape[0] ?? 'None'},)` : `(${shape.map(side => side ?? 'None').join(', ')})`;
