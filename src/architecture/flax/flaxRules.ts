import type { Parameter } from '../architecture';
import { kerasSignature, unchanged, type KerasRule, type LayerInputs } from '../keras/kerasRule';
import type { Shape } from '../keras/shape';
import { convolved } from '../keras/window';
import type { LayerArguments } from '../torch/layerArguments';
import type { ArgumentValue } from '../torch/signature';
import { LINEN_CELLS, NNX_CELLS } from './cells';
import { denseGeneral, linearGeneral, linenEinsum, nnxEinsum } from './contractions';
import { lecun } from './lecun';

const product = (sides: readonly number[]): number => sides.reduce((all, side) => all * side, 1);

const biasOf = (values: LayerArguments, shape: readonly number[]): readonly Parameter[] =>
  values.flag('use_bias') ? [{ name: 'bias', shape }] : [];

/** Where a layer learns the width of its input: `nnx` is told, `linen` looks at what it is called with. */
type Width = (values: LayerArguments, inputs: LayerInputs) => number;

const seen: Width = (_values, inputs) => inputs.side(-1);
const told =
  (name: string): Width =>
  values =>
    values.integer(name);

/** kernel [inputs, features] and bias. */
const dense = (text: string, width: Width, outputs: string): KerasRule => ({
  kind: 'linear',
  signature: kerasSignature(`${text}, use_bias=True`),
  weights(values, inputs) {
    const [columns, rows] = [width(values, inputs), values.integer(outputs)];
    return [lecun('kernel', [columns, rows], rows, columns), ...biasOf(values, [rows])];
  },
  output: (values, inputs) => [...inputs.first.slice(0, -1), values.integer(outputs)],
});

/** kernel [sizes…, inputs / groups, features] and bias; the number of sizes says how many axes are slid over. */
const convolution = (text: string, width: Width, outputs: string): KerasRule => ({
  kind: 'convolution',
  signature: kerasSignature(
    `${text}, kernel_size, strides=1, padding='SAME', input_dilation=1, kernel_dilation=1, feature_group_count=1, use_bias=True, mask=None`,
  ),
  weights(values, inputs) {
    const [sizes, rows, groups] = [values.shape('kernel_size'), values.integer(outputs), values.integer('feature_group_count')];
    const channels = width(values, inputs);
    if (groups === 0 || channels % groups !== 0) values.undecided(`${channels} channels do not divide into ${groups} groups`);
    return [lecun('kernel', [...sizes, channels / groups, rows], rows, (product(sizes) * channels) / groups), ...biasOf(values, [rows])];
  },
  output(values, inputs) {
    const sizes = values.shape('kernel_size');
    const shape = inputs.ranked(sizes.length + 2);
    return [shape[0]!, ...slid(values, shape.slice(1, -1), sizes, 'strides'), values.integer(outputs)];
  },
});

/** `linen.ConvLocal`: a kernel and a bias of their own for every place of the output. */
function local(shared: KerasRule): KerasRule {
  const places = (values: LayerArguments, inputs: LayerInputs) =>
    shared
      .output(values, inputs)
      .slice(1, -1)
      .map(side => side ?? inputs.undecided('the size of its output is not known'));
  return {
    ...shared,
    weights(values, inputs) {
      const [sizes, rows] = [values.shape('kernel_size'), values.integer('features')];
      const [sides, columns] = [places(values, inputs), product(sizes) * inputs.side(-1)];
      return [{ name: 'kernel', shape: [...sides, columns, rows] }, ...biasOf(values, [...sides, rows])];
    },
  };
}

/** kernel [sizes…, inputs, features], or [sizes…, features, inputs] where `transpose_kernel`. */
const transposedConvolution = (text: string, width: Width, outputs: string): KerasRule => ({
  kind: 'convolution',
  signature: kerasSignature(
    `${text}, kernel_size, strides=None, padding='SAME', kernel_dilation=1, use_bias=True, mask=None, dtype=None, param_dtype=None, transpose_kernel=False`,
  ),
  weights(values, inputs) {
    const [sizes, rows, channels] = [values.shape('kernel_size'), values.integer(outputs), width(values, inputs)];
    const ends = values.flag('transpose_kernel') ? [rows, channels] : [channels, rows];
    return [lecun('kernel', [...sizes, ...ends], rows, product(sizes) * channels), ...biasOf(values, [rows])];
  },
  output(values, inputs) {
    const sizes = values.shape('kernel_size');
    const shape = inputs.ranked(sizes.length + 2);
    const moved = shape.slice(1, -1).map((side, axis) => {
      const reached = transposedAxis(values, axis);
      return side === null || !reached ? null : (side - 1) * reached.stride + 1 + sum(reached.padding) - reached.reach + 1;
    });
    return [shape[0]!, ...moved, values.integer(outputs)];
  },
});

