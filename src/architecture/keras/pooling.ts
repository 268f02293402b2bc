import { weightless, type KerasRule } from './kerasRule';
import { convolved, spatialSides } from './window';

/** `MaxPooling1D` … and `AveragePooling1D` …; strides are the pool's size unless they are given. */
const pooling = (dimensions: number): KerasRule =>
  weightless('pooling', "pool_size=2, strides=None, padding='valid', data_format=None", (values, inputs) => {
    const { sides, join } = spatialSides(values, inputs, dimensions);
    const sizes = values.tuple('pool_size', dimensions);
    const strides = values.isNone('strides') ? sizes : values.tuple('strides', dimensions);
    const padding = values.word('padding')?.toLowerCase() ?? '';
    return join(sides.map((side, axis) => convolved(side, { size: sizes[axis]!, stride: strides[axis]!, dilation: 1, padding }, values)));
  });

/** `GlobalAveragePooling1D` … and `GlobalMaxPooling1D` …. */
const globalPooling = (dimensions: number): KerasRule =>
  weightless('pooling', 'data_format=None, keepdims=False', (values, inputs) => {
    const { sides, channels, join } = spatialSides(values, inputs, dimensions);
    return values.flag('keepdims') ? join(sides.map(() => 1)) : [inputs.first[0]!, channels];
  });

/** `AdaptiveAveragePooling2D` …: sides as they are asked for. */
const adaptive = (dimensions: number): KerasRule =>
  weightless('pooling', 'output_size, data_format=None', (values, inputs) =>
    spatialSides(values, inputs, dimensions).join(values.tuple('output_size', dimensions)),
  );

/** Poolings, under each of Keras' names. */
export const POOLING_RULES: Readonly<Record<string, KerasRule>> = Object.fromEntries(
  [1, 2, 3].flatMap(dimensions => [
    ...['MaxPooling', 'AveragePooling', 'MaxPool', 'AvgPool'].map(name => [`${name}${dimensions}D`, pooling(dimensions)] as const),
    ...['GlobalAveragePooling', 'GlobalMaxPooling', 'GlobalAvgPool', 'GlobalMaxPool'].map(
      name => [`${name}${dimensions}D`, globalPooling(dimensions)] as const,
    ),
    ...['AdaptiveAveragePooling', 'AdaptiveMaxPooling'].map(name => [`${name}${dimensions}D`, adaptive(dimensions)] as const),
  ]),
);
