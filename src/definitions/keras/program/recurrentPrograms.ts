import { MAXIMUM_TIMES } from '../../../architecture/computedFunctions';
import type { Entrywise } from '../../../architecture/computation';
import type { Side } from '../../../architecture/composition';
import { entrywise } from './entrywise';
import type { LayerSite } from './layerPrograms';
import { refused, type ProgramBuilder } from './programBuilder';

/** A function of the cell by the name of its argument; undefined where it is the one that the cell has anyway. */
export function functionOf(site: LayerSite, argument: string, usual: string): Entrywise | null | undefined {
  const word = site.activation(argument);
  if (word === usual) return undefined;
  const found = word === null ? null : (site.function?.(word) ?? entrywise(word));
  return found === undefined ? refused(`the activation \`${word}\` is not followed in a recurrence`, site.line) : found;
}

/** Outputs [batch, times, width] from the last time to the first. */
export function turned(builder: ProgramBuilder, place: number, line: number): number {
  const sides = builder.sides(place);
  const places = Array.from({ length: Number(sides[1]) }, (_, time) => Number(sides[1]) - 1 - time);
  return builder.emit({ op: 'pick', axis: 1, places }, [place], sides, line);
}

/** Throws `Undecided` where times are too many, or not known. */
export function requireFew(times: Side | undefined, line: number): void {
  if (typeof times !== 'number' || times > MAXIMUM_TIMES)
    refused(`it takes ${String(times)} steps, more than the ${MAXIMUM_TIMES} that are computed one after the other`, line);
}

/** A recurrent layer, or the recurrence of a cell, over [batch, times, inputs], from states that may stand behind them. */
function recurrent(site: LayerSite, cell: 'lstm' | 'gru' | 'tanh'): number {
  const { builder, values, inputs, line, part = 0, isFlipped = false } = site;
  if (values.flag('stateful') || values.flag('time_major')) refused('`stateful` and `time_major` are not followed', line);
  const [batch, times] = builder.sides(inputs[0] ?? refused('it is given no sequence', line));
  const states = cell === 'lstm' ? 2 : 1;
  if (inputs.length > 1 && inputs.length !== 1 + states) refused(`it is given ${inputs.length - 1} states and has ${states}`, line);
  requireFew(times, line);
  const [kernel, hidden, bias] = ['kernel', 'recurrent_kernel', 'bias'].map(name => site.tensor(name));
  if (!kernel || !hidden) return refused('its kernels are not known', line);
  for (const { name, shape } of [kernel, hidden]) builder.see(name, [1, 0], [shape[1]!, shape[0]!], line);
  const isGated = cell !== 'tanh';
  const resetBefore = cell === 'gru' && !values.flag('reset_after');
  const [content, gate] = [
    functionOf(site, 'activation', 'tanh'),
    isGated ? functionOf(site, 'recurrent_activation', 'sigmoid') : undefined,
  ];
  const reverse = values.flag('go_backwards');
  const makes = part > 0 ? (part === 2 ? 'last cell' : 'last') : values.flag('return_sequences') ? 'states' : 'last';
  const width = hidden.shape[0]!;
  const result = builder.emit(
    {
      op: 'recurrence',
      cell,
      reverse,
      makes,
      weight: kernel.name,
      bias: bias?.name ?? null,
      hiddenWeight: hidden.name,
      hiddenBias: cell === 'gru' && !resetBefore ? (bias?.name ?? null) : null,
      projection: null,
      ...(content !== undefined && { content }),
      ...(gate !== undefined && { gate }),
      ...(cell === 'gru' && { updateFirst: true, resetBefore }),
    },
    inputs,
    makes === 'states' ? [batch!, times!, width] : [batch!, width],
    line,
  );
  return makes === 'states' && reverse !== isFlipped ? turned(builder, result, line) : result;
}

/** Recurrent layers of Keras and TensorFlow.js; a cell stands for its recurrence. */
export const RECURRENT_PROGRAMS: Readonly<Record<string, (site: LayerSite) => number>> = Object.fromEntries(
  (
    [
      ['LSTM', 'lstm'],
      ['GRU', 'gru'],
      ['SimpleRNN', 'tanh'],
    ] as const
  ).flatMap(([name, cell]) => [name, `${name}Cell`].map(each => [each, (site: LayerSite) => recurrent(site, cell)])),
);
