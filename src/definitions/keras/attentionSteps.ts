import { orReason } from './layerCalls';
import { WeightValue, type KerasTensor, type TensorHistory } from './kerasValues';

/** The parts of softmax(scale · Q Kᵀ + constant) V that a source writes out by itself, every vector along the last axis. */
export interface WrittenAttention {
  readonly queries: KerasTensor;
  readonly keys: KerasTensor;
  readonly values: KerasTensor;
  readonly scale: number;
}

/** A result as attention; undefined where it is none, or where a part of it is not known. */
export function writtenAttention({ history }: KerasTensor): WrittenAttention | undefined {
  const [weights, values] = history?.inputs ?? [];
  if (!history || !weights || !values || !takesMeans(history)) return undefined;
  const softmax = throughDropout(weights);
  if (!isSoftmax(softmax.history)) return undefined;
  const scores = scoresBehind(softmax.history!.inputs[0]!);
  return scores && { ...scores, values };
}

const isMatrixProduct = ({ function: name, operation }: TensorHistory): boolean => name === 'matmul' || operation === '@';

/** Whether rows of the second input are added up with the weights of the first: `weights @ values`, or an `einsum` that says so. */
function takesMeans({ manner, ...history }: TensorHistory): boolean {
  if (history.inputs.length !== 2) return false;
  if (!manner?.equation) return isMatrixProduct(history) && !manner?.transposesSecond;
  const { operands, result } = manner.equation;
  const [weights, values] = operands as [string, string];
  const [summed, ...more] = Array.from(weights).filter(letter => values.includes(letter) && !result.includes(letter));
  const last = values.at(-1)!;
  return more.length === 0 && summed !== undefined && weights.endsWith(summed) && result.endsWith(last) && !weights.includes(last);
}

/** A tensor without the dropout that was put over it: it does nothing when a model is evaluated. */
function throughDropout(tensor: KerasTensor): KerasTensor {
  const { layer, function: name, inputs = [] } = tensor.history ?? {};
  const isDropout = layer ? nameOf(layer) === 'Dropout' && layer.body.kind === 'rule' : name === 'dropout';
  return isDropout && inputs[0] ? throughDropout(inputs[0]) : tensor;
}

const nameOf = ({ className, construction }: NonNullable<TensorHistory['layer']>): string | undefined =>
  className ?? construction.type.split('.').at(-1);

function isSoftmax(history: TensorHistory | undefined): boolean {
  if (history?.inputs.length !== 1) return false;
  const { layer } = history;
  if (!layer) return history.function === 'softmax' && history.isPlain === true;
  const { body } = layer;
  if (body.kind !== 'rule' || nameOf(layer) !== 'Softmax') return false;
  const axis = orReason(() => body.values.given('axis'));
  return axis.known && axis.value === -1;
}

/** Queries, keys and the scale behind some scores; what is added to them must not depend on an input. */
function scoresBehind(tensor: KerasTensor, scale = 1): Omit<WrittenAttention, 'values'> | undefined {
  const { history } = throughDropout(tensor);
  const [first, second] = history?.inputs ?? [];
  if (!history || history.layer || !first) return undefined;
  const { step } = history;
  if (step?.kind === 'scale') return step.gain.euclidean === null ? undefined : scoresBehind(first, scale * step.gain.euclidean);
  if (second && history.inputs.length === 2 && ['+', 'add'].includes(history.function ?? history.operation ?? '')) {
    if (isFixed(second)) return scoresBehind(first, scale);
    return isFixed(first) ? scoresBehind(second, scale) : undefined;
  }
  const factors = second && factorsOf(history, first, second);
  return factors && { ...factors, scale };
}

/** Queries and keys of a product that sums over the last axis of both. */
function factorsOf(
  history: TensorHistory,
  first: KerasTensor,
  second: KerasTensor,
): Omit<WrittenAttention, 'values' | 'scale'> | undefined {
  const { manner } = history;
  if (manner?.equation) {
    const { operands, result } = manner.equation;
    const [one, two] = operands as [string, string];
    const summed = Array.from(one).filter(letter => two.includes(letter) && !result.includes(letter));
    if (summed.length !== 1 || !operands.every(part => part.endsWith(summed[0]!))) return undefined;
    const last = result.at(-1)!;
    if (one.includes(last) === two.includes(last)) return undefined;
    return two.includes(last) ? { queries: first, keys: second } : { queries: second, keys: first };
  }
  if (!isMatrixProduct(history)) return undefined;
  if (manner?.transposesSecond) return { queries: first, keys: second };
  const axes = second.history?.manner?.axes;
  const [keys] = second.history?.inputs ?? [];
  return keys && axes && axes.at(-2) === axes.length - 1 ? { queries: first, keys } : undefined;
}

/** Whether a tensor is made of constants and weights alone. */
function isFixed(tensor: KerasTensor, depth = 0): boolean {
  if (tensor instanceof WeightValue) return true;
  const { history } = tensor;
  if (!history || history.doubt || depth > 32) return false;
  return history.inputs.length === 0 ? history.step?.kind === 'constant' : history.inputs.every(input => isFixed(input, depth + 1));
}
