import type { Entrywise } from '../../../architecture/computation';
import { margins } from '../../../architecture/keras/reshaping';
import { axisOf } from '../../../architecture/keras/shape';
import type { LayerArguments } from '../../../architecture/torch/layerArguments';
import type { Side } from '../../../architecture/composition';
import type { Call } from '../../python/values';
import { equationOf } from '../einsum';
import { numberOf } from '../layerSteps';
import {
  attended,
  channelsFirst,
  channelsLast,
  convolved,
  convolvedBack,
  convolvedByChannel,
  dense,
  permuted,
  pooled,
  reshapedTo,
  type Mask,
  type Weights,
  type WindowArguments,
} from './channelsLast';
import { applied, clamped, paired, plus, powered, times } from './entrywise';
import { summed } from './matrixProducts';
import { refused, type ProgramBuilder } from './programBuilder';
import { RECURRENT_PROGRAMS } from './recurrentPrograms';

/** A call of a layer while a program is written down. */
export interface LayerSite {
  readonly builder: ProgramBuilder;
  readonly className: string;
  readonly values: LayerArguments;
  /** Places of what it is given. */
  readonly inputs: readonly number[];
  /** Sides of what it makes, batch first. */
  readonly output: readonly Side[];
  readonly line: number;
  /** The layer's own tensor of a name: its name in the state and its saved shape; undefined where it has none. */
  readonly tensor: (name: string) => { readonly name: string; readonly shape: readonly number[] } | undefined;
  /** The name of its `activation`, or of another function of its arguments, null where it has none. Throws `Undecided` for one that is no word. */
  readonly activation: (argument?: string) => string | null;
  /** Whether its tensors are trained; a normalisation by batches that is not goes by its moving statistics. */
  readonly isTrained: boolean;
  /** An entrywise function by the framework's name of it, where that is not everybody's. */
  readonly function?: (name: string) => Entrywise | undefined;
  /** What its queries may look at; everything where it is left out. */
  readonly mask?: Mask;
  /** Which of the tensors that it makes: 0 or left out for its output, then its states. */
  readonly part?: number;
  /** Whether its outputs at all times are turned around, as those of a layer that reads backwards beside one that does not. */
  readonly isFlipped?: boolean;
  readonly call?: Call | undefined;
}

export type Rule = (site: LayerSite) => number;

const input = ({ inputs, line }: LayerSite, index = 0): number => inputs[index] ?? refused('it has fewer inputs than it takes', line);

const sidesOf = (site: LayerSite): readonly Side[] => site.builder.sides(input(site));

function weightsOf(site: LayerSite, kernel: string, bias: string | null = 'bias'): Weights {
  const found = site.tensor(kernel) ?? refused(`it has no \`${kernel}\``, site.line);
  return { kernel: found.name, shape: found.shape, bias: bias === null ? null : (site.tensor(bias)?.name ?? null) };
}

function named(site: LayerSite, word: string, place: number): number {
  const { builder, line } = site;
  const own = site.function?.(word);
  if (own) return builder.emit({ op: 'activation', ...own }, [place], builder.shape(place), line);
  return applied(builder, place, word, line) ?? refused(`the activation \`${word}\` is not followed`, line);
}

/** What the `activation` argument of a layer adds. */
function activated(site: LayerSite, place: number): number {
  const word = site.activation();
  return word === null ? place : named(site, word, place);
}

function requireLast({ values, line }: LayerSite): void {
  if (!values.isMissing('data_format') && values.word('data_format') !== 'channels_last')
    refused('images with their channels first are not computed', line);
}

function windowsIn(site: LayerSite, size: 'kernel_size' | 'pool_size', axes: number): WindowArguments {
  const { values, line } = site;
  requireLast(site);
  const kernel = values.tuple(size, axes);
  const isPool = size === 'pool_size';
  const stride = isPool && values.isNone('strides') ? kernel : values.tuple('strides', axes);
  const dilation = isPool ? kernel.map(() => 1) : values.tuple('dilation_rate', axes);
  return { kernel, stride, dilation, padding: values.word('padding')?.toLowerCase() ?? refused('its padding is not known', line) };
}

const axesIn = (site: LayerSite): number => sidesOf(site).length - 2;

const convolution: Rule = site => {
  const { builder, values, line } = site;
  const windows = windowsIn(site, 'kernel_size', axesIn(site));
  return activated(site, convolved(builder, input(site), weightsOf(site, 'kernel'), windows, values.integer('groups'), line));
};

