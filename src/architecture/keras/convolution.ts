import type { Parameter } from '../architecture';
import type { LayerArguments } from '../torch/layerArguments';
import { biasOf } from './dense';
import { kernel } from './initialisers';
import { isChannelsFirst, kerasSignature, type KerasRule, type LayerInputs } from './kerasRule';
import type { Shape } from './shape';
import { convolved, spatialSides, transposed } from './window';

const product = (sides: readonly number[]): number => sides.reduce((all, side) => all * side, 1);

const REST = 'dilation_rate=1, groups=1, activation=None, use_bias=True';

/** The size of an input's channel axis. */
const channelsOf = (values: LayerArguments, inputs: LayerInputs): number => inputs.side(isChannelsFirst(values) ? 1 : -1);

/** The window of a convolution over some sides, by Keras' `padding`. */
function slide(values: LayerArguments, sides: Shape): Shape {
  const [sizes, strides, dilations] = ['kernel_size', 'strides', 'dilation_rate'].map(name => values.tuple(name, sides.length));
  const padding = values.word('padding')?.toLowerCase() ?? '';
  return sides.map((side, axis) =>
    convolved(side, { size: sizes![axis]!, stride: strides![axis]!, dilation: dilations![axis]!, padding }, values),
  );
}

/** `Conv1D` … `Conv3D`: kernel [sizes…, inputs / groups, filters] and bias [filters]. */
function convolution(dimensions: number): KerasRule {
  return {
    kind: 'convolution',
    signature: kerasSignature(
      `filters, kernel_size, strides=1, padding='valid', data_format=None, ${REST}, kernel_initializer='glorot_uniform'`,
    ),
    weights(values, inputs) {
      inputs.ranked(dimensions + 2);
      const [filters, sizes] = [values.integer('filters'), values.tuple('kernel_size', dimensions)];
      const [channels, groups] = [channelsOf(values, inputs), values.integer('groups')];
      if (groups === 0 || channels % groups !== 0 || filters % groups !== 0)
        values.undecided(`${channels} input and ${filters} output channels do not divide into ${groups} groups`);
      const columns = product(sizes) * (channels / groups);
      const layout = { rows: filters, columns, fanIn: columns, fanOut: product(sizes) * filters };
      return [kernel('kernel', [...sizes, channels / groups, filters], layout, values, 'kernel_initializer'), ...biasOf(values, [filters])];
    },
    output(values, inputs) {
      const { sides, join } = spatialSides(values, inputs, dimensions);
      return join(slide(values, sides), values.integer('filters'));
    },
  };
}

/** `Conv1DTranspose` …: kernel [sizes…, filters, inputs]. */
function transposedConvolution(dimensions: number): KerasRule {
  const order = "strides=1, padding='valid', output_padding=None, data_format=None, dilation_rate=1, activation=None, use_bias=True";
  return {
    kind: 'convolution',
    signature: kerasSignature(`filters, kernel_size, ${order}, kernel_initializer='glorot_uniform'`),
    weights(values, inputs) {
      inputs.ranked(dimensions + 2);
      const [filters, sizes, channels] = [values.integer('filters'), values.tuple('kernel_size', dimensions), channelsOf(values, inputs)];
      const layout = {
        rows: filters,
        columns: product(sizes) * channels,
        fanIn: product(sizes) * filters,
        fanOut: product(sizes) * channels,
      };
      return [kernel('kernel', [...sizes, filters, channels], layout, values, 'kernel_initializer'), ...biasOf(values, [filters])];
    },
    output(values, inputs) {
      const { sides, join } = spatialSides(values, inputs, dimensions);
      const [sizes, strides, dilations] = ['kernel_size', 'strides', 'dilation_rate'].map(name => values.tuple(name, dimensions));
      const padding = values.word('padding')?.toLowerCase() ?? '';
      const extra = values.isNone('output_padding') ? undefined : values.tuple('output_padding', dimensions);
      const moved = sides.map((side, axis) =>
        transposed(side, { size: sizes![axis]!, stride: strides![axis]!, dilation: dilations![axis]!, padding }, extra?.[axis], values),
      );
      return join(moved, values.integer('filters'));
    },
  };
}

