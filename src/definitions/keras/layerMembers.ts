import { unknown, type Known, type Unknown } from '../../architecture/architecture';
import type { Shape } from '../../architecture/keras/shape';
import type { Context } from '../python/context';
import { builtin, list, NONE, text, undecidedPlain, type Call, type Value } from '../python/values';
import { argument, shapeFrom, switchOf } from './construct';
import { shapeValue } from './layerCalls';
import { isHarmlessMember } from './harmlessMembers';
import { KerasLayer, KerasTensor, tensorsBetween, WeightValue } from './kerasValues';
import { addLayer, buildFor } from './models';

type Member = (layer: KerasLayer, call: Call, context: Context) => Value;

const onlyWhenRun = (name: string): Unknown => unknown(`what \`${name}\` gives is only known when the program runs`, 0);

const METHODS: Readonly<Record<string, Member>> = {
  add: (layer, call, context) => {
    const value = argument(call, 0, 'layer');
    if (value) addLayer(layer, value, call, context);
    return NONE;
  },
  build: (layer, call, context) => {
    buildFor(layer, shapeFrom(argument(call, 0, 'input_shape'), context, call.range.startLine, true), call, context);
    return NONE;
  },
  add_weight: (layer, call, context) => addWeight(layer, call, context),
  get_layer: (layer, call) => {
    const [name, place] = [argument(call, 0, 'name'), call.keywords.get('index')];
    const found =
      place?.kind === 'integer'
        ? layer.inner()[place.value]
        : layer.inner().find(each => name?.kind === 'string' && each.name === name.value);
    return found ?? { kind: 'undecided', reason: unknown('this layer is not found', call.range.startLine), plain: false };
  },
};

/** `self.add_weight(shape, initializer, …)`, and Keras 2's `self.add_weight(name, shape, …)`. */
function addWeight(layer: KerasLayer, call: Call, context: Context): WeightValue {
  const line = call.range.startLine;
  const isNamedFirst = call.positional[0]?.kind === 'string' || call.positional[0]?.kind === 'none';
  const name = isNamedFirst ? call.positional[0] : call.keywords.get('name');
  const given = argument(call, isNamedFirst ? 1 : 0, 'shape');
  const sides = given ? shapeFrom(given, context, line, true) : { known: true as const, value: [] };
  const open = sides.known && sides.value.includes(null) ? unknown('a side of this weight is not fixed', line) : sides;
  const trainable = call.keywords.get('trainable');
  const weight = new WeightValue(
    call.spread ?? open,
    name?.kind === 'string' ? name.value : `variable_${layer.added.length}`,
    trainable ? switchOf(trainable, line) : { known: true, value: true },
    call.range,
    {
      initialiser: call.keywords.get('initializer') ?? call.positional[isNamedFirst ? 3 : 1],
      isBuilt: layer.body.kind === 'own' && layer.body.isBuilt,
      isBare: false,
    },
  );
  layer.added.push(weight);
  return weight;
}

/** An attribute or method of a layer or model; undefined for one that is not known. */
export function layerMember(layer: KerasLayer, name: string, context: Context): Value | undefined {
  const method = Object.hasOwn(METHODS, name) ? METHODS[name] : undefined;
  if (method && (name !== 'add' || layer.body.kind === 'sequential')) return builtin(call => method(layer, call, context));
  switch (name) {
    case 'name':
      return text(layer.name ?? '');
    case 'trainable':
      return layer.trainable.known ? { kind: 'boolean', value: layer.trainable.value } : undecidedPlain(layer.trainable);
    case 'layers':
      return list(layer.inner(), layer.doubts[0]);
    case 'input':
    case 'inputs':
    case 'output':
    case 'outputs':
      return end(layer, name);
    case 'input_shape':
      return layer.input && shapeValue(layer.input);
    case 'output_shape':
      return layer.output && shapeValue(layer.output);
    default:
      return isHarmlessMember(name) ? builtin(() => undecidedPlain(onlyWhenRun(name))) : undefined;
  }
}

/** The tensors at the ends of a model; of a sequence they are made as they are asked for. */
function end(layer: KerasLayer, name: string): Value | undefined {
  const { body } = layer;
  const isInput = name.startsWith('input');
  if (body.kind === 'functional') {
    const tensors = isInput ? body.inputs : body.outputs;
    return tensors.length === 1 && !name.endsWith('s') ? tensors[0] : list([...tensors]);
  }
  if (body.kind !== 'sequential') return undefined;
  const ends = (tensor: KerasTensor) => (name.endsWith('s') ? list([tensor]) : tensor);
  const input = inputOfSequence(layer, body.input);
  return ends(isInput ? input : new KerasTensor(layer.output ?? body.input, { layer, inputs: [input] }));
}

const inputsOfSequences = new WeakMap<KerasLayer, KerasTensor>();

function inputOfSequence(layer: KerasLayer, shape: Known<Shape>): KerasTensor {
  const input = inputsOfSequences.get(layer) ?? new KerasTensor(shape);
  inputsOfSequences.set(layer, input);
  return input;
}

const sequences = new WeakMap<KerasLayer, Map<KerasLayer, KerasTensor>>();

/** What each layer of a sequence makes of the one before; the same tensors however often they are asked for. */
function stepsOfSequence(
  model: KerasLayer,
  { input, layers }: { input: Known<Shape>; layers: readonly KerasLayer[] },
): Map<KerasLayer, KerasTensor> {
  const steps = sequences.get(model) ?? new Map<KerasLayer, KerasTensor>();
  sequences.set(model, steps);
  let tensor = inputOfSequence(model, input);
  for (const layer of layers) {
    tensor =
      steps.get(layer) ?? new KerasTensor(layer.output ?? unknown('the shape of its output is not known', 0), { layer, inputs: [tensor] });
    steps.set(layer, tensor);
  }
  return steps;
}

/** The tensor that a layer inside a model made there, as `model.get_layer(name).output` asks for it. */
export function outputWithin(model: KerasLayer, layer: KerasLayer): KerasTensor | undefined {
  if (model.body.kind === 'sequential') return stepsOfSequence(model, model.body).get(layer);
  if (model.body.kind !== 'functional') return undefined;
  return tensorsBetween(model.body.inputs, model.body.outputs).find(({ history }) => history?.layer === layer);
}

/** `layer.trainable = …`: what a model says holds for every layer inside it. */
export function assignToLayer(layer: KerasLayer, name: string, assigned: Value, line: number): void {
  if (name === '_name' && assigned.kind === 'string') layer.name = assigned.value;
  if (name !== 'trainable') return;
  layer.attributes.delete('trainable');
  const value = switchOf(assigned, line);
  const open = [layer];
  const seen = new Set<KerasLayer>();
  for (let next = open.pop(); next; next = open.pop()) {
    if (seen.has(next)) continue;
    seen.add(next);
    next.trainable = value;
    open.push(...next.inner());
  }
}
