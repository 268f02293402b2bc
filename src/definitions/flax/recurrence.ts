import { known, unknown } from '../../architecture/architecture';
import { LINEN_CELLS, NNX_CELLS } from '../../architecture/flax/cells';
import { argument, shapeFrom } from '../keras/construct';
import { callLayer, shapeValue } from '../keras/layerCalls';
import { KerasLayer, KerasTensor } from '../keras/kerasValues';
import { callOperation } from '../keras/tensorOperations';
import type { Context } from '../python/context';
import { boolean, builtin, integer, NONE, tuple, type Call, type Value } from '../python/values';
import { Loop, repetitions } from './loop';
import { nextKey } from './streams';

const CELLS = new Set([...Object.values(LINEN_CELLS), ...Object.values(NNX_CELLS)]);

/** Whether a layer is a recurrent cell, which takes its state and an input and returns both. */
export const isCell = ({ body }: KerasLayer): boolean => body.kind === 'rule' && CELLS.has(body.rule);

/** `cell(carry, x)`: the next state and the output. */
export function callCell(cell: KerasLayer, call: Call, context: Context): Value {
  const input = call.positional[1] ?? call.keywords.get('inputs');
  const states = statesIn(call.positional[0] ?? call.keywords.get('carry'), call.range.startLine);
  return steps(cell, { ...call, positional: input ? [input, ...states] : [], keywords: new Map() }, context);
}

/** The tensors of a state as recurrences take them: hidden first. */
const statesIn = (carried: Value | undefined, line: number): readonly Value[] =>
  (carried?.kind === 'sequence' && !carried.doubt ? carried.items.toReversed() : [carried]).map(state =>
    state instanceof KerasTensor ? state : new KerasTensor(unknown('the state of a cell is not known', line)),
  );

/** The state of a cell after one step, or after all steps of a sequence, and what it makes. */
function steps(cell: KerasLayer, call: Call, context: Context): Value {
  const output = callLayer(cell, call, context);
  if (!(output instanceof KerasTensor)) return output;
  const { shape, history } = output;
  const isSequence = call.keywords.has('reverse');
  const last = shape.known && isSequence ? known(shape.value.toSpliced(-2, 1)) : shape;
  const state = (part: number): KerasTensor => new KerasTensor(last, history && { ...history, part });
  return tuple([keepsTwo(cell) ? tuple([state(2), state(1)]) : state(1), output]);
}

/** Whether its state is that of a cell beside the hidden one. */
const keepsTwo = ({ className = '' }: KerasLayer): boolean => className.endsWith('LSTMCell');

/** `cell.initialize_carry(key, input_shape)`: zeros before the first step. */
export function initialState(cell: KerasLayer, call: Call, context: Context): Value {
  const line = call.range.startLine;
  const sides = [...call.positional, ...call.keywords.values()].find(value => value.kind === 'sequence');
  const input = shapeFrom(sides, context, line, true);
  const shape = input.known ? known([...input.value.slice(0, -1), widthOf(cell)]) : input;
  const state = () => new KerasTensor(shape, { inputs: [], function: 'zeros', operation: call.type, call, line });
  return keepsTwo(cell) ? tuple([state(), state()]) : state();
}

function widthOf({ attributes }: KerasLayer): number | null {
  const features = attributes.get('features') ?? attributes.get('hidden_features');
  return features?.kind === 'integer' ? features.value : null;
}

/** What an RNN is told when it is constructed or called; undefined where it is not told. */
type Told = (name: string) => Value | undefined;

const isOn = (value: Value | undefined): boolean => value?.kind === 'boolean' && value.value;

/** `nn.RNN(cell)`: the cell at every step of a sequence (batch, steps, width); a cell of the source is called once through `run`. */
export function recurrence(call: Call, context: Context, run: (cell: KerasLayer, call: Call) => Value): KerasLayer | undefined {
  const cell = call.positional[0] ?? call.keywords.get('cell');
  const isTransposed = isOn(call.keywords.get('time_major'));
  if (!(cell instanceof KerasLayer) || !(isCell(cell) || cell.classValue) || isTransposed || call.spread) return undefined;
  const layer = around(call, { cell });
  layer.attributes.set(
    '__call__',
    builtin(inner => {
      const told: Told = name => inner.keywords.get(name) ?? call.keywords.get(name);
      const [sequence] = inner.positional;
      if (!(sequence instanceof KerasTensor) || isOn(told('time_major')))
        return new KerasTensor(unknown('the sequence is not known', inner.range.startLine));
      const made = isCell(cell) ? eachStep(cell, sequence, inner, told, context) : ownSteps(cell, sequence, inner, told, context, run);
      const [after = NONE, output = NONE] = made.kind === 'sequence' ? made.items : [NONE, made];
      return isOn(told('return_carry')) ? tuple([after, output]) : output;
    }),
  );
  return layer;
}

