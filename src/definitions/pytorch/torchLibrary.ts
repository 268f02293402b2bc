import { unknown, type Known, type Unknown } from '../../architecture/architecture';
import { initialSpectralNorm } from '../../architecture/initialNorm';
import { fans } from '../../architecture/torch/startLaws';
import { torchLayerRule } from '../../architecture/torch/layerRules';
import { bindArguments } from '../python/calls';
import { arrayItems, arrayPart, ArrayValue, assignArrayPart } from '../python/arrayValue';
import { arrayAttribute, callNumpy, operateArrays } from '../python/numpyArrays';
import { ancestors, findMember } from '../python/classes';
import type { Context, Index, Library } from '../python/context';
import { partial } from '../python/partial';
import { dictionary, InstanceValue, integer, NONE, tuple, undecidedPlain, type Call, type ClassValue, type Value } from '../python/values';
import { applyRule, shownArguments } from './construct';
import { elementAt, elementsOf, fillContainer, isContainer, setElementAt } from './containers';
import { copyOf, deepCopy } from './deepCopy';
import { assignToParameter, moduleMethod } from './moduleMethods';
import { ModuleValue } from './moduleValue';
import { parametrized } from './parametrizations';
import { tensorAttribute } from './tensorAttributes';
import { callTensorFunction, compareTensors, iterateTensor, operateTensors } from './tensorFunctions';
import { selected } from './tensorMath';
import { calculatedGain, restart } from './startLaw';
import { assignPart, numbersLaw } from './tensorArrays';
import { ParameterValue, TensorValue } from './tensors';

const MODULE_BASES = new Set([
  'torch.nn.Module',
  'pytorch_lightning.LightningModule',
  'lightning.LightningModule',
  'lightning.pytorch.LightningModule',
]);

/** `torch.nn.modules.linear.Linear` is `torch.nn.Linear`. */
const canonical = (path: string): string => path.replace(/^torch\.nn\.(modules|parameter)\.(\w+\.)?(?=[A-Z])/, 'torch.nn.');

/** The bare class name of a layer of `torch.nn`; undefined for every other path. */
const layerName = (path: string): string | undefined => /^torch\.nn\.(\w+)$/.exec(canonical(path))?.[1];

/** Whether a class that derives from this path is a module. */
export const isModuleBase = (path: string): boolean => {
  const name = layerName(path);
  return (
    MODULE_BASES.has(canonical(path)) ||
    isContainer(canonical(path)) ||
    (name !== undefined && torchLayerRule(name) !== undefined) ||
    isEncoder(path)
  );
};

const isEncoder = (path: string) => /^torch\.nn\.Transformer(Encoder|Decoder)$/.test(canonical(path));

/** Longer arrays are not iterated over. */
const MAXIMUM_ITEMS = 10_000;

/** Modules whose functions neither return layers nor change the ones that they are given. */
const HARMLESS_MODULES = new Set(
  `numpy argparse os sys json logging time re pathlib itertools typing warnings string datetime math threading yaml tqdm matplotlib pandas
   dataclasses enum numbers`.split(/\s+/),
);

/** PyTorch as the evaluator needs to know it. */
export class TorchLibrary implements Library {
  constructor(
    /** What calling a module on tensors makes while a model is built; undefined where it is not known. */
    private readonly computed?: (module: ModuleValue, call: Call, context: Context) => Value | undefined,
  ) {}

