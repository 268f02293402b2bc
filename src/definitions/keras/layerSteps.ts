import type { Known } from '../../architecture/architecture';
import { ISOMETRY, type Gain, type Operation } from '../../architecture/composition';
import { axisOf, productOf, type Shape } from '../../architecture/keras/shape';
import { activationBounds } from '../../architecture/lipschitzActivations';
import type { LayerArguments } from '../../architecture/torch/layerArguments';
import {
  convolutionGain,
  maximumGain,
  meanGain,
  overlap,
  transposedConvolutionGain,
  type WindowAxis,
} from '../../architecture/windowGains';
import { orReason } from './layerCalls';

/** A layer of Keras or TensorFlow.js as it is called: its class, arguments, and the shapes that it meets, batch first and channels last. */
export interface CalledLayer {
  readonly className: string;
  readonly path: string;
  readonly values: LayerArguments;
  readonly input: Shape;
  readonly output: Shape;
  readonly inputs: number;
}

/** The steps of one layer, each from the one before it; undefined for a layer whose steps are not known. A shape is given where it is not the output's. */
export type LayerSteps = readonly { readonly operation: Operation; readonly shape?: Shape }[] | undefined;

type Rule = (layer: CalledLayer) => LayerSteps;

export const gainOf = (euclidean: number | null, rows: number | null): Gain => ({ euclidean, rows });

export const matrix = (path: string, tensor: string, gain: Gain = ISOMETRY) => ({
  operation: { kind: 'layer', path, tensor, gain } as const,
});

const map = (kind: 'reshape' | 'selection' | 'padding' | 'pooling' | 'resampling' | 'dropout', name: string, gain: Gain = ISOMETRY) => [
  { operation: { kind, name, gain } as const },
];

/** A number among the arguments; undefined where it is none that is known. */
export function numberOf(values: LayerArguments, name: string): number | undefined {
  const given = orReason(() => values.given(name));
  if (!given.known) return undefined;
  const { value } = given;
  if (typeof value === 'number') return value;
  return typeof value === 'object' && value !== null && 'float' in value ? value.float : undefined;
}

/** What the `activation` argument of a layer adds: nothing where it is left out or linear. */
function activated(values: LayerArguments): LayerSteps {
  if (values.isMissing('activation')) return [];
  const word = values.wordIfKnown('activation');
  if (word === undefined) return [{ operation: { kind: 'unknown', name: 'activation', why: 'this activation is not a word' } }];
  return word === 'linear' ? [] : activation(word);
}

/** A non-linearity by Keras' name of it. */
export function activation(word: string, slope?: number): LayerSteps {
  const name = word.replace(/(.)([A-Z])/g, '$1_$2').toLowerCase();
  if (name === 'softmax')
    return [{ operation: { kind: 'activation', name: 'softmax over the last axis', gain: gainOf(0.5, 0.5), offset: 1, entry: 1 } }];
  if (name === 'exponential') return undefined;
  const bounds = activationBounds(name, (argument, otherwise) =>
    argument === 'negative_slope' || argument === 'alpha' ? (slope ?? otherwise) : otherwise,
  );
  if (!bounds) return undefined;
  const { lipschitz, offset, entry } = bounds;
  const steep = name === 'gelu' ? 1.129 : lipschitz;
  return [
    {
      operation: {
        kind: 'activation',
        name,
        gain: gainOf(steep, steep),
        ...(offset !== undefined && { offset }),
        ...(entry !== undefined && { entry }),
      },
    },
  ];
}

const then = (first: LayerSteps, second: LayerSteps): LayerSteps => (first && second ? [...first, ...second] : undefined);

