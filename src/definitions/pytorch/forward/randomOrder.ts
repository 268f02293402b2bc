import { equalSides, numberOf, type Dimension } from './dimension';
import type { Recorder } from './recorder';
import type { SymbolicTensor } from './symbolicTensor';

/** Functions that draw numbers, the one that draws an order, and the one that counts. */
const DRAWN: Readonly<Record<string, 'numbers' | 'order' | 'count'>> = {
  rand: 'numbers',
  randn: 'numbers',
  rand_like: 'numbers',
  randn_like: 'numbers',
  randperm: 'order',
  arange: 'count',
};

/** Why tokens that chance keeps cannot be computed, and what to name instead. */
export const CHANCE =
  'chance decides which tokens it keeps: name the method that encodes in `encoder.method`, whose `mask_ratio` is then 0, so that it sees every token and masks are drawn by the objective';

/** Remembers that a function drew a tensor at random. */
export function rememberDraw(recorder: Recorder, name: string, { node }: SymbolicTensor): void {
  const drawn = Object.hasOwn(DRAWN, name) ? DRAWN[name] : undefined;
  if (drawn) recorder.drawn.set(node, drawn);
}

/** Remembers that `order` sorts random numbers, or undoes an order of chance, along their last axis, as far as it does. */
export function rememberOrder(recorder: Recorder, numbers: SymbolicTensor, axis: number | undefined, order: SymbolicTensor): void {
  const rank = numbers.sides?.length;
  const drawn = recorder.drawn.get(numbers.node);
  if (drawn !== undefined && drawn !== 'count' && rank !== undefined && (axis === -1 || axis === rank - 1))
    recorder.drawn.set(order.node, 'order');
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
  const order = sidesBehind(recorder, index, 'order');
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

/**
 * What `tensor[images, tokens]` does with the order of tokens, or `tensor[:, tokens]`, where `images` is left out: every image with its own order
 * or all with one. As `randomChoice` says it.
 */
export function randomIndex(
  recorder: Recorder,
  { sides }: SymbolicTensor,
  images: SymbolicTensor | undefined,
  tokens: SymbolicTensor,
): 'whole' | 'part' | undefined {
  const order = sidesBehind(recorder, tokens, 'order');
  if (!order || sides?.length !== 3) return undefined;
  const wanted = images ? [sides[0], sides[1]] : [sides[1]];
  const isWhole = order.every(each => each?.length === wanted.length && each.every((side, place) => isSame(side, wanted[place])));
  const counted = images && sidesBehind(recorder, images, 'count');
  const isEach = !images || (counted?.every(each => isSame(each?.[0], sides[0])) === true && numberOf(images.sides?.[1]) === 1);
  return isWhole && isEach ? 'whole' : 'part';
}

const isSame = (one: Dimension | undefined, other: Dimension | undefined): boolean =>
  one !== undefined && other !== undefined && equalSides(one, other);

/** The sides of an order, or of what counts, and of all that is made of it up to an index; undefined where there is none behind it. */
function sidesBehind(recorder: Recorder, index: SymbolicTensor, kind: 'order' | 'count'): SymbolicTensor['sides'][] | undefined {
  const sides: SymbolicTensor['sides'][] = [];
  for (let node = index.node; ;) {
    const { kind: made, inputs } = recorder.nodes[node]!;
    sides.push(recorder.madeBy(node)!.sides);
    if (recorder.drawn.get(node) === kind) return sides;
    const [from, ...more] = inputs;
    if (from === undefined || more.length > 0 || !['reshape', 'resampling', 'selection'].includes(made)) return undefined;
    node = from;
  }
}
