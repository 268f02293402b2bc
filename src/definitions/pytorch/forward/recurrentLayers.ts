import { MAXIMUM_TIMES } from '../../../architecture/computedFunctions';
import type { Recurrence } from '../../../architecture/computation';
import { tuple, type Call, type Value } from '../../python/values';
import type { ModuleValue } from '../moduleValue';
import { dimension, numberOf, type Dimension } from './dimension';
import { concatenate } from './joins';
import { stateName } from './linearRun';
import { argumentValue, numberArgument } from './moduleArguments';
import { remember, type Recorder } from './recorder';
import { transpose, unsqueeze } from './shapes';
import { SymbolicTensor } from './symbolicTensor';

const NO_BOUND = 'a recurrent layer has no bound that is computed here';

/** The states that a layer begins with, or those after it: of an LSTM the cell's beside the hidden ones. */
interface States {
  readonly hidden: SymbolicTensor;
  readonly cell: SymbolicTensor | undefined;
}

/** `nn.LSTM`, `nn.GRU`, `nn.RNN` and their single-step cells; returns what PyTorch does: outputs beside last states, or the next state. */
export function callRecurrent(recorder: Recorder, module: ModuleValue, name: string, call: Call): Value | undefined {
  const line = call.range.startLine;
  const input = recorder.tensor(call.positional[0] ?? call.keywords.get('input'), line);
  const width = numberArgument(module, 'hidden_size');
  if (!input) return undefined;
  const isCell = name.endsWith('Cell');
  const unknown = (why: string): SymbolicTensor => recorder.unknown(`nn.${name}`, why, line, [input]);
  const initial = statesIn(recorder, call, line);
  if (width === undefined || initial === 'not followed') return unknown('what it begins with is not followed');
  const layer = new RecurrentLayer(recorder, module, kindOf(module, name), width, line);
  if (input.sides?.length !== (isCell ? 2 : 3))
    return unknown(`it is given ${shown(input)}, where [batch${isCell ? '' : ', times'}, inputs] is followed`);
  if (!isCell) return layer.whole(input, initial);
  const sequence = unsqueeze(recorder, 'unsqueeze', input, 1, line);
  const make = (makes: Recurrence['makes']) => layer.direction(sequence, '', false, makes, initial);
  return layer.isLong ? tuple([make('last'), make('last cell')]) : make('last');
}

const shown = ({ sides }: SymbolicTensor): string => (sides ? `a tensor of ${sides.length} sides` : 'a tensor of unknown shape');

function kindOf(module: ModuleValue, name: string): Recurrence['cell'] {
  if (name.startsWith('RNN')) {
    const nonlinearity = argumentValue(module, 'nonlinearity');
    return nonlinearity?.kind === 'string' && nonlinearity.value === 'relu' ? 'relu' : 'tanh';
  }
  return name.startsWith('LSTM') ? 'lstm' : 'gru';
}

/** The states of a call: `hx`, or the pair of an LSTM. */
function statesIn(recorder: Recorder, call: Call, line: number): States | undefined | 'not followed' {
  const given = call.positional[1] ?? call.keywords.get('hx');
  if (!given || given.kind === 'none') return undefined;
  const [hidden, cell] = (given.kind === 'sequence' ? given.items : [given]).map(value => recorder.tensor(value, line));
  return hidden ? { hidden, cell } : 'not followed';
}

/** One recurrent layer of `torch.nn` while its steps are written down. */
class RecurrentLayer {
  constructor(
    private readonly recorder: Recorder,
    private readonly module: ModuleValue,
    private readonly cell: Recurrence['cell'],
    private readonly width: number,
    private readonly line: number,
  ) {}

  /** Whether it has the two states of an LSTM. */
  get isLong(): boolean {
    return this.cell === 'lstm';
  }

