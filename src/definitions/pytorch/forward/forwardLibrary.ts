import { unknown } from '../../../architecture/architecture';
import { callFunction } from '../../python/calls';
import { findMember } from '../../python/classes';
import { keyName } from '../../python/keys';
import type { Context, Index } from '../../python/context';
import {
  boolean,
  builtin,
  integer,
  NONE,
  text,
  tuple,
  undecidedPlain,
  type Call,
  type InstanceValue,
  type Value,
} from '../../python/values';
import { elementsOf } from '../containers';
import { ModuleValue } from '../moduleValue';
import { ParameterValue, TensorValue } from '../tensors';
import { TorchLibrary } from '../torchLibrary';
import { callEinops, callPack, callUnpack } from './rearrange';
import { isMasked } from './transformerLayers';
import { chosen, compared, inverted, numberTensor, withPart } from './truths';
import { createTensor, isCreation } from './creation';
import { exactQuotient, operateSides } from './dimension';
import { einsum } from './einsum';
import { callFunctional, callLoss } from './functional';
import { indexTensor, type IndexPlace } from './indexing';
import { callLayer } from './layerCalls';
import { TensorCall } from './operation';
import { remember, type Recorder } from './recorder';
import { joinList, SHAPE_OPERATIONS, unbind } from './shapeOperations';
import { broadcast, permute, transpose } from './shapes';
import { sideValue, SizeValue, sizeValue, SymbolicTensor } from './symbolicTensor';
import { combine, valueOperation } from './valueOperations';

/** Questions that a model asks of PyTorch, and the answer while it is evaluated. */
const NO =
  /^torch\.(jit\.is_(scripting|tracing)|overrides\.has_torch_function\w*|is_grad_enabled|onnx\.is_in_onnx_export|compiler\.is_\w+|is_autocast_enabled)$/;

/** Functions that are known by their bare name, as `torch.relu` and `torch.nn.functional.relu`. */
const TENSOR_FUNCTION = /^(?:torch\.(?:nn\.functional\.|special\.)?|torchvision\.ops\.(?:\w+\.)?)(\w+)$/;

/** Steps that calling one layer takes. */
const CALL_STEPS = 20;

/** PyTorch while `forward` is evaluated: tensors carry shapes, and every operation on them is written down. */
export class ForwardLibrary extends TorchLibrary {
  constructor(private readonly recorder: Recorder) {
    super();
  }

  override call(path: string, call: Call, context: Context): Value | undefined {
    if (path.startsWith('builtins.')) return this.callBuiltin(path.slice('builtins.'.length), call, context);
    if (NO.test(path)) return boolean(false);
    if (path === 'torch._assert') return NONE;
    if (path === 'torch.jit.annotate' && call.positional[1]) return call.positional[1];
    if (path === 'torch.utils.checkpoint.checkpoint') return this.checkpointed(call, context);
    if (/^einops\.(rearrange|repeat|reduce)$/.test(path)) return callEinops(this.recorder, call) ?? this.unknownCall(path, call);
    if (path === 'einops.pack') return callPack(this.recorder, call) ?? this.unknownCall(path, call);
    if (path === 'einops.unpack') return callUnpack(this.recorder, call) ?? this.unknownCall(path, call);
    const name = TENSOR_FUNCTION.exec(path)?.[1];
    const found = name === undefined ? undefined : this.callTorch(name, path, call, context);
    if (found) return found;
    return hasTensor(call) ? this.unknownCall(path, call) : super.call(path, call, context);
  }

