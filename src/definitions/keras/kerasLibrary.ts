import { unknown } from '../../architecture/architecture';
import type { KerasRule } from '../../architecture/keras/kerasRule';
import { kerasRule } from '../../architecture/keras/kerasRules';
import { ancestors } from '../python/classes';
import { deepCopied } from '../python/copying';
import type { Context, Library } from '../python/context';
import { partial } from '../python/partial';
import { builtin, InstanceValue, NONE, text, undecidedPlain, type Call, type ClassValue, type Value } from '../python/values';
import { callApplication, callApplicationHelper } from './applicationHelpers';
import { applyRule, argument, describe, ruleLayer, shapeFrom } from './construct';
import { canonical, isHarmlessPath, isKerasBase, layerName, snakeCase } from './kerasPaths';
import { InitialiserValue, KerasLayer, KerasTensor, WeightValue } from './kerasValues';
import { callLayer, shapeValue } from './layerCalls';
import { assignToLayer, layerMember, outputWithin } from './layerMembers';
import { emptySequence, inputTensor, makeFunctional, makeSequential } from './models';
import { select } from './selection';
import { callOperation, operateTensors } from './tensorOperations';
import { isWrapper, makeWrapper } from './wrappers';

/** Keras 2 and 3, alone or inside TensorFlow, as the evaluator needs to know them. */
export class KerasLibrary implements Library {
  readonly select = select;
  /** Models in the order in which the source makes them. */
  readonly models: KerasLayer[] = [];
  private names = new Map<string, number>();
  private format = 'channels_last';

  /** Begins to count automatic names anew, as a fresh session does. */
  resetNames(): void {
    this.names = new Map();
  }

  /** Forgets what the last version of a source has made. */
  restart(): void {
    this.models.length = 0;
    this.format = 'channels_last';
    this.resetNames();
  }

  call(path: string, call: Call, context: Context): Value | undefined {
    const name = canonical(path);
    const decorated = callDecorator(name, call);
    if (decorated) return decorated;
    const helped = callApplicationHelper(name, call, context) ?? callApplication(name, call, context);
    if (helped) return helped;
    if (name === 'keras.layers.Input') return inputTensor(call, context);
    if (isKerasBase(name)) return this.makeLayer(name, call, context);
    const format = /^keras\.(?:backend|config)\.(set_)?image_data_format$/.exec(name);
    if (format) return this.imageFormat(format[1] !== undefined, call);
    if (/\.get_uid$/.test(name)) return this.uid(call);
    if (/^keras\.initializers\.\w+$/.test(name) && [...call.keywords.keys()].every(key => key === 'seed') && call.positional.length === 0)
      return text(name.replace('keras.initializers.', ''));
    if (/^keras\.initializers\.[A-Z]\w*$/.test(name)) return initialiser(name.replace('keras.initializers.', ''), call);
    if (name === 'functools.partial') return partial(call);
    if (/^copy\.(deep)?copy$/.test(name) && call.positional[0]) return deepCopied(call.positional[0], () => undefined);
    if (/^tensorflow\.(Variable|compat\.v1\.Variable)$|^keras\.(Variable|backend\.Variable)$/.test(name)) return variable(call, context);
    return this.callFunction(name, call, context);
  }

  private callFunction(name: string, call: Call, context: Context): Value | undefined {
    const merged = /^keras\.layers\.(add|subtract|multiply|average|maximum|minimum|concatenate|dot)$/.exec(name)?.[1];
    const className = merged && merged[0]!.toUpperCase() + merged.slice(1);
    const rule = className && kerasRule(className);
    if (merged && rule) {
      const [inputs, ...positional] = call.positional;
      const layer = ruleLayer(rule, { ...call, positional });
      layer.className = className;
      describe(layer, call, () => this.autoName(merged));
      return callLayer(layer, { ...call, positional: inputs ? [inputs] : [] }, context);
    }
    if (/^(keras\.(ops|backend|activations|random)|tensorflow|numpy)\./.test(name)) return callOperation(name, call, context);
    return /\.(is_keras_tensor|preprocess_input)$/.test(name) ? callOperation(name, call, context) : undefined;
  }

