import { known, unknown, type Known } from '../../../architecture/architecture';
import type { Program } from '../../../architecture/computation';
import type { Shape } from '../../../architecture/composition';
import type { Shape as KerasShape } from '../../../architecture/keras/shape';
import { Undecided } from '../../../architecture/torch/layerArguments';
import type { ProgramRequest } from '../../definitionReader';
import type { Call, Value } from '../../python/values';
import { tensorsBetween, WeightValue, KerasTensor, type KerasLayer, type Repeated, type TensorHistory } from '../kerasValues';
import { orReason } from '../layerCalls';
import { written } from './inputShapes';
import { classNameOf, kerasState, type KerasState } from './kerasState';
import { layerProgram, type LayerSite } from './layerPrograms';
import { operationProgram, type OperationSite } from './operationPrograms';
import type { Mask } from './channelsLast';
import { ProgramBuilder, refused } from './programBuilder';
import { requireFew } from './recurrentPrograms';
import { isWrapped, placeAlong, stackedAlong, withBatchOf, wrapped } from './wrapperPrograms';

/** What a model's own code was given and made. */
type Pass = NonNullable<KerasLayer['pass']>;

/**
 * How a model of Keras computes its features, from what its evaluation left behind.
 * @param input sides of one input without its batch; what the model itself says when absent
 * @param pass what another method than `call` was given and made
 * @param framework how its layers and operations are computed, where they are not Keras'
 * @param isFirst whether its images have channels before rows and columns; undefined where nobody asks
 */
export function kerasProgram(
  model: KerasLayer,
  input: readonly number[] | undefined,
  outlet: ProgramRequest['outlet'],
  pass?: Pass,
  framework: LayerFramework = KERAS,
  isFirst?: boolean,
): Known<Program> {
  const state = framework.state(model);
  const line = model.construction.range.startLine;
  const names = state.tensors.map(({ name }) => name);
  const twice = names.find((name, place) => names.indexOf(name) < place);
  if (twice !== undefined) return unknown(`two of its variables are called \`${twice}\`: give their layers a \`name\``, line);
  const walk = new ProgramWalk(new ProgramBuilder(input), state, framework);
  const outputs = walk.run(model, undefined, pass);
  const [first] = outputs;
  const output = outlet ? walk.met(outlet) : first;
  if (output === undefined) {
    const why = outlet
      ? `its pass meets no layer \`${outlet.layer}\`: name one of ${walk.layers.join(', ')}`
      : 'what it returns is not a tensor';
    return unknown(why, line);
  }
  const { body } = model;
  const isDeclared = body.kind === 'functional' || (body.kind === 'sequential' && body.isDeclared === true);
  return walk.builder.misfit(isDeclared, isFirst, line) ?? known(walk.builder.program(output, state.tensors, isFirst));
}

/** A framework whose models are layers that Keras' values stand for. */
export interface LayerFramework {
  /** The tensors of a model and their names. */
  readonly state: (model: KerasLayer) => KerasState;
  /** Write down how a layer or an operation is computed; throw `Undecided` where it cannot be. */
  readonly layer: (site: LayerSite) => number;
  readonly operation: (site: OperationSite) => number;
}

const KERAS: LayerFramework = { state: kerasState, layer: layerProgram, operation: operationProgram };

/** How a layer is called, beside what it is given. */
interface Told extends Pick<TensorHistory, 'call' | 'part'> {
  readonly isFlipped?: boolean;
  /** The place of its `attention_mask`. */
  readonly mask?: number;
}

/** Writes down the steps of a model of layers. */
class ProgramWalk {
  /** Places of what each layer was given and made at its first call, by its path. */
  private readonly first = new Map<string, { readonly input: number; readonly output: number }>();
  /** Places of the tensors of a model's own code. */
  private places: ReadonlyMap<KerasTensor, number> = new Map();
  /** Which repetition is written down of what is repeated. */
  private readonly repetition = new Map<KerasLayer, number>();

  /** Layers whose own steps are being written down: one that stands among them is not followed. */
  private readonly open = new Set<KerasLayer>();

  constructor(
    readonly builder: ProgramBuilder,
    private readonly state: KerasState,
    private readonly framework: LayerFramework,
  ) {}