  override callInstance(instance: InstanceValue, call: Call, context: Context): Value | undefined {
    const line = call.range.startLine;
    context.spend(CALL_STEPS);
    const own = instance.attributes.get('forward');
    const found = instance.classValue && findMember(instance.classValue, 'forward');
    const forward = own?.kind === 'builtin' && own.bound ? own.bound.method : found && 'member' in found ? found.member : undefined;
    if (forward?.kind === 'function') {
      const [input] = call.positional;
      const from = input instanceof SymbolicTensor ? input.node : undefined;
      const result = callFunction(forward, { ...call, positional: [instance, ...call.positional] }, context, instance);
      const path = instance instanceof ModuleValue ? this.recorder.pathOf(instance) : undefined;
      if (path && input instanceof SymbolicTensor && result instanceof SymbolicTensor) remember(this.recorder, path, input, result, from);
      return result;
    }
    if (!(instance instanceof ModuleValue)) return hasTensor(call) ? this.unknownCall(call.type, call) : undefined;
    const reason = instance.doubts[0];
    if (reason) return this.recorder.unknown(call.type, reason.why, reason.line, tensorsOf(call));
    if (instance.base === 'torch.nn.Sequential' || instance.base === 'torch.nn.TransformerEncoder') {
      const [input] = call.positional;
      const from = input instanceof SymbolicTensor ? input.node : undefined;
      const result = this.chained(instance, call, context);
      const path = this.recorder.pathOf(instance);
      if (path && input instanceof SymbolicTensor && result instanceof SymbolicTensor) remember(this.recorder, path, input, result, from);
      return result;
    }
    if (/^einops\.layers\.torch\.(Rearrange|Reduce)$/.test(instance.base)) return this.rearranged(instance, call);
    return callLayer(this.recorder, instance, call) ?? this.recorder.unknown(call.type, 'what it is given is not a tensor', line);
  }

  override attribute(value: Value, name: string, context: Context): Value | undefined {
    if (value instanceof ModuleValue && name === 'training') return boolean(false);
    if (value instanceof ModuleValue && name === 'forward')
      return builtin(call => this.callInstance(value, call, context) ?? this.unknownCall(call.type, call));
    if (value instanceof ModuleValue && value.buffers.has(name))
      return this.recorder.buffer(value, name) ?? super.attribute(value, name, context);
    if (value instanceof SymbolicTensor) return this.tensorAttribute(this.recorder.tensor(value, 0)!, name, context);
    const isTensor = value instanceof ParameterValue || value instanceof TensorValue;
    if (isTensor && !['shape', 'size', 'numel', 'nelement', 'requires_grad', 'requires_grad_', 'tolist'].includes(name)) {
      const tensor = this.recorder.tensor(value, 0);
      return tensor && this.tensorAttribute(tensor, name, context);
    }
    return super.attribute(value, name, context);
  }

  override assigning(object: InstanceValue, name: string): void {
    this.recorder.remember(object, name);
  }

  override assign(value: Value, name: string, assigned: Value, line: number): void {
    if (!(value instanceof SymbolicTensor)) super.assign(value, name, assigned, line);
    else if (name === '[]') value.node = this.withElement(value, assigned, line).node;
    else if (name === 'op=' && assigned instanceof SymbolicTensor) value.node = assigned.node;
  }

  /** A tensor after one of its elements was set: still constant where neither depends on the input. */
  private withElement(tensor: SymbolicTensor, assigned: Value, line: number): SymbolicTensor {
    const isPlain = ['integer', 'float', 'boolean'].includes(assigned.kind) || assigned instanceof SizeValue;
    const isFixed = isPlain || (isTensor(assigned) && !this.recorder.dependsOnInput(this.recorder.tensor(assigned, line)!));
    if (isFixed && !this.recorder.dependsOnInput(tensor))
      return this.recorder.emit({ kind: 'constant', entry: null }, [], tensor.sides, line);
    return this.recorder.unknown('assignment', 'an element is set, which is not followed', line, [tensor], tensor.sides);
  }

  override operate(operator: string, left: Value, right: Value, line: number): Value | undefined {
    const isWhole = (value: Value) => value.kind === 'float' && Number.isSafeInteger(value.value);
    const [first, second] = [left, right].map(value => sideValue(isWhole(value) ? integer((value as { value: number }).value) : value));
    if (left instanceof SizeValue || right instanceof SizeValue) {
      if (!first || !second) {
        const other = left instanceof SizeValue ? right : left;
        const tensor = isTensor(other) ? this.recorder.tensor(other, line) : undefined;
        return tensor
          ? this.recorder.unknown(operator, 'the size it is combined with is not a number', line, [tensor], tensor.sides)
          : undecidedPlain(unknown('this size is not a number', line));
      }
      const side = operator === '/' ? exactQuotient(first, second) : operateSides(operator, first, second);
      return side ? sizeValue(side) : undecidedPlain(unknown(`\`${operator}\` of these sizes is not followed`, line));
    }
    if (!isTensor(left) && !isTensor(right)) return super.operate(operator, left, right, line);
    if (operator === '~' && isTensor(right)) return inverted(this.recorder, this.recorder.tensor(right, line)!, line);
    const reversed = !isTensor(left);
    const tensor = this.recorder.tensor(reversed ? right : left, line);
    return tensor && combine({ recorder: this.recorder, tensor, line }, operator, reversed ? left : right, reversed);
  }

