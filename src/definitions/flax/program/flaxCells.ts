import type { Recurrence } from '../../../architecture/computation';
import type { Side } from '../../../architecture/composition';
import { reshapedTo } from '../../keras/program/channelsLast';
import type { LayerSite } from '../../keras/program/layerPrograms';
import { refused } from '../../keras/program/programBuilder';
import { functionOf, requireFew, turned } from '../../keras/program/recurrentPrograms';

/** The gates of a cell as its maps are called behind `i` and `h`, in the order of a recurrence. */
const GATES: Readonly<Record<string, readonly [cell: Recurrence['cell'], gates: readonly string[]]>> = {
  LSTMCell: ['lstm', ['i', 'f', 'g', 'o']],
  OptimizedLSTMCell: ['lstm', ['i', 'f', 'g', 'o']],
  GRUCell: ['gru', ['r', 'z', 'n']],
  SimpleCell: ['tanh', ['']],
};

/** The maps of all gates from the input (`i`) or from the state (`h`), one below the other: kernels [rows, width], and biases with zeros where there is none. */
function maps(
  site: LayerSite,
  side: 'i' | 'h',
  gates: readonly string[],
): { readonly weight: string; readonly bias: string | null; readonly rows: number } {
  const { builder, line } = site;
  const isOne = site.tensor(`dense_${side}/kernel`) !== undefined;
  const names = isOne ? [`dense_${side}`] : gates.map(gate => side + gate);
  const kernels = names.map(
    name => site.tensor(`${name}/kernel`) ?? site.tensor(`${name}_/kernel`) ?? refused('its kernels are not known', line),
  );
  for (const { name, shape } of kernels) builder.see(name, [1, 0], [shape[1]!, shape[0]!], line);
  const biases = names.map(name => site.tensor(`${name}/bias`)?.name);
  const width = (place: number): number => kernels[place]!.shape[1]!;
  return {
    weight: builder.stack(kernels.map(({ name }) => name)),
    bias: biases.some(name => name !== undefined) ? builder.stack(biases.map((name, place) => name ?? width(place))) : null,
    rows: kernels[0]!.shape[0]!,
  };
}

/** Leading axes as one: of images, and of what is within each. */
function together(lead: readonly Side[], line: number): Side {
  const [first] = lead;
  if (first === undefined) return refused('it is given no sequence for each image', line);
  if (lead.length === 1) return first;
  const count = lead.reduce<number>((total, side) => (typeof side === 'number' ? total * side : total), 1);
  return lead.every(side => typeof side === 'number') ? count : `${count}·B`;
}

/** Writes down a cell over one step, or over the sequence that an RNN is given. Throws `Undecided` where it cannot be. */
export function flaxCell(site: LayerSite): number {
  const { builder, className, values, inputs, line, part = 0, call } = site;
  const [cell, gates] = GATES[className] ?? refused(`\`${className}\` is not among the cells that are computed`, line);
  if (!values.isMissing('carry_init') || values.flag('residual')) refused('`carry_init` and `residual` are not followed', line);
  const isOn = (name: string): boolean => {
    const value = call?.keywords.get(name);
    if (value?.kind === 'undecided') return refused(`\`${name}\` is not known`, line);
    return value?.kind === 'boolean' && value.value;
  };
  const [x = refused('it is given no sequence', line), ...states] = inputs;
  const isSequence = call?.keywords.has('reverse') === true;
  const sides = builder.sides(x);
  const lead = sides.slice(0, isSequence ? -2 : -1);
  const times = isSequence ? sides.at(-2)! : 1;
  requireFew(times, line);
  const batch = together(lead, line);
  const [own, input] = [maps(site, 'h', gates), maps(site, 'i', gates)];
  const before = states.map(state => (lead.length === 1 ? state : reshapedTo(builder, state, [batch, own.rows], line)));
  const reverse = isOn('reverse');
  const makes = part === 2 ? 'last cell' : part === 1 || !isSequence ? 'last' : 'states';
  const [content, gate] = [functionOf(site, 'activation_fn', 'tanh'), functionOf(site, 'gate_fn', 'sigmoid')];
  const result = builder.emit(
    {
      op: 'recurrence',
      cell,
      reverse,
      makes,
      weight: input.weight,
      bias: input.bias,
      hiddenWeight: own.weight,
      hiddenBias: own.bias,
      projection: null,
      ...(content !== undefined && { content }),
      ...(gate !== undefined && { gate }),
    },
    [reshapedTo(builder, x, [batch, times, sides.at(-1)!], line), ...before],
    makes === 'states' ? [batch, times, own.rows] : [batch, own.rows],
    line,
  );
  const ordered = makes === 'states' && reverse && !isOn('keep_order') ? turned(builder, result, line) : result;
  return lead.length === 1 ? ordered : reshapedTo(builder, ordered, [...lead, ...builder.sides(ordered).slice(1)], line);
}
