import { known, unknown, type Known, type LayerKind, type Unknown } from '../../architecture/architecture';
import type { Shape } from '../../architecture/keras/shape';
import type { Context, Library } from '../javascript/context';
import type { ClassValue } from '../javascript/classes';
import {
  array,
  builtin,
  LibraryValue,
  NOTHING,
  object,
  putInDoubt,
  undecided,
  undecidedBy,
  type Call,
  type ObjectValue,
  type Value,
} from '../javascript/values';
import { CustomLayer } from './customLayer';
import { automaticName, classOf, declaredShape, layerFrom, shapeOf } from './layerConstruction';
import { FunctionalModel, InitialiserValue, LayerValue, SequentialModel, TensorValue, type Construction } from './layerValue';

/** Methods of models and layers that add and take away no weights. */
const READING = new Set(
  `compile summary fit fitDataset evaluate evaluateDataset predict predictOnBatch trainOnBatch save dispose setWeights getWeights getConfig
   countParams getLayer toJSON resetStates call getInputAt getOutputAt`.split(/\s+/),
);

/** States that a recurrent layer returns beside its output when asked to. */
const STATES: Readonly<Record<string, number>> = { 'tf.layers.lstm': 2, 'tf.layers.gru': 1, 'tf.layers.simpleRNN': 1 };

/** What the names of TensorFlow.js mean: layers, models and symbolic tensors. One for each evaluation; it counts layers to name them. */
export class TensorflowLibrary implements Library {
  /** Models in the order in which they were made. */
  readonly models: (SequentialModel | FunctionalModel)[] = [];
  private readonly counts = new Map<string, number>();
  private readonly withStates = new Map<LayerValue, number>();

  importPath(module: string): string | undefined {
    return /^@tensorflow\/tfjs(-node|-node-gpu|-layers|-core)?$/.test(module) ? 'tf' : undefined;
  }

  global(name: string): Value | undefined {
    return name === 'tf' ? { kind: 'reference', path: 'tf' } : undefined;
  }

  isInstance(value: LibraryValue, path: string): boolean | undefined {
    const isModel = value instanceof SequentialModel || value instanceof FunctionalModel;
    switch (path) {
      case 'tf.Sequential':
        return value instanceof SequentialModel;
      case 'tf.LayersModel':
        return isModel;
      case 'tf.layers.Layer':
        return value instanceof LayerValue;
      case 'tf.SymbolicTensor':
        return value instanceof TensorValue;
      default:
        return undefined;
    }
  }

  isHarmless(path: string): boolean {
    return /^(tf|console|Math|JSON|Object|Array|Number|String|document|window|process|performance)(\.|$)/.test(path);
  }

  call(path: string, call: Call, context: Context): Value | undefined {
    if (path === 'tf.tidy') return call.values[0] && context.call(call.values.at(-1)!, { ...call, values: [] });
    if (path === 'tf.sequential') return this.sequential(call);
    if (path === 'tf.model') return this.model(call);
    if (path === 'tf.input' || path === 'tf.layers.input') return this.input(call);
    const initialiser = /^tf\.initializers\.(\w+)$/.exec(path)?.[1];
    if (initialiser !== undefined) return this.initialiser(initialiser, call);
    const name = /^tf\.layers\.(\w+)$/.exec(path)?.[1];
    return name === undefined ? undefined : this.layer(path, name, call);
  }

  instantiate(path: string, classValue: ClassValue, call: Call, context: Context): LibraryValue | undefined {
    if (!/^tf\.(layers|serialization|)?\.?Layer$/.test(path)) return undefined;
    return new CustomLayer({ name: '', type: call.type, kind: 'other', range: call.range }, classValue, context);
  }

  initialise(value: LibraryValue, call: Call): void {
    if (!(value instanceof CustomLayer)) return;
    const { read, open } = this.configuration(call);
    value.construction.name = this.nameFor(read, value.own.classValue.name);
    value.declared = declaredShape(read, call.range.startLine) ?? open;
    const trainable = read.properties.get('trainable');
    if (trainable && trainable.kind !== 'nothing') this.assign(value, 'trainable', trainable);
  }

