import { known, unknown } from '../../architecture/architecture';
import type { Shape } from '../../architecture/keras/shape';
import { LINEN_CELLS } from '../../architecture/flax/cells';
import { callLayer } from '../keras/layerCalls';
import { KerasLayer, KerasTensor } from '../keras/kerasValues';
import type { Context } from '../python/context';
import { builtin, tuple, undecidedPlain, type Call, type Value } from '../python/values';

const CELLS = new Set(Object.values(LINEN_CELLS));

/** Whether a layer is a recurrent cell, which takes its state and an input and returns both. */
export const isCell = ({ body }: KerasLayer): boolean => body.kind === 'rule' && CELLS.has(body.rule);

/** `cell(carry, x)`: the next state, whose shape nobody asks for, and the output. */
export function callCell(cell: KerasLayer, call: Call, context: Context): Value {
  const input = call.positional[1] ?? call.keywords.get('inputs');
  const output = callLayer(cell, { ...call, positional: input ? [input] : [], keywords: new Map() }, context);
  return tuple([undecidedPlain(unknown('the state of a cell is only known when the program runs', call.range.startLine)), output]);
}

/** `nn.RNN(cell)`: the cell at every step of a sequence (batch, steps, width). */
export function recurrence(call: Call, context: Context): KerasLayer | undefined {
  const cell = call.positional[0] ?? call.keywords.get('cell');
  if (!(cell instanceof KerasLayer) || !isCell(cell) || call.spread) return undefined;
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
      const made = callLayer(cell, { ...inner, positional: [new KerasTensor(step, { inputs: [sequence] })], keywords: new Map() }, context);
      const width = made instanceof KerasTensor && made.shape.known ? made.shape.value.at(-1)! : null;
      const output = new KerasTensor(shape.known ? known([...shape.value.slice(0, -1), width]) : shape, { layer, inputs: [sequence] });
      const asked = inner.keywords.get('return_carry') ?? returnsState;
      const state = undecidedPlain(unknown('the state of a cell is only known when the program runs', line));
      return asked?.kind === 'boolean' && asked.value ? tuple([state, output]) : output;
    }),
  );
  return layer;
}