const sum = ([before, after]: readonly [number, number]): number => before + after;

/**
 * Stride, dilation and reach of a transposed convolution's kernel along one axis, and the zeros before and behind its input, which has `stride - 1` zeros
 * between its entries (`jax.lax.conv_transpose`); undefined where its padding is not known.
 */
export function transposedAxis(values: LayerArguments, axis: number) {
  const sizes = values.shape('kernel_size');
  const [stride, dilation] = ['strides', 'kernel_dilation'].map(name =>
    values.isMissing(name) ? 1 : values.tuple(name, sizes.length)[axis]!,
  ) as [number, number];
  const reach = (sizes[axis]! - 1) * dilation + 1;
  const word = values.isUndecided('padding') ? '' : values.wordIfKnown('padding')?.toLowerCase();
  if (word === undefined) {
    const padding = paddedBy(values, axis);
    return padding && { stride, dilation, reach, padding };
  }
  const total = reach + stride - 2 + (word === 'valid' ? Math.max(reach - stride, 0) : 0);
  const before = word === 'valid' || stride > reach - 1 ? reach - 1 : Math.ceil(total / 2);
  return word === 'same' || word === 'valid' ? { stride, dilation, reach, padding: [before, total - before] as const } : undefined;
}

function slid(values: LayerArguments, sides: Shape, sizes: readonly number[], strides: string): Shape {
  const steps = values.isNone(strides) ? sizes.map(() => 1) : values.tuple(strides, sides.length);
  const dilations = values.isNone('kernel_dilation') ? sizes.map(() => 1) : values.tuple('kernel_dilation', sides.length);
  const padding = values.wordIfKnown('padding')?.toLowerCase();
  if (padding === undefined) return sides.map((side, axis) => padded(side, values, axis, sizes[axis]!, steps[axis]!, dilations[axis]!));
  return sides.map((side, axis) =>
    convolved(side, { size: sizes[axis]!, stride: steps[axis]!, dilation: dilations[axis]!, padding }, values),
  );
}

/** The side of an output whose input is padded with numbers; null where they are not known. */
function padded(side: number | null, values: LayerArguments, axis: number, size: number, stride: number, dilation: number): number | null {
  const around = paddedBy(values, axis);
  return side === null || !around || stride === 0 ? null : Math.floor((side + sum(around) - dilation * (size - 1) - 1) / stride) + 1;
}

/** `padding[axis]` entries on both sides, or a pair of numbers; undefined where they are not known. */
function paddedBy(values: LayerArguments, axis: number): readonly [before: number, after: number] | undefined {
  const given = values.isUndecided('padding') ? null : values.given('padding');
  const own = Array.isArray(given) ? (given as readonly ArgumentValue[])[axis] : given;
  const [before, after] = Array.isArray(own) ? (own as readonly ArgumentValue[]) : [own, own];
  return typeof before === 'number' && typeof after === 'number' ? [before, after] : undefined;
}

/** scale and bias of the last axis, as far as they are switched on. */
const normalisation = (text: string, width: Width): KerasRule => ({
  kind: 'normalisation',
  signature: kerasSignature(`${text}, reduction_axes=None, feature_axes=-1${text.includes(' axis=') ? '' : ', axis=-1'}`),
  weights(values, inputs) {
    if ([...values.wholeNumbers('axis'), ...values.wholeNumbers('feature_axes')].some(axis => axis !== -1))
      values.undecided('only the last axis is followed');
    const shape = [width(values, inputs)];
    return ['bias', 'scale'].flatMap(name => (values.flag(`use_${name}`) ? [{ name, shape }] : []));
  },
  output: (_values, inputs) => inputs.first,
});

const AFFINE = 'use_bias=True, use_scale=True';

const embedding: KerasRule = {
  kind: 'embedding',
  signature: kerasSignature('num_embeddings, features'),
  weights(values) {
    const [count, width] = [values.integer('num_embeddings'), values.integer('features')];
    return [{ name: 'embedding', shape: [count, width], outputs: width }];
  },
  output: (values, inputs) => [...inputs.first, values.integer('features')],
};

