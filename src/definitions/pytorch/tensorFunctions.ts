import { known, unknown, type Known } from '../../architecture/architecture';
import { integer, list, tuple, undecidedPlain, type Call, type Value } from '../python/values';
import { argumentOf } from './construct';
import { ParameterValue, TensorValue, unknownTensor } from './tensors';

/** Functions of `torch` that make a tensor of a given shape, with the standard deviation of its entries where they are centred and independent. */
const BY_SHAPE: ReadonlyMap<string, number | undefined> = new Map([
  ['zeros', 0],
  ['ones', undefined],
  ['empty', undefined],
  ['rand', undefined],
  ['randn', 1],
  ['full', undefined],
  ['Tensor', undefined],
  ['FloatTensor', undefined],
]);

const isSize = (value: unknown): value is number => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;

/** The value of `torch.name(…)` when it makes a tensor; undefined for every other function. */
export function callTensorFunction(name: string, call: Call): Value | undefined {
  if (BY_SHAPE.has(name)) return new TensorValue(shapeOf(name, call), BY_SHAPE.get(name));
  const [first] = call.positional;
  switch (name) {
    case 'zeros_like':
    case 'ones_like':
    case 'rand_like':
    case 'randn_like':
    case 'empty_like':
      return first instanceof TensorValue || first instanceof ParameterValue ? new TensorValue(first.shape) : undefined;
    case 'tensor':
      return new TensorValue(tensorShape(first, call));
    case 'eye':
      return first?.kind === 'integer' && call.positional.length === 1 ? new TensorValue(known([first.value, first.value])) : undefined;
    case 'arange':
      return first?.kind === 'integer' && call.positional.length === 1 ? new TensorValue(known([first.value])) : undefined;
    case 'linspace': {
      const steps = call.positional[2] ?? call.keywords.get('steps');
      return new TensorValue(steps?.kind === 'integer' ? known([steps.value]) : notKnown(call));
    }
    default:
      return undefined;
  }
}

const notKnown = (call: Call): Known<readonly number[]> =>
  call.spread ?? unknown(`the shape of \`${call.type}(…)\` is not known`, call.range.startLine);

/** A shape given as one tuple or as one argument a side. */
function shapeOf(name: string, call: Call): Known<readonly number[]> {
  const line = call.range.startLine;
  const [first] = call.positional;
  const size = call.keywords.get('size') ?? (first?.kind === 'sequence' ? first : undefined);
  if (call.spread) return call.spread;
  if (name === 'full' && !size) return notKnown(call);
  if (name.endsWith('Tensor') && size) return size.kind === 'sequence' && !size.tuple ? tensorShape(size, call) : notKnown(call);
  const sides = size ? argumentOf(size, line) : argumentOf(tuple([...call.positional]), line);
  if (!sides.known) return sides;
  const value = isSize(sides.value) ? [sides.value] : sides.value;
  return Array.isArray(value) && value.every(isSize) && (size || value.length > 0) ? known(value) : notKnown(call);
}

/** The shape of nested lists of numbers; a bare number has none. */
function tensorShape(value: Value | undefined, call: Call): Known<readonly number[]> {
  if (value?.kind === 'integer' || value?.kind === 'float' || value?.kind === 'boolean') return known([]);
  if (value?.kind !== 'sequence' || value.doubt) return value?.kind === 'undecided' ? value.reason : notKnown(call);
  const [first] = value.items;
  if (!first) return known([0]);
  const inner = tensorShape(first, call);
  return inner.known ? known([value.items.length, ...inner.value]) : inner;
}

/** Arithmetic on tensors: with a number the shape stays; two tensors of one shape keep it. */
export function operateTensors(operator: string, left: Value, right: Value, line: number): Value | undefined {
  const tensor = asTensor(left) ?? asTensor(right);
  if (!tensor) return undefined;
  const other = asTensor(left) ? right : left;
  if (other.kind === 'integer' || other.kind === 'float') {
    const isScaling =
      operator === '*' || (operator === '/' && other === right && other.value !== 0) || (operator === '-' && other.value === 0);
    const factor = operator === '-' ? -1 : operator === '/' ? 1 / other.value : other.value;
    return isScaling ? tensor.scaled(factor) : new TensorValue(tensor.shape);
  }
  const second = asTensor(other);
  const reason = !tensor.shape.known ? tensor.shape : second && !second.shape.known ? second.shape : undefined;
  if (reason) return unknownTensor(reason);
  const same = second?.shape.known && tensor.shape.known && String(second.shape.value) === String(tensor.shape.value);
  if (same && operator !== '@') return new TensorValue(tensor.shape);
  return unknownTensor(other.kind === 'undecided' ? other.reason : unknown(`the shape that \`${operator}\` makes is not followed`, line));
}

const asTensor = (value: Value): TensorValue | undefined => {
  if (value instanceof TensorValue) return value;
  return value instanceof ParameterValue ? new TensorValue(value.shape) : undefined;
};

/** The items that a `for` over a tensor takes: as many undecided numbers or tensors as its first side. */
export function iterateTensor(tensor: TensorValue): readonly Value[] | undefined {
  if (!tensor.shape.known) return undefined;
  const [length, ...rest] = tensor.shape.value;
  if (length === undefined || length > 10_000) return undefined;
  return Array.from({ length }, () => new TensorValue(known(rest)));
}

/** `tensor.shape` and `tensor.size()` as a tuple. */
export const shapeValue = ({ shape }: TensorValue | ParameterValue): Value =>
  shape.known ? tuple(shape.value.map(integer)) : undecidedPlain(shape);

/** `tensor.numel()`. */
export const sizeValue = ({ shape }: TensorValue | ParameterValue): Value =>
  shape.known ? integer(shape.value.reduce((product, side) => product * side, 1)) : undecidedPlain(shape);

/** `tensor.tolist()`: as many undecided numbers as it has. */
export const listValue = (tensor: TensorValue, line: number): Value => {
  const items = iterateTensor(tensor);
  const reason = unknown('the numbers in a tensor are not followed', line);
  return items ? list(items.map(() => undecidedPlain(reason))) : undecidedPlain(tensor.shape.known ? reason : tensor.shape);
};