  call(path: string, call: Call, context: Context): Value | undefined {
    const name = canonical(path);
    if (name === 'torch.nn.Parameter') return parameter(call);
    const started = /^(?:torch\.nn\.init|timm(?:\.models)?\.layers)\.(\w+_)$/.exec(name)?.[1];
    if (started) {
      const [given, ...rest] = call.positional;
      const target = given ?? call.keywords.get('tensor');
      restart(target, started, rest, call);
      return target ?? NONE;
    }
    if (name === 'torch.nn.init.calculate_gain') return calculatedGain(call);
    if (name === 'torch.nn.init._calculate_fan_in_and_fan_out') {
      const { inputs, outputs } = fans(shapeOfTensor(call.positional[0]) ?? []);
      return inputs > 1 || outputs > 1 ? tuple([integer(inputs), integer(outputs)]) : undefined;
    }
    if (name.startsWith('torch.nn.init.')) return call.positional[0] ?? NONE;
    if (name === 'torch.nn.Module.__init__') return NONE;
    const normed = parametrized(name, call);
    if (normed) return normed;
    if (name === 'torch.manual_seed' || name === 'torch.set_grad_enabled') return NONE;
    if (/^torch\.jit\.is_(scripting|tracing)$/.test(name) || /^torch\.\w+\.is_available$/.test(name))
      return { kind: 'boolean', value: false };
    if (isModuleBase(name)) {
      const kind = torchLayerRule(layerName(name) ?? '')?.kind ?? 'container';
      const module = new ModuleValue(undefined, name, { type: call.type, kind, range: call.range });
      this.initialise(module, name, call, context);
      return module;
    }
    if (/^(numpy|np)\./.test(name)) return callNumpy(name.slice(name.indexOf('.') + 1), call);
    if (isRearrangement(name)) return rearrangement(name, call);
    if (name === 'functools.partial') return partial(call);
    if (name === 'copy.deepcopy') return deepCopy(call, context);
    return name.startsWith('torch.') ? callTensorFunction(name.slice('torch.'.length), call) : undefined;
  }

  callInstance(instance: InstanceValue, call: Call, context: Context): Value | undefined {
    if (!(instance instanceof ModuleValue)) return undefined;
    return (
      this.computed?.(instance, call, context) ??
      undecidedPlain(unknown(`what \`${call.type}(…)\` computes is not followed`, call.range.startLine))
    );
  }

  attribute(value: Value, name: string, context: Context): Value | undefined {
    if (value instanceof ModuleValue) return name === 'training' ? { kind: 'boolean', value: true } : moduleMethod(value, name, context);
    if (value instanceof TensorValue || value instanceof ParameterValue) return tensorAttribute(value, name);
    if (value instanceof ArrayValue)
      return arrayAttribute(value, name) ?? undecidedPlain(unknown(`\`${name}\` of an array is not followed`, 0));
    return undefined;
  }

  assign(value: Value, name: string, assigned: Value, line: number): void {
    if (value instanceof ParameterValue) assignToParameter(value, name, assigned, line);
  }

  assigning(_object: InstanceValue, _name: string): void {}

  instantiate(classValue: ClassValue, call: Call): InstanceValue {
    const references = ancestors(classValue).filter(ancestor => ancestor.kind === 'reference');
    const base = references.find(ancestor => isModuleBase(ancestor.path));
    if (!base) {
      const foreign = references.find(ancestor => !/^(builtins|abc)\./.test(ancestor.path) && !this.isHarmless(ancestor.path));
      if (!foreign) return new InstanceValue(classValue);
      const module = new ModuleValue(classValue, foreign.path, { type: call.type, kind: 'other', range: call.range });
      module.doubts.push(unknown(`\`${foreign.path}\`, a base of ${classValue.name}, is not in this file`, call.range.startLine));
      return module;
    }
    const kind = torchLayerRule(layerName(base.path) ?? '')?.kind ?? 'container';
    const module = new ModuleValue(classValue, canonical(base.path), { type: call.type, kind, range: call.range });
    module.arguments = argumentsOfClass(classValue, call);
    return module;
  }

  initialise(instance: InstanceValue, base: string, call: Call, context: Context): Value | undefined {
    const name = canonical(base);
    if (instance instanceof ModuleValue && isModuleBase(name)) instance.clear();
    if (MODULE_BASES.has(name)) return NONE;
    if (!(instance instanceof ModuleValue)) return undefined;
    if (isContainer(name)) fillContainer(instance, name, call, context);
    else if (isEncoder(name)) fillEncoder(instance, call, context);
    else {
      const rule = torchLayerRule(layerName(name) ?? '');
      if (!rule) return undefined;
      applyRule(instance, rule, call, context);
      const activation = call.keywords.get('activation') ?? call.positional[4];
      if (rule.kind === 'transformer block' && activation instanceof ModuleValue) instance.attributes.set('activation', activation);
    }
    return NONE;
  }

  operate(operator: string, left: Value, right: Value, line: number): Value | undefined {
    return operateArrays(operator, left, right) ?? operateTensors(operator, left, right, line);
  }

  compare(operator: string, left: Value, right: Value, _line: number): Value | undefined {
    return compareTensors(operator, left, right);
  }

