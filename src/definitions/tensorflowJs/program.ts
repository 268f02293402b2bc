import { known, unknown, type Architecture, type Known } from '../../architecture/architecture';
import { tensorKey } from '../../architecture/composition';
import type { Entrywise, Program, StateTensor } from '../../architecture/computation';
import type { KerasWeight } from '../../architecture/keras/kerasRule';
import type { Shape } from '../../architecture/keras/shape';
import { forgetting, initialiserArgument, startLaw, usualInitialiser, type Initialiser } from '../../architecture/keras/startLaws';
import { instantiationOf } from '../../architecture/obstacles';
import { isSettled } from '../../architecture/sides';
import { Undecided, type LayerArguments } from '../../architecture/torch/layerArguments';
import type { ProgramRequest, ReadContext, TrainedPart } from '../definitionReader';
import type { Value } from '../javascript/values';
import { layerProgram } from '../keras/program/layerPrograms';
import { likeliest, openSides, written } from '../keras/program/inputShapes';
import { ProgramBuilder, refused } from '../keras/program/programBuilder';
import { eachTime, merged, withBatchOf } from '../keras/program/wrapperPrograms';
import { orReason } from '../keras/layerCalls';
import { classOf } from './layerConstruction';
import {
  BidirectionalLayer,
  CellsLayer,
  FunctionalModel,
  InitialiserValue,
  RuleLayer,
  SequentialModel,
  TimeDistributedLayer,
  type LayerValue,
  type TensorValue,
} from './layerValue';

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
  return likeliest(inputs, rank, ({ shape, isFirst }) => programOf(model, shape, part, isFirst), model.construction.range.startLine);
}

function programOf(
  model: LayerValue,
  input: readonly number[] | undefined,
  { method, outlet }: TrainedPart,
  isFirst?: boolean,
): Known<Program> {
  const line = model.construction.range.startLine;
  if (method !== undefined) return unknown('models of TensorFlow.js have no methods of their own: name a layer in `features`', line);
  const { state, scopes } = stateOf(model);
  const twice = state.find(({ name }, place) => state.findIndex(each => each.name === name) < place);
  if (twice) return unknown(`two of its weights are called \`${twice.name}\`: give their layers a \`name\``, line);
  const walk = new Walk(new ProgramBuilder(input), scopes);
  const [first] = walk.run(model, undefined);
  const output = outlet ? walk.met.get(outlet.layer)?.[outlet.side] : first;
  if (output === undefined) {
    const names = [...walk.met.keys()].join(', ');
    return unknown(outlet ? `its pass meets no layer \`${outlet.layer}\`: name one of ${names}` : 'it has no output', line);
  }
  const misfit = walk.builder.misfit(declaredBy(model) !== undefined, isFirst, line);
  return misfit ?? known({ ...walk.builder.program(output, state, isFirst), weightsFor: 'tensorflow.js' });
}

/** What stands before the names of a layer's weights. */
type Scopes = ReadonlyMap<LayerValue, string>;

/** Every weight once, named as `loadWeights` asks for it: by its own layer's name, or by that of the layer around it. */
function stateOf(model: LayerValue): { readonly state: readonly StateTensor[]; readonly scopes: Scopes } {
  const state: StateTensor[] = [];
  const seen = new Set<LayerValue>();
  const scopes = new Map<LayerValue, string>();
  const visit = (outer: LayerValue, prefix: string, isFrozen: boolean): void => {
    for (const layer of outer.inner) {
      if (seen.has(layer)) continue;
      seen.add(layer);
      const { name, range } = layer.construction;
      const path = prefix === '' ? name : `${prefix}/${name}`;
      const isOff = isFrozen || (layer.trainable.known && !layer.trainable.value);
      const scope = scopes.get(layer) ?? name;
      scopes.set(layer, scope);
      if (layer instanceof TimeDistributedLayer) scopes.set(layer.layer, scope);
      if (layer instanceof CellsLayer)
        layer.told.forEach(({ cell }, place, { length }) => scopes.set(cell, length > 1 ? `${scope}/RNNCell_${place}` : scope));
      const add = (from: LayerValue, own: string, key: string, { shape, trainable }: KerasWeight): void => {
        const role = trainable === false ? 'buffer' : isOff ? 'frozen' : 'trained';
        const of = scopes.get(from) ?? `${scope}/${from.construction.name}`;
        state.push({
          name: `${of}/${nameIn(from, own)}`,
          shape,
          start: startOf(from, { name: own, shape }),
          role,
          line: range.startLine,
          key: tensorKey(path, key),
        });
      };
      const directions = layer instanceof BidirectionalLayer ? layer.directions : undefined;
      if (directions)
        directions.forEach((way, place) => {
          if (way.weights.known)
            for (const weight of way.weights.value) add(way, weight.name, `${place === 0 ? 'forward' : 'backward'}_${weight.name}`, weight);
        });
      else if (layer.weights.known) for (const weight of layer.weights.value) add(layer, weight.name, weight.name, weight);
      visit(layer, path, isOff);
    }
  };
  visit(model, '', model.trainable.known && !model.trainable.value);
  return { state, scopes };
}

const classIn = ({ construction }: LayerValue): string => classOf(construction.type.split('.').at(-1) ?? construction.type);

/** TensorFlow.js calls the kernel of a depthwise convolution `depthwise_kernel`. */
const nameIn = (layer: LayerValue, weight: string): string =>
  weight === 'kernel' && classIn(layer).startsWith('Depthwise') ? 'depthwise_kernel' : weight;

