import type { Computation } from '../../../architecture/computation';
import { boolean, tuple, type Value } from '../../python/values';
import { attention, matrixProduct } from './attention';
import { activate, contraction, dropout, gatedLinearUnit, scale, shift, softmax, tanhForm } from './elementwise';
import { add, multiply } from './joins';
import type { TensorCall } from './operation';
import { perSample } from './recorder';
import { rememberOrder } from './randomOrder';
import { isReduction, reduce } from './reductions';
import { broadcast, transpose } from './shapes';
import { SymbolicTensor } from './symbolicTensor';

type Operation = (call: TensorCall) => Value | undefined;

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
  const why = `\`${operator}\` with a number has no bound on its slope here`;
  return recorder.unknown(operator, why, line, [tensor], tensor.sides, steepWithNumber(operator, number, reversed));
}

/** Entrywise operations with a number that theory has no bound for. */
function steepWithNumber(operator: string, number: number, reversed: boolean): Computation | undefined {
  if (operator === '/' && reversed) return { op: 'activation', name: 'reciprocal', numbers: { times: number } };
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
  const value = call.number(1, 'value', -Infinity) ?? -Infinity;
  if (!mask || recorder.dependsOnInput(mask)) return call.unknown('which entries it fills may depend on the input');
  const offset = Number.isFinite(value) ? Math.abs(value) : 0;
  return recorder.emit(
    { kind: 'masking', name: call.name, gain: { euclidean: 1, rows: 1 }, offset },
    [tensor],
    tensor.sides,
    line,
    tensor.features,
  );
};

const triangle: Operation = ({ recorder, tensor, name, line }) => contraction(recorder, 'masking', name, tensor, line);

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
  if (mask && recorder.dependsOnInput(mask)) return call.unknown('its mask depends on the input');
  const sides = queries.sides && values.sides && [...queries.sides.slice(0, -1), values.sides.at(-1)];
  return attention(recorder, {
    queries,
    keys: transpose(recorder, 'transpose', keys, -2, -1, line),
    values,
    scale: Math.abs(factor),
    sides,
    line,
    run: isPlainAttention(call) ? { op: 'attention', scale: factor } : undefined,
  });
};

/** Whether every query sees every key: no mask, nothing hidden from it. */
const isPlainAttention = (call: TensorCall): boolean => {
  const [mask, causal] = [call.argument(2, 'attn_mask'), call.argument(4, 'is_causal')];
  return (!mask || mask.kind === 'none') && (!causal || (causal.kind === 'boolean' && !causal.value));
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

/** `torch.einsum` of two tensors. */
export function einsum(
  call: Pick<TensorCall, 'recorder' | 'line'>,
  equation: string,
  left: SymbolicTensor,
  right: SymbolicTensor,
): SymbolicTensor {
  const { recorder, line } = call;
  const [, first, second, result] = /^([a-z]+),([a-z]+)->([a-z]*)$/i.exec(equation.replaceAll(/\s/g, '')) ?? [];
  const unknown = (why: string) => recorder.unknown(`einsum ${equation}`, why, line, [left, right]);
  if (!first || !second || result === undefined || [first, second, result].some(labels => new Set(labels).size < labels.length))
    return unknown('this equation is not followed');
  if ((left.sides && left.sides.length !== first.length) || (right.sides && right.sides.length !== second.length))
    return unknown('its tensors have other sides');
  const batch = Array.from(first)
    .filter(label => second.includes(label) && result.includes(label))
    .join('');
  const summed = Array.from(first)
    .filter(label => second.includes(label) && !result.includes(label))
    .join('');
  const isMatrix = result === first.slice(0, -1) + second.at(-1)! && first.startsWith(batch) && second.startsWith(batch);
  // …ij,…jk->…ik and …id,…jd->…ij are matrix products; any other contraction is bounded as one.
  if (isMatrix && first.endsWith(summed) && second === batch + summed + second.at(-1)!)
    return matrixProduct(recorder, 'einsum', left, right, line);
  if (result === first.slice(0, -1) + second.at(-2)! && second === batch + second.at(-2)! + summed && first.endsWith(summed))
    return matrixProduct(recorder, 'einsum', left, transpose(recorder, 'transpose', right, -2, -1, line), line);
  const sides =
    left.sides && right.sides && Array.from(result).map(label => left.sides![first.indexOf(label)] ?? right.sides![second.indexOf(label)]);
  return recorder.emit({ kind: 'product', of: 'matrices' }, [left, right], sides, line);
}
