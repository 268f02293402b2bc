import { known, unknown, type Known } from '../../architecture/architecture';
import type { StartLaw } from '../../architecture/computation';
import { constantLaw, normalLaw } from '../../architecture/torch/startLaws';
import { float, integer, list, tuple, undecidedPlain, type Call, type Value } from '../python/values';
import { combined, grid, mapped, numbersAt, reshaped, scalarArray } from '../python/numberArray';
import { COMPARISONS } from './forward/fixedNumbers';
import { ArrayValue } from '../python/arrayValue';
import { argumentOf } from './construct';
import { arrayFrom, tensorFrom } from './tensorArrays';
import { differences, elementwise, joined, tensorMethod, tensorOf } from './tensorMath';
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
  if (name.endsWith('Tensor') && call.positional[0] instanceof ArrayValue) return tensorFrom(call.positional[0].array);
  if (BY_SHAPE.has(name)) return new TensorValue(shapeOf(name, call), BY_SHAPE.get(name)).startingBy(lawOf(name, call));
  const [first] = call.positional;
  switch (name) {
    case 'zeros_like':
    case 'ones_like':
    case 'rand_like':
    case 'randn_like':
    case 'empty_like':
      return first instanceof TensorValue || first instanceof ParameterValue
        ? new TensorValue(first.shape).startingBy(lawOf(name.replace('_like', ''), call))
        : undefined;
    case 'from_numpy':
    case 'as_tensor':
    case 'tensor':
      if (first instanceof ArrayValue) return tensorFrom(first.array);
      if (name === 'from_numpy') return new TensorValue(notKnown(call));
      return numbersOf(first) ?? new TensorValue(tensorShape(first, call));
    case 'outer':
    case 'ger': {
      const [left, right] = call.positional.map(value => (value instanceof TensorValue ? arrayFrom(value) : undefined));
      if (left?.shape.length !== 1 || right?.shape.length !== 1) return undefined;
      return elementwise('*', tensorFrom(reshaped(left, [left.size, 1])), tensorFrom(right));
    }
    case 'eye':
      if (first?.kind !== 'integer' || call.positional.length > 1) return undefined;
      return tensorFrom(numbersAt([first.value, first.value], false, place => Number(place % (first.value + 1) === 0)));
    case 'arange':
      return counted(call);
    case 'linspace':
      return spaced(call);
    case 'meshgrid': {
      const all = tensorsOf(first?.kind === 'sequence' ? first.items : call.positional);
      const sides = all?.map(({ shape }) => (shape.known && shape.value.length === 1 ? shape.value[0]! : NaN));
      if (!all || !sides || sides.includes(NaN)) return undefined;
      const indexing = call.keywords.get('indexing');
      const axes = all.map(arrayFrom);
      const isColumnsFirst = indexing?.kind === 'string' && indexing.value === 'xy';
      const made = axes.every(axis => axis !== undefined) ? grid(axes, isColumnsFirst ? 'xy' : 'ij') : undefined;
      if (made) return list(made.map(tensorFrom));
      const shape = isColumnsFirst && sides.length > 1 ? [sides[1]!, sides[0]!, ...sides.slice(2)] : sides;
      return list(sides.map(() => new TensorValue(known(shape))));
    }
    case 'stack':
    case 'cat':
    case 'concat': {
      const all = first?.kind === 'sequence' && !first.doubt ? tensorsOf(first.items) : undefined;
      return all && joined(name === 'stack' ? 'stack' : 'cat', all, call.positional[1] ?? call.keywords.get('dim'));
    }
    case 'add':
    case 'sub':
    case 'mul':
    case 'div':
    case 'divide':
    case 'pow':
      return call.positional.length === 2 ? operateTensors(OPERATORS[name], first!, call.positional[1]!, call.range.startLine) : undefined;
    case 'unique':
      return first instanceof TensorValue ? distinct(first, call) : undefined;
    case 'diff':
      return first instanceof TensorValue && call.positional.length === 1 ? differences(first) : undefined;
    default: {
      const tensor = first && asTensor(first);
      return tensor && tensorMethod(tensor, name, { ...call, positional: call.positional.slice(1) });
    }
  }
}