/** A window's axes by the names of its arguments; undefined where an argument is not known or channels come first. */
function axesOf({ values, input }: CalledLayer, size: string): readonly WindowAxis[] | undefined {
  const dimensions = input.length - 2;
  const found = orReason(() => {
    if (!values.isMissing('data_format') && values.word('data_format') !== 'channels_last') return undefined;
    const sizes = values.tuple(size, dimensions);
    const strides = size === 'pool_size' && values.isNone('strides') ? sizes : values.tuple('strides', dimensions);
    const dilations = size === 'kernel_size' ? values.tuple('dilation_rate', dimensions) : sizes.map(() => 1);
    return sizes.map((kernel, axis) => ({ kernel, stride: strides[axis]!, dilation: dilations[axis]! }));
  });
  return found.known && found.value?.every(({ stride }) => stride > 0) ? found.value : undefined;
}

const convolution =
  (tensor: string, gain: (axes: readonly WindowAxis[]) => Gain): Rule =>
  layer => {
    const axes = axesOf(layer, 'kernel_size');
    return axes && then([matrix(layer.path, tensor, gain(axes))], activated(layer.values));
  };

const separable: Rule = layer => {
  const axes = axesOf(layer, 'kernel_size');
  const { input, output, path, values } = layer;
  const multiplier = numberOf(values, 'depth_multiplier');
  const channels = input.at(-1);
  if (!axes || multiplier === undefined || typeof channels !== 'number') return undefined;
  const middle = [...output.slice(0, -1), channels * multiplier];
  const depthwise = { ...matrix(path, 'depthwise_kernel', convolutionGain(axes)), shape: middle };
  return then([depthwise, matrix(path, 'pointwise_kernel')], activated(values));
};

/** At the edges a mean over fewer entries stretches more: with `same` only overlapping windows are counted. */
const meanPool: Rule = layer => {
  const axes = axesOf(layer, 'pool_size');
  if (!axes) return undefined;
  const isWhole = layer.values.wordIfKnown('padding')?.toLowerCase() === 'valid';
  return map('pooling', layer.className, isWhole ? meanGain(axes) : gainOf(Math.sqrt(overlap(axes)), 1));
};

const maximumPool: Rule = layer => {
  const axes = axesOf(layer, 'pool_size');
  return axes && map('pooling', layer.className, maximumGain(axes));
};

/** How many pixels or steps one sample has. */
const positionsOf = ({ input }: CalledLayer): number | null => productOf(input.slice(1, -1));

const globalPool =
  (isMean: boolean): Rule =>
  layer => {
    const count = positionsOf(layer);
    if (!layer.values.isMissing('data_format') && layer.values.wordIfKnown('data_format') !== 'channels_last') return undefined;
    if (isMean) return map('pooling', layer.className, gainOf(count === null ? 1 : 1 / Math.sqrt(count), 1));
    return map('pooling', layer.className, gainOf(1, count === null ? null : Math.sqrt(count)));
  };

const normalisation =
  (over: 'batch' | 'rows' | 'sample'): Rule =>
  ({ path, values, input }) => {
    const epsilon = numberOf(values, 'epsilon');
    const axes = orReason(() => values.wholeNumbers('axis'));
    const isLast = axes.known && axes.value.length === 1 && axisOf(axes.value[0]!, input.length) === input.length - 1;
    const size = over === 'rows' && isLast ? (input.at(-1) ?? null) : null;
    if (epsilon === undefined || (over === 'batch' && !isLast)) return undefined;
    return [
      {
        operation: {
          kind: 'normalisation',
          path,
          gain: 'gamma',
          shift: 'beta',
          over: over === 'rows' && !isLast ? 'sample' : over,
          size,
          epsilon,
        },
      },
    ];
  };

const reshaping: Rule = ({ className }) => map('reshape', className, gainOf(1, null));

const repetition: Rule = ({ values, className }) => {
  const count = numberOf(values, 'n');
  return count === undefined ? undefined : map('resampling', className, gainOf(Math.sqrt(count), 1));
};

const sum: Rule = () => [{ operation: { kind: 'sum' } }];

const average: Rule = ({ inputs, className }) => [
  { operation: { kind: 'sum' } },
  { operation: { kind: 'scale', name: className, gain: gainOf(1 / inputs, 1 / inputs) } },
];

