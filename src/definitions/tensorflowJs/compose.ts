import { unknown, type Architecture, type Known } from '../../architecture/architecture';
import type { Shape } from '../../architecture/keras/shape';
import { LayerRecorder } from '../keras/layerRecorder';
import { classOf } from './layerConstruction';
import { FunctionalModel, RuleLayer, SequentialModel, type LayerValue, type TensorValue } from './layerValue';

/** An architecture with how its layers compose, and the shapes that each meets. */
export function composed(architecture: Architecture, model: LayerValue): Architecture {
  const { parameterCount: count, range } = architecture;
  if (!count.known) return { ...architecture, composition: unknown(`not all of its layers are known: ${count.why}`, count.line) };
  const recorder = new LayerRecorder();
  const outputs = run(model, undefined, '', recorder);
  const composition = recorder.composition(outputs, range.startLine);
  return { ...architecture, layers: architecture.layers.map(layer => recorder.withShapes(layer)), composition };
}

/** The results of a model for some inputs, or for inputs of its own. */
function run(model: LayerValue, given: readonly number[] | undefined, prefix: string, recorder: LayerRecorder): readonly number[] {
  const line = model.construction.range.startLine;
  if (model instanceof SequentialModel) {
    let shape: Known<Shape> = model.declared ?? unknown('the first layer of this model says no `inputShape`', line);
    let place = given?.[0] ?? recorder.input('input', shape, line);
    for (const layer of model.inner) {
      if (recorder.isFull) break;
      shape = layer.shapeFor([shape]);
      place = call(layer, [place], shape, prefix, recorder);
    }
    return [place];
  }
  if (!(model instanceof FunctionalModel)) return [];
  const places = new Map<TensorValue, number>();
  model.inputs.forEach((tensor, index) => places.set(tensor, given?.[index] ?? recorder.input(`input ${index + 1}`, tensor.shape, line)));
  for (const tensor of model.tensors()) {
    if (recorder.isFull) break;
    const inputs = tensor.inputs.flatMap(input => places.get(input) ?? []);
    places.set(
      tensor,
      tensor.layer
        ? call(tensor.layer, inputs, tensor.shape, prefix, recorder)
        : recorder.unknown('tensor', 'where this tensor comes from is not followed', inputs, tensor.shape, line),
    );
  }
  return model.outputs.flatMap(tensor => places.get(tensor) ?? []);
}

function call(layer: LayerValue, inputs: readonly number[], output: Known<Shape>, prefix: string, recorder: LayerRecorder): number {
  const { name, type, range } = layer.construction;
  const path = prefix === '' ? name : `${prefix}/${name}`;
  const line = range.startLine;
  if (layer instanceof SequentialModel || (layer instanceof FunctionalModel && layer.outputs.length === 1))
    return run(layer, inputs, path, recorder)[0]!;
  const bare = type.split('.').at(-1) ?? type;
  if (layer instanceof RuleLayer) return recorder.call({ className: classOf(bare), path, ...layer.body, line }, inputs, output);
  return recorder.unknown(type, `what \`${type}\` computes is not followed`, inputs, output, line);
}