/** How a tensor that is made of its shape starts. */
function lawOf(name: string, call: Call): StartLaw | undefined {
  switch (name) {
    case 'zeros':
      return constantLaw(0);
    case 'ones':
      return constantLaw(1);
    case 'rand':
      return { kind: 'uniform', low: 0, high: 1 };
    case 'randn':
      return normalLaw(1);
    case 'full': {
      const value = numberOf(call.positional[1] ?? call.keywords.get('fill_value'));
      return value === undefined ? undefined : constantLaw(value);
    }
    default:
      return undefined;
  }
}

const OPERATORS = { add: '+', sub: '-', mul: '*', div: '/', divide: '/', pow: '**' } as const;

function tensorsOf(values: readonly Value[]): TensorValue[] | undefined {
  const all = values.map(asTensor);
  return all.every(tensor => tensor !== undefined) ? all : undefined;
}

const numberOf = (value: Value | undefined): number | undefined =>
  value?.kind === 'integer' || value?.kind === 'float' ? value.value : undefined;

/** What `torch.arange` is given, by place or name, as if all were given by place. */
export function rangeArguments({ positional, keywords }: Pick<Call, 'positional' | 'keywords'>): readonly Value[] {
  const [start, end, step] = ['start', 'end', 'step'].map((name, place) => positional[place] ?? keywords.get(name));
  if (!step && !(keywords.has('start') || keywords.has('end'))) return positional;
  const [from, to] = end ? [start ?? integer(0), end] : [integer(0), start];
  return [from, ...(to ? [to] : []), ...(step ? [step] : [])];
}

/** `torch.arange(end)`, `(start, end)` or `(start, end, step)`. */
function counted(call: Call): Value | undefined {
  const given = rangeArguments(call);
  const numbers = given.map(numberOf);
  if (numbers.length === 0 || numbers.includes(undefined)) return undefined;
  const [start, end, step = 1] = (numbers.length === 1 ? [0, ...numbers] : numbers) as [number, number, number?];
  const length = Math.ceil((end - start) / step);
  if (!Number.isSafeInteger(length) || length < 0) return undefined;
  const whole = given.every(({ kind }) => kind === 'integer');
  if (length > SMALL) return new TensorValue(known([length]));
  return tensorOf(
    [length],
    Array.from({ length }, (_, index) => start + index * step),
    whole,
  );
}

/** `torch.linspace(start, end, steps)`. */
function spaced(call: Call): Value {
  const [start, end] = [
    numberOf(call.positional[0] ?? call.keywords.get('start')),
    numberOf(call.positional[1] ?? call.keywords.get('end')),
  ];
  const steps = call.positional[2] ?? call.keywords.get('steps');
  if (steps?.kind !== 'integer' || steps.value < 0) return new TensorValue(notKnown(call));
  if (start === undefined || end === undefined || steps.value > SMALL) return new TensorValue(known([steps.value]));
  const width = steps.value > 1 ? (end - start) / (steps.value - 1) : 0;
  return tensorOf(
    [steps.value],
    Array.from({ length: steps.value }, (_, index) => start + index * width),
    false,
  );
}

/** `torch.unique` of numbers: sorted, with how often each occurs where that is asked for; nothing else is followed. */
function distinct({ numbers }: TensorValue, { positional, keywords }: Call): Value | undefined {
  const counts = keywords.get('return_counts');
  if (!numbers || positional.length > 1 || keywords.size > (counts ? 1 : 0) || (counts && counts.kind !== 'boolean')) return undefined;
  const values = [...new Set(numbers.values)].sort((left, right) => left - right);
  const result = tensorOf([values.length], values, numbers.whole);
  if (counts?.kind !== 'boolean' || !counts.value) return result;
  const times = values.map(value => numbers.values.filter(other => other === value).length);
  return tuple([result, tensorOf([times.length], times, true)]);
}

const SMALL = 4096;

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

