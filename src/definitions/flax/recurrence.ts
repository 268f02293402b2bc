import { known, unknown, type Known } from '../../architecture/architecture';
import type { Shape } from '../../architecture/keras/shape';
import { LINEN_CELLS, NNX_CELLS } from '../../architecture/flax/cells';
import { shapeFrom } from '../keras/construct';
import { callLayer } from '../keras/layerCalls';
import { KerasLayer, KerasTensor } from '../keras/kerasValues';
import type { Context } from '../python/context';
import { builtin, tuple, undecidedPlain, type Call, type Value } from '../python/values';

const CELLS = new Set([...Object.values(LINEN_CELLS), ...Object.values(NNX_CELLS)]);

/** Whether a layer is a recurrent cell, which takes its state and an input and returns both. */
export const isCell = ({ body }: KerasLayer): boolean => body.kind === 'rule' && CELLS.has(body.rule);

/** `cell(carry, x)`: the next state and the output. */
export function callCell(cell: KerasLayer, call: Call, context: Context): Value {
  const input = call.positional[1] ?? call.keywords.get('inputs');
  const carried = call.positional[0] ?? call.keywords.get('carry');
  const state = carried?.kind === 'sequence' && !carried.doubt ? carried.items[1] : carried;
  const before = state instanceof KerasTensor ? state : new KerasTensor(unknown('the state of a cell is not known', call.range.startLine));
  const output = callLayer(cell, { ...call, positional: input ? [input, before] : [], keywords: new Map() }, context);
  const shape = output instanceof KerasTensor ? output.shape : unknown('what the cell makes is not known', call.range.startLine);
  return tuple([stateOf(cell, shape), output]);
}

/** The state of a cell whose output has a shape: a cell of an LSTM keeps two. */
function stateOf({ className = '' }: KerasLayer, shape: Known<Shape>): Value {
  return className.endsWith('LSTMCell') ? tuple([new KerasTensor(shape), new KerasTensor(shape)]) : new KerasTensor(shape);
}

/** `cell.initialize_carry(key, input_shape)`: the state before the first step. */
export function initialState(cell: KerasLayer, call: Call, context: Context): Value {
  const line = call.range.startLine;
  const sides = [...call.positional, ...call.keywords.values()].find(value => value.kind === 'sequence');
  const input = shapeFrom(sides, context, line, true);
  return stateOf(cell, input.known ? known([...input.value.slice(0, -1), widthOf(cell)]) : input);
}

function widthOf({ attributes }: KerasLayer): number | null {
  const features = attributes.get('features') ?? attributes.get('hidden_features');
  return features?.kind === 'integer' ? features.value : null;
}

/** `nn.RNN(cell)`: the cell at every step of a sequence (batch, steps, width), called once through `run`. */
export function recurrence(call: Call, run: (cell: KerasLayer, call: Call) => Value): KerasLayer | undefined {
  const cell = call.positional[0] ?? call.keywords.get('cell');
  const isTransposed = ['time_major', 'unroll'].some(name => call.keywords.has(name));
  if (!(cell instanceof KerasLayer) || !(isCell(cell) || cell.classValue) || isTransposed || call.spread) return undefined;
  const layer = new KerasLayer(undefined, { type: call.type, kind: 'container', range: call.range }, { kind: 'own', isBuilt: true });
  cell.name ??= 'cell';
  layer.attributes.set('cell', cell);
  const returnsState = call.keywords.get('return_carry');
  layer.attributes.set(
    '__call__',
    builtin(inner => {
      const [sequence] = inner.positional;
      const line = inner.range.startLine;
      if (!(sequence instanceof KerasTensor)) return new KerasTensor(unknown('the sequence is not known', line));
      const { shape } = sequence;
      const step = shape.known && shape.value.length > 2 ? known<Shape>([...shape.value.slice(0, -2), shape.value.at(-1)!]) : shape;
      const state = isCell(cell)
        ? stateOf(cell, step.known ? known([...step.value.slice(0, -1), widthOf(cell)]) : step)
        : undecidedPlain(unknown('the first state of a cell is not known', line));
      const given = [inner.keywords.get('initial_carry') ?? state, new KerasTensor(step, { inputs: [sequence] })];
      const made = run(cell, { ...inner, positional: given, keywords: new Map() });
      const after = made.kind === 'sequence' && !made.doubt ? (made.items[0] ?? state) : state;
      const output = everyStep(made.kind === 'sequence' ? made.items[1] : made, sequence, layer, line);
      const asked = inner.keywords.get('return_carry') ?? returnsState;
      return asked?.kind === 'boolean' && asked.value ? tuple([after, output]) : output;
    }),
  );
  return layer;
}

/** What one step makes, for each step of the sequence. */
function everyStep(made: Value | undefined, sequence: KerasTensor, layer: KerasLayer, line: number): Value {
  if (made?.kind === 'sequence' && !made.doubt) return { ...made, items: made.items.map(item => everyStep(item, sequence, layer, line)) };
  const { shape } = sequence;
  const steps = shape.known ? (shape.value.at(-2) ?? null) : null;
  if (!(made instanceof KerasTensor) || !made.shape.known)
    return new KerasTensor(made instanceof KerasTensor ? made.shape : unknown('what its cell makes is not known', line), {
      layer,
      inputs: [sequence],
    });
  const [width = null] = made.shape.value.slice(-1);
  return new KerasTensor(known([...made.shape.value.slice(0, -1), steps, width]), { layer, inputs: [sequence] });
}