const depthwise: Rule = site => {
  const { builder, line } = site;
  const windows = windowsIn(site, 'kernel_size', axesIn(site));
  const name = site.tensor('kernel') ? 'kernel' : 'depthwise_kernel';
  return activated(site, convolvedByChannel(builder, input(site), weightsOf(site, name), windows, line));
};

const separable: Rule = site => {
  const { builder, line } = site;
  const axes = axesIn(site);
  const windows = windowsIn(site, 'kernel_size', axes);
  const middle = convolvedByChannel(builder, input(site), weightsOf(site, 'depthwise_kernel', null), windows, line);
  const single = { kernel: Array<number>(axes).fill(1), padding: 'valid' } as const;
  const point = { ...single, stride: single.kernel, dilation: single.kernel };
  return activated(site, convolved(builder, middle, weightsOf(site, 'pointwise_kernel'), point, 1, line));
};

const transposed: Rule = site => {
  const { builder, values, output, line } = site;
  if (!values.isMissing('output_padding')) refused('`output_padding` is not followed', line);
  const windows = windowsIn(site, 'kernel_size', axesIn(site));
  if (windows.dilation.some(each => each !== 1)) refused('a dilated transposed convolution is not computed', line);
  const sides = output.slice(1, -1).filter(side => typeof side === 'number');
  return activated(site, convolvedBack(builder, input(site), weightsOf(site, 'kernel'), windows, sides, line));
};

const pooling =
  (of: 'max' | 'avg'): Rule =>
  site =>
    pooled(site.builder, input(site), of, windowsIn(site, 'pool_size', axesIn(site)), site.line);

const globalPooling =
  (name: 'mean' | 'max'): Rule =>
  site => {
    requireLast(site);
    const axes = Array.from({ length: axesIn(site) }, (_, axis) => axis + 1);
    return site.builder.emit({ op: 'reduce', name, axes }, [input(site)], site.output, site.line);
  };

const linear: Rule = site => activated(site, dense(site.builder, input(site), weightsOf(site, 'kernel'), site.line));

const reshape: Rule = site => {
  const [before, after] = [sidesOf(site), site.output].map(sides => sides.slice(1));
  const size = (sides: readonly Side[]): number => sides.reduce<number>((total, side) => total * Number(side), 1);
  if (size(before!) !== size(after!)) refused('it mixes the images of a batch', site.line);
  return reshapedTo(site.builder, input(site), site.output, site.line);
};

const permute: Rule = site => permuted(site.builder, input(site), [0, ...site.values.wholeNumbers('dims')], site.line);

const repeated: Rule = site => {
  const { builder, output, line } = site;
  const [batch, width] = sidesOf(site);
  return builder.emit({ op: 'expand' }, [reshapedTo(builder, input(site), [batch!, 1, width!], line)], output, line);
};

const zeroPadding: Rule = site => {
  requireLast(site);
  const around = margins('padding', axesIn(site), site.values);
  const none = [0, 0] as const;
  return site.builder.emit({ op: 'pad', padding: [none, ...around, none], value: 0 }, [input(site)], site.output, site.line);
};

const cropping: Rule = site => {
  requireLast(site);
  const sides = sidesOf(site);
  const slices = margins('cropping', axesIn(site), site.values).map(([before, after], place) => {
    const side = sides[place + 1] as number;
    return { axis: place + 1, start: before, stop: side - after, step: 1 };
  });
  return site.builder.emit({ op: 'slice', slices, dropped: [] }, [input(site)], site.output, site.line);
};

const upsampling: Rule = site => {
  const { builder, values, output, line } = site;
  requireLast(site);
  if ((values.wordIfKnown('interpolation') ?? 'nearest') !== 'nearest') refused('only the nearest entry is repeated', line);
  const [batch, channels] = [output[0]!, output.at(-1)!];
  const made = builder.emit(
    { op: 'upsample', factors: values.tuple('size', axesIn(site)) },
    [channelsFirst(builder, input(site), line)],
    [batch, channels, ...output.slice(1, -1)],
    line,
  );
  return channelsLast(builder, made, line);
};