  attribute(value: LibraryValue, name: string): Value | undefined {
    if (value instanceof TensorValue) return name === 'shape' ? this.shape(value) : undefined;
    if (!(value instanceof LayerValue)) return undefined;
    if (value instanceof CustomLayer && /^(addWeight|build|computeOutputShape|built|getConfig|invokeCallHook|call)$/.test(name))
      return value.inherited(name);
    if (name === 'apply') return builtin(call => this.apply(value, call));
    if (name === 'layers') return array([...value.inner], value.doubt);
    if (name === 'name') return { kind: 'string', value: value.construction.name };
    if (value instanceof SequentialModel && name === 'add') return builtin(call => this.add(value, call));
    if (value instanceof SequentialModel && name === 'pop') return builtin(() => (value.pop(), NOTHING));
    if (name === 'inputs' || name === 'outputs' || name === 'input' || name === 'output') return this.ends(value, name);
    if (READING.has(name)) return builtin(call => this.method(value, name, call));
    const reason = unknown(`what \`${name}\` does to a model is not followed`, value.construction.range.startLine);
    return builtin(() => (putInDoubt(value, reason), undecidedBy(reason)));
  }

  assign(value: LibraryValue, name: string, assigned: Value): boolean {
    if (!(value instanceof LayerValue) || name !== 'trainable') return false;
    const line = value.construction.range.startLine;
    value.trainable = assigned.kind === 'boolean' ? known(assigned.value) : unknown('whether this layer is trainable is not decided', line);
    return true;
  }

  /** The configuration of a call: its only argument, or nothing. */
  private configuration({ values, range }: Call): { readonly read: ObjectValue; readonly open: Unknown | undefined } {
    const [first] = values;
    if (!first || first.kind === 'nothing') return { read: object(), open: undefined };
    if (first.kind === 'object') return { read: first, open: first.doubt };
    return { read: object(), open: first.kind === 'undecided' ? first.reason : unknown('its configuration is not known', range.startLine) };
  }

  /** An initialiser of numbers and words; undefined where its configuration holds something else. */
  private initialiser(name: string, call: Call): Value | undefined {
    const { read, open } = this.configuration(call);
    const plain = [...read.properties].flatMap(([key, value]) =>
      value.kind === 'number' || value.kind === 'string' ? [[key, value.value] as const] : [],
    );
    if (open || plain.length < read.properties.size) return undefined;
    return new InitialiserValue({ name, arguments: Object.fromEntries(plain) });
  }

  private nameFor(configuration: ObjectValue, className: string): string {
    const name = configuration.properties.get('name');
    if (name?.kind === 'string') return name.value;
    const count = (this.counts.get(className) ?? 0) + 1;
    this.counts.set(className, count);
    return automaticName(className, count);
  }

  private layer(path: string, name: string, call: Call): Value {
    const { read, open } = this.configuration(call);
    const className = classOf(name);
    const layer = layerFrom(this.nameFor(read, className), className, call, read, open);
    layer.declared = declaredShape(read, call.range.startLine) ?? open;
    const trainable = read.properties.get('trainable');
    if (trainable && trainable.kind !== 'nothing') this.assign(layer, 'trainable', trainable);
    const states = read.properties.get('returnState');
    if (states?.kind === 'boolean' && states.value) this.withStates.set(layer, STATES[path] ?? 0);
    if (className === 'InputLayer' && layer.declared) layer.shapeFor([layer.declared]);
    return layer;
  }

  private construction(configuration: ObjectValue, className: string, call: Call, kind: LayerKind): Construction {
    return { name: this.nameFor(configuration, className), type: call.type, kind, range: call.range };
  }

