import { known, unknown, type Architecture, type Known } from '../../architecture/architecture';
import { tensorKey } from '../../architecture/composition';
import type { Program, StateTensor } from '../../architecture/computation';
import type { Shape } from '../../architecture/keras/shape';
import { initialiserArgument, startLaw, usualInitialiser, type Initialiser } from '../../architecture/keras/startLaws';
import { instantiationOf } from '../../architecture/obstacles';
import { isSettled } from '../../architecture/sides';
import { Undecided } from '../../architecture/torch/layerArguments';
import type { ProgramRequest, ReadContext, TrainedPart } from '../definitionReader';
import type { Value } from '../javascript/values';
import { clamped, plus, times } from '../keras/program/entrywise';
import { layerProgram } from '../keras/program/layerPrograms';
import { channelsLastOf, likeliest, openSides, written } from '../keras/program/inputShapes';
import { ProgramBuilder, refused } from '../keras/program/programBuilder';
import { orReason } from '../keras/layerCalls';
import { classOf } from './layerConstruction';
import { FunctionalModel, InitialiserValue, RuleLayer, SequentialModel, type LayerValue, type TensorValue } from './layerValue';

/** An architecture with what stands in the way of training it, and with the program that is asked for. */
export function withProgram(
  architecture: Architecture,
  model: LayerValue,
  { program: request, trained = {} }: Pick<ReadContext, 'program' | 'trained'>,
): Architecture {
  const { name, parameterCount: count } = architecture;
  const part = Object.hasOwn(trained, name) ? trained[name] : undefined;
  const judged = count.known || part ? programOf(model, openSides(declaredBy(model)), part ?? {}) : count;
  const knowsInput = judged.known && judged.value.steps.every(({ op, shape }) => op !== 'input' || isSettled(shape));
  const said = part?.method === undefined ? {} : { method: part.method };
  const finished = { ...architecture, instantiation: { ...said, ...instantiationOf(architecture, judged, knowsInput) } };
  return request?.name === name ? { ...finished, program: asked(model, request) } : finished;
}

const declaredBy = (model: LayerValue): Known<Shape> | undefined =>
  model instanceof FunctionalModel ? model.inputs[0]?.shape : model.declared;

function asked(model: LayerValue, { inputs, method, outlet }: ProgramRequest): Known<Program> {
  const declared = declaredBy(model);
  const rank = declared?.known ? declared.value.length - 1 : undefined;
  const part: TrainedPart = { ...(method !== undefined && { method }), ...(outlet && { outlet }) };
  return likeliest(inputs.map(channelsLastOf), rank, shape => programOf(model, shape, part), model.construction.range.startLine);
}

function programOf(model: LayerValue, input: readonly number[] | undefined, { method, outlet }: TrainedPart): Known<Program> {
  const line = model.construction.range.startLine;
  if (method !== undefined) return unknown('models of TensorFlow.js have no methods of their own: name a layer in `features`', line);
  const state = stateOf(model);
  const twice = state.find(({ name }, place) => state.findIndex(each => each.name === name) < place);
  if (twice) return unknown(`two of its weights are called \`${twice.name}\`: give their layers a \`name\``, line);
  const walk = new Walk(new ProgramBuilder(input));
  const [first] = walk.run(model, undefined);
  const output = outlet ? walk.met.get(outlet.layer)?.[outlet.side] : first;
  if (output === undefined) {
    const names = [...walk.met.keys()].join(', ');
    return unknown(outlet ? `its pass meets no layer \`${outlet.layer}\`: name one of ${names}` : 'it has no output', line);
  }
  return known({ ...walk.builder.program(output, state), weightsFor: 'tensorflow.js' });
}

/** Every weight once, named as `loadWeights` asks for it: by its layer's own name. */
function stateOf(model: LayerValue): StateTensor[] {
  const tensors: StateTensor[] = [];
  const seen = new Set<LayerValue>();
  const visit = (outer: LayerValue, prefix: string, isFrozen: boolean): void => {
    for (const layer of outer.inner) {
      if (seen.has(layer)) continue;
      seen.add(layer);
      const { name, range } = layer.construction;
      const path = prefix === '' ? name : `${prefix}/${name}`;
      const isOff = isFrozen || (layer.trainable.known && !layer.trainable.value);
      const { weights } = layer;
      if (weights.known)
        for (const weight of weights.value)
          tensors.push({
            name: nameIn(layer, weight.name),
            shape: weight.shape,
            start: startOf(layer, weight),
            role: weight.trainable === false ? 'buffer' : isOff ? 'frozen' : 'trained',
            line: range.startLine,
            key: tensorKey(path, weight.name),
          });
      visit(layer, path, isOff);
    }
  };
  visit(model, '', model.trainable.known && !model.trainable.value);
  return tensors;
}

const classIn = ({ construction }: LayerValue): string => classOf(construction.type.split('.').at(-1) ?? construction.type);

