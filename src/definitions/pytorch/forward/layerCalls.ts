import type { Computation } from '../../../architecture/computation';
import type { Value } from '../../python/values';
import type { Call } from '../../python/values';
import type { ModuleValue } from '../moduleValue';
import { ParameterValue } from '../tensors';
import { dimension, numberOf, productOf } from './dimension';
import { activate, dropout, gatedLinearUnit, softmax, tanhForm } from './elementwise';
import { argumentValue, numberArgument, weightShape } from './moduleArguments';
import { linearRun, stateName } from './linearRun';
import { remember, type Recorder } from './recorder';
import { callRecurrent } from './recurrentLayers';
import { reshape } from './shapes';
import { shapeLayer } from './shapeLayers';
import { SymbolicTensor } from './symbolicTensor';
import { callAttention, callTransformerLayer } from './transformerLayers';
import { adaptivePool, convolve, pool } from './windowLayers';

/** What calling a layer of `torch.nn` computes. Undefined for a call without a tensor. */
export function callLayer(recorder: Recorder, module: ModuleValue, call: Call): Value | undefined {
  const line = call.range.startLine;
  const tensor = recorder.tensor(call.positional[0] ?? call.keywords.get('input') ?? call.keywords.get('query'), line);
  if (!tensor) return undefined;
  const name = module.base.replace(/^torch\.nn\./, '');
  const own = recorder.pathOf(module);
  const path = own === undefined ? undefined : ownerOf(recorder, module, own);
  if (own === undefined && module.parameters().length > 0)
    return recorder.unknown(name, 'this layer is made on the way and belongs to no module', line, [tensor]);
  if (name === 'MultiheadAttention') return callAttention(recorder, module, call);
  if (/^Transformer(En|De)coderLayer$/.test(name)) return callTransformerLayer(recorder, module, call, callLayer);
  if (/^(LSTM|GRU|RNN)(Cell)?$/.test(name)) return callRecurrent(recorder, module, name, call);
  const result =
    single(recorder, module, name, path ?? '', tensor, line) ??
    recorder.unknown(name, `what \`nn.${name}\` computes is not followed`, line, [tensor]);
  if (own !== undefined) remember(recorder, own, tensor, result);
  if (isInPlace(module)) {
    tensor.node = result.node;
    return tensor;
  }
  return result;
}

/** The layer under which a layer's weight counts: another one where it is shared. */
function ownerOf(recorder: Recorder, module: ModuleValue, path: string): string {
  const weight = module.attributes.get('weight');
  const owner = weight instanceof ParameterValue ? recorder.pathOf(weight) : undefined;
  return owner?.endsWith('.weight') ? owner.slice(0, -'.weight'.length) : path;
}

const isInPlace = (module: ModuleValue): boolean => {
  const value = argumentValue(module, 'inplace');
  return value?.kind === 'boolean' && value.value;
};