  private sequential(call: Call): Value {
    const { read, open } = this.configuration(call);
    const model = new SequentialModel(this.construction(read, 'Sequential', call, 'container'));
    model.doubt = open;
    this.models.push(model);
    const layers = read.properties.get('layers');
    if (layers?.kind === 'array' && !layers.doubt) for (const layer of layers.items) this.add(model, { ...call, values: [layer] });
    else if (layers && layers.kind !== 'nothing')
      model.doubt ??=
        layers.kind === 'undecided'
          ? layers.reason
          : layers.kind === 'array' && layers.doubt
            ? layers.doubt
            : unknown('its layers are not known', call.range.startLine);
    return model;
  }

  private add(model: SequentialModel, call: Call): Value {
    const [layer] = call.values;
    if (layer instanceof LayerValue) model.add(layer);
    else putInDoubt(model, layer?.kind === 'undecided' ? layer.reason : unknown('what is added is not known', call.range.startLine));
    return NOTHING;
  }

  private model(call: Call): Value {
    const { read, open } = this.configuration(call);
    const ends = (name: string) => this.tensors(read.properties.get(name), call);
    const model = new FunctionalModel(this.construction(read, 'Model', call, 'container'), ends('inputs'), ends('outputs'));
    model.doubt ??= open;
    this.models.push(model);
    return model;
  }

  private input(call: Call): Value {
    const { read, open } = this.configuration(call);
    const line = call.range.startLine;
    const whole = read.properties.get('batchShape');
    const shape = whole && whole.kind !== 'nothing' ? shapeOf(whole, line, true) : declaredShape(read, line);
    return new TensorValue(open ?? shape ?? unknown('the input says no shape', line));
  }

  /** A value as tensors; what is none becomes one of unknown shape that puts its model in doubt. */
  private tensors(value: Value | undefined, call: Call): TensorValue[] {
    if (value instanceof TensorValue) return [value];
    if (value?.kind === 'array' && !value.doubt) return value.items.flatMap(item => this.tensors(item, call));
    const why = unknown(`a tensor of \`${call.type}(…)\` is not known`, call.range.startLine);
    const reason = value?.kind === 'undecided' ? value.reason : value?.kind === 'array' ? (value.doubt ?? why) : why;
    const tensor = new TensorValue(reason);
    tensor.doubt = reason;
    return [tensor];
  }

  private apply(layer: LayerValue, call: Call): Value {
    const [first, options] = call.values;
    const state = options?.kind === 'object' ? options.properties.get('initialState') : undefined;
    const given = this.tensors(first, call);
    const inputs = [...given, ...(state ? this.tensors(state, call) : [])];
    const shape = layer.shapeFor(given.map(tensor => tensor.shape));
    const made = (of: Known<Shape>, part = 0) => new TensorValue(of, layer, inputs, part);
    const states = this.withStates.get(layer);
    if (states !== undefined) {
      const width = shape.known ? known<Shape>([null, shape.value.at(-1) ?? null]) : shape;
      return array([made(shape), ...Array.from({ length: states }, (_, place) => made(width, place + 1))]);
    }
    if (layer instanceof FunctionalModel && layer.outputs.length > 1) return array(layer.outputs.map(output => made(output.shape)));
    return made(shape);
  }

  private shape({ shape }: TensorValue): Value {
    if (!shape.known) return undecidedBy(shape);
    return array(shape.value.map(side => (side === null ? NOTHING : { kind: 'number', value: side })));
  }

  private ends(model: LayerValue, name: string): Value {
    const line = model.construction.range.startLine;
    if (model instanceof FunctionalModel) {
      const all = name.startsWith('input') ? model.inputs : model.outputs;
      return name.endsWith('s') ? array([...all]) : (all[0] ?? undecided(`\`${name}\` is not known`, line));
    }
    return undecided(`\`${name}\` of this model is not followed`, line);
  }

  private method(model: LayerValue, name: string, call: Call): Value {
    const [wanted] = call.values;
    if (name === 'getLayer' && !model.doubt) {
      const found = wanted?.kind === 'string' ? model.inner.find(({ construction }) => construction.name === wanted.value) : undefined;
      if (found) return found;
    }
    return undecided(`what \`${call.type}(…)\` returns is only known when the program runs`, call.range.startLine);
  }
}
