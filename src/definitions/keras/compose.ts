import { unknown, type Architecture, type Known } from '../../architecture/architecture';
import type { Shape } from '../../architecture/keras/shape';
import { writtenAttention } from './attentionSteps';
import { tensorsBetween, type KerasLayer, type KerasTensor } from './kerasValues';
import { LayerRecorder, type RuleCall } from './layerRecorder';
import { operated } from './operationSteps';

/**
 * An architecture with how its layers compose, and the shapes that each meets, where the model is a sequence or a graph of layers, or its own code was
 * called with an input. `steps` are those of a framework other than Keras.
 */
export function composed(architecture: Architecture, model: KerasLayer, steps?: RuleCall['steps']): Architecture {
  const { parameterCount: count, range } = architecture;
  if (!model.isModel && !model.classValue) return architecture;
  if (!count.known) return { ...architecture, composition: unknown(`not all of its layers are known: ${count.why}`, count.line) };
  const line = range.startLine;
  const paths = new Map<KerasLayer, string>();
  if (model.body.kind === 'own') name(model, '', paths);
  const repeated = [...paths.keys()].find(layer => layer.repeats !== undefined || layer.body.kind === 'recurrence');
  if (repeated) return { ...architecture, composition: unknown(`how often \`${repeated.name ?? 'a module'}\` runs is not followed`, line) };
  if (model.body.kind === 'own' && !model.pass)
    return { ...architecture, composition: unknown('it is not called with an input whose shape is known', line) };
  const walk = new Walk(new LayerRecorder(), paths, steps);
  const outputs = walk.run(model, undefined, '');
  const composition = walk.recorder.composition(outputs, line);
  return { ...architecture, layers: architecture.layers.map(layer => walk.recorder.withShapes(layer)), composition };
}

/** Names every layer by the place where it is met first, as an architecture lists it. */
function name(layer: KerasLayer, path: string, paths: Map<KerasLayer, string>): void {
  if (paths.has(layer)) return;
  paths.set(layer, path);
  const inner = layer.inner().filter(each => !paths.has(each));
  for (const each of inner) {
    const own = each.name ?? 'layer';
    name(each, path === '' ? own : `${path}/${own}`, paths);
  }
}

/** Writes down a model's steps from what its evaluation left behind. */
class Walk {
  constructor(
    readonly recorder: LayerRecorder,
    private readonly paths: ReadonlyMap<KerasLayer, string>,
    private readonly steps: RuleCall['steps'],
  ) {}

  /** The results of a model for some inputs, or for inputs of its own. */
  run(model: KerasLayer, given: readonly number[] | undefined, prefix: string): readonly number[] {
    const line = model.construction.range.startLine;
    const { body, pass } = model;
    if (body.kind === 'sequential') {
      const { input, layers } = body;
      let place = given?.[0] ?? this.recorder.input('input', input.known ? input : (model.input ?? input), line);
      for (const layer of layers) if (!this.recorder.isFull) place = this.call(layer, [place], layer.output, prefix);
      return [place];
    }
    if (body.kind === 'functional') return this.between(body.inputs, body.outputs, given, prefix, line);
    return body.kind === 'own' && pass ? this.between(pass.inputs, pass.outputs, given, prefix, line) : [];
  }

  /** The results at some tensors, from the places of the inputs. */
  private between(
    inputs: readonly KerasTensor[],
    outputs: readonly KerasTensor[],
    given: readonly number[] | undefined,
    prefix: string,
    line: number,
  ): readonly number[] {
    const { recorder } = this;
    const places = new Map<KerasTensor, number>();
    inputs.forEach((tensor, index) =>
      places.set(tensor, given?.[index] ?? recorder.input(inputs.length === 1 ? 'input' : `input ${index + 1}`, tensor.shape, line)),
    );
    for (const tensor of tensorsBetween(inputs, outputs)) {
      if (recorder.isFull) break;
      const { layer, inputs: before = [], inside } = tensor.history ?? {};
      const from = before.flatMap(each => places.get(each) ?? []);
      const isOwn = layer?.body.kind === 'own' && layer.classValue !== undefined;
      const attention = layer ? undefined : this.attention(tensor, places, line);
      const place = !layer
        ? (attention ?? operated(tensor, from, line, recorder))
        : isOwn && inside
          ? this.between(before, [inside], from, prefix, layer.construction.range.startLine)[0]!
          : this.call(layer, from, tensor.shape, prefix);
      places.set(tensor, place);
    }
    return outputs.flatMap(tensor => places.get(tensor) ?? []);
  }

  /** Attention that the source writes out, as one step. */
  private attention(tensor: KerasTensor, places: ReadonlyMap<KerasTensor, number>, line: number): number | undefined {
    const found = writtenAttention(tensor);
    const inputs = found ? [found.queries, found.keys, found.values].flatMap(each => places.get(each) ?? []) : [];
    if (!found || inputs.length !== 3) return undefined;
    const projections = { query: null, key: null, value: null };
    return this.recorder.emit({ kind: 'attention', scale: found.scale, projections }, inputs, tensor.shape, tensor.history?.line ?? line);
  }

  private call(layer: KerasLayer, inputs: readonly number[], output: Known<Shape> | undefined, prefix: string): number {
    const { type, range } = layer.construction;
    const own = layer.name ?? 'layer';
    const path = this.paths.get(layer) ?? (prefix === '' ? own : `${prefix}/${own}`);
    const line = range.startLine;
    const shape = output ?? unknown('the shape of its output is not known', line);
    if (layer.isModel && !layer.classValue) {
      const results = this.run(layer, inputs, path);
      if (results.length === 1) return results[0]!;
    }
    const className = layer.className ?? type.split('.').at(-1) ?? type;
    const { steps } = this;
    if (layer.body.kind === 'rule' && !layer.classValue)
      return this.recorder.call(
        { className, path, rule: layer.body.rule, values: layer.body.values, line, ...(steps && { steps }) },
        inputs,
        shape,
      );
    return this.recorder.unknown(className, `what \`${type}\` computes is not followed`, inputs, shape, line);
  }
}