  /** A comparison of tensors: entries that are 0 or 1. */
  override compare(operator: string, left: Value, right: Value, line: number): Value | undefined {
    if (!isTensor(left) && !isTensor(right)) return undefined;
    const { recorder } = this;
    const [first, second] = [left, right].map(value =>
      isTensor(value) ? recorder.tensor(value, line) : numberTensor(recorder, value, line),
    );
    const tensors = [first, second].filter(each => each !== undefined);
    const sides = first && second ? broadcast(first.sides, second.sides) : tensors[0]?.sides;
    const made = tensors.some(each => recorder.dependsOnInput(each))
      ? recorder.unknown('comparison', 'a comparison jumps with the input', line, tensors, sides)
      : compared(recorder, operator, tensors, sides, line);
    recorder.truths.add(made.node);
    return made;
  }

  override baseMethod(instance: InstanceValue, name: string, base: string, context: Context): Value | undefined {
    if (name !== 'forward' || !(instance instanceof ModuleValue) || base === 'torch.nn.Module') return undefined;
    return builtin(
      call =>
        (base === 'torch.nn.Sequential' ? this.chained(instance, call, context) : callLayer(this.recorder, instance, call)) ??
        this.unknownCall(call.type, call),
    );
  }

  override assignPart(value: Value, indices: readonly Index[], assigned: Value): boolean {
    if (!(value instanceof SymbolicTensor)) return super.assignPart(value, indices, assigned);
    const line = this.recorder.nodes[value.node]!.line;
    const made = withPart(this.recorder, value, indices, isTensor(assigned) ? this.recorder.tensor(assigned, line) : assigned, line);
    if (made) value.node = made.node;
    return made !== undefined;
  }

  override iterate(value: Value): readonly Value[] | undefined {
    if (value instanceof SymbolicTensor) {
      const tensor = this.recorder.tensor(value, 0)!;
      return unbind({ recorder: this.recorder, tensor, line: this.recorder.nodes[tensor.node]!.line }, 0);
    }
    return super.iterate(value);
  }

  override select(value: Value, indices: readonly Index[], line: number): Value | undefined {
    const tensor = isTensor(value) ? this.recorder.tensor(value, line) : undefined;
    if (!tensor) return undefined;
    const places = indices.map((index): IndexPlace => {
      if ('rest' in index) return { kind: 'ellipsis' };
      if ('slice' in index) return { kind: 'slice', bounds: index.slice };
      return isTensor(index.at) ? (this.recorder.tensor(index.at, line) ?? index.at) : index.at;
    });
    return indexTensor(this.recorder, tensor, places, line);
  }

  override isInstance(value: Value, path: string): boolean | undefined {
    if (value instanceof SymbolicTensor) return path === 'torch.Tensor' ? true : path.startsWith('torch.') ? false : undefined;
    return super.isInstance(value, path);
  }

  private callBuiltin(name: string, call: Call, context: Context): Value | undefined {
    const [value] = call.positional;
    if (name === 'len' && isTensor(value)) {
      const side = this.recorder.tensor(value, call.range.startLine)?.sides?.[0];
      return side && sizeValue(side);
    }
    if (name === 'int' && value instanceof SizeValue) return value;
    if (['sum', 'max', 'min'].includes(name) && hasTensor(call)) return this.folded(name, call, context);
    return super.call(`builtins.${name}`, call, context);
  }

  /** `sum([…])` of tensors. */
  private folded(name: string, call: Call, context: Context): Value {
    const [values] = call.positional;
    const items = values?.kind === 'sequence' && !values.doubt && name === 'sum' ? values.items : undefined;
    if (!items) return this.unknownCall(name, call);
    return items.reduce((total, item) => context.operate('+', total, item, call.range.startLine), integer(0));
  }

