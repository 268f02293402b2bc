import type { StartLaw, UnknownStart } from '../../architecture/computation';
import { constantLaw, fans, glorotNormal, glorotUniform, normalLaw, uniformLaw } from '../../architecture/torch/startLaws';
import type { Call, Value } from '../python/values';
import { broadcastTo } from '../python/numberArray';
import { arrayFrom, numbersLaw, tensorFrom } from './tensorArrays';
import { changedLaw } from './changedLaws';
import { tensorMethod } from './tensorMath';
import { ParameterValue, TensorValue } from './tensors';

const numberOf = (value: Value | undefined, otherwise: number): number | undefined => {
  if (!value || value.kind === 'none') return otherwise;
  return value.kind === 'integer' || value.kind === 'float' ? value.value : undefined;
};

/** Reads an argument behind the tensor by place or name; undefined where it is no number. */
type Read = (place: number, name: string, otherwise: number) => number | undefined;

type Rule = (read: Read, shape: readonly number[], call: Call) => StartLaw | undefined;

const deviationAndMean =
  (law: (deviation: number, mean: number, read: Read) => StartLaw | undefined): Rule =>
  read => {
    const [mean, deviation] = [read(0, 'mean', 0), read(1, 'std', 1)];
    return mean === undefined || deviation === undefined ? undefined : law(deviation, mean, read);
  };

const truncated = deviationAndMean((deviation, mean, read) => {
  const [low, high] = [read(2, 'a', -2), read(3, 'b', 2)];
  return low === undefined || high === undefined ? undefined : { kind: 'normal', mean, deviation, within: [low, high] };
});

const between: Rule = read => {
  const [low, high] = [read(0, 'a', 0), read(1, 'b', 1)];
  return low === undefined || high === undefined ? undefined : { kind: 'uniform', low, high };
};

const withGain =
  (law: (shape: readonly number[], gain: number) => StartLaw | undefined): Rule =>
  (read, shape) => {
    const gain = read(0, 'gain', 1);
    return gain === undefined ? undefined : law(shape, gain);
  };

const GAINS: Readonly<Record<string, number>> = {
  linear: 1,
  conv1d: 1,
  conv2d: 1,
  conv3d: 1,
  sigmoid: 1,
  tanh: 5 / 3,
  relu: Math.SQRT2,
  selu: 0.75,
};

const gainFor = (nonlinearity: string | undefined, slope: number): number | undefined =>
  nonlinearity === 'leaky_relu' ? Math.sqrt(2 / (1 + slope ** 2)) : GAINS[nonlinearity ?? ''];

/** `nn.init.calculate_gain(nonlinearity, param=0.01)`; undefined where it is not followed. */
export function calculatedGain(call: Call): Value | undefined {
  const [shapeOf, param] = ['nonlinearity', 'param'].map((name, place) => call.positional[place] ?? call.keywords.get(name));
  const gain = shapeOf?.kind === 'string' ? gainFor(shapeOf.value, numberOf(param, 0.01) ?? NaN) : undefined;
  return gain === undefined || Number.isNaN(gain) ? undefined : { kind: 'float', value: gain };
}

/** Deviation gain/√fan (He et al. 2015). */
const kaiming =
  (law: (deviation: number) => StartLaw): Rule =>
  (read, shape, call) => {
    const word = (place: number, name: string, otherwise: string): string | undefined => {
      const value = call.positional[place] ?? call.keywords.get(name);
      return value ? (value.kind === 'string' ? value.value : undefined) : otherwise;
    };
    const [slope, mode, shapeOf] = [read(0, 'a', 0), word(2, 'mode', 'fan_in'), word(3, 'nonlinearity', 'leaky_relu')];
    const gain = gainFor(shapeOf, slope ?? NaN);
    const { inputs, outputs } = fans(shape);
    if (gain === undefined || Number.isNaN(gain) || mode === undefined) return undefined;
    return law(gain / Math.sqrt(mode === 'fan_out' ? outputs : inputs));
  };

const constant: Rule = read => {
  const value = read(0, 'val', NaN) ?? NaN;
  return Number.isNaN(value) ? undefined : constantLaw(value);
};

