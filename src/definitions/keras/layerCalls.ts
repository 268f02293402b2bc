import { known, unknown, type Known, type Unknown } from '../../architecture/architecture';
import { LayerInputs } from '../../architecture/keras/kerasRule';
import type { Shape } from '../../architecture/keras/shape';
import { Undecided } from '../../architecture/torch/layerArguments';
import type { Context } from '../python/context';
import { integer, list, NONE, tuple, type Call, type Value } from '../python/values';
import { KerasLayer, KerasTensor } from './kerasValues';

/** The tensors among the arguments of a layer's call: the first argument and what it lists, and for attention all that are named as inputs. */
function inputTensors(call: Call): KerasTensor[] {
  const [first, ...more] = call.positional;
  const named = ['inputs', 'x', 'input', 'query', 'inputs_q'].map(name => call.keywords.get(name)).find(value => value !== undefined);
  const extra = ['value', 'key', 'inputs_k', 'inputs_v', 'inputs_kv', 'initial_state'].flatMap(name => {
    const value = call.keywords.get(name);
    return value && value.kind !== 'none' ? value : [];
  });
  const holds = (value: Value): boolean =>
    value instanceof KerasTensor ||
    (value.kind === 'undecided' && !value.plain) ||
    (value.kind === 'sequence' && !value.doubt && value.items.length > 0 && value.items.every(item => item instanceof KerasTensor));
  const rest = more.filter(holds);
  return [first ?? named, ...rest, ...extra].flatMap(value => (value ? tensorsIn(value, call) : []));
}

/** A value as tensors: a list gives each of its items, everything that is no tensor one of unknown shape. */
export function tensorsIn(value: Value, call: Call): KerasTensor[] {
  if (value.kind === 'sequence' && !value.doubt) return value.items.flatMap(item => tensorsIn(item, call));
  if (value.kind === 'dictionary' && !value.doubt) return [...value.entries.values()].flatMap(item => tensorsIn(item, call));
  return [asTensor(value, call)];
}

function asTensor(value: Value, call: Call): KerasTensor {
  if (value instanceof KerasTensor) return value;
  if (value.kind !== 'undecided')
    return new KerasTensor(unknown(`the shape of what \`${call.type}(…)\` is called with is not known`, call.range.startLine));
  return new KerasTensor(value.reason, value.plain ? undefined : { inputs: [], doubt: value.reason });
}

/** Carries out what may be undecided; its reason takes the place of the result. */
export function orReason<T>(work: () => T): Known<T> {
  try {
    return known(work());
  } catch (error) {
    if (error instanceof Undecided) return error.reason;
    throw error;
  }
}

/** Calls a layer: builds its weights from the shapes where they are not known yet, and makes the tensor or tensors that it returns. */
export function callLayer(layer: KerasLayer, call: Call, context: Context): Value {
  const inputs = inputTensors(call);
  const shapes = inputs.map(({ shape }) => shape);
  layer.input ??= shapes[0];
  context.spend(1);
  const result = applied(layer, inputs, call, context);
  if (result instanceof KerasTensor) layer.output ??= result.shape;
  return result;
}

function applied(layer: KerasLayer, inputs: readonly KerasTensor[], call: Call, context: Context): Value {
  const { body } = layer;
  const line = call.range.startLine;
  const made = (shape: Known<Shape>, part = 0) => new KerasTensor(shape, { layer, inputs, call, ...(part > 0 && { part }) });
  const [first = new KerasTensor(unknown(`\`${call.type}(…)\` is called without an input`, line))] = inputs;
  switch (body.kind) {
    case 'rule': {
      const given = new LayerInputs(
        inputs.map(({ shape }) => shape),
        line,
      );
      build(layer, given);
      const output = orReason(() => body.rule.output(body.values, given));
      if (isOn(layer, 'return_state', call))
        return list([made(output), ...states(layer, first, line).map((shape, place) => made(shape, place + 1))]);
      return isOn(layer, 'return_attention_scores', call)
        ? tuple([made(output), made(notFollowed('attention scores', line), 1)])
        : made(output);
    }
    case 'bidirectional': {
      const [forward, backward] = [body.forward, body.backward].map(inner => {
        const value = callOn(inner, [first], call, context);
        return shapeOf(value.kind === 'sequence' ? value.items[0]! : value, line);
      });
      const isNamed = isOn(body.forward, 'return_state', call);
      const after = isNamed ? [body.forward, body.backward].flatMap(inner => states(inner, first, line)) : [];
      const outputs = body.merge === null ? [forward!, backward!] : [bothWays(forward!, backward!, body.merge)];
      const all = [...outputs, ...after].map((shape, part) => made(shape, part));
      return all.length === 1 ? all[0]! : tuple(all);
    }
    case 'time distributed': {
      const step = first.shape.known ? known([first.shape.value[0]!, ...first.shape.value.slice(2)] as Shape) : first.shape;
      const inner = shapeOf(callOn(body.inner, [new KerasTensor(step)], call, context), line);
      const steps = first.shape.known ? first.shape.value[1]! : null;
      return made(inner.known ? known([inner.value[0]!, steps, ...inner.value.slice(1)]) : inner);
    }
    case 'recurrence': {
      let step = new KerasTensor(first.shape.known ? known([first.shape.value[0]!, ...first.shape.value.slice(2)]) : first.shape);
      for (const cell of body.cells) step = new KerasTensor(shapeOf(callOn(cell, [step], call, context), line));
      if (!step.shape.known || !first.shape.known) return made(step.shape.known ? first.shape : step.shape);
      const [batch, ...sides] = step.shape.value;
      const output = made(known(body.sequences ? [batch!, first.shape.value[1]!, ...sides] : step.shape.value));
      if (!body.states) return output;
      const after = body.cells.flatMap(cell => states(cell, first, line));
      return list([output, ...after.map((shape, place) => made(shape, place + 1))]);
    }
    case 'sequential': {
      let tensor: KerasTensor = first;
      if (!body.input.known) body.input = first.shape;
      for (const inner of body.layers) {
        const result = callOn(inner, [tensor], call, context);
        tensor = result instanceof KerasTensor ? result : new KerasTensor(shapeOf(result, line));
      }
      return made(tensor.shape);
    }
    case 'functional': {
      const outputs = body.outputs.map(output => made(output.shape));
      return body.single ? (outputs[0] ?? made(notFollowed('what it returns', line))) : list(outputs);
    }
    case 'own':
      return callOwn(layer, inputs, call, context);
  }
}

