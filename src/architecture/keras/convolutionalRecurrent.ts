import { isChannelsFirst, kerasSignature, type KerasRule } from './kerasRule';
import { kernel } from './initialisers';
import { convolved } from './window';

const product = (sides: readonly number[]): number => sides.reduce((all, side) => all * side, 1);

/**
 * `ConvLSTM1D` … `ConvLSTM3D`, given (batch, steps, sides…, channels): kernel [sizes…, channels, 4 · filters], recurrent_kernel
 * [sizes…, filters, 4 · filters], which slides with padding `same`, and bias [4 · filters].
 */
function convolutionalLstm(dimensions: number): KerasRule {
  const order = "strides=1, padding='valid', data_format=None, dilation_rate=1, activation=None, recurrent_activation=None, use_bias=True";
  return {
    kind: 'other',
    signature: kerasSignature(
      `filters, kernel_size, ${order}, kernel_initializer='glorot_uniform', recurrent_initializer='orthogonal', return_sequences=False, return_state=False`,
    ),
    weights(values, inputs) {
      inputs.ranked(dimensions + 3);
      const [filters, sizes] = [values.integer('filters'), values.tuple('kernel_size', dimensions)];
      const rows = 4 * filters;
      const matrix = (name: string, channels: number, initialiser: string) => {
        const columns = product(sizes) * channels;
        const layout = { rows, columns, fanIn: columns, fanOut: product(sizes) * rows };
        return kernel(name, [...sizes, channels, rows], layout, values, initialiser);
      };
      return [
        matrix('kernel', inputs.side(isChannelsFirst(values) ? 2 : -1), 'kernel_initializer'),
        matrix('recurrent_kernel', filters, 'recurrent_initializer'),
        ...(values.flag('use_bias') ? [{ name: 'bias', shape: [rows] }] : []),
      ];
    },
    output(values, inputs) {
      const [batch, steps, ...rest] = inputs.ranked(dimensions + 3);
      const first = isChannelsFirst(values);
      const sides = first ? rest.slice(1) : rest.slice(0, -1);
      const [sizes, strides, dilations] = ['kernel_size', 'strides', 'dilation_rate'].map(name => values.tuple(name, dimensions));
      const padding = values.word('padding')?.toLowerCase() ?? '';
      const moved = sides.map((side, axis) =>
        convolved(side, { size: sizes![axis]!, stride: strides![axis]!, dilation: dilations![axis]!, padding }, values),
      );
      const frame = first ? [values.integer('filters'), ...moved] : [...moved, values.integer('filters')];
      return values.flag('return_sequences') ? [batch!, steps!, ...frame] : [batch!, ...frame];
    },
  };
}

/** Convolutional recurrent layers. */
export const CONVOLUTIONAL_RECURRENT_RULES: Readonly<Record<string, KerasRule>> = Object.fromEntries(
  [1, 2, 3].map(dimensions => [`ConvLSTM${dimensions}D`, convolutionalLstm(dimensions)] as const),
);
