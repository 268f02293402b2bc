import type { Parameter } from '../architecture';
import { kerasSignature, type KerasRule, type LayerInputs } from '../keras/kerasRule';
import { axisOf, type Shape } from '../keras/shape';
import type { LayerArguments } from '../torch/layerArguments';
import { lecun } from './lecun';

const product = (sides: readonly number[]): number => sides.reduce((all, side) => all * side, 1);

/** The places of the axes that a layer contracts, counted from the front. */
function contracted(values: LayerArguments, shape: Shape): readonly number[] {
  return values.wholeNumbers('axis').map(axis => axisOf(axis, shape.length) ?? values.undecided(`its input has no axis ${axis}`));
}

/** The shape without some axes, and with what the layer puts at its end. */
const replaced = (shape: Shape, axes: readonly number[], features: readonly number[]): Shape => [
  ...shape.filter((_, place) => !axes.includes(place)),
  ...features,
];

function general(columns: readonly number[], rows: readonly number[], values: LayerArguments): readonly Parameter[] {
  const kernel = lecun('kernel', [...columns, ...rows], product(rows), product(columns));
  return values.flag('use_bias') ? [kernel, { name: 'bias', shape: rows }] : [kernel];
}

/** `linen.DenseGeneral`: kernel [contracted axes…, features…] and bias [features…]. */
export const denseGeneral: KerasRule = {
  kind: 'linear',
  signature: kerasSignature('features, axis=-1, batch_dims=None, use_bias=True'),
  weights(values, inputs) {
    if (!values.isMissing('batch_dims') && values.wholeNumbers('batch_dims').length > 0)
      values.undecided('weights for each sample of a batch are not followed');
    const columns = contracted(values, inputs.first).map(axis => inputs.side(axis));
    return general(columns, values.shape('features'), values);
  },
  output: (values, inputs) => replaced(inputs.first, contracted(values, inputs.first), values.shape('features')),
};

/** `nnx.LinearGeneral`: the same, told the sides that it contracts. */
export const linearGeneral: KerasRule = {
  kind: 'linear',
  signature: kerasSignature('in_features, out_features, axis=-1, batch_axis=None, use_bias=True'),
  weights(values) {
    if (!values.isMissing('batch_axis')) values.undecided('weights for each sample of a batch are not followed');
    return general(values.shape('in_features'), values.shape('out_features'), values);
  },
  output: (values, inputs) => replaced(inputs.first, contracted(values, inputs.first), values.shape('out_features')),
};

/** The letters of the input, the kernel and the result of an equation without an ellipsis. */
function letters(values: LayerArguments): readonly [string, string, string] {
  const parts = /^([a-zA-Z]+),([a-zA-Z]+)->([a-zA-Z]+)$/.exec((values.word('einsum_str') ?? '').replace(/\s/g, ''));
  return parts ? [parts[1]!, parts[2]!, parts[3]!] : values.undecided(`the equation '${values.word('einsum_str')}' is not followed`);
}

function summed(values: LayerArguments, inputs: LayerInputs, kernel: readonly number[]): Shape {
  const [input, weights, result] = letters(values);
  const shape = inputs.ranked(input.length);
  const sides = new Map<string, number | null>(Array.from(input, (letter, place) => [letter, shape[place]!]));
  Array.from(weights).forEach((letter, place) => sides.set(letter, kernel[place] ?? null));
  return Array.from(result, letter => sides.get(letter) ?? null);
}

/** Of the kernel's axes those that are summed over, and those that stay. */
function sidesOf(
  values: LayerArguments,
  kernel: readonly number[],
): { readonly gone: readonly number[]; readonly kept: readonly number[] } {
  const [, weights, result] = letters(values);
  if (weights.length !== kernel.length) values.undecided(`its shape does not fit the equation '${values.word('einsum_str')}'`);
  const stays = (place: number) => result.includes(weights[place]!);
  return { gone: kernel.filter((_, place) => !stays(place)), kept: kernel.filter((_, place) => stays(place)) };
}

/** `linen.Einsum`: a kernel of the shape that is told, and a bias over its axes that stay, in the kernel's order. */
export const linenEinsum: KerasRule = {
  kind: 'linear',
  signature: kerasSignature('shape, einsum_str=None, use_bias=True'),
  weights(values) {
    const shape = values.shape('shape');
    if (values.isMissing('einsum_str')) return values.undecided('its equation is only said when it is called, which is not followed');
    const { gone, kept } = sidesOf(values, shape);
    const kernel = lecun('kernel', shape, product(kept), product(gone));
    return values.flag('use_bias') ? [kernel, { name: 'bias', shape: kept }] : [kernel];
  },
  output: (values, inputs) => summed(values, inputs, values.shape('shape')),
};

/** `nnx.Einsum`: a kernel and, where its shape is told, a bias. */
export const nnxEinsum: KerasRule = {
  kind: 'linear',
  signature: kerasSignature('einsum_str, kernel_shape, bias_shape=None'),
  weights(values) {
    const shape = values.shape('kernel_shape');
    const kernel: Parameter = { name: 'kernel', shape };
    return values.isNone('bias_shape') ? [kernel] : [kernel, { name: 'bias', shape: values.shape('bias_shape') }];
  },
  output: (values, inputs) => summed(values, inputs, values.shape('kernel_shape')),
};