/** Whether a layer's `axis` is the last one of its input, or the last ones; how many. */
function lastAxes(site: LayerSite): number {
  const rank = sidesOf(site).length;
  const axes = site.values.wholeNumbers('axis').map(axis => axisOf(axis, rank));
  const isLast = [...axes].sort((a, b) => a! - b!).every((axis, place) => axis === rank - axes.length + place);
  return isLast ? axes.length : refused('it normalises axes that are not the last ones', site.line);
}

const epsilonOf = ({ values, line }: LayerSite): number => numberOf(values, 'epsilon') ?? refused('its `epsilon` is not known', line);

const owned = (site: LayerSite, name: string): string | null => site.tensor(name)?.name ?? null;

const layerNormalisation: Rule = site => {
  const { builder, values, line } = site;
  const isScaled = !values.isMissing('rms_scaling') && values.flag('rms_scaling');
  if (isScaled) refused('`rms_scaling` is not followed', line);
  const affine = { weight: owned(site, 'gamma'), bias: owned(site, 'beta') };
  const computation = { op: 'layer normalisation', axes: lastAxes(site), centred: true, epsilon: epsilonOf(site), ...affine } as const;
  return builder.emit(computation, [input(site)], sidesOf(site), line);
};

const rootMeanSquare: Rule = site => {
  const affine = { weight: owned(site, 'scale'), bias: null };
  const computation = { op: 'layer normalisation', axes: lastAxes(site), centred: false, epsilon: epsilonOf(site), ...affine } as const;
  return site.builder.emit(computation, [input(site)], sidesOf(site), site.line);
};

/** A tensor of the state as it is. */
function held(site: LayerSite, name: string): number {
  const found = site.tensor(name) ?? refused(`it has no \`${name}\``, site.line);
  return site.builder.emit({ op: 'parameter', name: found.name }, [], found.shape, site.line);
}

const batchNormalisation: Rule = site => {
  const { builder, values, line } = site;
  if (lastAxes(site) !== 1) refused('it normalises several axes', line);
  const [mean, variance] = ['moving_mean', 'moving_variance'].map(name => site.tensor(name)?.name);
  if (mean === undefined || variance === undefined) return refused('it has no moving statistics', line);
  const epsilon = epsilonOf(site);
  const x = input(site);
  if (site.isTrained && sidesOf(site)[0] !== 'B') refused('it normalises by the batch at every time', line);
  if (!site.isTrained) {
    const scale = powered(builder, plus(builder, held(site, 'moving_variance'), epsilon, line), -0.5, line);
    const centred = paired(builder, 'subtract', x, held(site, 'moving_mean'), line);
    const scaled = paired(builder, 'multiply', centred, scale, line);
    const gained = site.tensor('gamma') ? paired(builder, 'multiply', scaled, held(site, 'gamma'), line) : scaled;
    return site.tensor('beta') ? paired(builder, 'add', gained, held(site, 'beta'), line) : gained;
  }
  const momentum = 1 - (numberOf(values, 'momentum') ?? refused('its `momentum` is not known', line));
  const affine = { weight: owned(site, 'gamma'), bias: owned(site, 'beta') };
  const first = channelsFirst(builder, x, line);
  const computation = { op: 'batch normalisation', mean, variance, momentum, epsilon, biased: true, ...affine } as const;
  return channelsLast(builder, builder.emit(computation, [first], builder.sides(first), line), line);
};

const groupNormalisation: Rule = site => {
  const { builder, values, line } = site;
  if (lastAxes(site) !== 1) refused('it normalises several axes', line);
  const groups = values.given('groups') === -1 ? Number(sidesOf(site).at(-1)) : values.integer('groups');
  const affine = { weight: owned(site, 'gamma'), bias: owned(site, 'beta') };
  const first = channelsFirst(builder, input(site), line);
  const computation = { op: 'group normalisation', groups, epsilon: epsilonOf(site), ...affine } as const;
  return channelsLast(builder, builder.emit(computation, [first], builder.sides(first), line), line);
};

/** Entries of a list of numbers, or one number. */
function numbersOf({ values, line }: LayerSite, name: string): readonly number[] {
  const one = numberOf(values, name);
  if (one !== undefined) return [one];
  const given = values.given(name);
  const items = Array.isArray(given) ? (given as readonly unknown[]) : [];
  const numbers = items.map(item => (typeof item === 'object' && item !== null && 'float' in item ? item.float : item));
  return numbers.length > 0 && numbers.every(each => typeof each === 'number') ? numbers : refused(`its \`${name}\` is not known`, line);
}