/** TensorFlow.js calls the kernel of a depthwise convolution `depthwise_kernel`. */
const nameIn = (layer: LayerValue, weight: string): string =>
  `${layer.construction.name}/${weight === 'kernel' && classIn(layer).startsWith('Depthwise') ? 'depthwise_kernel' : weight}`;

function startOf(layer: LayerValue, { name, shape }: { readonly name: string; readonly shape: readonly number[] }): StateTensor['start'] {
  const className = classIn(layer);
  const argument = initialiserArgument(name, className);
  // `separableConv2d` draws its pointwise kernel by what its configuration says of the depthwise one.
  const told = argument === 'pointwise_initializer' ? 'depthwise_initializer' : argument;
  const given = layer instanceof RuleLayer ? layer.initialisers.get(told) : undefined;
  if (!given || given.kind === 'nothing')
    return startLaw({ name: usualInitialiser(name, className, 'tensorflow.js'), arguments: {} }, shape, 'tensorflow.js');
  const initialiser = initialiserOf(given);
  return initialiser ? startLaw(initialiser, shape, 'tensorflow.js') : { kind: 'not known', why: 'its initialiser is not followed' };
}

function initialiserOf(value: Value): Initialiser | undefined {
  if (value instanceof InitialiserValue) return value.initialiser;
  return value.kind === 'string' ? { name: value.value, arguments: {} } : undefined;
}

/** Writes down the steps of a model. */
class Walk {
  /** Places of what each layer was given and made at its first call, by its path and by its name. */
  readonly met = new Map<string, { readonly input: number; readonly output: number }>();

  constructor(readonly builder: ProgramBuilder) {}

  run(model: LayerValue, given: readonly number[] | undefined): readonly number[] {
    const line = model.construction.range.startLine;
    if (model instanceof SequentialModel) {
      let place = given?.[0] ?? this.builder.images(model.declared, line);
      for (const layer of model.inner) place = this.call(layer, [place], line);
      return [place];
    }
    if (!(model instanceof FunctionalModel)) return [];
    const places = new Map<TensorValue, number>();
    model.inputs.forEach((tensor, index) => {
      const own = (): number =>
        index === 0 ? this.builder.images(tensor.shape, line) : this.builder.refuseInput(tensor.shape, index, line);
      places.set(tensor, given?.[index] ?? own());
    });
    for (const tensor of model.tensors()) {
      const inputs = tensor.inputs.flatMap(each => places.get(each) ?? []);
      const refuse = (): number => this.builder.refuse('tensor', 'where this tensor comes from is not followed', inputs, null, line);
      places.set(tensor, tensor.layer ? this.call(tensor.layer, inputs, line) : refuse());
    }
    return model.outputs.flatMap(tensor => places.get(tensor) ?? []);
  }

  private call(layer: LayerValue, inputs: readonly number[], line: number): number {
    const made = this.made(layer, inputs, line);
    const { name } = layer.construction;
    if (inputs[0] !== undefined && !this.met.has(name)) this.met.set(name, { input: inputs[0], output: made });
    return made;
  }

  private made(layer: LayerValue, inputs: readonly number[], line: number): number {
    const { builder } = this;
    const { type, range } = layer.construction;
    if (layer instanceof SequentialModel || layer instanceof FunctionalModel) {
      const [only, ...more] = this.run(layer, inputs);
      return only !== undefined && more.length === 0 ? only : builder.refuse(type, 'it makes several tensors', inputs, null, line);
    }
    const at = range.startLine;
    if (!(layer instanceof RuleLayer)) return builder.refuse(type, `what \`${type}\` computes is not followed`, inputs, null, at);
    const { rule, values } = layer.body;
    const output = orReason(() => rule.output(values, builder.given(inputs, at)));
    const className = classIn(layer);
    const shape = written(output);
    const place = orReason(() => {
      if (!output.known) throw new Undecided(output);
      const { weights } = layer;
      return layerProgram({
        builder,
        className,
        values,
        inputs,
        output: shape!,
        line: at,
        tensor: name => {
          const found = weights.known ? weights.value.find(each => each.name === name) : undefined;
          return found && { name: nameIn(layer, name), shape: found.shape };
        },
        activation: () => {
          if (values.isMissing('activation')) return null;
          return values.wordIfKnown('activation') ?? refused('its activation is not followed', at);
        },
        isTrained: true,
        function: (word, before) => ownFunction(builder, word, before, at),
      });
    });
    return place.known ? place.value : builder.refuse(className, place.why, inputs, shape, at);
  }
}

/** Activations that TensorFlow.js computes otherwise than Keras 3: the older hard sigmoid, and a name of its own. */
function ownFunction(builder: ProgramBuilder, word: string, place: number, line: number): number | undefined {
  if (word === 'hardSigmoid') return clamped(builder, plus(builder, times(builder, place, 0.2, line), 0.5, line), { min: 0, max: 1 }, line);
  if (word !== 'gelu_new') return undefined;
  return builder.emit({ op: 'activation', name: 'gelu', numbers: { approximate: 1 } }, [place], builder.shape(place), line);
}
