import { known, unknown, type Known } from '../../architecture/architecture';
import type { Shape } from '../../architecture/keras/shape';
import { iterated } from '../python/collections';
import type { Context } from '../python/context';
import type { Call, Value } from '../python/values';
import { argument, shapeFrom } from './construct';
import { callLayer, tensorsIn } from './layerCalls';
import { KerasLayer, KerasTensor, type LayerBody } from './kerasValues';

/** `keras.Input(shape, batch_size)`, and the tensor that another one stands for. */
export function inputTensor(call: Call, context: Context): KerasTensor {
  const line = call.range.startLine;
  const tensor = call.keywords.get('tensor');
  if (tensor instanceof KerasTensor) return tensor;
  const whole = call.keywords.get('batch_shape') ?? call.keywords.get('batch_input_shape');
  if (whole) return new KerasTensor(shapeFrom(whole, context, line, true));
  const sides = shapeFrom(argument(call, 0, 'shape') ?? call.keywords.get('input_shape'), context, line);
  const batch = argument(call, 1, 'batch_size');
  if (!sides.known || batch?.kind !== 'integer') return new KerasTensor(sides);
  return new KerasTensor(known([batch.value, ...sides.value.slice(1)]));
}

/** A body of layers one after the other, without any yet. */
export const emptySequence = (line: number): Extract<LayerBody, { kind: 'sequential' }> => ({
  kind: 'sequential',
  layers: [],
  input: unknown('its input shape is not said: begin with an `Input`', line),
});

/** `model.add(layer)`: the shapes that are known so far build it at once. */
export function addLayer(model: KerasLayer, value: Value, call: Call, context: Context): void {
  const { body } = model;
  const line = call.range.startLine;
  if (body.kind !== 'sequential') return;
  if (value instanceof KerasTensor) {
    body.input = value.shape;
    body.isDeclared = value.shape.known;
    model.output = value.shape;
    return;
  }
  if (!(value instanceof KerasLayer)) {
    const reason = value.kind === 'undecided' ? value.reason : unknown(`\`${call.type}(…)\` is given something that is no layer`, line);
    model.doubts.push(reason);
    model.output = reason;
    return;
  }
  const declared = value.attributes.get('input_shape');
  if (body.layers.length === 0 && !body.input.known && declared) body.input = shapeFrom(declared, context, line);
  if (body.layers.length === 0 && !body.input.known) body.input = ownInput(value) ?? body.input;
  if (body.layers.length === 0) body.isDeclared = body.input.known;
  body.layers.push(value);
  const before = body.layers.length === 1 ? body.input : (model.output ?? body.input);
  if (!body.input.known) return;
  model.input = body.input;
  const { range, type } = value.construction;
  const result = callLayer(value, { positional: [new KerasTensor(before)], keywords: new Map(), range, type }, context);
  model.output = result instanceof KerasTensor ? result.shape : unknown(`what \`${type}\` returns is not known`, line);
}

/** The input that a model at the head of a sequence was made with. */
function ownInput({ body }: KerasLayer): Known<Shape> | undefined {
  if (body.kind === 'sequential' && body.input.known) return body.input;
  return body.kind === 'functional' ? body.inputs[0]?.shape : undefined;
}

/** Makes a model a sequence of the layers that its construction lists. */
export function makeSequential(model: KerasLayer, call: Call, context: Context): void {
  const line = call.range.startLine;
  model.body = emptySequence(line);
  const listed = argument(call, 0, 'layers');
  if (call.spread) model.doubts.push(call.spread);
  if (!listed || listed.kind === 'none') return;
  const items = iterated(listed, context);
  if (!items) {
    const doubt = listed.kind === 'undecided' ? listed.reason : listed.kind === 'sequence' ? listed.doubt : undefined;
    model.doubts.push(doubt ?? unknown('its layers are not known', line));
  }
  for (const item of items ?? (listed.kind === 'sequence' ? listed.items : [])) addLayer(model, item, call, context);
}

/** Makes a model of what lies between some inputs and outputs; false when the call names none. */
export function makeFunctional(model: KerasLayer, call: Call): boolean {
  const inputs = argument(call, 0, 'inputs') ?? call.keywords.get('input');
  const outputs = argument(call, 1, 'outputs') ?? call.keywords.get('output');
  if (!inputs || !outputs) return false;
  const heads = tensorsIn(inputs, call);
  model.body = { kind: 'functional', inputs: heads, outputs: tensorsIn(outputs, call), single: outputs instanceof KerasTensor };
  model.input = heads[0]?.shape;
  model.output = model.body.outputs[0]?.shape;
  return true;
}

/** Builds a model for an input shape that the source or a person says; the batch is the first side. */
export function buildFor(model: KerasLayer, shape: Known<Shape>, call: Call, context: Context): void {
  callLayer(model, { ...call, positional: [new KerasTensor(shape)], keywords: new Map() }, context);
}