const constant = ({ builder, line }: LayerSite, values: readonly number[]): number =>
  builder.emit({ op: 'numbers', values }, [], [values.length], line);

const rescaling: Rule = site => {
  const { builder, line } = site;
  const scaled = paired(builder, 'multiply', input(site), constant(site, numbersOf(site, 'scale')), line);
  return paired(builder, 'add', scaled, constant(site, numbersOf(site, 'offset')), line);
};

/** The least deviation that `Normalization` divides by. */
const LEAST_DEVIATION = 1e-7;

const standardisation: Rule = site => {
  const { builder, values, line } = site;
  const x = input(site);
  if (site.tensor('mean')) {
    if (values.isNone('axis') || lastAxes(site) !== 1) refused('it keeps axes that are not the last one', line);
    const deviation = powered(builder, held(site, 'variance'), 0.5, line);
    const least = clamped(builder, deviation, { min: LEAST_DEVIATION }, line);
    return paired(builder, 'divide', paired(builder, 'subtract', x, held(site, 'mean'), line), least, line);
  }
  const [mean, variance] = [numbersOf(site, 'mean'), numbersOf(site, 'variance')];
  const scale = variance.map(each => 1 / Math.max(Math.sqrt(each), LEAST_DEVIATION));
  const centred = paired(builder, 'subtract', x, constant(site, mean), line);
  return paired(builder, 'multiply', centred, constant(site, scale), line);
};

const embedding: Rule = site => {
  if (!site.values.isMissing('mask_zero') && site.values.flag('mask_zero')) refused('`mask_zero` is not followed', site.line);
  const table = site.tensor('embeddings') ?? refused('it has no `embeddings`', site.line);
  return site.builder.emit({ op: 'lookup', table: table.name }, [input(site)], site.output, site.line);
};

const rectified: Rule = site => {
  const { builder, values, line } = site;
  const x = input(site);
  const [slope, threshold] = ['negative_slope', 'threshold'].map(name => numberOf(values, name) ?? 0);
  if (threshold !== 0) refused('a threshold other than 0 is not followed', line);
  const most = values.isMissing('max_value') ? undefined : (numberOf(values, 'max_value') ?? refused('its `max_value` is not known', line));
  if (most === undefined)
    return applied(builder, x, slope === 0 ? 'relu' : 'leaky_relu', line, slope === 0 ? {} : { negative_slope: slope! })!;
  return slope === 0 ? clamped(builder, x, { min: 0, max: most }, line) : refused('`max_value` with a slope is not followed', line);
};

const leaky: Rule = site => {
  const { builder, values, line } = site;
  const name = values.isMissing('alpha') ? 'negative_slope' : 'alpha';
  const slope = numberOf(values, name) ?? refused('its slope is not known', line);
  return applied(builder, input(site), 'leaky_relu', line, { negative_slope: slope })!;
};

const exponentialUnit: Rule = site => {
  const alpha = numberOf(site.values, 'alpha') ?? refused('its `alpha` is not known', site.line);
  return applied(site.builder, input(site), 'elu', site.line, { alpha })!;
};

/** relu(x) − alpha · relu(−x) */
/** The identity above zero, and below it times a tensor of the layer's. */
export function parametric(site: LayerSite, slope: string): number {
  const { builder, line } = site;
  const x = input(site);
  const negative = applied(builder, times(builder, x, -1, line), 'relu', line)!;
  const scaled = paired(builder, 'multiply', negative, held(site, slope), line);
  return paired(builder, 'subtract', applied(builder, x, 'relu', line)!, scaled, line);
}

const softmax: Rule = site => {
  const [axis, ...more] = site.values.wholeNumbers('axis');
  const place = axisOf(axis!, sidesOf(site).length);
  if (place === undefined || place === 0 || more.length > 0) return refused('it goes along several axes', site.line);
  return site.builder.emit({ op: 'softmax', axis: place, logarithm: false }, [input(site)], sidesOf(site), site.line);
};

const merged =
  (op: Parameters<typeof paired>[1]): Rule =>
  ({ builder, inputs, line }) =>
    inputs.reduce((left, right) => paired(builder, op, left, right, line));

const averaged: Rule = site => times(site.builder, merged('add')(site), 1 / site.inputs.length, site.line);