  private callTorch(name: string, path: string, call: Call, context: Context): Value | undefined {
    const line = call.range.startLine;
    const { recorder } = this;
    const [first, second] = call.positional;
    if (['cat', 'concat', 'concatenate', 'stack'].includes(name)) {
      const list = first ?? call.keywords.get('tensors');
      const axis = call.positional[1] ?? call.keywords.get('dim') ?? call.keywords.get('axis') ?? integer(0);
      if (list?.kind !== 'sequence' || list.doubt || axis.kind !== 'integer') return this.unknownCall(path, call);
      return joinList(recorder, name, list.items, axis.value, line);
    }
    if (name === 'einsum') {
      const [left, right] = call.positional.slice(1).map(value => recorder.tensor(value, line));
      const isPair = first?.kind === 'string' && left && right && call.positional.length === 3;
      return isPair ? einsum({ recorder, line }, first.value, left, right) : this.unknownCall(path, call);
    }
    if (isCreation(name) && path === `torch.${name}`) return createTensor(recorder, name, call) ?? super.call(path, call, context);
    const given = first ?? call.keywords.get('input');
    if (!isTensor(given) && !(given?.kind === 'undecided' && isTensor(second))) return undefined;
    if (name === 'where' && isTensor(given) && call.positional.length === 3) {
      const [mask, ...both] = call.positional.map(value =>
        isTensor(value) ? recorder.tensor(value, line) : numberTensor(recorder, value, line),
      );
      return mask && both[0] && both[1] && chosen(recorder, mask, both[0], both[1], line);
    }
    const tensor = recorder.tensor(given, line);
    return tensor && this.perform(name, tensor, call.positional.slice(1), call);
  }

  private tensorAttribute(tensor: SymbolicTensor, name: string, context: Context): Value | undefined {
    const { sides } = tensor;
    const line = this.recorder.nodes[tensor.node]!.line;
    const notKnown = () => undecidedPlain(unknown('the shape of this tensor is not known', line));
    switch (name) {
      case 'shape':
        return sides ? tuple(sides.map(side => (side ? sizeValue(side) : notKnown()))) : notKnown();
      case 'size':
        return builtin(call => {
          const shape = this.tensorAttribute(tensor, 'shape', context)!;
          const place = call.positional[0] ?? call.keywords.get('dim');
          if (!place || shape.kind !== 'sequence') return shape;
          return (place.kind === 'integer' ? shape.items.at(place.value) : undefined) ?? notKnown();
        });
      case 'ndim':
        return sides ? integer(sides.length) : notKnown();
      case 'dim':
        return builtin(() => (sides ? integer(sides.length) : notKnown()));
      case 'T':
        return sides
          ? permute(
              this.recorder,
              'transpose',
              tensor,
              sides.map((_, axis) => sides.length - 1 - axis),
              line,
            )
          : notKnown();
      case 'mT':
        return transpose(this.recorder, 'transpose', tensor, -2, -1, line);
      case 'data':
        return tensor;
      case 'requires_grad':
      case 'is_cuda':
      case 'is_quantized':
      case 'is_nested':
        return boolean(false);
      case 'device':
        return text('cpu');
      case 'dtype':
        if (this.recorder.dependsOnInput(tensor)) return { kind: 'reference', path: 'torch.float32' };
        return undecidedPlain(unknown(`\`${name}\` of a tensor is not followed`, line));
      default:
        return builtin(call => this.method(tensor, name, call));
    }
  }

  private method(tensor: SymbolicTensor, name: string, call: Call): Value {
    if (name.startsWith('new_')) {
      const [, kind = ''] = /^new_(\w+)$/.exec(name) ?? [];
      const made = createTensor(this.recorder, kind === 'tensor' ? 'tensor' : kind, call);
      if (made) return made;
    }
    const result = this.perform(name, tensor, call.positional, call);
    return result ?? this.recorder.unknown(name, `\`${name}\` is not followed`, call.range.startLine, [tensor]);
  }

