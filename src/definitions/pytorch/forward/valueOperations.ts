import type { Computation } from '../../../architecture/computation';
import { boolean, tuple, type Value } from '../../python/values';
import { combined, mapped, numbersAt } from '../../python/numberArray';
import { attention, matrixProduct } from './attention';
import { dimension, numberOf } from './dimension';
import { emitNumbers, numbersBehind, remainder } from './fixedNumbers';
import { activate, contraction, dropout, gatedLinearUnit, scale, shift, softmax, tanhForm } from './elementwise';
import { add, multiply } from './joins';
import type { TensorCall } from './operation';
import { perSample, type Recorder } from './recorder';
import { rememberOrder } from './randomOrder';
import { isReduction, reduce } from './reductions';
import { broadcast, transpose } from './shapes';
import { axisOf, SymbolicTensor } from './symbolicTensor';
import { compared, numberTensor } from './truths';

type Operation = (call: TensorCall) => Value | undefined;

const ZERO: Value = { kind: 'integer', value: 0 };

const NO_SLOPE = '`/` of two tensors has no bound on its slope';

const isNumber = (value: Value | undefined): value is Extract<Value, { kind: 'integer' | 'float' }> =>
  value?.kind === 'integer' || value?.kind === 'float';

/** A tensor and a number or another tensor, by an operator of Python. Undefined for an operator that is not followed. */
export function combine(
  call: Pick<TensorCall, 'recorder' | 'tensor' | 'line'>,
  operator: string,
  other: Value,
  reversed = false,
): SymbolicTensor | undefined {
  const { recorder, tensor, line } = call;
  if (isNumber(other)) return withNumber(call, operator, other.value, reversed);
  const second = recorder.tensor(other, line);
  if (!second) return recorder.unknown(operator, 'an operand is not followed', line, [tensor], tensor.sides);
  const [left, right] = reversed ? [second, tensor] : [tensor, second];
  switch (operator) {
    case '+':
    case '-':
      return add(recorder, operator, left, right, line);
    case '*':
      return multiply(recorder, operator, left, right, line);
    case '/':
      return recorder.unknown(operator, NO_SLOPE, line, [left, right], broadcast(left.sides, right.sides) ?? left.sides, { op: 'divide' });
    case '@':
      return matrixProduct(recorder, operator, left, right, line);
    default:
      return recorder.unknown(operator, `\`${operator}\` of two tensors has no bound on its slope`, line, [left, right], left.sides);
  }
}

function withNumber(
  call: Pick<TensorCall, 'recorder' | 'tensor' | 'line'>,
  operator: string,
  number: number,
  reversed: boolean,
): SymbolicTensor | undefined {
  const { recorder, tensor, line } = call;
  switch (operator) {
    case '+':
      return number === 0 ? tensor : shift(recorder, tensor, number, line);
    case '-':
      if (number === 0) return reversed ? scale(recorder, tensor, -1, line) : tensor;
      return reversed ? shift(recorder, scale(recorder, tensor, -1, line), number, line) : shift(recorder, tensor, -number, line);
    case '*':
      return scale(recorder, tensor, number, line);
    case '/':
      if (!reversed && number !== 0) return scale(recorder, tensor, 1 / number, line);
      break;
    case '**':
      if (!reversed && number === 2) return multiply(recorder, '**', tensor, tensor, line);
      if (!reversed && number === 1) return tensor;
  }
  const left = reversed ? undefined : remainder(recorder, tensor, operator, number, line);
  if (left) return left;
  const why = `\`${operator}\` with a number has no bound on its slope here`;
  return recorder.unknown(operator, why, line, [tensor], tensor.sides, steepWithNumber(operator, number, reversed));
}

/** Entrywise operations with a number that theory has no bound for. */
function steepWithNumber(operator: string, number: number, reversed: boolean): Computation | undefined {
  if (operator === '/' && reversed) return { op: 'activation', name: 'reciprocal', numbers: { times: number } };
  if (operator === '**' && reversed && number > 0) return { op: 'activation', name: 'exponential', numbers: { base: number } };
  return operator === '**' && !reversed ? { op: 'activation', name: 'power', numbers: { exponent: number } } : undefined;
}

const arithmetic =
  (operator: string, reversed = false): Operation =>
  call => {
    const other = call.argument(0, 'other');
    return other && !call.call.keywords.has('alpha') ? combine(call, operator, other, reversed) : undefined;
  };