  private makeLayer(path: string, call: Call, context: Context): Value | undefined {
    const name = layerName(path);
    const rule = name === undefined ? undefined : kerasRule(name);
    if (path === 'keras.layers.InputLayer') return inputTensor(call, context);
    if (name !== undefined && !rule && !isWrapper(name) && name !== 'Lambda') return undefined;
    const layer = rule ? ruleLayer(rule, this.withFormat(rule, call)) : this.plainLayer(undefined, call);
    if (!this.initialiseAs(layer, path, call, context)) return undefined;
    return layer;
  }

  /** `image_data_format()`, or what sets it. */
  private imageFormat(isSet: boolean, call: Call): Value {
    const value = argument(call, 0, 'data_format');
    if (isSet && value?.kind === 'string') this.format = value.value;
    return isSet ? NONE : text(this.format);
  }

  /** What a layer over images is told where the source set the format of all of them. */
  private withFormat({ signature }: KerasRule, call: Call): Call {
    const place = signature.findIndex(({ name }) => name === 'data_format');
    const isTold = place < 0 || call.positional.length > place || call.keywords.has('data_format') || call.spread;
    if (isTold || this.format === 'channels_last') return call;
    return { ...call, keywords: new Map([...call.keywords, ['data_format', text(this.format)]]) };
  }

  private plainLayer(classValue: ClassValue | undefined, call: Call): KerasLayer {
    return new KerasLayer(classValue, { type: call.type, kind: 'container', range: call.range }, { kind: 'own', isBuilt: false });
  }

  callInstance(instance: InstanceValue, call: Call, context: Context): Value | undefined {
    if (!(instance instanceof KerasLayer)) return undefined;
    if (instance.doubts.length > 0 && instance.body.kind === 'own' && !instance.classValue)
      return new KerasTensor(instance.doubts[0]!, { layer: instance, inputs: [] });
    return callLayer(instance, call, context);
  }

  attribute(value: Value, name: string, context: Context): Value | undefined {
    if (value instanceof KerasLayer) {
      const member = layerMember(value, name, context);
      if (member || (name !== 'output' && name !== 'input')) return member;
      const model = this.models.find(each => outputWithin(each, value));
      const made = model && outputWithin(model, value);
      return name === 'output' ? made : made?.history?.inputs[0];
    }
    if (value instanceof KerasTensor) return tensorMember(value, name, context);
    return undefined;
  }

  assign(value: Value, name: string, assigned: Value, line: number): void {
    if (value instanceof KerasLayer) assignToLayer(value, name, assigned, line);
  }

  instantiate(classValue: ClassValue, call: Call): InstanceValue {
    const references = ancestors(classValue).filter(ancestor => ancestor.kind === 'reference');
    const base = references.find(ancestor => isKerasBase(ancestor.path));
    const foreign = references.find(({ path }) => !isKerasBase(path) && !/^(builtins|abc|typing)\./.test(path) && !isHarmlessPath(path));
    if (!base && !foreign) return new InstanceValue(classValue);
    const layer = this.plainLayer(classValue, call);
    if (!base && foreign)
      layer.doubts.push(unknown(`\`${foreign.path}\`, a base of ${classValue.name}, is not in this file`, call.range.startLine));
    if (base && canonical(base.path) === 'keras.Sequential') layer.body = emptySequence(call.range.startLine);
    layer.name = snakeCase(classValue.name);
    this.models.push(layer);
    return layer;
  }

  initialise(instance: InstanceValue, base: string, call: Call, context: Context): Value | undefined {
    if (!(instance instanceof KerasLayer) || !isKerasBase(base)) return undefined;
    return this.initialiseAs(instance, canonical(base), call, context) ? NONE : undefined;
  }

