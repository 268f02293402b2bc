import { unknown, type Architecture, type Known } from '../../architecture/architecture';
import type { Shape } from '../../architecture/keras/shape';
import { tensorsBetween, type KerasLayer, type KerasTensor } from './kerasValues';
import { LayerRecorder } from './layerRecorder';

/** An architecture with how its layers compose, and the shapes that each meets, where the model is a sequence or a graph of layers. */
export function composed(architecture: Architecture, model: KerasLayer): Architecture {
  const { parameterCount: count, range } = architecture;
  if (!model.isModel || model.classValue) return architecture;
  if (!count.known) return { ...architecture, composition: unknown(`not all of its layers are known: ${count.why}`, count.line) };
  const recorder = new LayerRecorder();
  const outputs = run(model, undefined, '', recorder);
  const composition = recorder.composition(outputs, range.startLine);
  return { ...architecture, layers: architecture.layers.map(layer => recorder.withShapes(layer)), composition };
}

/** The results of a model for some inputs, or for inputs of its own. */
function run(model: KerasLayer, given: readonly number[] | undefined, prefix: string, recorder: LayerRecorder): readonly number[] {
  const line = model.construction.range.startLine;
  if (model.body.kind === 'sequential') {
    const { input, layers } = model.body;
    let place = given?.[0] ?? recorder.input('input', input.known ? input : (model.input ?? input), line);
    for (const layer of layers) if (!recorder.isFull) place = call(layer, [place], layer.output, prefix, recorder);
    return [place];
  }
  if (model.body.kind !== 'functional') return [];
  const { inputs, outputs } = model.body;
  const places = new Map<KerasTensor, number>();
  inputs.forEach((tensor, index) => places.set(tensor, given?.[index] ?? recorder.input(`input ${index + 1}`, tensor.shape, line)));
  for (const tensor of tensorsBetween(inputs, outputs)) {
    if (recorder.isFull) break;
    const { layer, inputs: before = [], operation } = tensor.history ?? {};
    const from = before.flatMap(each => places.get(each) ?? []);
    places.set(tensor, layer ? call(layer, from, tensor.shape, prefix, recorder) : operate(operation, from, tensor, line, recorder));
  }
  return outputs.flatMap(tensor => places.get(tensor) ?? []);
}

/** A plain operation between tensors: a sum of two, or one that is not known. */
function operate(
  operation: string | undefined,
  inputs: readonly number[],
  tensor: KerasTensor,
  line: number,
  recorder: LayerRecorder,
): number {
  const sum = (operation === '+' || operation === '-') && inputs.length === 2 ? recorder.sum(inputs, tensor.shape, line) : undefined;
  if (sum !== undefined) return sum;
  const name = operation ?? 'tensor';
  return recorder.unknown(name, `what \`${name}\` computes is not followed`, inputs, tensor.shape, line);
}

function call(
  layer: KerasLayer,
  inputs: readonly number[],
  output: Known<Shape> | undefined,
  prefix: string,
  recorder: LayerRecorder,
): number {
  const { type, range } = layer.construction;
  const name = layer.name ?? 'layer';
  const path = prefix === '' ? name : `${prefix}/${name}`;
  const line = range.startLine;
  const shape = output ?? unknown('the shape of its output is not known', line);
  if (layer.isModel && !layer.classValue) {
    const results = run(layer, inputs, path, recorder);
    if (results.length === 1) return results[0]!;
  }
  const className = type.split('.').at(-1) ?? type;
  if (layer.body.kind === 'rule' && !layer.classValue)
    return recorder.call({ className, path, rule: layer.body.rule, values: layer.body.values, line }, inputs, shape);
  return recorder.unknown(className, `what \`${type}\` computes is not followed`, inputs, shape, line);
}