  /** Every layer and direction on inputs with three sides: outputs, and last states [layers · directions, batch, width]. */
  whole(input: SymbolicTensor, initial: States | undefined): Value {
    const { recorder, module, line } = this;
    const isFirst = isOn(module, 'batch_first');
    const directions = isOn(module, 'bidirectional') ? ['', '_reverse'] : [''];
    const depth = numberArgument(module, 'num_layers', 1) ?? 1;
    const swapped = (tensor: SymbolicTensor) => (isFirst ? tensor : transpose(recorder, 'transpose', tensor, 0, 1, line));
    const hidden: SymbolicTensor[] = [];
    const cells: SymbolicTensor[] = [];
    let outputs = swapped(input);
    for (let layer = 0; layer < depth; layer++) {
      const made = directions.map((direction, place) => {
        const suffix = `_l${layer}${direction}`;
        const begin = initial && this.startOf(initial, layer * directions.length + place);
        const make = (makes: Recurrence['makes']) => this.direction(outputs, suffix, direction !== '', makes, begin);
        hidden.push(make('last'));
        if (this.isLong) cells.push(make('last cell'));
        return make('states');
      });
      outputs = made.length === 1 ? made[0]! : concatenate(recorder, made, 2, line);
    }
    const stacked = (states: readonly SymbolicTensor[]) =>
      concatenate(
        recorder,
        states.map(state => unsqueeze(recorder, 'unsqueeze', state, 0, line)),
        0,
        line,
      );
    const result = swapped(outputs);
    const path = recorder.pathOf(module);
    if (path !== undefined) remember(recorder, path, input, result);
    return tuple([result, this.isLong ? tuple([stacked(hidden), stacked(cells)]) : stacked(hidden)]);
  }

  /** One direction of one layer on [batch, times, inputs]. */
  direction(
    input: SymbolicTensor,
    suffix: string,
    reverse: boolean,
    makes: Recurrence['makes'],
    initial: States | undefined,
  ): SymbolicTensor {
    const { recorder, module, cell, line } = this;
    const name = (tensor: string) => stateName(recorder, module, tensor + suffix);
    const [weight, hiddenWeight] = [name('weight_ih'), name('weight_hh')];
    const [bias, hiddenBias, projection] = [name('bias_ih'), name('bias_hh'), name('weight_hr')];
    const isOwn = weight && hiddenWeight && bias !== undefined && hiddenBias !== undefined && projection !== undefined;
    const times = numberOf(input.sides![1]);
    const isLong = times !== undefined && times > MAXIMUM_TIMES;
    const why = isLong ? `it takes ${times} steps, more than the ${MAXIMUM_TIMES} that are computed one after the other` : NO_BOUND;
    const batch: Dimension | undefined = input.sides![0];
    const narrow = numberArgument(module, 'proj_size', 0);
    const made = dimension(makes === 'last cell' ? this.width : narrow || this.width);
    const sides = makes === 'states' ? [batch, input.sides![1], made] : [batch, made];
    const states = initial ? [initial.hidden, ...(initial.cell ? [initial.cell] : [])] : [];
    const run = isOwn && !isLong ? { cell, reverse, makes, weight, bias, hiddenWeight, hiddenBias, projection } : undefined;
    return recorder.unknown(module.construction.type, why, line, [input, ...states], sides, run && { op: 'recurrence', ...run });
  }

  /** The initial states of one layer and direction, of those of all. */
  private startOf({ hidden, cell }: States, place: number): States {
    const { recorder, line } = this;
    const part = (tensor: SymbolicTensor): SymbolicTensor => {
      const [, ...sides] = tensor.sides ?? [];
      const run = { op: 'slice', slices: [{ axis: 0, start: place, stop: place + 1, step: 1 }], dropped: [0] } as const;
      const written = { kind: 'selection', name: 'initial state', gain: { euclidean: 1, rows: 1 }, run } as const;
      return recorder.emit(written, [tensor], tensor.sides && sides, line);
    };
    return { hidden: part(hidden), cell: cell && part(cell) };
  }
}

const isOn = (module: ModuleValue, name: string): boolean => {
  const value = argumentValue(module, name);
  return value?.kind === 'boolean' && value.value;
};