  baseMethod(_instance: InstanceValue, _name: string, _base: string, _context: Context): Value | undefined {
    return undefined;
  }

  iterate(value: Value): readonly Value[] | undefined {
    if (value instanceof ModuleValue) return elementsOf(value);
    if (value instanceof ArrayValue) return (value.array.shape[0] ?? Infinity) <= MAXIMUM_ITEMS ? arrayItems(value) : undefined;
    return value instanceof TensorValue ? iterateTensor(value) : undefined;
  }

  select(value: Value, indices: readonly Index[], _line: number): Value | undefined {
    if (value instanceof ParameterValue) return selected(new TensorValue(value.shape), indices)?.within(value, true);
    if (value instanceof ArrayValue) return arrayPart(value, indices);
    return value instanceof TensorValue ? selected(value, indices) : undefined;
  }

  assignPart(value: Value, indices: readonly Index[], assigned: Value): boolean {
    if (value instanceof ArrayValue) assignArrayPart(value, indices, assigned);
    else if (value instanceof TensorValue) assignPart(value, indices, assigned);
    else if (value instanceof ParameterValue) value.start = { kind: 'not known', why: 'a part of it is set' };
    else return false;
    return true;
  }

  assignElement(container: Value, index: Value, value: Value): boolean {
    return container instanceof ModuleValue && setElementAt(container, index, value);
  }

  subscript(value: Value, index: Value): Value | undefined {
    if (value instanceof ModuleValue) return elementAt(value, index);
    return value instanceof TensorValue && index.kind === 'integer' ? iterateTensor(value)?.at(index.value) : undefined;
  }

  hasMethod(value: InstanceValue, name: string): boolean {
    return value instanceof ModuleValue && (name === '__call__' || value.elements !== undefined);
  }

  isInstance(value: Value, path: string): boolean | undefined {
    const name = canonical(path);
    if (name === 'torch.Tensor' && value.kind !== 'instance') return value instanceof TensorValue || value instanceof ParameterValue;
    if (name === 'torch.nn.Parameter') return value instanceof ParameterValue || (value.kind === 'library' ? undefined : false);
    if (!(value instanceof ModuleValue)) return isModuleBase(name) && value.kind !== 'library' ? false : undefined;
    if (name === 'torch.nn.Module' || value.base === name) return true;
    const derived = ABSTRACT[name.replace(/^.*\./, '')];
    if (derived) return derived.test(value.base);
    if (/^torch\.(Tensor|device|dtype|Size)$/.test(name)) return false;
    return isModuleBase(name) && !SUBCLASSED.has(name) ? false : undefined;
  }

  classOf(value: InstanceValue): string | undefined {
    return value instanceof ModuleValue ? value.base : undefined;
  }

  isSubclass(path: string, base: string): boolean | undefined {
    const [name, other] = [canonical(path), canonical(base)];
    if (!isModuleBase(name)) return undefined;
    if (name === other || other === 'torch.nn.Module') return true;
    const derived = ABSTRACT[other.replace(/^.*\./, '')];
    if (derived) return derived.test(name);
    return isModuleBase(other) && !SUBCLASSED.has(other) ? false : undefined;
  }

  exports(module: string, name: string): boolean {
    if (module === 'torch.nn') return isModuleBase(`torch.nn.${name}`) || name === 'Parameter';
    return module === 'torch' && name === 'nn';
  }

  isHarmless(path: string): boolean {
    const [module = ''] = path.split('.');
    if (/^torch\.(nn\.functional|optim|utils\.data|distributed|cuda|backends)\./.test(path)) return true;
    if (/^einops\.[a-z]+$/.test(path)) return true;
    return HARMLESS_MODULES.has(module) || (/^torch\.[a-z_]+$/.test(path) && !['torch.compile', 'torch.load'].includes(path));
  }
}

/** Classes of `torch.nn.modules` that only others derive from, by what their layers are called. */
const ABSTRACT: Readonly<Record<string, RegExp>> = {
  _BatchNorm: /\.(Sync)?BatchNorm/,
  _NormBase: /\.(Sync)?(Batch|Instance)Norm/,
  _InstanceNorm: /\.InstanceNorm/,
  _ConvNd: /\.Conv/,
  _ConvTransposeNd: /\.ConvTranspose/,
  _DropoutNd: /Dropout/,
};

