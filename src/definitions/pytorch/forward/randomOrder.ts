import { equalSides, numberOf, type Dimension } from './dimension';
import type { Recorder } from './recorder';
import type { SymbolicTensor } from './symbolicTensor';

/** Functions that draw numbers, and the one that draws an order. */
const DRAWN: Readonly<Record<string, 'numbers' | 'order'>> = {
  rand: 'numbers',
  randn: 'numbers',
  rand_like: 'numbers',
  randn_like: 'numbers',
  randperm: 'order',
};

/** Remembers that a function drew a tensor at random. */
export function rememberDraw(recorder: Recorder, name: string, { node }: SymbolicTensor): void {
  const drawn = Object.hasOwn(DRAWN, name) ? DRAWN[name] : undefined;
  if (drawn) recorder.drawn.set(node, drawn);
}

/** Remembers that `order` sorts random numbers, or undoes an order of chance, along their last axis, as far as it does. */
export function rememberOrder(recorder: Recorder, numbers: SymbolicTensor, axis: number | undefined, order: SymbolicTensor): void {
  const rank = numbers.sides?.length;
  if (recorder.drawn.has(numbers.node) && rank !== undefined && (axis === -1 || axis === rank - 1)) recorder.drawn.set(order.node, 'order');
}

/**
 * What a gathering by `index` along an axis of tokens does with their order: `whole` where it takes every one in an order that is drawn anew for every image
 * [batch, tokens], `part` where it takes some; undefined where chance has no part in it.
 */
export function randomChoice(
  recorder: Recorder,
  tensor: SymbolicTensor,
  axis: number,
  index: SymbolicTensor,
): 'whole' | 'part' | undefined {
  const order = orderBehind(recorder, index);
  if (!order) return undefined;
  const { sides } = tensor;
  const tokens = sides?.[1];
  const isAlong = axis === 1 && sides?.length === 3 && order.every(each => isSame(each?.[1], tokens) && isTokenwise(each));
  return isAlong && index.sides?.every((side, place) => isSame(side, sides[place])) ? 'whole' : 'part';

  /** Every feature of a token moves with it. */
  function isTokenwise(each: readonly (Dimension | undefined)[] | undefined): boolean {
    const [, , width] = each ?? [];
    return each?.length === 2 || (each?.length === 3 && (numberOf(width) === 1 || isSame(width, sides?.[2])));
  }
}

const isSame = (one: Dimension | undefined, other: Dimension | undefined): boolean =>
  one !== undefined && other !== undefined && equalSides(one, other);

/** The sides of an order and of all that is made of it up to an index; undefined where no order that is drawn stands behind it. */
function orderBehind(recorder: Recorder, index: SymbolicTensor): SymbolicTensor['sides'][] | undefined {
  const sides: SymbolicTensor['sides'][] = [];
  for (let node = index.node; ;) {
    const { kind, inputs } = recorder.nodes[node]!;
    sides.push(recorder.madeBy(node)!.sides);
    if (recorder.drawn.get(node) === 'order') return sides;
    const [from, ...more] = inputs;
    if (from === undefined || more.length > 0 || !['reshape', 'resampling', 'selection'].includes(kind)) return undefined;
    node = from;
  }
}