const product: Rule = ({ inputs }) => (inputs === 2 ? [{ operation: { kind: 'product', of: 'entries' } }] : undefined);

const concatenation: Rule = ({ values, input }) => {
  const axis = numberOf(values, 'axis');
  const place = axis === undefined ? undefined : axisOf(axis, input.length);
  if (place === undefined || place === 0) return undefined;
  return [{ operation: { kind: 'concatenation', along: place === input.length - 1 ? 'features' : 'positions' } }];
};

const sloped: Rule = ({ values, className }) => {
  const name = className === 'ELU' ? 'alpha' : 'negative_slope';
  const slope = values.isMissing('alpha') || className === 'ELU' ? numberOf(values, name) : numberOf(values, 'alpha');
  return slope === undefined ? undefined : activation(className, slope);
};

/** With a threshold other than 0 it jumps there. */
const rectified: Rule = ({ values }) => {
  const [slope, threshold] = [numberOf(values, 'negative_slope'), numberOf(values, 'threshold')];
  return slope === undefined || threshold !== 0 || Math.abs(slope) > 1 ? undefined : activation('relu');
};

/** Layers that do nothing when the model is evaluated. */
const DROPOUTS = [
  'Dropout',
  'SpatialDropout1D',
  'SpatialDropout2D',
  'SpatialDropout3D',
  'AlphaDropout',
  'GaussianDropout',
  'GaussianNoise',
];

const WINDOWED: Readonly<Record<string, Rule>> = {
  Conv: convolution('kernel', convolutionGain),
  DepthwiseConv: convolution('kernel', convolutionGain),
  SeparableConv: separable,
  MaxPooling: maximumPool,
  MaxPool: maximumPool,
  AveragePooling: meanPool,
  AvgPool: meanPool,
  GlobalAveragePooling: globalPool(true),
  GlobalMaxPooling: globalPool(false),
  ZeroPadding: ({ className }) => map('padding', className),
  Cropping: ({ className }) => map('selection', className),
};

/** A rule under its name for one, two and three dimensions. */
const eachDimension = (name: string, rule: Rule): (readonly [string, Rule])[] =>
  [1, 2, 3].map(dimensions => [`${name}${dimensions}D`, rule]);

const RULES: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ...Object.entries(WINDOWED).flatMap(([name, rule]) => eachDimension(name, rule)),
  ...[1, 2, 3].map((dimensions): [string, Rule] => [`Conv${dimensions}DTranspose`, convolution('kernel', transposedConvolutionGain)]),
  ...DROPOUTS.map((name): [string, Rule] => [name, () => map('dropout', name)]),
  ...Object.entries<Rule>({
    Dense: ({ path, values }) => then([matrix(path, 'kernel')], activated(values)),
    Embedding: ({ path }) => [{ operation: { kind: 'lookup', path, tensor: 'embeddings' } }],
    Activation: ({ values }) => activated(values),
    ReLU: rectified,
    ELU: sloped,
    LeakyReLU: sloped,
    Softmax: ({ values }) => (values.isMissing('axis') || numberOf(values, 'axis') === -1 ? activation('softmax') : undefined),
    BatchNormalization: normalisation('batch'),
    LayerNormalization: normalisation('rows'),
    RMSNormalization: normalisation('rows'),
    GroupNormalization: normalisation('sample'),
    Flatten: reshaping,
    Reshape: reshaping,
    Permute: reshaping,
    RepeatVector: repetition,
    Add: sum,
    Subtract: sum,
    Average: average,
    Multiply: product,
    Concatenate: concatenation,
    Identity: () => [],
    InputLayer: () => [],
    ActivityRegularization: () => [],
  }),
]);

/** The steps of a layer by its class; undefined where they are not known. */
export function layerSteps(layer: CalledLayer): LayerSteps {
  const rule = RULES.get(layer.className);
  const steps: Known<LayerSteps> = orReason(() => rule?.(layer));
  return steps.known ? steps.value : undefined;
}