function startOf(layer: LayerValue, { name, shape }: { readonly name: string; readonly shape: readonly number[] }): StateTensor['start'] {
  const className = classIn(layer);
  const argument = initialiserArgument(name, className);
  // `separableConv2d` draws its pointwise kernel by what its configuration says of the depthwise one.
  const told = argument === 'pointwise_initializer' ? 'depthwise_initializer' : argument;
  const given = layer instanceof RuleLayer ? layer.initialisers.get(told) : undefined;
  const usual = { name: usualInitialiser(name, className, 'tensorflow.js'), arguments: {} };
  const initialiser = !given || given.kind === 'nothing' ? usual : initialiserOf(given);
  const forgets =
    name === 'bias' && /^LSTM(Cell)?$/.test(className) && layer instanceof RuleLayer && layer.body.values.flag('unit_forget_bias');
  if (forgets && initialiser) return forgetting(startLaw(initialiser, shape, 'tensorflow.js'), shape[0]!);
  return initialiser ? startLaw(initialiser, shape, 'tensorflow.js') : { kind: 'not known', why: 'its initialiser is not followed' };
}

function initialiserOf(value: Value): Initialiser | undefined {
  if (value instanceof InitialiserValue) return value.initialiser;
  return value.kind === 'string' ? { name: value.value, arguments: {} } : undefined;
}

/** How a call of a layer differs from a plain one. */
interface Told {
  readonly values?: LayerArguments;
  /** What stands before the names of its weights. */
  readonly scope?: string;
  readonly part?: number;
  readonly isFlipped?: boolean;
}

/** Writes down the steps of a model. */
class Walk {
  /** Places of what each layer was given and made at its first call, by its path and by its name. */
  readonly met = new Map<string, { readonly input: number; readonly output: number }>();

  constructor(
    readonly builder: ProgramBuilder,
    private readonly scopes: Scopes,
  ) {}

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
      places.set(tensor, tensor.layer ? this.call(tensor.layer, inputs, line, { part: tensor.part }) : refuse());
    }
    return model.outputs.flatMap(tensor => places.get(tensor) ?? []);
  }

  private call(layer: LayerValue, inputs: readonly number[], line: number, told: Told = {}): number {
    const made = this.made(layer, inputs, line, told);
    const { name } = layer.construction;
    if (!told.part && inputs[0] !== undefined && !this.met.has(name)) this.met.set(name, { input: inputs[0], output: made });
    return made;
  }

  /** A layer around another one; undefined for any other. */
  private wrapped(layer: LayerValue, [first, ...more]: readonly number[], line: number, part: number): number | undefined {
    const { builder } = this;
    const isKnown = first !== undefined && more.length === 0 && part === 0;
    const refuse = (): never => refused('the states or the layer of this one are not followed', line);
    if (layer instanceof TimeDistributedLayer) {
      const { layer: inner } = layer;
      return isKnown && inner instanceof RuleLayer ? eachTime(builder, first, place => this.call(inner, [place], line), line) : refuse();
    }
    if (layer instanceof BidirectionalLayer) {
      const [forward, backward] = layer.directions ?? refuse();
      if (!isKnown || forward.body.values.flag('return_state')) refuse();
      const { name } = layer.construction;
      const run = (way: LayerValue, isFlipped: boolean): number =>
        this.call(way, [first!], line, { isFlipped, scope: `${this.scopes.get(layer) ?? name}/${way.construction.name}` });
      return merged(builder, layer.merge, run(forward, false), run(backward, true), line);
    }
    if (!(layer instanceof CellsLayer)) return undefined;
    if (!isKnown) refuse();
    return layer.told.reduce((place, { cell, values }) => this.call(cell, [place], line, values && { values }), first!);
  }

  private made(layer: LayerValue, inputs: readonly number[], line: number, told: Told): number {
    const { builder } = this;
    const around = orReason(() => this.wrapped(layer, inputs, layer.construction.range.startLine, told.part ?? 0));
    if (!around.known || around.value !== undefined)
      return around.known ? around.value! : builder.refuse(layer.construction.type, around.why, inputs, null, around.line);
    const { type, range } = layer.construction;
    if (layer instanceof SequentialModel || layer instanceof FunctionalModel) {
      const [only, ...more] = this.run(layer, inputs);
      return only !== undefined && more.length === 0 ? only : builder.refuse(type, 'it makes several tensors', inputs, null, line);
    }
    const at = range.startLine;
    if (!(layer instanceof RuleLayer)) return builder.refuse(type, `what \`${type}\` computes is not followed`, inputs, null, at);
    const { rule } = layer.body;
    const { values = layer.body.values, scope = this.scopes.get(layer) ?? layer.construction.name, part = 0, isFlipped = false } = told;
    const output = orReason(() => rule.output(values, builder.given(inputs, at)));
    const className = classIn(layer);
    const shape = withBatchOf(builder, inputs[0], written(output));
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
          return found && { name: `${scope}/${nameIn(layer, name)}`, shape: found.shape };
        },
        activation: (argument = 'activation') => {
          if (values.isMissing(argument)) return null;
          return values.wordIfKnown(argument) ?? refused('its activation is not followed', at);
        },
        isTrained: true,
        function: ownFunction,
        part,
        isFlipped,
      });
    });
    return place.known ? place.value : builder.refuse(className, place.why, inputs, shape, at);
  }
}

/** Activations that TensorFlow.js computes otherwise than Keras 3: the older hard sigmoid, and a name of its own. */
function ownFunction(word: string): Entrywise | undefined {
  if (word === 'hardSigmoid') return { name: 'hardsigmoid', numbers: { slope: 0.2 } };
  return word === 'gelu_new' ? { name: 'gelu', numbers: { approximate: 1 } } : undefined;
}