  get layers(): readonly string[] {
    return [...this.first.keys()];
  }

  /** The place of what a layer was given or made; layers go by their paths, or by their names alone. */
  met({ layer, side }: NonNullable<ProgramRequest['outlet']>): number | undefined {
    for (const [{ pass }, path] of this.state.paths) {
      const [input, output] = [pass?.inputs[0], pass?.outputs[0]].map(tensor => tensor && this.places.get(tensor));
      if (path !== '' && input !== undefined && output !== undefined && !this.first.has(path)) this.first.set(path, { input, output });
    }
    const found = this.first.get(layer) ?? [...this.first].find(([path]) => path.split('/').at(-1) === layer)?.[1];
    return found?.[side];
  }

  /** The results of a model for some inputs, or for images. */
  run(model: KerasLayer, given: readonly number[] | undefined, other?: Pass): readonly number[] {
    const line = model.construction.range.startLine;
    const { body } = model;
    const pass = other ?? model.pass;
    if (pass && (other || body.kind === 'own' || model.classValue)) return this.between(pass.inputs, pass.outputs, given, line);
    if (body.kind === 'sequential') {
      const { input, layers } = body;
      let place = given?.[0] ?? this.builder.images(input.known ? input : (model.input ?? input), line);
      for (const layer of layers) place = this.call(layer, [place], layer.output, line);
      return [place];
    }
    return body.kind === 'functional' ? this.between(body.inputs, body.outputs, given, line) : [];
  }

  private between(
    inputs: readonly KerasTensor[],
    outputs: readonly KerasTensor[],
    given: readonly number[] | undefined,
    line: number,
    outer: ReadonlyMap<KerasTensor, number> = new Map(),
  ): readonly number[] {
    const places = new Map(outer);
    inputs.forEach((tensor, index) => {
      const place = given
        ? given[index]
        : index === 0
          ? this.builder.images(tensor.shape, line)
          : this.builder.refuseInput(tensor.shape, index, line);
      if (place !== undefined) places.set(tensor, place);
    });
    for (const tensor of tensorsBetween(inputs, outputs)) if (!places.has(tensor)) places.set(tensor, this.tensor(tensor, places, line));
    this.places = places;
    return outputs.flatMap(tensor => places.get(tensor) ?? []);
  }

  private tensor(tensor: KerasTensor, places: ReadonlyMap<KerasTensor, number>, line: number): number {
    const { builder } = this;
    const { history, shape } = tensor;
    if (tensor instanceof WeightValue) return this.weight(tensor, line);
    const at = history?.line ?? history?.call?.range.startLine ?? line;
    const before = history?.inputs ?? [];
    const inputs = before.map(each => places.get(each) ?? this.tensor(each, places, at));
    if (builder.isFull) return builder.refuse('model', 'it has too many steps', inputs, null, at);
    const { layer, inside, repeated } = history ?? {};
    if (repeated) return this.orRefuse('repetitions', inputs, written(shape), at, () => this.repeated(repeated, inputs, places, at));
    if (layer && inside && layer.body.kind === 'own') {
      const [made] = this.entered(layer, () => this.between(before, [inside], inputs, at), inputs);
      return made ?? builder.refuse(layer.construction.type, 'what it returns is not a tensor', inputs, null, at);
    }
    if (layer) {
      const told = history?.call?.keywords.get('attention_mask');
      const mask = told instanceof KerasTensor ? (places.get(told) ?? this.tensor(told, places, at)) : undefined;
      return this.call(layer, inputs, shape, at, { ...history, ...(mask !== undefined && { mask }) });
    }
    if (!history) return builder.refuse('value', 'where this value comes from is not followed', [], written(shape), at);
    const name = history.operation ?? history.function ?? 'value';
    const placeOf = (value: Value): number | undefined => {
      const index = value instanceof KerasTensor ? before.indexOf(value) : -1;
      return index < 0 ? undefined : inputs[index];
    };
    return this.orRefuse(name, inputs, written(shape), at, () =>
      this.framework.operation({ builder, history, inputs, output: this.sidesOf(tensor, inputs), line: at, placeOf }),
    );
  }

