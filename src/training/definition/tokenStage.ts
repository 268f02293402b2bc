import type { Program, Step } from '../../architecture/computation';
import { embeddedPatches, type EmbeddedPatches } from './patchAxes';
import { shapeAt } from '../../architecture/sides';

/** The part of a program that works on any choice of tokens: from embedded patches with their positions to encoded tokens. */
export interface TokenStage extends EmbeddedPatches {
  /** The step that makes the encoded tokens [images, prefix + patches, width]; `place` makes the embedded ones. */
  readonly encoded: number;
  /** For every step between the two the axes that count tokens. */
  readonly axes: ReadonlyMap<number, readonly number[]>;
}

/** Steps that broadcast what they take by themselves. */
const ENTRYWISE: ReadonlySet<string> = new Set(['add', 'subtract', 'multiply', 'divide']);

/** Steps that make one vector of all tokens, or choose one. */
const POOLS: ReadonlySet<string> = new Set(['reduce', 'slice', 'pick']);

/** Stands for the batch in products of sides: a prime that no other side is a multiple of. */
const BATCH = 7919;

/**
 * Finds the tokens of a program: the first tensor of one token a patch behind which nothing depends on how many tokens there are or on
 * where they stand, and the last one in front of pools and heads. Undefined where a program has no such stage.
 */
export function tokenStage(program: Program): TokenStage | undefined {
  const { steps, output } = program;
  const input = steps.findIndex(({ op }) => op === 'input');
  for (const embedded of embeddedPatches(program)) {
    const axes = tokenAxes(steps, embedded);
    for (let encoded = output; encoded > embedded.place; encoded--) {
      const { shape } = steps[encoded]!;
      if (shape?.length !== 3 || shape[0] !== 'B' || String(axes.get(encoded)) !== '1') continue;
      const between = behind(steps, encoded, embedded.place);
      const isCut = !between.has(input) && (encoded === output || !behind(steps, output, encoded).has(input));
      const isPooled = steps.every(({ op }, place) => !takenBy(steps, place).includes(encoded) || POOLS.has(op));
      if (isCut && isPooled && [...between].every(place => axes.has(place) || !dependsOn(steps, place, embedded.place)))
        return { ...embedded, encoded, axes };
    }
  }
  return undefined;
}

/** The steps that a result is made of without those that `boundary` is made of, itself and the boundary included. */
function behind(steps: readonly Step[], place: number, boundary: number): ReadonlySet<number> {
  const needed = new Set([place]);
  for (let each = place; each >= 0; each--)
    if (needed.has(each) && each !== boundary) for (const input of takenBy(steps, each)) needed.add(input);
  return needed;
}

function dependsOn(steps: readonly Step[], place: number, on: number): boolean {
  return behind(steps, place, on).has(on);
}

/** What a step takes, repetitions left out that entrywise steps make themselves. */
export function takenBy(steps: readonly Step[], place: number): readonly number[] {
  const { op, inputs } = steps[place]!;
  return ENTRYWISE.has(op) ? inputs.map(input => withoutExpansion(steps, input)) : inputs;
}

/** The step behind repetitions that broadcasting makes again. */
function withoutExpansion(steps: readonly Step[], place: number): number {
  const { op, inputs } = steps[place]!;
  return op === 'expand' ? withoutExpansion(steps, inputs[0]!) : place;
}

/** For every step that computes with tokens alike, wherever they stand and however many they are, the axes that count them. */
function tokenAxes(steps: readonly Step[], { place: start, patches, prefix }: EmbeddedPatches): ReadonlyMap<number, readonly number[]> {
  const axes = new Map<number, readonly number[]>([[start, [1]]]);
  const reached = new Set([start]);
  for (let place = start + 1; place < steps.length; place++) {
    const step = steps[place]!;
    const taken = takenBy(steps, place);
    if (!taken.some(each => reached.has(each))) continue;
    reached.add(place);
    if (taken.some(each => reached.has(each) && !axes.has(each))) continue;
    const sites = taken.map(each => ({ axes: axes.get(each), sides: shapeAt(steps[each]!.shape, BATCH) }));
    const found = followed(step, sites, shapeAt(step.shape, BATCH), patches + prefix);
    if (found) axes.set(place, found);
  }
  return axes;
}