/** Layers of `torch.nn` from which other layers of it derive: not being one itself does not decide `isinstance`. */
const SUBCLASSED = new Set(['torch.nn.Hardtanh']);

/** What the call of a class of the source hands to its `__init__`, by name. */
function argumentsOfClass(classValue: ClassValue, call: Call): ModuleValue['arguments'] {
  const found = findMember(classValue, '__init__');
  if (!found || !('member' in found) || found.member.kind !== 'function') return {};
  const formals = found.member.formals.slice(1).filter(({ role }) => role === 'positional' || role === 'keyword only');
  return shownArguments(bindArguments(classValue.name, formals, call) ?? [], call.range.startLine);
}

/** The layers of `einops` that only move values. */
const isRearrangement = (path: string): boolean => /^einops\.layers\.torch\.(Rearrange|Reduce)$/.test(path);

function rearrangement(path: string, call: Call): ModuleValue {
  const module = new ModuleValue(undefined, path, { type: call.type, kind: 'shape', range: call.range });
  module.arguments = shownArguments(
    [...(call.positional[0] ? [['pattern', call.positional[0]] as const] : []), ...call.keywords],
    call.range.startLine,
  );
  module.attributes.set('pattern', call.positional[0] ?? NONE);
  module.attributes.set('axes_lengths', dictionary(call.keywords));
  module.attributes.set('reduction', call.positional[1] ?? call.keywords.get('reduction') ?? NONE);
  return module;
}

const shapeOfTensor = (value: Value | undefined): readonly number[] | undefined =>
  (value instanceof TensorValue || value instanceof ParameterValue) && value.shape.known ? value.shape.value : undefined;

/** `nn.Parameter(tensor, requires_grad=True)`. */
function parameter(call: Call): Value {
  const [data = call.keywords.get('data')] = call.positional;
  const tensor = data instanceof TensorValue ? data : undefined;
  const reason =
    call.spread ?? (data?.kind === 'undecided' ? data.reason : unknown('the tensor of this parameter is not known', call.range.startLine));
  const shape: Known<readonly number[]> = tensor?.shape ?? (data instanceof ParameterValue ? data.shape : reason);
  const [rows, columns, ...more] = shape.known ? shape.value : [];
  const isMatrix = rows !== undefined && columns !== undefined && more.length === 0;
  const norm = isMatrix && tensor?.deviation !== undefined ? initialSpectralNorm(rows, columns, tensor.deviation) : undefined;
  const learnable = call.positional[1] ?? call.keywords.get('requires_grad');
  const result = new ParameterValue(learnable && learnable.kind !== 'boolean' ? notDecided(learnable, call) : shape, norm, call.range);
  const start = tensor?.numbers ? numbersLaw(tensor.numbers) : tensor?.start;
  if (start) result.start = start;
  result.learnable = learnable?.kind === 'boolean' ? learnable.value : true;
  return result;
}

const notDecided = (value: Value, call: Call): Unknown =>
  value.kind === 'undecided' ? value.reason : unknown('whether this parameter is learnable is not decided', call.range.startLine);

/** `nn.TransformerEncoder(layer, num_layers, norm=None)`: copies of the layer as `layers.0`, … */
function fillEncoder(module: ModuleValue, call: Call, context: Context): void {
  const [layer, count, norm] = ['layer', 'num_layers', 'norm'].map(
    (name, place) => call.positional[place] ?? [...call.keywords].find(([key]) => key.endsWith(name))?.[1],
  );
  if (call.spread || !(layer instanceof ModuleValue) || count?.kind !== 'integer' || count.value > 1000) {
    const open = [layer, count].find(value => value?.kind === 'undecided');
    module.doubts.push(
      call.spread ?? (open?.kind === 'undecided' ? open.reason : unknown('its layers are not known', call.range.startLine)),
    );
    return;
  }
  const layers = new ModuleValue(undefined, 'torch.nn.ModuleList', { type: 'nn.ModuleList', kind: 'container', range: call.range });
  layers.elements = { keys: [], mapping: false };
  for (let index = 0; index < count.value; index++) layers.addElement(String(index), copyOf(layer, context));
  module.attributes.set('layers', layers);
  if (norm && norm.kind !== 'none') module.attributes.set('norm', norm);
}
