import type { Convolution } from '../theory/weights/convolution';
import { elementCount, type TensorInfo } from './checkpoint';
import type { TensorValues } from './elementType';

/** The input of a convolution: channels, height, width; stride and padding where they are not what the kernel suggests. */
export interface InputShape {
  readonly channels: number;
  readonly plane: readonly [height: number, width: number];
  readonly stride?: number;
  readonly padding?: number;
}

/** What is needed of a convolution beside its weights. */
export type ConvolutionShape = Omit<Convolution, 'weights'>;

/**
 * The convolution that a two-dimensional kernel is on an input of the given channels, or nothing where the channels do not fit. Odd kernels slide by one
 * with zero padding that keeps the plane; even ones cut it into patches (stride = kernel, no padding). One input channel a filter means a group a channel.
 */
export function convolutionShape(
  { shape, outputAxis }: Pick<TensorInfo, 'shape' | 'outputAxis'>,
  input: InputShape,
): ConvolutionShape | undefined {
  if (shape.length !== 4) return undefined;
  const [outputs, inputs, height, width] = (outputAxis === 'last' ? [shape[3], shape[2], shape[0], shape[1]] : shape) as [
    number,
    number,
    number,
    number,
  ];
  const groups = inputs === input.channels ? 1 : input.channels / inputs;
  if (!Number.isInteger(groups) || outputs % groups !== 0 || (groups > 1 && inputs !== 1)) return undefined;
  const along = (size: number) => ({
    stride: input.stride ?? (size % 2 ? 1 : size),
    padding: input.padding ?? (size % 2 ? (size - 1) / 2 : 0),
  });
  const [vertical, horizontal] = [along(height), along(width)];
  return {
    outputs,
    inputs,
    groups,
    kernel: [height, width],
    stride: [vertical.stride, horizontal.stride],
    padding: [vertical.padding, horizontal.padding],
    plane: input.plane,
  };
}

/** Kernel values in the order outputs, inputs, height, width. */
export function outputsFirst({ shape, outputAxis }: Pick<TensorInfo, 'shape' | 'outputAxis'>, values: TensorValues): TensorValues {
  if (outputAxis !== 'last') return values;
  const outputs = shape.at(-1)!;
  const inputs = shape.at(-2)!;
  const taps = elementCount(shape) / (outputs * inputs);
  const ordered = values.slice();
  for (let tap = 0; tap < taps; tap++)
    for (let input = 0; input < inputs; input++)
      for (let output = 0; output < outputs; output++)
        ordered[(output * inputs + input) * taps + tap] = values[(tap * inputs + input) * outputs + output]!;
  return ordered;
}