/** `torch.addcmul(tensor, a, b)`: tensor + a·b. */
const addProduct: Operation = call => {
  const { recorder, tensor, line } = call;
  const [first, second] = [call.other(0, 'tensor1'), call.argument(1, 'tensor2')];
  if (!first || !second || call.call.keywords.has('value')) return undefined;
  const product = combine({ recorder, tensor: first, line }, '*', second);
  return product && combine({ recorder, tensor: product, line }, '+', tensor);
};

const clamp: Operation = call => {
  const { recorder, tensor, line } = call;
  const [low, high] = [call.number(0, 'min', -Infinity), call.number(1, 'max', Infinity)];
  if (low === undefined || high === undefined) return undefined;
  const entry = Math.max(Math.abs(low), Math.abs(high));
  return recorder.emit(
    {
      kind: 'activation',
      name: 'clamp',
      gain: { euclidean: 1, rows: 1 },
      offset: Math.max(low, -high, 0),
      ...(Number.isFinite(entry) ? { entry } : {}),
      run: { op: 'activation', name: 'clamp', numbers: { min: low, max: high } },
    },
    [tensor],
    tensor.sides,
    line,
    tensor.features,
  );
};

/** Entries replaced by a number where a mask says so. */
const maskedFill: Operation = call => {
  const { recorder, tensor, line } = call;
  const mask = call.other(0, 'mask');
  const given = call.number(1, 'value');
  const value = call.number(1, 'value', -Infinity) ?? -Infinity;
  if (!mask || recorder.dependsOnInput(mask)) return call.unknown('which entries it fills may depend on the input');
  const offset = Number.isFinite(value) ? Math.abs(value) : 0;
  const run: Computation | undefined = given === undefined ? undefined : { op: 'mask', value: given };
  return recorder.emit(
    { kind: 'masking', name: call.name, gain: { euclidean: 1, rows: 1 }, offset, run, taking: [tensor, mask] },
    [tensor],
    tensor.sides,
    line,
    tensor.features,
  );
};

/** `tril` and `triu`: a product with ones and zeros. */
const triangle: Operation = call => {
  const { recorder, tensor, name, line } = call;
  const [rows, columns] = tensor.sides?.slice(-2).map(numberOf) ?? [];
  const diagonal = call.number(0, 'diagonal', 0);
  if (rows === undefined || columns === undefined || diagonal === undefined) return contraction(recorder, 'masking', name, tensor, line);
  const kept = numbersAt([rows, columns], true, place => {
    const away = (place % columns) - Math.floor(place / columns);
    return Number(name === 'tril' ? away <= diagonal : away >= diagonal);
  });
  const whole = numbersBehind(recorder, tensor);
  const made = whole && combined(whole, kept, (value, keeps) => (keeps ? value : 0));
  const result = made
    ? emitNumbers(recorder, made, tensor.sides, line)
    : multiply(recorder, name, tensor, emitNumbers(recorder, kept, tensor.sides!.slice(-2), line), line);
  if (recorder.truths.has(tensor.node)) recorder.truths.add(result.node);
  return result;
};

/** `F.normalize(x, p=2, dim=1, eps=1e-12)`. */
const unitLength: Operation = call => {
  const { recorder, tensor, line, name } = call;
  const [order, axis, epsilon] = [call.number(0, 'p', 2), call.number(1, 'dim', 1), call.number(2, 'eps', 1e-12)];
  if (order !== 2 || axis === undefined || epsilon === undefined || !tensor.sides) return undefined;
  const run: Computation = { op: 'unit', axis: axisOf(axis, tensor.sides.length), epsilon };
  return recorder.unknown(name, 'division by a length has no bound on its slope', line, [tensor], tensor.sides, run);
};

/** `var`, `std` and `var_mean` of entries along axes. */
const spread: Operation = call => {
  const { recorder, tensor, line, name } = call;
  const axes = call.axes(0, 'dim');
  const isUnbiased = call.argument(1, 'unbiased');
  const correction = call.number(99, 'correction', isUnbiased?.kind === 'boolean' ? Number(isUnbiased.value) : 1);
  const keep = call.argument(2, 'keepdim');
  const { sides } = tensor;
  if (!sides || axes === undefined || correction === undefined) return undefined;
  const places = axes === 'all' ? sides.map((_, axis) => axis) : axes.map(axis => axisOf(axis, sides.length));
  const isKept = keep?.kind === 'boolean' && keep.value;
  const rest = sides.flatMap((side, axis) => (!places.includes(axis) ? [side] : isKept ? [dimension(1)] : []));
  const run: Computation = { op: 'reduce', name: name.slice(0, 3), axes: places, correction };
  const made = recorder.unknown(name, `\`${name}\` has no bound on its slope`, line, [tensor], rest, run);
  if (!name.endsWith('_mean')) return made;
  return tuple([made, reduce(recorder, 'mean', tensor, { axes: places, keep: isKept, line })]);
};