/** A tensor that a step takes: the axes that count tokens, where it depends on them. */
interface Site {
  readonly axes: readonly number[] | undefined;
  readonly sides: readonly number[];
}

function followed(step: Step, sites: readonly Site[], sides: readonly number[], tokens: number): readonly number[] | undefined {
  const [first] = sites as [Site];
  const axes = first.axes ?? [];
  const rank = sides.length;
  switch (step.op) {
    case 'same':
    case 'activation':
    case 'times':
    case 'plus':
    case 'softmax':
      return axes;
    case 'add':
    case 'subtract':
    case 'multiply':
    case 'divide':
      return broadcasted(sites, rank);
    case 'linear':
      return axes.includes(rank - 1) ? undefined : axes;
    case 'layer normalisation':
      return axes.every(axis => axis < rank - step.axes) ? axes : undefined;
    case 'permute':
      return axes.map(axis => step.order.indexOf(axis));
    case 'reshape':
      return regrouped(axes, first.sides, sides, tokens);
    case 'slice': {
      const { slices, dropped } = step;
      if (slices.some(({ axis }) => axes.includes(axis))) return undefined;
      return axes.map(axis => axis - dropped.filter(each => each < axis).length);
    }
    case 'concatenate': {
      const agree = sites.every(site => String(site.axes) === String(axes));
      return agree && !axes.includes(step.axis) ? axes : undefined;
    }
    case 'attention': {
      const wanted = [rank - 2, rank - 1, rank - 2];
      return sites.length === 3 && !step.causal && sites.every((site, place) => String(site.axes) === String(wanted[place]))
        ? [rank - 2]
        : undefined;
    }
    case 'matrix product':
      return multiplied(sites, rank);
    default:
      return undefined;
  }
}

/** Tensors aligned at their last axes: all that depend on tokens count them on the same ones, and there the others have one entry. */
function broadcasted(sites: readonly Site[], rank: number): readonly number[] | undefined {
  const aligned = sites.map(({ axes, sides }) => axes?.map(axis => axis + rank - sides.length));
  const found = aligned.find(axes => axes !== undefined)!;
  const fits = sites.every(({ axes, sides }, place) =>
    axes ? String(aligned[place]) === String(found) : found.every(axis => (sides[axis - rank + sides.length] ?? 1) === 1),
  );
  return fits ? found : undefined;
}

/** Each axis that counts tokens must stay an axis of its own. */
function regrouped(
  axes: readonly number[],
  before: readonly number[],
  after: readonly number[],
  tokens: number,
): readonly number[] | undefined {
  const leading = (sides: readonly number[], axis: number): number => sides.slice(0, axis).reduce((total, side) => total * side, 1);
  const places = axes.map(axis => after.findIndex((side, each) => side === tokens && leading(after, each) === leading(before, axis)));
  return places.includes(-1) ? undefined : places;
}

/** Products of matrices: sums over tokens are as good as sums over features, as long as both sides count the same. */
function multiplied([left, right]: readonly Site[], rank: number): readonly number[] | undefined {
  const [rows, columns] = [rank - 2, rank - 1];
  const [one, other] = [left!.axes ?? [], right!.axes ?? []];
  if (left!.sides.length !== rank || right!.sides.length > rank || [...one, ...other].some(axis => axis < 0)) return undefined;
  const shifted = other.map(axis => axis + rank - right!.sides.length);
  if ([...one, ...shifted].some(axis => axis < rows) || one.includes(columns) !== shifted.includes(rows)) return undefined;
  return [...(one.includes(rows) ? [rows] : []), ...(shifted.includes(columns) ? [columns] : [])];
}