  /** What repetitions make: each is written down by itself, the tensors of its own for it. */
  private repeated({ body, of, axis }: Repeated, inputs: readonly number[], outer: ReadonlyMap<KerasTensor, number>, line: number): number {
    if (!body.count.known) throw new Undecided(body.count);
    requireFew(body.count.value, line);
    const { module, inputs: takes } = body;
    const nexts = takes.map(({ next }) => next ?? of);
    let current = inputs;
    const made: number[] = [];
    const count = body.count.value;
    for (let turn = 0; turn < count; turn++) {
      const at = body.isReversed ? count - 1 - turn : turn;
      const given = takes.map((take, place) =>
        take.axis === undefined ? current[place]! : placeAlong(this.builder, inputs[place]!, take.axis, at, line),
      );
      if (module) this.repetition.set(module, at);
      const found = this.between(
        takes.map(({ tensor }) => tensor),
        [of, ...nexts],
        given,
        line,
        outer,
      );
      if (found.length < 1 + nexts.length) return refused('what it hands on is not followed', line);
      made.push(found[0]!);
      current = takes.map(({ next }, place) => (next ? found[1 + place]! : inputs[place]!));
    }
    if (module) this.repetition.delete(module);
    const last = made.at(-1) ?? refused('it is repeated no time', line);
    return axis === undefined ? last : stackedAlong(this.builder, body.isReversed ? made.toReversed() : made, axis, line);
  }

  /** A tensor of the state, of the repetition that is written down where there is one. */
  private owned(
    whose: KerasLayer | WeightValue,
    found: { readonly name: string; readonly shape: readonly number[] } | undefined,
  ): { readonly name: string; readonly shape: readonly number[] } | undefined {
    const root = this.state.within?.get(whose);
    if (!found || !root?.repeats) return found;
    const at = this.repetition.get(root);
    return at === undefined ? undefined : this.builder.part(found.name, found.shape, root.repeats.axis, at);
  }

  /** The shape of what an operation makes; that of its input where the source leaves sides open that a run does not. */
  private sidesOf({ shape }: KerasTensor, inputs: readonly number[]): Shape {
    const sides = written(shape);
    const isConstant = inputs.length > 0 && inputs.every(place => !this.builder.shape(place)?.includes('B'));
    return isConstant && shape.known && shape.value[0] === null && sides ? null : sides;
  }

  private weight(weight: WeightValue, line: number): number {
    const saved = this.state.named.get(weight);
    const shape = written(weight.shape);
    const stacked = this.state.tensors.find(each => each.name === saved);
    const name = this.owned(weight, stacked)?.name;
    if (name === undefined) return this.builder.refuse(weight.name, 'the layer that this weight belongs to is not known', [], shape, line);
    return this.builder.emit({ op: 'parameter', name }, [], shape, line);
  }

  private call(
    layer: KerasLayer,
    inputs: readonly number[],
    output: Known<KerasShape> | undefined,
    line: number,
    { call, part = 0, isFlipped = false, mask }: Told = {},
  ): number {
    const { builder } = this;
    const name = layer.name ?? layer.construction.type;
    const at = layer.construction.range.startLine;
    const { body } = layer;
    if (isWrapped(body) && !layer.classValue) {
      const run = (inner: KerasLayer, given: readonly number[], turned = false, of = 0): number =>
        this.call(inner, given, undefined, line, { isFlipped: turned, part: of });
      const made = () => [
        this.orRefuse(name, inputs, output ? written(output) : null, at, () => {
          requirePlain(call, line);
          return wrapped(builder, body, inputs, part, run, at);
        }),
      ];
      return (part > 0 ? made() : this.entered(layer, made, inputs))[0]!;
    }
    if ((layer.isModel && !layer.classValue) || this.isOwn(layer, inputs)) {
      const isFirst = !this.open.has(layer);
      this.open.add(layer);
      const results = this.entered(layer, () => this.run(layer, inputs), inputs);
      if (isFirst) this.open.delete(layer);
      return results.length === 1 ? results[0]! : builder.refuse(name, 'it makes several tensors', inputs, null, line);
    }
    if (body.kind !== 'rule' || layer.classValue) {
      const why = `what \`${layer.construction.type}\` computes is not followed`;
      return builder.refuse(name, why, inputs, output ? written(output) : null, at);
    }
    const { rule, values } = body;
    const made = orReason(() => rule.output(values, builder.given(inputs, line)));
    const shape = withBatchOf(builder, inputs[0], written(made));
    const className = classNameOf(layer);
    const run = () => [
      this.orRefuse(className, inputs, shape, at, () => {
        if (!made.known) throw new Undecided(made);
        const seen = maskOf(className, call, mask);
        requirePlain(call, line, seen === undefined ? [] : ['attention_mask', 'use_causal_mask']);
        return this.framework.layer({
          builder,
          className,
          values,
          inputs,
          output: shape!,
          line: at,
          tensor: tensor => this.owned(layer, this.state.of(layer, tensor)),
          activation: argument => activationOf(layer, at, argument),
          isTrained: !layer.trainable.known || layer.trainable.value,
          part,
          isFlipped,
          call,
          ...(seen !== undefined && { mask: seen }),
        } satisfies LayerSite);
      }),
    ];
    return (part > 0 ? run() : this.entered(layer, run, inputs))[0]!;
  }