/** A tensor of one number or of rows of numbers. */
function numbersOf(value: Value | undefined): TensorValue | undefined {
  if (value?.kind === 'sequence' && value.items[0]?.kind === 'sequence') {
    const rows = value.items.map(numbersOf);
    const known = !value.doubt && rows.every(row => row !== undefined) ? rows : undefined;
    return known && joined('stack', known, undefined);
  }
  const items = value?.kind === 'sequence' && !value.doubt ? value.items : value ? [value] : [];
  const numbers = items.map(numberOf);
  if (items.length === 0 || !numbers.every(number => number !== undefined)) return undefined;
  return tensorOf(
    value?.kind === 'sequence' ? [items.length] : [],
    numbers,
    items.every(({ kind }) => kind === 'integer'),
  );
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
  const array = operator === '~' ? arrayFrom(tensor) : undefined;
  if (operator === '~') return array ? tensorFrom(mapped(array, value => Number(value === 0), true)) : new TensorValue(tensor.shape);
  if (other.kind === 'integer' || other.kind === 'float') {
    const isScaling =
      operator === '*' || (operator === '/' && other === right && other.value !== 0) || (operator === '-' && other.value === 0);
    const factor = operator === '-' ? -1 : operator === '/' ? 1 / other.value : other.value;
    const scalar = tensorOf([], [other.value], other.kind === 'integer');
    const exact = tensor.numbers && (other === right ? elementwise(operator, tensor, scalar) : elementwise(operator, scalar, tensor));
    if (exact) return exact;
    return isScaling ? tensor.scaled(factor) : new TensorValue(tensor.shape);
  }
  const second = asTensor(other);
  const reason = !tensor.shape.known ? tensor.shape : second && !second.shape.known ? second.shape : undefined;
  if (reason) return unknownTensor(reason);
  const result = second && operator !== '@' ? elementwise(operator, tensor, second) : undefined;
  if (result) return result;
  return unknownTensor(other.kind === 'undecided' ? other.reason : unknown(`the shape that \`${operator}\` makes is not followed`, line));
}

/** A comparison of a tensor whose numbers are known: 1 where it holds, else 0. */
export function compareTensors(operator: string, left: Value, right: Value): Value | undefined {
  const [a, b] = [left, right].map(value => {
    const number = numberOf(value);
    return value instanceof TensorValue ? arrayFrom(value) : number === undefined ? undefined : scalarArray(number);
  });
  const holds = COMPARISONS[operator];
  if (!(left instanceof TensorValue || right instanceof TensorValue) || !a || !b || !holds) return undefined;
  const made = combined(a, b, (one, other) => Number(holds(one, other)), true);
  return made && tensorFrom(made);
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
  const { numbers } = tensor;
  return Array.from({ length }, (_, index) =>
    numbers && rest.length === 0 ? tensorOf([], [numbers.values[index]!], numbers.whole) : new TensorValue(known(rest)),
  );
}

/** `tensor.shape` and `tensor.size()` as a tuple. */
export const shapeValue = ({ shape }: TensorValue | ParameterValue): Value =>
  shape.known ? tuple(shape.value.map(integer)) : undecidedPlain(shape);

/** `tensor.numel()`. */
export const sizeValue = ({ shape }: TensorValue | ParameterValue): Value =>
  shape.known ? integer(shape.value.reduce((product, side) => product * side, 1)) : undecidedPlain(shape);

/** `tensor.item()`: the one number of a tensor. */
export const itemValue = ({ numbers }: TensorValue, line: number): Value => {
  const [value] = numbers?.values.length === 1 ? numbers.values : [];
  if (value === undefined) return undecidedPlain(unknown('the numbers in a tensor are not followed', line));
  return numbers!.whole ? integer(value) : float(value);
};

/** `tensor.tolist()`: its numbers, or as many undecided ones as it has. */
export const listValue = (tensor: TensorValue, line: number): Value => {
  const { numbers } = tensor;
  if (numbers && tensor.shape.known && tensor.shape.value.length === 1)
    return list(numbers.values.map(value => (numbers.whole ? integer(value) : float(value))));
  const items = iterateTensor(tensor);
  const reason = unknown('the numbers in a tensor are not followed', line);
  return items ? list(items.map(() => undecidedPlain(reason))) : undecidedPlain(tensor.shape.known ? reason : tensor.shape);
};