/** A layer around others, held under these names. */
function around(call: Call, held: Readonly<Record<string, KerasLayer>>): KerasLayer {
  const layer = new KerasLayer(undefined, { type: call.type, kind: 'container', range: call.range }, { kind: 'own', isBuilt: true });
  for (const [name, inner] of Object.entries(held)) {
    inner.name ??= name;
    layer.attributes.set(name, inner);
  }
  return layer;
}

/** A cell of the framework over a whole sequence, from zeros or from the state that is given. */
function eachStep(cell: KerasLayer, sequence: KerasTensor, inner: Call, told: Told, context: Context): Value {
  const initial = inner.keywords.get('initial_carry');
  const states = initial && initial.kind !== 'none' ? statesIn(initial, inner.range.startLine) : [];
  const keywords = new Map<string, Value>();
  for (const name of ['reverse', 'keep_order', 'seq_lengths']) keywords.set(name, told(name) ?? NONE);
  return steps(cell, { ...inner, positional: [sequence, ...states], keywords }, context);
}

/** A cell of the source over a sequence, from the state that is given or that it begins with: one step, repeated. */
function ownSteps(
  cell: KerasLayer,
  sequence: KerasTensor,
  inner: Call,
  told: Told,
  context: Context,
  run: (cell: KerasLayer, call: Call) => Value,
): Value {
  const line = inner.range.startLine;
  const isPlain = ['reverse', 'seq_lengths'].every(name => !told(name) || told(name)?.kind === 'none' || isOff(told(name)));
  const count = repetitions(undefined, [[sequence, -2]], unknown('how long the sequence is is not known', line));
  const loop = new Loop(
    isPlain ? count : unknown('sequences that are reversed or of several lengths are not followed', line),
    undefined,
    line,
  );
  const step = loop.given(sequence, -2);
  const made = run(cell, { ...inner, positional: [loop.begun(firstState(cell, step, inner, context)), step], keywords: new Map() });
  const [after = NONE, output = made] = made.kind === 'sequence' && !made.doubt ? made.items : [];
  return tuple([loop.last(after), loop.stacked(output, -2)]);
}

const isOff = (value: Value | undefined): boolean => value?.kind === 'boolean' && !value.value;

/** The state that a cell of the source begins with. */
function firstState(cell: KerasLayer, step: Value, inner: Call, context: Context): Value {
  const initial = inner.keywords.get('initial_carry');
  if (initial && initial.kind !== 'none') return initial;
  const line = inner.range.startLine;
  const own = context.attribute(cell, 'initialize_carry', line);
  const shape = step instanceof KerasTensor ? shapeValue(step.shape) : NONE;
  const made = context.call(own, { ...inner, positional: [nextKey(line), shape], keywords: new Map() });
  return made.kind === 'undecided' ? new KerasTensor(unknown('the first state of a cell is not known', line)) : made;
}

/** `nn.Bidirectional(forward_rnn, backward_rnn)`: both over the same sequence, joined by its `merge_fn`. */
export function bidirectional(call: Call, context: Context): KerasLayer | undefined {
  const [forward, backward] = ['forward_rnn', 'backward_rnn'].map((name, place) => argument(call, place, name));
  if (!(forward instanceof KerasLayer) || !(backward instanceof KerasLayer) || call.spread) return undefined;
  const layer = around(call, { forward_rnn: forward, backward_rnn: backward });
  const merge = argument(call, 2, 'merge_fn');
  layer.attributes.set(
    '__call__',
    builtin(inner => {
      const made = [forward, backward].map((rnn, place) => {
        const order = ['reverse', 'keep_order'].map(name => [name, boolean(place === 1)] as const);
        const keywords = new Map<string, Value>([...inner.keywords, ['return_carry', boolean(true)], ...order]);
        const both = context.call(rnn, { ...inner, keywords });
        return both.kind === 'sequence' ? both.items : [NONE, both];
      });
      const outputs = made.map(([, output = NONE]) => output);
      const joined: Call = { ...inner, positional: [{ kind: 'sequence', tuple: false, items: outputs }, integer(-1)], keywords: new Map() };
      const output = merge
        ? context.call(merge, { ...inner, positional: outputs, keywords: new Map() })
        : (callOperation('jax.numpy.concatenate', { ...joined, type: 'jnp.concatenate' }, context) ?? NONE);
      const asked = inner.keywords.get('return_carry') ?? call.keywords.get('return_carry');
      return isOn(asked) ? tuple([tuple(made.map(([carry = NONE]) => carry)), output]) : output;
    }),
  );
  return layer;
}