/** What `torch.nn.init` writes into a tensor, by the function's bare name; methods of tensors have the same names. */
const RULES: Readonly<Record<string, Rule>> = {
  zeros_: () => constantLaw(0),
  zero_: () => constantLaw(0),
  ones_: () => constantLaw(1),
  constant_: constant,
  fill_: read => {
    const value = read(0, 'value', NaN) ?? NaN;
    return Number.isNaN(value) ? undefined : constantLaw(value);
  },
  normal_: deviationAndMean((deviation, mean) => normalLaw(deviation, mean)),
  trunc_normal_: truncated,
  uniform_: between,
  xavier_uniform_: withGain(glorotUniform),
  xavier_normal_: withGain(glorotNormal),
  kaiming_uniform_: kaiming(deviation => uniformLaw(Math.sqrt(3) * deviation)),
  kaiming_normal_: kaiming(normalLaw),
  eye_: () => ({ kind: 'identity' }),
  orthogonal_: withGain((shape, gain) => (shape.length < 2 ? undefined : { kind: 'orthogonal', gain, rows: shape[0]! })),
};

/** Writes down what a function that ends in `_` does to a tensor: the law it starts by from then on, or that it is not known. */
export function restart(target: Value | undefined, name: string, rest: readonly Value[], call: Call): void {
  const tensor = target instanceof ParameterValue || target instanceof TensorValue ? target : undefined;
  const parameter = tensor instanceof TensorValue ? tensor.parameter : tensor;
  if (!tensor || !/_$/.test(name)) return;
  const read: Read = (place, argument, otherwise) => numberOf(rest[place] ?? call.keywords.get(argument), otherwise);
  const rule = Object.hasOwn(RULES, name) ? RULES[name] : undefined;
  const drawn = tensor.shape.known && !call.spread ? rule?.(read, tensor.shape.value, call) : undefined;
  const isPart = tensor instanceof TensorValue && tensor.isPart;
  const copied = name === 'copy_' && !isPart ? copyLaw(tensor, rest[0] ?? call.keywords.get('src')) : undefined;
  const numbers = tensor instanceof TensorValue ? tensor.numbers : undefined;
  const before = numbers ? numbersLaw(numbers) : (tensor.start ?? parameter?.start ?? parameter?.born);
  const changed = before && before.kind !== 'not known' && !call.spread ? changedLaw(before, name, read) : undefined;
  const moved =
    tensor instanceof TensorValue && !parameter
      ? tensorMethod(tensor, name.slice(0, -1), { ...call, positional: rest })?.numbers
      : undefined;
  const law = drawn ?? copied ?? changed ?? (moved && numbersLaw(moved));
  const start: StartLaw | UnknownStart =
    law && !isPart
      ? law
      : { kind: 'not known', why: isPart ? `\`${call.type}\` sets a part of it` : `what \`${call.type}\` makes of it is not followed` };
  if (parameter) parameter.start = start;
  if (!(tensor instanceof TensorValue)) return;
  tensor.start = start;
  tensor.numbers = law?.kind === 'numbers' && !isPart ? { values: law.values, whole: false } : undefined;
}

/** Laws that say nothing of a tensor of another shape. */
const WHOLE: ReadonlySet<(StartLaw | UnknownStart)['kind']> = new Set(['not known', 'numbers', 'identity', 'orthogonal'] as const);

/** What `tensor.copy_(source)` makes of it: the source's numbers, repeated where it has fewer, or its law. */
function copyLaw({ shape }: TensorValue | ParameterValue, source: Value | undefined): StartLaw | undefined {
  if (!shape.known) return undefined;
  const from = source instanceof ParameterValue ? source.start : source instanceof TensorValue ? source.start : undefined;
  const array = source instanceof TensorValue ? arrayFrom(source) : undefined;
  const spread = array && broadcastTo(array, shape.value);
  if (spread) return numbersLaw(tensorFrom(spread).numbers!);
  return from && !WHOLE.has(from.kind) ? (from as StartLaw) : undefined;
}