  /** Whether a layer's own code was evaluated on inputs of these shapes. */
  private isOwn(layer: KerasLayer, inputs: readonly number[]): boolean {
    const { body, pass } = layer;
    const sides = (shape: Shape) => String(shape?.slice(1));
    if (body.kind !== 'own' || pass?.inputs.length !== inputs.length || this.open.has(layer)) return false;
    return pass.inputs.every(({ shape }, index) => shape.known && sides(written(shape)) === sides(this.builder.shape(inputs[index]!)));
  }

  /** Notes what a layer is given and makes at its first call. */
  private entered(layer: KerasLayer, work: () => readonly number[], inputs: readonly number[]): readonly number[] {
    const made = work();
    const path = this.state.paths.get(layer);
    const [input, output] = [inputs[0], made[0]];
    if (path !== undefined && path !== '' && input !== undefined && output !== undefined && !this.first.has(path))
      this.first.set(path, { input, output });
    return made;
  }

  private orRefuse(name: string, inputs: readonly number[], shape: Shape, line: number, work: () => number): number {
    const place = orReason(work);
    return place.known ? place.value : this.builder.refuse(name, place.why, inputs, shape, line);
  }
}

/** The one mask of a call of attention that is followed: that of a tensor, or the causal one. */
function maskOf(className: string, call: Call | undefined, place: number | undefined): Mask | undefined {
  const causal = call?.keywords.get('use_causal_mask');
  const isCausal = causal?.kind === 'boolean' && causal.value;
  if (/^(MultiHead(DotProduct)?|Self)Attention$/.test(className) && isCausal !== (place !== undefined)) return place ?? 'causal';
  return className === 'Attention' && isCausal ? 'causal' : undefined;
}

/** Masks change what attention and others compute. Throws `Undecided` where a call has one. */
function requirePlain(call: Call | undefined, line: number, followed: readonly string[] = []): void {
  for (const name of ['mask', 'attention_mask', 'query_mask', 'value_mask', 'key_mask', 'use_causal_mask', 'seq_lengths']) {
    const value = call?.keywords.get(name);
    const isOff = !value || value.kind === 'none' || (value.kind === 'boolean' && !value.value);
    if (!isOff && !followed.includes(name)) refused(`\`${name}\` is not followed`, line);
  }
}

/** Modules whose functions bear Keras' names of activations. */
const ACTIVATIONS =
  /^(keras\.(activations|ops|ops\.nn)|tensorflow(\.keras\.activations|\.nn|\.math)?|tensorflow|jax\.(nn|numpy)|flax\.(linen|nnx))\./;

/** The name of a layer's activation, or of another function among its arguments; null where it has none. */
function activationOf(layer: KerasLayer, line: number, argument = 'activation'): string | null {
  const { body } = layer;
  if (body.kind !== 'rule' || body.values.isMissing(argument)) return null;
  const word = body.values.wordIfKnown(argument);
  if (word !== undefined) return word;
  const value = layer.attributes.get(argument);
  if (value?.kind !== 'reference' || !ACTIVATIONS.test(value.path)) return refused('its activation is not followed', line);
  const name = value.path.split('.').at(-1)!;
  return name === 'gelu' && /\b(ops|jax)\b/.test(value.path) ? 'gelu_tanh' : name;
}
