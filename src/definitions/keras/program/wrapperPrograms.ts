import type { Shape, Side } from '../../../architecture/composition';
import type { KerasLayer, LayerBody } from '../kerasValues';
import { reshapedTo } from './channelsLast';
import { paired, times as scaled } from './entrywise';
import { refused, type ProgramBuilder } from './programBuilder';

type Wrapped = Extract<LayerBody, { kind: 'bidirectional' | 'time distributed' | 'recurrence' }>;

/** Whether a layer is one around others that is computed by what they compute. */
export const isWrapped = (body: LayerBody): body is Wrapped => ['bidirectional', 'time distributed', 'recurrence'].includes(body.kind);

/** A shape whose batch is that of what it is made of, which may hold the times of each image. */
export function withBatchOf(builder: ProgramBuilder, place: number | undefined, shape: Shape): Shape {
  const batch = place === undefined ? undefined : builder.shape(place)?.[0];
  return shape?.[0] === 'B' && typeof batch === 'string' ? shape.with(0, batch) : shape;
}

/** Two directions met as `merge_mode` says: one tensor of both. */
export function merged(builder: ProgramBuilder, mode: string, forward: number, backward: number, line: number): number {
  if (mode === 'sum') return paired(builder, 'add', forward, backward, line);
  if (mode === 'mul') return paired(builder, 'multiply', forward, backward, line);
  if (mode === 'ave') return scaled(builder, paired(builder, 'add', forward, backward, line), 0.5, line);
  if (mode !== 'concat') return refused(`the mode \`${mode}\` is not followed`, line);
  const [one, other] = [builder.sides(forward), builder.sides(backward)];
  const width = Number(one.at(-1)) + Number(other.at(-1));
  return builder.emit({ op: 'concatenate', axis: one.length - 1 }, [forward, backward], one.with(-1, width), line);
}

/** The same layer at every time of [batch, times, …]: times are taken for images of the batch. */
export function eachTime(builder: ProgramBuilder, place: number, run: (place: number) => number, line: number): number {
  const [batch, times, ...rest] = builder.sides(place);
  if (typeof times !== 'number' || rest.length === 0) return refused('its times are not known', line);
  const together: Side = typeof batch === 'number' ? times * batch : `${times}·${batch}`;
  const made = run(reshapedTo(builder, place, [together, ...rest], line));
  return reshapedTo(builder, made, [batch!, times, ...builder.sides(made).slice(1)], line);
}

/** One place along an axis, which goes; axes from behind count from -1. */
export function placeAlong(builder: ProgramBuilder, place: number, along: number, at: number, line: number): number {
  const sides = builder.sides(place);
  const axis = along < 0 ? sides.length + along : along;
  if (typeof sides[axis] !== 'number') return refused('it is repeated over the images of a batch', line);
  const slices = [{ axis, start: at, stop: at + 1, step: 1 }];
  return builder.emit({ op: 'slice', slices, dropped: [axis] }, [place], sides.toSpliced(axis, 1), line);
}

/** Results side by side along a new axis. */
export function stackedAlong(builder: ProgramBuilder, places: readonly number[], along: number, line: number): number {
  const sides = builder.sides(places[0]!);
  const axis = along < 0 ? sides.length + 1 + along : along;
  const apart = places.map(place => reshapedTo(builder, place, builder.sides(place).toSpliced(axis, 0, 1), line));
  return builder.emit({ op: 'concatenate', axis }, apart, sides.toSpliced(axis, 0, places.length), line);
}

const statesOf = ({ className, construction }: KerasLayer): number => (/LSTM(Cell)?$/.test(className ?? construction.type) ? 2 : 1);

/**
 * Writes down a layer around others. Throws `Undecided` with the reason where it cannot be.
 * @param part which of the tensors that it makes: 0 for its output
 * @param run writes down an inner layer: turned around in time, or one of its states, where that is said
 */
export function wrapped(
  builder: ProgramBuilder,
  body: Wrapped,
  inputs: readonly number[],
  part: number,
  run: (layer: KerasLayer, given: readonly number[], turned?: boolean, part?: number) => number,
  line: number,
): number {
  const [x, ...states] = inputs;
  if (x === undefined) return refused('it is given no sequence', line);
  if (body.kind === 'time distributed')
    return states.length === 0
      ? eachTime(builder, x, place => run(body.inner, [place]), line)
      : refused('it is given several tensors', line);
  if (body.kind === 'bidirectional') {
    const { forward, backward, merge } = body;
    const half = states.length / 2;
    const ahead = (of: number): number => run(forward, [x, ...states.slice(0, half)], false, of);
    const back = (of: number): number => run(backward, [x, ...states.slice(half)], true, of);
    if (merge === null && part < 2) return part === 0 ? ahead(0) : back(0);
    if (merge !== null && part === 0) return merged(builder, merge, ahead(0), back(0), line);
    const state = part - (merge === null ? 1 : 0);
    return state <= statesOf(forward) ? ahead(state) : back(state - statesOf(forward));
  }
  const { cells, isStateful } = body;
  if (isStateful || states.length > 0 || cells.some(cell => cell.body.kind !== 'rule'))
    return refused('its cells or its states are not followed', line);
  let [place, state] = [x, part];
  for (const cell of cells) {
    if (part > 0 && state <= statesOf(cell)) return run(cell, [place], false, state);
    state -= statesOf(cell);
    place = run(cell, [place]);
  }
  return place;
}
