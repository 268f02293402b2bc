import type { Value } from '../../python/values';
import { matrixProduct } from './attention';
import { numberOf } from './dimension';
import { add } from './joins';
import type { TensorCall } from './operation';
import { transpose } from './shapes';
import { adaptivePool, convolve, pool, type Read } from './windowLayers';

/** Reads the arguments of a function by name, whose order is given. */
const reader = (call: TensorCall, order: readonly string[]): Read => {
  return name => (order.includes(name) ? call.argument(order.indexOf(name), name) : call.call.keywords.get(name));
};

/** `F.linear(x, weight, bias)`. */
function linear(call: TensorCall): Value | undefined {
  const { recorder, tensor, line } = call;
  const weight = call.other(0, 'weight');
  if (weight?.sides?.length !== 2) return undefined;
  const result = matrixProduct(recorder, 'F.linear', tensor, transpose(recorder, 't', weight, 0, 1, line), line);
  const bias = call.argument(1, 'bias');
  const shift = bias && bias.kind !== 'none' ? recorder.tensor(bias, line) : undefined;
  return shift ? add(recorder, '+', result, shift, line) : result;
}

const WINDOW = ['weight', 'bias', 'stride', 'padding', 'dilation', 'groups'];

/** `F.conv2d` and its like with a learnable kernel. */
function convolution(call: TensorCall, dimensions: number): Value | undefined {
  const { recorder, tensor, line } = call;
  const weight = call.other(0, 'weight');
  const node = weight && recorder.nodes[weight.node]!;
  const groups = call.number(5, 'groups', 1);
  if (node?.kind !== 'parameter' || weight?.sides?.length !== dimensions + 2 || groups === undefined) return undefined;
  const [outputs, inputs, ...kernel] = weight.sides.map(numberOf);
  if (outputs === undefined || inputs === undefined || kernel.includes(undefined)) return undefined;
  const read = reader(call, WINDOW);
  const layer = { path: node.path, tensor: '', dimensions, inputs: inputs * groups, outputs, transposed: false };
  const sizes: Value = { kind: 'sequence', tuple: true, items: kernel.map(side => ({ kind: 'integer', value: side! })) };
  return convolve(recorder, layer, tensor, name => (name === 'kernel_size' ? sizes : read(name)), line);
}

const MAXIMUM = ['kernel_size', 'stride', 'padding', 'dilation', 'ceil_mode', 'return_indices'];
const AVERAGE = ['kernel_size', 'stride', 'padding', 'ceil_mode', 'count_include_pad', 'divisor_override'];

/** `F.layer_norm`, `F.normalize` and other functions that normalise. */
function normalisation(call: TensorCall): Value | undefined {
  const { recorder, tensor, line } = call;
  const { sides } = tensor;
  const weight = call.other(1, 'weight');
  const node = weight && recorder.nodes[weight.node]!;
  const epsilon = call.number(3, 'eps', 1e-5);
  const shape = call.argument(0, 'normalized_shape');
  const isOne = shape?.kind === 'integer' || (shape?.kind === 'sequence' && shape.items.length === 1);
  if (!sides || epsilon === undefined || !isOne) return undefined;
  const path = node?.kind === 'parameter' ? node.path.replace(/\.?[^.]*$/, '') : null;
  const aligned = recorder.along(tensor, sides.length - 1, line);
  const size = numberOf(sides.at(-1)) ?? null;
  return recorder.emit({ kind: 'normalisation', path, over: 'rows', size, epsilon }, [aligned], sides, line);
}

/** Functions of `torch.nn.functional` that stand for layers; undefined for every other name. */
export function callFunctional(call: TensorCall): Value | undefined {
  const { name, recorder, tensor, line } = call;
  const window = /^(adaptive_)?(max|avg)_pool([123])d$/.exec(name);
  if (window) {
    const [, adaptive, kind, count] = window;
    const order = adaptive ? ['output_size'] : kind === 'max' ? MAXIMUM : AVERAGE;
    const apply = adaptive ? adaptivePool : pool;
    return apply(recorder, `F.${name}`, kind as 'max' | 'avg', Number(count), tensor, reader(call, order), line);
  }
  const kernel = /^conv([123])d$/.exec(name);
  if (kernel) return convolution(call, Number(kernel[1]));
  if (name === 'linear') return linear(call);
  if (name === 'layer_norm') return normalisation(call);
  return undefined;
}

/** A loss: one number, whose slope is the theory's business and not the model's. */
export function callLoss(call: TensorCall): Value | undefined {
  const isLoss = /(_loss|^cross_entropy|^binary_cross_entropy(_with_logits)?|^kl_div)$/.test(call.name);
  if (!isLoss) return undefined;
  const others = call.rest.slice(0, 1).map(value => call.recorder.tensor(value, call.line));
  const inputs = [call.tensor, ...others.filter(other => other !== undefined)];
  return call.recorder.unknown(`F.${call.name}`, 'a loss is not part of the model', call.line, inputs, []);
}