/** query, key, value [inputs, heads, width] and out [heads, width, outputs], each with its bias. */
const attention = (text: string, width: Width): KerasRule => ({
  kind: 'attention',
  signature: kerasSignature(
    `${text}, qkv_features=None, out_features=None, use_bias=True, normalize_qk=False, in_kv_features=None, num_kv_heads=None, attention_fn=None, decode=False`,
  ),
  weights(values, inputs) {
    if (values.flag('normalize_qk') || !values.isMissing('in_kv_features') || !values.isMissing('num_kv_heads'))
      values.undecided('this form of attention is not followed');
    const [inputWidth, heads] = [width(values, inputs), values.integer('num_heads')];
    const features = values.integerOr('qkv_features', inputWidth);
    const outputs = values.integerOr('out_features', inputWidth);
    if (heads === 0 || features % heads !== 0) values.undecided(`a width of ${features} does not divide into ${heads} heads`);
    const head = features / heads;
    const bias = (name: string, shape: readonly number[]) => (values.flag('use_bias') ? [{ name: `${name}/bias`, shape }] : []);
    const projections = ['query', 'key', 'value'].flatMap((name, place) => {
      const columns = place > 0 && inputs.count > 1 ? inputs.side(-1, Math.min(place, inputs.count - 1)) : inputWidth;
      return [lecun(`${name}/kernel`, [columns, heads, head], features, columns), ...bias(name, [heads, head])];
    });
    return [...projections, lecun('out/kernel', [heads, head, outputs], outputs, features), ...bias('out', [outputs])];
  },
  output: (values, inputs) => [...inputs.first.slice(0, -1), values.integerOr('out_features', inputs.side(-1))],
});

const prelu: KerasRule = { ...unchanged('activation', 'negative_slope_init=0.01'), weights: () => [{ name: 'negative_slope', shape: [] }] };

const COMMON: Readonly<Record<string, KerasRule>> = { Embed: embedding, Dropout: unchanged('dropout', 'rate'), PReLU: prelu };

const LINEN: ReadonlyMap<string, KerasRule> = new Map(
  Object.entries({
    ...COMMON,
    ...LINEN_CELLS,
    ConvTranspose: transposedConvolution('features', seen, 'features'),
    ConvLocal: local(convolution('features', seen, 'features')),
    DenseGeneral: denseGeneral,
    Einsum: linenEinsum,
    Dense: dense('features', seen, 'features'),
    Conv: convolution('features', seen, 'features'),
    LayerNorm: normalisation(`epsilon=1e-06, dtype=None, param_dtype=None, ${AFFINE}`, seen),
    BatchNorm: normalisation(
      `use_running_average=None, axis=-1, momentum=0.99, epsilon=1e-05, dtype=None, param_dtype=None, ${AFFINE}`,
      seen,
    ),
    GroupNorm: normalisation(`num_groups=32, group_size=None, epsilon=1e-06, dtype=None, param_dtype=None, ${AFFINE}`, seen),
    InstanceNorm: normalisation(`epsilon=1e-06, dtype=None, param_dtype=None, ${AFFINE}`, seen),
    RMSNorm: normalisation('epsilon=1e-06, dtype=None, param_dtype=None, use_scale=True, use_bias=False', seen),
    MultiHeadDotProductAttention: attention('num_heads, dtype=None, param_dtype=None', seen),
    MultiHeadAttention: attention('num_heads, dtype=None, param_dtype=None', seen),
    SelfAttention: attention('num_heads, dtype=None, param_dtype=None', seen),
  } satisfies Record<string, KerasRule>),
);

const NNX: ReadonlyMap<string, KerasRule> = new Map(
  Object.entries({
    ...COMMON,
    ...NNX_CELLS,
    Linear: dense('in_features, out_features', told('in_features'), 'out_features'),
    LinearGeneral: linearGeneral,
    Einsum: nnxEinsum,
    ConvTranspose: transposedConvolution('in_features, out_features', told('in_features'), 'out_features'),
    Conv: convolution('in_features, out_features', told('in_features'), 'out_features'),
    LayerNorm: normalisation(`num_features, epsilon=1e-06, ${AFFINE}`, told('num_features')),
    BatchNorm: normalisation(
      `num_features, use_running_average=False, axis=-1, momentum=0.99, epsilon=1e-05, ${AFFINE}`,
      told('num_features'),
    ),
    GroupNorm: normalisation(`num_features, num_groups=32, group_size=None, epsilon=1e-06, ${AFFINE}`, told('num_features')),
    InstanceNorm: normalisation(`num_features, epsilon=1e-06, ${AFFINE}`, told('num_features')),
    RMSNorm: normalisation('num_features, epsilon=1e-06, use_scale=True, use_bias=False', told('num_features')),
    MultiHeadAttention: attention('num_heads, in_features', told('in_features')),
  } satisfies Record<string, KerasRule>),
);

/** The rule of a class of `flax.linen` by its bare name. */
export const linenRule = (name: string): KerasRule | undefined => LINEN.get(name);

/** The rule of a class of `flax.nnx` by its bare name; its shapes do not depend on what it is called with. */
export const nnxRule = (name: string): KerasRule | undefined => NNX.get(name);
