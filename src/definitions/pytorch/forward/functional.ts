import type { Computation } from '../../../architecture/computation';
import type { Value } from '../../python/values';
import { matrixProduct } from './attention';
import { numberOf } from './dimension';
import { add } from './joins';
import type { TensorCall } from './operation';
import { transpose } from './shapes';
import type { SymbolicTensor } from './symbolicTensor';
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
const TRANSPOSED_WINDOW = ['weight', 'bias', 'stride', 'padding', 'output_padding', 'groups', 'dilation'];

/** `F.conv2d`, `F.conv_transpose2d` and their like with a learnable kernel. */
function convolution(call: TensorCall, dimensions: number, transposed: boolean): Value | undefined {
  const { recorder, tensor, line } = call;
  const weight = call.other(0, 'weight');
  const node = weight && recorder.nodes[weight.node]!;
  const groups = call.number(5, 'groups', 1);
  if (!node || weight.sides?.length !== dimensions + 2 || groups === undefined) return undefined;
  const isLearnt = node.kind === 'parameter';
  if (!isLearnt && transposed) return undefined;
  const [first, second, ...kernel] = weight.sides.map(numberOf);
  if (first === undefined || second === undefined || kernel.includes(undefined)) return undefined;
  const [inputs, outputs] = transposed ? [first, second * groups] : [second * groups, first];
  const read = reader(call, transposed ? TRANSPOSED_WINDOW : WINDOW);
  const bias = call.other(1, 'bias');
  const names = { weight: isLearnt ? node.path : null, bias: bias ? pathOfParameter(call, bias) : null };
  const layer = {
    path: isLearnt ? node.path : call.name,
    kernel: isLearnt ? undefined : weight,
    tensor: '',
    dimensions,
    inputs,
    outputs,
    transposed,
    names,
  };
  const sizes: Value = { kind: 'sequence', tuple: true, items: kernel.map(side => ({ kind: 'integer', value: side! })) };
  return convolve(recorder, layer, tensor, name => (name === 'kernel_size' ? sizes : read(name)), line);
}

const MAXIMUM = ['kernel_size', 'stride', 'padding', 'dilation', 'ceil_mode', 'return_indices'];
const AVERAGE = ['kernel_size', 'stride', 'padding', 'ceil_mode', 'count_include_pad', 'divisor_override'];

/** The name of a learnable tensor that is used as it is; undefined for any other. */
function pathOfParameter({ recorder }: TensorCall, tensor: SymbolicTensor): string | undefined {
  const node = recorder.nodes[tensor.node]!;
  return node.kind === 'parameter' ? node.path : undefined;
}

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
  const bias = call.other(2, 'bias');
  const names = [weight, bias].map(each => (each ? pathOfParameter(call, each) : null));
  const run: Computation | undefined = names.includes(undefined)
    ? undefined
    : { op: 'layer normalisation', axes: 1, centred: true, epsilon, weight: names[0]!, bias: names[1]! };
  const aligned = recorder.along(tensor, sides.length - 1, line);
  const size = numberOf(sides.at(-1)) ?? null;
  return recorder.emit({ kind: 'normalisation', path, over: 'rows', size, epsilon, run }, [aligned], sides, line);
}

/** The names in the state of the tensors that scale and shift, null for each that is left out; undefined where one is no tensor of the state. */
function affineNames(call: TensorCall, place: number): { readonly weight: string | null; readonly bias: string | null } | undefined {
  const name = (at: number, argument: string): string | null | undefined => {
    const value = call.argument(at, argument);
    const tensor = value && value.kind !== 'none' ? call.other(at, argument) : undefined;
    return !value || value.kind === 'none' ? null : tensor && call.recorder.stateNameOf(tensor);
  };
  const [weight, bias] = [name(place, 'weight'), name(place + 1, 'bias')];
  return weight === undefined || bias === undefined ? undefined : { weight, bias };
}

/** The layer whose tensors of these names they are; undefined where they belong to none or to several. */
function layerOf(names: Readonly<Record<string, string | null>>): string | undefined {
  const paths = Object.entries(names).flatMap(([own, name]) => (name === null ? [] : [new RegExp(`^(?:(.*)\\.)?${own}$`).exec(name)]));
  const found = new Set(paths.map(match => (match ? (match[1] ?? '') : undefined)));
  const [path] = found;
  return found.size === 1 ? path : undefined;
}

/** `F.batch_norm` of one sample [1, channels, …] by its own statistics, as kernels are standardised: each channel by itself. */
function ownStatistics(
  call: TensorCall,
  affine: ReturnType<typeof affineNames>,
  training: number | undefined,
  epsilon: number | undefined,
) {
  const { recorder, tensor, line } = call;
  const [images, channels] = tensor.sides?.map(numberOf) ?? [];
  if (training !== 1 || images !== 1 || channels === undefined || affine?.weight !== null || affine.bias !== null || epsilon === undefined)
    return undefined;
  const run: Computation = { op: 'group normalisation', groups: channels, epsilon, ...affine };
  return recorder.unknown(call.name, 'statistics of what it is given', line, [tensor], tensor.sides, run);
}

/** `F.batch_norm` by the running statistics of one layer, with its weight and bias. */
function batchNormalisation(call: TensorCall): Value | undefined {
  const { recorder, tensor, line } = call;
  const [mean, variance] = [call.other(0, 'running_mean'), call.other(1, 'running_var')].map(each => each && recorder.stateNameOf(each));
  const affine = affineNames(call, 2);
  const [training, momentum, epsilon] = [call.number(4, 'training', 0), call.number(5, 'momentum', 0.1), call.number(6, 'eps', 1e-5)];
  const own = ownStatistics(call, affine, training, epsilon);
  if (own) return own;
  if (mean === undefined || variance === undefined || !affine || training !== 0 || epsilon === undefined) return undefined;
  const path = layerOf({ running_mean: mean, running_var: variance, ...affine });
  if (path === undefined) return undefined;
  const run: Computation | undefined =
    momentum === undefined ? undefined : { op: 'batch normalisation', mean, variance, momentum, epsilon, ...affine };
  const owner = affine.weight === null ? null : path;
  return recorder.emit(
    { kind: 'normalisation', path: owner, over: 'batch', size: null, epsilon, run },
    [tensor],
    tensor.sides,
    line,
    tensor.features,
  );
}

/** `F.group_norm` with the weight and bias of one layer. */
function groupNormalisation(call: TensorCall): Value | undefined {
  const { recorder, tensor, line } = call;
  const [groups, epsilon, affine] = [call.number(0, 'num_groups'), call.number(3, 'eps', 1e-5), affineNames(call, 1)];
  if (groups === undefined || epsilon === undefined || !affine) return undefined;
  const path = affine.weight === null && affine.bias === null ? null : layerOf(affine);
  if (path === undefined) return undefined;
  const run: Computation = { op: 'group normalisation', groups, epsilon, ...affine };
  return recorder.emit(
    { kind: 'normalisation', path, over: 'sample', size: null, epsilon, run },
    [tensor],
    tensor.sides,
    line,
    tensor.features,
  );
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
  const kernel = /^conv(_transpose)?([123])d$/.exec(name);
  if (kernel) return convolution(call, Number(kernel[2]), kernel[1] !== undefined);
  if (name === 'linear') return linear(call);
  if (name === 'layer_norm') return normalisation(call);
  if (name === 'batch_norm') return batchNormalisation(call);
  if (name === 'group_norm') return groupNormalisation(call);
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