  /** Makes a layer what a class of Keras is; false for a class that is not known. */
  private initialiseAs(layer: KerasLayer, path: string, call: Call, context: Context): boolean {
    const name = layerName(path);
    const className = layer.classValue?.name ?? name ?? path.replace('keras.', '');
    if (name === 'Layer') describe(layer, call, () => this.autoName(className));
    else if (path === 'keras.Sequential' || path === 'keras.Model') {
      if (path === 'keras.Sequential') makeSequential(layer, call, context);
      else makeFunctional(layer, call);
      const isFunctional = path === 'keras.Model' && layer.body.kind === 'functional' && !layer.classValue;
      describe(layer, call, () => this.autoName(isFunctional ? 'Functional' : className));
      if (!this.models.includes(layer)) this.models.push(layer);
    } else if (name !== undefined && isWrapper(name)) {
      describe(layer, call, () => this.autoName(className));
      makeWrapper(layer, name, call, () => this.autoName('StackedRNNCells'));
    } else if (name === 'Lambda') {
      describe(layer, call, () => this.autoName(className));
      const action = argument(call, 0, 'function');
      const told = call.keywords.get('arguments');
      const keywords = new Map(
        told?.kind === 'dictionary' ? [...told.entries].filter((each): each is [string, Value] => typeof each[0] === 'string') : [],
      );
      const isPlain = !told || told.kind === 'none';
      if (action) layer.attributes.set('call', isPlain ? action : { kind: 'partial', callee: action, positional: [], keywords });
    } else {
      const rule = name === undefined ? undefined : kerasRule(name);
      if (!rule) return false;
      if (layer.classValue) applyRule(layer, rule, call);
      describe(layer, call, () => this.autoName(className));
    }
    return true;
  }

  operate(operator: string, left: Value, right: Value, line: number): Value | undefined {
    return operateTensors(left, right, operator, line);
  }

  compare(operator: string, left: Value, right: Value, line: number): Value | undefined {
    const isPair = [left, right].every(value => value instanceof KerasTensor || value.kind === 'integer' || value.kind === 'float');
    return isPair ? operateTensors(left, right, operator, line) : undefined;
  }

  isInstance(value: Value, path: string): boolean | undefined {
    const name = canonical(path);
    if (value instanceof KerasTensor) return /\.(KerasTensor|Tensor)$/.test(name) ? true : isKerasBase(name) ? false : undefined;
    if (!(value instanceof KerasLayer)) return undefined;
    if (name === 'keras.layers.Layer') return true;
    if (name === 'keras.Model') return value.isModel || (value.classValue ? undefined : false);
    if (name === 'keras.Sequential') return value.body.kind === 'sequential';
    const bare = layerName(name);
    return bare !== undefined && value.body.kind === 'rule' ? kerasRule(bare) === value.body.rule : undefined;
  }

  exports(module: string, name: string): boolean {
    const path = canonical(`${module}.${name}`);
    return isKerasBase(path) || path === 'keras.layers.Input';
  }

  isHarmless(path: string): boolean {
    return isHarmlessPath(path);
  }

  private autoName(className: string): string {
    const stem = snakeCase(className);
    const count = this.names.get(stem) ?? 0;
    this.names.set(stem, count + 1);
    return count === 0 ? stem : `${stem}_${count}`;
  }

  /** `backend.get_uid(prefix)`: 1, 2, … */
  private uid(call: Call): Value {
    const [prefix] = call.positional;
    const key = `uid ${prefix?.kind === 'string' ? prefix.value : ''}`;
    const count = (this.names.get(key) ?? 0) + 1;
    this.names.set(key, count);
    return { kind: 'integer', value: count };
  }
}

const DECORATORS =
  /^(tensorflow\.(function|autograph\.experimental\.\w+)|keras\.(saving|utils|api_export)\.(register_keras_serializable|keras_export|export)|keras\.\w+\.keras_export|jax\.jit)$/;