/** What is added to scores where a mask says so, of truth values or of numbers; undefined where which it is, or what it depends on, is not known. */
export function addedMask(recorder: Recorder, mask: SymbolicTensor, hides: 0 | 1, line: number): SymbolicTensor | undefined {
  const numbers = numbersBehind(recorder, mask);
  const isTruth = recorder.truths.has(mask.node);
  if (isTruth && numbers)
    return emitNumbers(
      recorder,
      mapped(numbers, value => ((value === 0) === (hides === 0) ? -1e30 : 0)),
      mask.sides,
      line,
    );
  // Ones and zeros alone may be truth values that a buffer keeps.
  return isTruth || numbers?.values.every(value => value === 0 || value === 1) === true ? undefined : mask;
}

const reduction: Operation = call => {
  const axes = call.axes(0, 'dim');
  const keep = call.argument(1, 'keepdim');
  const isNorm = call.name === 'norm';
  const place = isNorm ? call.axes(1, 'dim') : axes;
  const order = isNorm ? call.number(0, 'p', 2) : 2;
  if (place === undefined || order !== 2) return undefined;
  const second = call.argument(isNorm ? 2 : 1, 'keepdim') ?? keep;
  // `max` and `min` of two tensors are another operation.
  if ((call.name === 'max' || call.name === 'min') && call.rest[0] instanceof SymbolicTensor) return undefined;
  const settings = { axes: place === 'all' ? undefined : place, keep: second?.kind === 'boolean' && second.value, line: call.line };
  const result = reduce(call.recorder, call.name, call.tensor, settings);
  if ((call.name !== 'max' && call.name !== 'min') || place === 'all') return result;
  return tuple([
    result,
    call.recorder.unknown('indices', 'which entry is largest depends on the input', call.line, [call.tensor], result.sides),
  ]);
};

/** Places in the order of the values: known to be the same for every input only where the values are. */
const ordering: Operation = call => {
  const { recorder, tensor, line } = call;
  if (recorder.dependsOnInput(tensor)) return call.unknown('the order of values depends on the input');
  const constant = () => recorder.emit({ kind: 'constant', entry: null }, [], tensor.sides, line);
  const values = call.name === 'sort' ? constant() : undefined;
  const places = constant();
  rememberOrder(recorder, tensor, call.number(0, 'dim', -1), places);
  return values ? tuple([values, places]) : places;
};

const silent: Operation = ({ recorder, tensor, name, line }) => dropout(recorder, name, tensor, line);

/** `F.scaled_dot_product_attention(query, key, value, attn_mask, dropout_p, is_causal, scale)`. */
const dotProductAttention: Operation = call => {
  const { recorder, tensor: queries, line } = call;
  const [keys, values] = [call.other(0, 'key'), call.other(1, 'value')];
  const mask = call.other(2, 'attn_mask');
  const width = perSample(queries.sides?.at(-1));
  const factor = call.number(99, 'scale', width === undefined ? undefined : 1 / Math.sqrt(width));
  if (!keys || !values || factor === undefined) return undefined;
  const causal = call.argument(4, 'is_causal');
  if (causal && causal.kind !== 'boolean') return undefined;
  const added = mask && addedMask(recorder, mask, 0, line);
  if (mask && !added) return call.unknown('what its mask hides is not known');
  const sides = queries.sides && values.sides && [...queries.sides.slice(0, -1), values.sides.at(-1)];
  const transposed = transpose(recorder, 'transpose', keys, -2, -1, line);
  const run: Computation = { op: 'attention', scale: factor, ...(causal?.value && { causal: true }) };
  const settings = { queries, keys: transposed, values, scale: Math.abs(factor), sides, line };
  if (!added) return attention(recorder, { ...settings, run });
  const taking = [queries, transposed, values, added];
  if (!recorder.dependsOnInput(added)) return attention(recorder, { ...settings, run, taking });
  return recorder.unknown(call.name, 'its mask depends on the input', line, taking, sides, run);
};