  /** An operation by its name, in place where that ends with an underscore. */
  private perform(name: string, tensor: SymbolicTensor, rest: readonly Value[], call: Call): Value | undefined {
    const isInPlace = name.endsWith('_') && !name.endsWith('__') && name !== 'requires_grad_';
    const bare = isInPlace ? name.slice(0, -1) : name;
    const operation = new TensorCall(this.recorder, bare, tensor, rest, call);
    const rule = Object.hasOwn(SHAPE_OPERATIONS, bare) ? SHAPE_OPERATIONS[bare] : valueOperation(bare);
    const random = isInPlace && ['bernoulli', 'normal', 'uniform', 'zero', 'fill', 'random', 'exponential'].includes(bare);
    const result = random
      ? this.recorder.emit(
          { kind: 'constant', entry: bare === 'bernoulli' || bare === 'uniform' ? 1 : null },
          [],
          tensor.sides,
          operation.line,
        )
      : (rule?.(operation) ?? callFunctional(operation) ?? callLoss(operation));
    if (isInPlace) {
      const isView = ['reshape', 'selection'].includes(this.recorder.nodes[tensor.node]!.kind);
      const changed =
        result instanceof SymbolicTensor && !isView ? result : operation.unknown('it changes a tensor in place that others may share');
      tensor.node = changed.node;
      return tensor;
    }
    return (
      result ??
      (rule || this.recorder.dependsOnInput(tensor) ? operation.unknown(`\`${bare}\` is not followed with these arguments`) : undefined)
    );
  }

  /** `checkpoint(function, *tensors)` computes what the function does. */
  private checkpointed(call: Call, context: Context): Value | undefined {
    const [callee, ...positional] = call.positional;
    const keywords = new Map([...call.keywords].filter(([name]) => !['use_reentrant', 'preserve_rng_state'].includes(name)));
    return callee && context.call(callee, { ...call, positional, keywords });
  }

  private chained(module: ModuleValue, call: Call, context: Context): Value {
    const isEncoder = module.base !== 'torch.nn.Sequential';
    const layers = isEncoder ? module.attributes.get('layers') : module;
    const norm = isEncoder ? module.attributes.get('norm') : undefined;
    const inner = layers instanceof ModuleValue && layers.doubts.length === 0 ? layers : undefined;
    const elements = isEncoder ? inner && elementsOf(inner) : inner && [...inner.children()].map(([, child]) => child);
    const [input] = call.positional;
    if (!elements || !input || (isEncoder && isMasked(call, 1))) return this.unknownCall(call.type, call);
    const all = norm instanceof ModuleValue ? [...elements, norm] : elements;
    return all.reduce((value, layer) => context.call(layer, { ...call, positional: [value], keywords: new Map() }), input);
  }

  private rearranged(module: ModuleValue, call: Call): Value {
    const [pattern, axes] = ['pattern', 'axes_lengths'].map(name => module.attributes.get(name) ?? NONE);
    const keywords =
      axes?.kind === 'dictionary' ? new Map([...axes.entries].map(([name, length]) => [keyName(name), length])) : call.keywords;
    const positional = [call.positional[0] ?? NONE, pattern!, module.attributes.get('reduction') ?? NONE];
    const result = callEinops(this.recorder, { ...call, positional, keywords });
    const path = this.recorder.pathOf(module);
    const [input] = call.positional;
    if (result && path && input instanceof SymbolicTensor) remember(this.recorder, path, input, result);
    return result ?? this.unknownCall(call.type, call);
  }

  private unknownCall(path: string, call: Call): SymbolicTensor {
    return this.recorder.unknown(call.type, `what \`${path}\` computes is not known`, call.range.startLine, tensorsOf(call));
  }
}

const isTensor = (value: Value | undefined): value is SymbolicTensor | ParameterValue | TensorValue =>
  value instanceof SymbolicTensor || value instanceof ParameterValue || value instanceof TensorValue;

/** The tensors that a call is handed, lists of them included. */
function tensorsOf(call: Call): SymbolicTensor[] {
  const inside = (value: Value): Value[] => (value.kind === 'sequence' ? value.items.flatMap(inside) : [value]);
  return [...call.positional, ...call.keywords.values()].flatMap(inside).filter(value => value instanceof SymbolicTensor);
}

const hasTensor = (call: Call): boolean => tensorsOf(call).length > 0;