/** Decorators that hand on what they are given, with or without arguments of their own. */
function callDecorator(name: string, call: Call): Value | undefined {
  if (!DECORATORS.test(name)) return undefined;
  const [first] = call.positional;
  const isTarget = first?.kind === 'function' || first?.kind === 'class' || first?.kind === 'builtin';
  return isTarget ? first : builtin(({ positional: [target] }) => target ?? NONE);
}

function tensorMember(tensor: KerasTensor, name: string, context: Context): Value | undefined {
  switch (name) {
    case 'shape':
    case '_keras_shape':
      return shapeValue(tensor.shape);
    case 'get_shape':
      return { kind: 'builtin', call: () => shapeValue(tensor.shape) };
    case 'T':
      return tensor.shape.known ? new KerasTensor({ known: true, value: [...tensor.shape.value].reverse() }, { inputs: [tensor] }) : tensor;
    case 'dtype':
    case 'name':
    case '_keras_history':
      return undecidedPlain(unknown(`\`${name}\` of a tensor is not followed`, 0));
    case 'as_list':
      return { kind: 'builtin', call: () => shapeValue(tensor.shape) };
    default:
      return {
        kind: 'builtin',
        call: call => callOperation(`tensorflow.${name}`, { ...call, positional: [tensor, ...call.positional] }, context) ?? NONE,
      };
  }
}

/** `tf.Variable(initial_value, trainable=True, name=None)`: a weight of the layer that it is assigned to. */
function variable(call: Call, context: Context): Value {
  const line = call.range.startLine;
  const initial = argument(call, 0, 'initial_value') ?? call.keywords.get('initializer');
  const trainable = argument(call, 1, 'trainable');
  const isOn = trainable?.kind === 'boolean' ? { known: true as const, value: trainable.value } : { known: true as const, value: true };
  const shape = call.keywords.get('shape');
  const name = call.keywords.get('name');
  const open = unknown('the shape of this variable is not known', line);
  const sides =
    initial instanceof KerasTensor
      ? initial.shape
      : shape
        ? shapeFrom(shape, context, line, true)
        : initial?.kind === 'integer' || initial?.kind === 'float'
          ? { known: true as const, value: [] }
          : initial?.kind === 'undecided'
            ? initial.reason
            : open;
  return new WeightValue(sides, name?.kind === 'string' ? name.value : 'variable', isOn, call.range, {
    initialiser: initial,
    isBuilt: false,
    isBare: true,
  });
}

/** The first argument of initialisers that take one by place. */
const FIRST_ARGUMENT: Readonly<Record<string, string>> = {
  Constant: 'value',
  VarianceScaling: 'scale',
  Orthogonal: 'gain',
  OrthogonalInitializer: 'gain',
};

/** An initialiser of numbers and words; undefined where an argument is something else. */
function initialiser(name: string, call: Call): Value | undefined {
  const [first, ...more] = call.positional;
  const named = first && (FIRST_ARGUMENT[name] ?? (/Normal$/.test(name) ? 'mean' : /Uniform$/.test(name) ? 'minval' : undefined));
  const second = more.length === 1 ? (/Normal$/.test(name) ? 'stddev' : /Uniform$/.test(name) ? 'maxval' : undefined) : undefined;
  const given = [...call.keywords, ...(first && named ? [[named, first] as const] : []), ...(second ? [[second, more[0]!] as const] : [])];
  const plain = given.flatMap(([key, value]) =>
    value.kind === 'integer' || value.kind === 'float' || value.kind === 'string' ? [[key, value.value] as const] : [],
  );
  const isWhole = given.every(([key, value]) => key === 'seed' || plain.some(([each]) => each === key) || value.kind === 'none');
  if (call.spread || !isWhole || (first && !named) || (more.length > 0 && !second)) return undefined;
  return new InitialiserValue({ name, arguments: Object.fromEntries(plain) });
}