const concatenated: Rule = ({ builder, inputs, values, output, line }) => {
  const [axis = -1] = values.wholeNumbers('axis');
  const place = axisOf(axis, output.length);
  if (place === undefined || place === 0) return refused('it joins images of a batch', line);
  return builder.emit({ op: 'concatenate', axis: place }, inputs, output, line);
};

/** `MultiHeadAttention(query, value, key=value)`, masked or not, over one axis of tokens. */
const multiHead: Rule = site => {
  const { builder, values, inputs, line } = site;
  const [query, value, key = value] = inputs;
  if (query === undefined || value === undefined || key === undefined || inputs.length > 3)
    return refused('it is not told its inputs', line);
  if (!values.isMissing('attention_axes') || builder.sides(query).length !== 3)
    return refused('attention over several axes is not computed', line);
  const heads = values.integer('num_heads');
  const project = (name: string, place: number): number => dense(builder, place, weightsOf(site, `${name}/kernel`, `${name}/bias`), line);
  const projected = [project('query', query), project('key', key), project('value', value)] as const;
  const joined = attended(builder, projected, heads, 1 / Math.sqrt(values.integer('key_dim')), line, site.mask);
  const made = dense(builder, joined, weightsOf(site, 'attention_output/kernel', 'attention_output/bias'), line, 2);
  return builder.sides(made).length === site.output.length ? made : refused('`output_shape` of several axes is not followed', line);
};

/** `Attention([query, value, key=value])`: products of whole vectors, without weights of its own. */
const plainAttention: Rule = site => {
  const { builder, values, inputs, line } = site;
  const [query, value, key = value] = inputs;
  if (query === undefined || value === undefined || key === undefined || values.flag('use_scale') || values.word('score_mode') !== 'dot')
    return refused('its scores are not followed', line);
  return attended(builder, [query, key, value], 1, 1, line, site.mask);
};

/** The product with a kernel that an equation says. */
export function einsum(site: LayerSite, argument: string): number {
  const { builder, values, line } = site;
  const [x, kernel] = [input(site), held(site, 'kernel')];
  const text = { kind: 'string', value: values.word(argument) ?? '' } as const;
  const equation =
    equationOf(text, [builder.sides(x).length, builder.sides(kernel).length]) ?? refused('its equation is not followed', line);
  const made = summed(builder, [x, kernel], equation, line);
  return builder.sides(made)[0] === builder.sides(x)[0] ? made : refused('it mixes the images of a batch', line);
}

/** `EinsumDense`, with its bias and activation. */
const einsumDense: Rule = site => {
  const { builder, line } = site;
  const made = einsum(site, 'equation');
  return activated(site, site.tensor('bias') ? paired(builder, 'add', made, held(site, 'bias'), line) : made);
};

/** `Dot(axes, normalize)` of two tensors of a batch. */
const dot: Rule = site => {
  const { builder, values, inputs, output, line } = site;
  const given = values.wholeNumbers('axes');
  const axes = inputs.map((place, index) => axisOf(given[index] ?? given[0]!, builder.sides(place).length));
  const letters = inputs.map((place, index) =>
    builder.sides(place).map((_, axis) => (axis === 0 ? 'a' : axis === axes[index] ? 'b' : String.fromCodePoint(99 + 12 * index + axis))),
  );
  if (inputs.length !== 2 || axes.some(axis => axis === undefined || axis === 0)) return refused('its axes are not followed', line);
  const normed = inputs.map((place, index) => (values.flag('normalize') ? unit(builder, place, axes[index]!, line) : place));
  const kept = letters.map(part => part.filter(letter => letter !== 'a' && letter !== 'b').join(''));
  const equation = { operands: letters.map(part => part.join('')), result: `a${kept.join('')}` };
  const made = summed(builder, normed, equation, line);
  return output.length === builder.sides(made).length ? made : reshapedTo(builder, made, output, line);
};

/** Vectors along an axis divided by their lengths. */
function unit(builder: ProgramBuilder, place: number, axis: number, line: number): number {
  const sides = builder.sides(place);
  const length = builder.emit({ op: 'reduce', name: 'norm', axes: [axis] }, [place], sides.with(axis, 1), line);
  return paired(builder, 'divide', place, clamped(builder, length, { min: 1e-12 }, line), line);
}

const same: Rule = site => input(site);