function single(
  recorder: Recorder,
  module: ModuleValue,
  name: string,
  path: string,
  tensor: SymbolicTensor,
  line: number,
): SymbolicTensor | undefined {
  const read = (argument: string) => argumentValue(module, argument);
  const number = (argument: string, otherwise: number) => numberArgument(module, argument, otherwise);
  const convolution = /^Conv(Transpose)?([123])d$/.exec(name);
  const pooling = /^(Adaptive)?(Max|Avg)Pool([123])d$/.exec(name);
  if (name === 'Linear') return linear(recorder, module, path, tensor, line);
  if (name === 'Identity') return tensor;
  if (convolution) {
    const [inputs, outputs] = [numberArgument(module, 'in_channels'), numberArgument(module, 'out_channels')];
    if (inputs === undefined || outputs === undefined) return undefined;
    const transposed = convolution[1] !== undefined;
    return convolve(
      recorder,
      {
        path,
        tensor: 'weight',
        dimensions: Number(convolution[2]),
        inputs,
        outputs,
        transposed,
        names: { weight: stateName(recorder, module, 'weight'), bias: stateName(recorder, module, 'bias') },
      },
      tensor,
      read,
      line,
    );
  }
  if (pooling) {
    const kind = pooling[2] === 'Max' ? 'max' : 'avg';
    return (pooling[1] ? adaptivePool : pool)(recorder, `nn.${name}`, kind, Number(pooling[3]), tensor, read, line);
  }
  if (/^(Feature)?(Alpha)?Dropout[123]?d?$/.test(name)) return dropout(recorder, `nn.${name}`, tensor, line);
  if (/^(Log)?Soft(max|max2d|min)$/.test(name)) {
    const axis = name === 'Softmax2d' ? -3 : numberArgument(module, 'dim');
    return softmax(recorder, name.startsWith('Log') ? 'log_softmax' : name === 'Softmin' ? 'softmin' : 'softmax', tensor, axis, line);
  }
  if (name === 'GLU') return gatedLinearUnit(recorder, tensor, numberArgument(module, 'dim', -1) ?? -1, line);
  if (name === 'GELU') return activate(recorder, name, tensor, () => tanhForm(read('approximate')), line);
  if (name === 'PReLU') {
    const weight = stateName(recorder, module, 'weight');
    const why = 'its slopes are learnt';
    return weight ? recorder.unknown('nn.PReLU', why, line, [tensor], tensor.sides, { op: 'leaky', weight }) : undefined;
  }
  if (/Norm(1d|2d|3d)?$/.test(name)) return normalise(recorder, module, name, path, tensor, line);
  if (name === 'Embedding') return lookUp(recorder, module, path, tensor, line);
  if (name === 'Flatten') return flatten(recorder, tensor, number('start_dim', 1), number('end_dim', -1), line);
  return activate(recorder, name, tensor, number, line) ?? shapeLayer(recorder, module, name, tensor, line);
}

function linear(recorder: Recorder, module: ModuleValue, path: string, tensor: SymbolicTensor, line: number): SymbolicTensor | undefined {
  const [outputs, inputs] = weightShape(module) ?? [];
  if (inputs === undefined || outputs === undefined) return undefined;
  const { sides } = tensor;
  const width = sides && numberOf(sides.at(-1));
  if (width !== undefined && width !== inputs)
    return recorder.unknown(path, `a width of ${width} does not fit a layer of ${inputs}`, line, [tensor]);
  const aligned = sides ? recorder.along(tensor, sides.length - 1, line) : tensor;
  const operation = { kind: 'layer', path, tensor: 'weight', gain: { euclidean: 1, rows: 1 }, run: linearRun(recorder, module) } as const;
  return recorder.emit(operation, [aligned], sides && [...sides.slice(0, -1), dimension(outputs)], line);
}

/** Rows of a table for whole numbers; a discrete input has no differences to pass on. */
function lookUp(recorder: Recorder, module: ModuleValue, path: string, tensor: SymbolicTensor, line: number): SymbolicTensor | undefined {
  const width = numberArgument(module, 'embedding_dim');
  const sides = tensor.sides && [...tensor.sides, width === undefined ? undefined : dimension(width)];
  const table = stateName(recorder, module, 'weight');
  const run = table && argumentValue(module, 'max_norm')?.kind !== 'float' ? ({ op: 'lookup', table } as const) : undefined;
  return recorder.emit({ kind: 'lookup', path, tensor: 'weight', run }, [tensor], sides, line);
}