/** The kernel of a convolution that treats every channel by itself: [sizes…, inputs, multiplier]. */
function depthwiseKernel(name: string, dimensions: number, values: LayerArguments, inputs: LayerInputs, initialiser: string): Parameter {
  inputs.ranked(dimensions + 2);
  const [sizes, channels] = [values.tuple('kernel_size', dimensions), channelsOf(values, inputs)];
  const multiplier = values.integer('depth_multiplier');
  const layout = {
    rows: channels * multiplier,
    columns: product(sizes),
    fanIn: product(sizes) * channels,
    fanOut: product(sizes) * multiplier,
  };
  return kernel(name, [...sizes, channels, multiplier], layout, values, initialiser);
}

/** `DepthwiseConv1D`, `DepthwiseConv2D`. */
function depthwise(dimensions: number): KerasRule {
  const order = "strides=1, padding='valid', depth_multiplier=1, data_format=None, dilation_rate=1, activation=None, use_bias=True";
  const outputs = (values: LayerArguments, inputs: LayerInputs) => channelsOf(values, inputs) * values.integer('depth_multiplier');
  return {
    kind: 'convolution',
    signature: kerasSignature(`kernel_size, ${order}, depthwise_initializer='glorot_uniform'`),
    weights: (values, inputs) => [
      depthwiseKernel('kernel', dimensions, values, inputs, 'depthwise_initializer'),
      ...biasOf(values, [outputs(values, inputs)]),
    ],
    output(values, inputs) {
      const { sides, join } = spatialSides(values, inputs, dimensions);
      return join(slide(values, sides), outputs(values, inputs));
    },
  };
}

/** `SeparableConv1D`, `SeparableConv2D`: a depthwise kernel, a pointwise kernel [1…, inputs · multiplier, filters] and bias [filters]. */
function separable(dimensions: number): KerasRule {
  const order = "strides=1, padding='valid', data_format=None, dilation_rate=1, depth_multiplier=1, activation=None, use_bias=True";
  return {
    kind: 'convolution',
    signature: kerasSignature(
      `filters, kernel_size, ${order}, depthwise_initializer='glorot_uniform', pointwise_initializer='glorot_uniform'`,
    ),
    weights(values, inputs) {
      const [filters, columns] = [values.integer('filters'), channelsOf(values, inputs) * values.integer('depth_multiplier')];
      const ones = Array<number>(dimensions).fill(1);
      const layout = { rows: filters, columns, fanIn: columns, fanOut: filters };
      return [
        depthwiseKernel('depthwise_kernel', dimensions, values, inputs, 'depthwise_initializer'),
        kernel('pointwise_kernel', [...ones, columns, filters], layout, values, 'pointwise_initializer'),
        ...biasOf(values, [filters]),
      ];
    },
    output(values, inputs) {
      const { sides, join } = spatialSides(values, inputs, dimensions);
      return join(slide(values, sides), values.integer('filters'));
    },
  };
}

/** A rule under each of Keras' two names for a layer: `Conv2D`, `Convolution2D`. */
const both = (names: readonly string[], rule: KerasRule) => names.map(name => [name, rule] as const);

/** Convolutions. */
export const CONVOLUTION_RULES: Readonly<Record<string, KerasRule>> = Object.fromEntries([
  ...[1, 2, 3].flatMap(dimensions => [
    ...both([`Conv${dimensions}D`, `Convolution${dimensions}D`], convolution(dimensions)),
    ...both([`Conv${dimensions}DTranspose`, `Convolution${dimensions}DTranspose`], transposedConvolution(dimensions)),
  ]),
  ...[1, 2].flatMap(dimensions => [
    ...both([`DepthwiseConv${dimensions}D`], depthwise(dimensions)),
    ...both([`SeparableConv${dimensions}D`, `SeparableConvolution${dimensions}D`], separable(dimensions)),
  ]),
]);