const outerProduct: Operation = call => {
  const other = call.other(0, 'other') ?? call.other(0, 'mat2');
  return other && matrixProduct(call.recorder, call.name, call.tensor, other, call.line);
};

/** Entrywise functions that have no Lipschitz constant: the shape is known and nothing else. */
const steep: Operation = ({ recorder, tensor, name, line }) =>
  recorder.dependsOnInput(tensor)
    ? recorder.unknown(name, `\`${name}\` has no bound on its slope`, line, [tensor], tensor.sides, steepRun(name))
    : recorder.emit({ kind: 'constant', entry: null, run: steepRun(name), taking: [tensor] }, [], tensor.sides, line, tensor.features);

const steepRun = (name: string): Computation => ({ op: 'activation', name, numbers: {} });

/** Operations on values. Undefined from one means that its arguments are not followed. */
const VALUE_OPERATIONS: Readonly<Record<string, Operation>> = {
  add: arithmetic('+'),
  addcmul: addProduct,
  sub: arithmetic('-'),
  subtract: arithmetic('-'),
  rsub: arithmetic('-', true),
  mul: arithmetic('*'),
  multiply: arithmetic('*'),
  div: arithmetic('/'),
  divide: arithmetic('/'),
  true_divide: arithmetic('/'),
  neg: call => scale(call.recorder, call.tensor, -1, call.line),
  square: call => multiply(call.recorder, 'square', call.tensor, call.tensor, call.line),
  pow: call => {
    const exponent = call.argument(0, 'exponent');
    return exponent && combine(call, '**', exponent);
  },
  matmul: outerProduct,
  mm: outerProduct,
  bmm: outerProduct,
  clamp,
  clip: clamp,
  masked_fill: maskedFill,
  tril: triangle,
  triu: triangle,
  softmax: call => softmax(call.recorder, 'softmax', call.tensor, call.number(0, 'dim'), call.line),
  log_softmax: call => softmax(call.recorder, 'log_softmax', call.tensor, call.number(0, 'dim'), call.line),
  glu: call => gatedLinearUnit(call.recorder, call.tensor, call.number(0, 'dim', -1) ?? -1, call.line),
  bool: ({ recorder, tensor, line }) => {
    const made = recorder.truths.has(tensor.node)
      ? tensor
      : compared(recorder, '!=', [tensor, numberTensor(recorder, ZERO, line)!], tensor.sides, line);
    recorder.truths.add(made.node);
    return recorder.dependsOnInput(tensor) ? undefined : made;
  },
  normalize: unitLength,
  var: spread,
  std: spread,
  var_mean: spread,
  gelu: call => activate(call.recorder, 'gelu', call.tensor, () => tanhForm(call.argument(0, 'approximate')), call.line),
  argsort: ordering,
  argmax: ordering,
  argmin: ordering,
  sort: ordering,
  ...Object.fromEntries(
    ['dropout', 'dropout1d', 'dropout2d', 'dropout3d', 'alpha_dropout', 'feature_alpha_dropout', 'stochastic_depth'].map(name => [
      name,
      silent,
    ]),
  ),
  scaled_dot_product_attention: dotProductAttention,
  is_floating_point: () => boolean(true),
  ...Object.fromEntries(
    ['exp', 'expm1', 'log', 'log1p', 'log2', 'sqrt', 'rsqrt', 'reciprocal', 'sign', 'round', 'floor', 'ceil'].map(name => [name, steep]),
  ),
};

/** The value operation of a name: one of the table, a reduction or an activation; undefined for a name that is none. */
export function valueOperation(name: string): Operation | undefined {
  if (Object.hasOwn(VALUE_OPERATIONS, name)) return VALUE_OPERATIONS[name];
  if (isReduction(name)) return reduction;
  const bare = ['leaky_relu', 'elu', 'celu', 'hardtanh', 'softplus'];
  return call =>
    activate(
      call.recorder,
      name,
      call.tensor,
      (argument, otherwise) => call.number(bare.includes(name) ? argumentPlace(name, argument) : 99, argument, otherwise),
      call.line,
    );
}

/** `F.hardtanh(x, min, max)`; the others have one number of their own. */
const argumentPlace = (name: string, argument: string): number => (name === 'hardtanh' && argument === 'max_val' ? 1 : 0);