/** `nn.BatchNorm…`, `LayerNorm`, `GroupNorm`, `InstanceNorm…`, `RMSNorm`. */
export function normalise(
  recorder: Recorder,
  module: ModuleValue,
  name: string,
  path: string,
  tensor: SymbolicTensor,
  line: number,
): SymbolicTensor | undefined {
  const epsilon = numberArgument(module, 'eps', 1e-5);
  const { sides } = tensor;
  if (epsilon === undefined || name === 'LocalResponseNorm') return undefined;
  const weighted = module.attributes.get('weight') instanceof ParameterValue ? path : null;
  const affine = affineNames(recorder, module);
  if (/^(Sync)?BatchNorm/.test(name)) {
    const channels = numberArgument(module, 'num_features');
    const side = sides && sides.length > 1 ? numberOf(sides[1]) : undefined;
    if (side !== undefined && channels !== undefined && side !== channels)
      return recorder.unknown(path, `${side} channels do not fit a layer of ${channels}`, line, [tensor]);
    return recorder.emit(
      { kind: 'normalisation', path: weighted, over: 'batch', size: null, epsilon, run: batchRun(recorder, module, epsilon) },
      [tensor],
      sides,
      line,
      tensor.features,
    );
  }
  if (name === 'LayerNorm' || name === 'RMSNorm') {
    const shape = argumentValue(module, 'normalized_shape');
    const given = shape?.kind === 'sequence' ? shape.items : shape ? [shape] : [];
    const lengths = shape ? given.map(item => (item.kind === 'integer' ? item.value : NaN)) : (weightShape(module) ?? []);
    const size = lengths.length === 0 ? NaN : lengths.reduce((product, length) => product * length, 1);
    const found = numberOf(productOf(sides ? sides.slice(-lengths.length) : [undefined]));
    if (found !== undefined && size !== found)
      return recorder.unknown(path, `a width of ${found} does not fit a normalisation of ${size}`, line, [tensor]);
    const over = lengths.length === 1 ? 'rows' : 'sample';
    const aligned = sides && over === 'rows' ? recorder.along(tensor, sides.length - 1, line) : tensor;
    const run: Computation | undefined = affine && {
      op: 'layer normalisation',
      axes: lengths.length,
      centred: name === 'LayerNorm',
      epsilon,
      ...affine,
    };
    return recorder.emit(
      { kind: 'normalisation', path: weighted, over, size: Number.isNaN(size) ? null : size, epsilon, run },
      [aligned],
      sides,
      line,
      aligned.features,
    );
  }
  if (!/^(Group|Instance)Norm/.test(name)) return undefined;
  const groups = name === 'GroupNorm' ? numberArgument(module, 'num_groups') : sides && numberOf(sides[1]);
  const isOwn = name === 'GroupNorm' || numberArgument(module, 'track_running_stats', 0) === 0;
  const run: Computation | undefined =
    affine && groups !== undefined && isOwn ? { op: 'group normalisation', groups, epsilon, ...affine } : undefined;
  return recorder.emit(
    { kind: 'normalisation', path: weighted, over: 'sample', size: null, epsilon, run },
    [tensor],
    sides,
    line,
    tensor.features,
  );
}

/** The names of gain and bias; undefined where they belong to another model. */
function affineNames(recorder: Recorder, module: ModuleValue): { weight: string | null; bias: string | null } | undefined {
  const [weight, bias] = [stateName(recorder, module, 'weight'), stateName(recorder, module, 'bias')];
  return weight === undefined || bias === undefined ? undefined : { weight, bias };
}

/** Batch normalisation by running statistics, which the layer must keep. */
function batchRun(recorder: Recorder, module: ModuleValue, epsilon: number): Computation | undefined {
  const [own, affine, momentum] = [recorder.pathOf(module), affineNames(recorder, module), numberArgument(module, 'momentum', 0.1)];
  if (own === undefined || !affine || momentum === undefined || !module.buffers.has('running_mean')) return undefined;
  const name = (buffer: string) => (own === '' ? buffer : `${own}.${buffer}`);
  return { op: 'batch normalisation', mean: name('running_mean'), variance: name('running_var'), momentum, epsilon, ...affine };
}

/** `flatten(start, end)`. */
export function flatten(
  recorder: Recorder,
  tensor: SymbolicTensor,
  start: number | undefined,
  end: number | undefined,
  line: number,
): SymbolicTensor {
  const { sides } = tensor;
  if (!sides || start === undefined || end === undefined) return recorder.reshape('flatten', tensor, undefined, line, undefined, null);
  const [first, last] = [start, end].map(axis => (axis < 0 ? sides.length + axis : axis)) as [number, number];
  const merged = productOf(sides.slice(first, last + 1));
  return reshape(recorder, 'flatten', tensor, [...sides.slice(0, first), merged, ...sides.slice(last + 1)], line);
}
