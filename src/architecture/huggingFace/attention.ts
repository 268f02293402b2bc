import type { Side } from '../composition';
import type { Flow, Stage } from './flow';

/** How attention is made of projected rows. */
export interface Heads {
  readonly heads: number;
  /** Heads of keys and values, each for a group of those of queries; as many as `heads` where it is left out. */
  readonly keyHeads?: number;
  /** Width of one head. */
  readonly size: number;
  /** Whether queries and keys are turned by their positions, which changes no length (Su et al. 2021). */
  readonly rotary?: boolean;
  /** What scores are multiplied with; 1/√size where it is left out. */
  readonly scale?: number;
}

/** Where queries, keys and values come from: places of projected rows, and the paths of the layers that projected them. */
export interface Projected {
  readonly places: readonly [query: number, key: number, value: number];
  readonly paths: readonly [query: string, key: string, value: string];
}

/** softmax(QKᵀ/√size)V of each head, and what the heads say side by side: [batch, tokens, heads · size]. */
export function attended(
  flow: Flow,
  { places, paths }: Projected,
  { heads, keyHeads = heads, size, rotary = false, scale = 1 / Math.sqrt(size) }: Heads,
): number {
  const [queries, keys, values] = places.map((place, index) => {
    const count = index === 0 ? heads : keyHeads;
    const [batch, tokens] = flow.sides(place) as [Side, Side];
    const split = flow.map('reshape', 'split into heads', place, [batch, tokens, count, size]);
    const turned = rotary && index < 2 ? flow.map('resampling', 'rotary positions', split) : split;
    if (count === heads) return turned;
    return flow.map('resampling', 'repeat for groups of heads', turned, [batch, tokens, heads, size], {
      euclidean: Math.sqrt(heads / count),
      rows: 1,
    });
  }) as [number, number, number];
  const sides = flow.sides(queries);
  const [query, key, value] = paths;
  const mixed = flow.emit({ kind: 'attention', scale, projections: { query, key, value } }, [queries, keys, values], sides);
  // A joined row holds one row of each head.
  return flow.map('reshape', 'join heads', mixed, [sides[0]!, sides[1]!, heads * size], { euclidean: 1, rows: Math.sqrt(heads) });
}

/** Attention over what three linear layers, named in the order queries, keys, values, make of tokens; keys and values may come from other tokens. */
export function projected(
  stage: Stage,
  input: number,
  [query, key, value]: readonly [string, string, string],
  heads: Heads,
  context = input,
): number {
  const places = [stage.run(query, input), stage.run(key, context), stage.run(value, context)] as const;
  return attended(stage.flow, { places, paths: [stage.at(query), stage.at(key), stage.at(value)] }, heads);
}

/** Attention where one layer makes queries, keys and values side by side, `width` values each. */
export function fused(stage: Stage, input: number, name: string, width: number, heads: Heads): number {
  const { flow } = stage;
  const all = stage.run(name, input);
  const part = (which: string) => flow.map('selection', which, all, [...flow.sides(all).slice(0, -1), width]);
  const path = stage.at(name);
  return attended(flow, { places: [part('queries'), part('keys'), part('values')], paths: [path, path, path] }, heads);
}