/** Layers that do nothing when a model is evaluated. */
const IDENTITIES =
  `Dropout SpatialDropout1D SpatialDropout2D SpatialDropout3D AlphaDropout GaussianDropout GaussianNoise Identity InputLayer
  ActivityRegularization RandomFlip RandomRotation RandomZoom RandomTranslation RandomContrast RandomBrightness`.split(/\s+/);

const windowed = (name: string, rule: Rule): (readonly [string, Rule])[] => [1, 2].map(axes => [`${name}${axes}D`, rule]);

const RULES: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ...IDENTITIES.map((name): [string, Rule] => [name, same]),
  ...windowed('Conv', convolution),
  ...windowed('Convolution', convolution),
  ...windowed('DepthwiseConv', depthwise),
  ...windowed('SeparableConv', separable),
  ...windowed('SeparableConvolution', separable),
  ...['Conv1DTranspose', 'Conv2DTranspose', 'Convolution1DTranspose', 'Convolution2DTranspose'].map((name): [string, Rule] => [
    name,
    transposed,
  ]),
  ...['MaxPooling', 'MaxPool'].flatMap(name => windowed(name, pooling('max'))),
  ...['AveragePooling', 'AvgPool'].flatMap(name => windowed(name, pooling('avg'))),
  ...['GlobalAveragePooling', 'GlobalAvgPool'].flatMap(name => windowed(name, globalPooling('mean'))),
  ...['GlobalMaxPooling', 'GlobalMaxPool'].flatMap(name => windowed(name, globalPooling('max'))),
  ...windowed('ZeroPadding', zeroPadding),
  ...windowed('Cropping', cropping),
  ...windowed('UpSampling', upsampling),
  ...Object.entries<Rule>({
    Dense: linear,
    Flatten: reshape,
    Reshape: reshape,
    Permute: permute,
    RepeatVector: repeated,
    BatchNormalization: batchNormalisation,
    SyncBatchNormalization: batchNormalisation,
    LayerNormalization: layerNormalisation,
    RMSNormalization: rootMeanSquare,
    GroupNormalization: groupNormalisation,
    Normalization: standardisation,
    Rescaling: rescaling,
    Embedding: embedding,
    Activation: site => activated(site, input(site)),
    ReLU: rectified,
    LeakyReLU: leaky,
    ELU: exponentialUnit,
    PReLU: site => parametric(site, 'alpha'),
    Softmax: softmax,
    Add: merged('add'),
    Subtract: merged('subtract'),
    Multiply: merged('multiply'),
    Maximum: merged('maximum'),
    Minimum: merged('minimum'),
    Average: averaged,
    Concatenate: concatenated,
    MultiHeadAttention: multiHead,
    Attention: plainAttention,
    EinsumDense: einsumDense,
    Dot: dot,
    ...RECURRENT_PROGRAMS,
  }),
]);

/** Whether a layer has the channels of its input before positions; notes it of layers over images. */
function isTurned({ builder, className, values, inputs }: LayerSite): boolean {
  const sides = inputs[0] === undefined ? [] : builder.sides(inputs[0]);
  const format = values.isUndecided('data_format') ? undefined : (values.word('data_format') ?? 'channels_last');
  if (format !== undefined && className !== 'Flatten' && sides.length > 3) builder.formats.add(format);
  if (format === 'channels_first') return sides.length > 2;
  return (
    /^(Sync)?(Batch|Group)Normalization$/.test(className) && sides.length > 2 && !values.isUndecided('axis') && values.given('axis') === 1
  );
}

/** Writes down how a layer of Keras or TensorFlow.js is computed. Throws `Undecided` with the reason where it cannot be. */
export function layerProgram(site: LayerSite): number {
  const rule = RULES.get(site.className);
  if (site.part && !Object.hasOwn(RECURRENT_PROGRAMS, site.className))
    return refused('what it makes beside its output is not computed', site.line);
  if (rule && isTurned(site)) {
    const { builder, values, inputs, output, line } = site;
    const [batch, channels, ...rest] = output;
    const told = values.with('data_format', 'channels_last').with('axis', -1);
    const given = inputs.map(place => channelsLast(builder, place, line));
    const last = output.length > 2 ? [batch!, ...rest, channels!] : output;
    return channelsFirst(builder, rule({ ...site, values: told, inputs: given, output: last }), line);
  }
  return rule ? rule(site) : refused(`\`${site.className}\` is not among the layers that are computed`, site.line);
}