/** Calls a layer on tensors as another layer does. */
function callOn(layer: KerasLayer, tensors: KerasTensor[], { range, type }: Call, context: Context): Value {
  return callLayer(layer, { positional: tensors, keywords: new Map(), range, type }, context);
}

/** Builds a layer with a rule; what is known already stays. */
export function build(layer: KerasLayer, inputs: LayerInputs): void {
  const { body } = layer;
  if (layer.weights.known || body.kind !== 'rule') return;
  layer.weights = orReason(() => body.rule.weights(body.values, inputs));
}

/** Runs the `build` and the `call` of a class of the source. */
function callOwn(layer: KerasLayer, inputs: readonly KerasTensor[], call: Call, context: Context): Value {
  const { range } = call;
  const line = range.startLine;
  buildOwn(layer, inputs, range, context);
  const method = context.attribute(layer, 'call', line);
  const result = method.kind === 'undecided' ? { ...method, plain: true } : context.call(method, { ...call, type: `${call.type}.call` });
  layer.pass ??= { inputs, outputs: knownTensors(result) };
  return rewrapped(result, layer, inputs, line);
}

/** The tensors that a call returned: itself, or those of a tuple, list or dictionary. */
export function knownTensors(value: Value): KerasTensor[] {
  if (value.kind === 'sequence') return value.items.flatMap(knownTensors);
  if (value.kind === 'dictionary') return [...value.entries.values()].flatMap(knownTensors);
  return value instanceof KerasTensor ? [value] : [];
}

/** Runs the `build` of a class of the source once, as the first call does. */
function buildOwn(layer: KerasLayer, inputs: readonly KerasTensor[], range: Call['range'], context: Context): void {
  if (layer.body.kind !== 'own' || layer.body.isBuilt) return;
  layer.body.isBuilt = true;
  const method = context.attribute(layer, 'build', range.startLine);
  const shapes = inputs.map(({ shape }) => shapeValue(shape));
  const [only = NONE] = shapes;
  const argument = shapes.length > 1 ? list(shapes) : only;
  if (method.kind === 'builtin') context.call(method, { positional: [argument], keywords: new Map(), range, type: 'build' });
}

/** What a layer of the source returns, as tensors that the layer made. */
function rewrapped(value: Value, layer: KerasLayer, inputs: readonly KerasTensor[], line: number): Value {
  if (value.kind === 'sequence')
    return {
      kind: 'sequence',
      tuple: value.tuple,
      items: value.items.map(item => rewrapped(item, layer, inputs, line)),
      doubt: value.doubt,
    };
  if (value.kind === 'dictionary') {
    const entries = new Map([...value.entries].map(([key, item]) => [key, rewrapped(item, layer, inputs, line)]));
    return { kind: 'dictionary', entries, doubt: value.doubt };
  }
  if (value instanceof KerasTensor) return new KerasTensor(value.shape, { layer, inputs, inside: value });
  return value.kind === 'undecided' ? new KerasTensor(value.reason, { layer, inputs }) : value;
}

/** A shape as Python sees it: a tuple with `None` for what is not fixed. */
export function shapeValue(shape: Known<Shape>): Value {
  if (!shape.known) return { kind: 'undecided', reason: shape, plain: true };
  return tuple(shape.value.map(side => (side === null ? NONE : integer(side))));
}

const shapeOf = (value: Value, line: number): Known<Shape> => {
  if (value instanceof KerasTensor) return value.shape;
  return value.kind === 'undecided' ? value.reason : notFollowed('what it returns', line);
};

const notFollowed = (what: string, line: number): Unknown => unknown(`${what} is not followed here`, line);

/** The shape of two directions in one tensor. */
function bothWays(forward: Known<Shape>, backward: Known<Shape>, merge: string): Known<Shape> {
  if (!forward.known || !backward.known) return forward.known ? backward : forward;
  const [one, other] = [forward.value.at(-1) ?? null, backward.value.at(-1) ?? null];
  return merge === 'concat' ? known([...forward.value.slice(0, -1), one === null || other === null ? null : one + other]) : forward;
}

/** Whether a switch is on, by the call or by the construction. */
function isOn(layer: KerasLayer, name: string, call: Call): boolean {
  const value = call.keywords.get(name) ?? layer.attributes.get(name);
  return value?.kind === 'boolean' && value.value;
}

/** The states that a recurrent layer returns beside its output. */
function states(layer: KerasLayer, input: KerasTensor, line: number): Known<Shape>[] {
  const units = layer.attributes.get('units');
  const state: Known<Shape> =
    units?.kind === 'integer' && input.shape.known ? known([input.shape.value[0]!, units.value]) : notFollowed('a state', line);
  return /LSTM(Cell)?$/.test(layer.className ?? layer.construction.type) ? [state, state] : [state];
}
