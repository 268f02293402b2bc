import type { Side } from '../../../architecture/composition';
import { transposedAxis } from '../../../architecture/flax/flaxRules';
import { axisOf } from '../../../architecture/keras/shape';
import {
  attended,
  channelsFirst,
  channelsLast,
  convolved,
  dense,
  reshapedTo,
  spread,
  type Weights,
} from '../../keras/program/channelsLast';
import { paired } from '../../keras/program/entrywise';
import { einsum, layerProgram, parametric, type LayerSite } from '../../keras/program/layerPrograms';
import { numberOf } from '../../keras/layerSteps';
import { flaxCell } from './flaxCells';
import { refused } from '../../keras/program/programBuilder';

type Rule = (site: LayerSite) => number;

const input = ({ inputs, line }: LayerSite): number => inputs[0] ?? refused('it is given no array', line);

const sidesOf = (site: LayerSite): readonly Side[] => site.builder.sides(input(site));

function weightsOf(site: LayerSite, prefix = ''): Weights {
  const kernel = site.tensor(`${prefix}kernel`) ?? refused(`its \`${prefix}kernel\` is not known, or there is one a repetition`, site.line);
  return { kernel: kernel.name, shape: kernel.shape, bias: site.tensor(`${prefix}bias`)?.name ?? null };
}

/** Arguments that change what a layer computes in a way that is not written down here. */
function requireNone({ values, line }: LayerSite, ...names: readonly string[]): void {
  for (const name of names) {
    const isOff = values.isMissing(name) || (!values.isUndecided(name) && values.given(name) === false);
    if (!isOff) refused(`\`${name}\` is not followed`, line);
  }
}

const owned = (site: LayerSite, name: string): string | null => site.tensor(name)?.name ?? null;

const epsilonOf = ({ values, line }: LayerSite): number => numberOf(values, 'epsilon') ?? refused('its `epsilon` is not known', line);

const linear: Rule = site => dense(site.builder, input(site), weightsOf(site), site.line);

/** A linear map of the last axes to one or more. */
const general: Rule = site => {
  const { builder, values, output, line } = site;
  const sides = sidesOf(site);
  const axes = values.wholeNumbers('axis').map(axis => axisOf(axis, sides.length)!);
  if (!axes.every((axis, place) => axis === sides.length - axes.length + place))
    refused('it sums over axes that are not the last ones', line);
  if (!values.isMissing('batch_dims') && values.wholeNumbers('batch_dims').length > 0) refused('`batch_dims` is not followed', line);
  const weights = weightsOf(site);
  const kept = sides.slice(0, -axes.length);
  const width = weights.shape.slice(0, axes.length).reduce((product, side) => product * side, 1);
  const joined = axes.length === 1 ? input(site) : reshapedTo(builder, input(site), [...kept, width], line);
  const made = dense(builder, joined, weights, line, axes.length);
  return output.length === kept.length + 1 ? made : reshapedTo(builder, made, output, line);
};

/** Numbers for each axis: given once, one an axis, or not at all. */
function perAxis({ values }: LayerSite, name: string, axes: number): readonly number[] {
  return values.isMissing(name) || values.isNone(name) ? Array<number>(axes).fill(1) : values.tuple(name, axes);
}

/** `SAME`, `VALID`, or numbers before and behind each axis. */
function paddingOf({ values, line }: LayerSite, axes: number): string | readonly (readonly [number, number])[] {
  const word = values.wordIfKnown('padding')?.toLowerCase();
  if (word !== undefined) return word;
  const given = values.given('padding');
  const items: readonly unknown[] = Array.isArray(given) ? given : Array<unknown>(axes).fill(given);
  return items.map((item): readonly [number, number] => {
    const [before, after] = Array.isArray(item) ? (item as readonly unknown[]) : [item, item];
    return typeof before === 'number' && typeof after === 'number' ? [before, after] : refused('its padding is not known', line);
  });
}

const convolution: Rule = site => {
  const { builder, values, line } = site;
  const kernel = values.shape('kernel_size');
  const axes = kernel.length;
  if (sidesOf(site).length !== axes + 2) refused('it is given other axes than it slides over', line);
  requireNone(site, 'mask');
  if (perAxis(site, 'input_dilation', axes).some(each => each !== 1)) refused('`input_dilation` is not followed', line);
  const [stride, dilation] = [perAxis(site, 'strides', axes), perAxis(site, 'kernel_dilation', axes)];
  const groups = values.integer('feature_group_count');
  return convolved(builder, input(site), weightsOf(site), { kernel, stride, dilation, padding: paddingOf(site, axes) }, groups, line);
};

const transposedConvolution: Rule = site => {
  const { builder, values, line } = site;
  const kernel = values.shape('kernel_size');
  requireNone(site, 'mask');
  const axes = kernel.map((_, axis) => transposedAxis(values, axis) ?? refused('its padding is not followed', line));
  const sides = site.output.slice(1, -1).filter(side => typeof side === 'number');
  if (sidesOf(site).length !== kernel.length + 2 || sides.length < kernel.length)
    refused('it is given other axes than it slides over', line);
  const padding = axes.map(({ reach, padding: [before, after] }) => [reach - 1 - before, reach - 1 - after] as const);
  const windows = { kernel, stride: axes.map(({ stride }) => stride), dilation: axes.map(({ dilation }) => dilation), padding };
  return spread(builder, input(site), weightsOf(site), { windows, padding, sides, isTurned: !values.flag('transpose_kernel') }, line);
};

const layerNormalisation =
  (centred: boolean): Rule =>
  site => {
    const affine = { weight: owned(site, 'scale'), bias: owned(site, 'bias') };
    const { values } = site;
    if (!values.isMissing('reduction_axes') && values.wholeNumbers('reduction_axes').some(axis => axis !== -1))
      refused('normalisation over several axes is not computed', site.line);
    const computation = { op: 'layer normalisation', axes: 1, centred, epsilon: epsilonOf(site), ...affine } as const;
    return site.builder.emit(computation, [input(site)], sidesOf(site), site.line);
  };

const batchNormalisation: Rule = site => {
  const { builder, values, line } = site;
  const [mean, variance] = ['mean', 'var'].map(name => owned(site, name));
  if (!mean || !variance) return refused('its running statistics are not known', line);
  const momentum = 1 - (numberOf(values, 'momentum') ?? refused('its `momentum` is not known', line));
  const affine = { weight: owned(site, 'scale'), bias: owned(site, 'bias') };
  const first = channelsFirst(builder, input(site), line);
  const computation = { op: 'batch normalisation', mean, variance, momentum, epsilon: epsilonOf(site), biased: true, ...affine } as const;
  return channelsLast(builder, builder.emit(computation, [first], builder.sides(first), line), line);
};

/** Normalisation of every group of channels of an image; of every channel in `InstanceNorm`. */
const groupNormalisation: Rule = site => {
  const { builder, className, values, line } = site;
  const channels = Number(sidesOf(site).at(-1));
  requireNone(site, 'reduction_axes');
  const isGrouped = className !== 'InstanceNorm' && !values.isNone('num_groups');
  const groups = isGrouped
    ? values.integer('num_groups')
    : values.isMissing('group_size')
      ? channels
      : channels / values.integer('group_size');
  const affine = { weight: owned(site, 'scale'), bias: owned(site, 'bias') };
  const first = channelsFirst(builder, input(site), line);
  const computation = { op: 'group normalisation', groups, epsilon: epsilonOf(site), ...affine } as const;
  return channelsLast(builder, builder.emit(computation, [first], builder.sides(first), line), line);
};

const embedding: Rule = site => {
  const table = owned(site, 'embedding') ?? refused('its table is not known', site.line);
  return site.builder.emit({ op: 'lookup', table }, [input(site)], site.output, site.line);
};

/** Queries from the first array, keys and values from the ones behind it, or from the first where there are none. */
const attention: Rule = site => {
  const { builder, values, inputs, line } = site;
  const [query, key = query, value = key] = inputs;
  requireNone(site, 'attention_fn', 'decode');
  if (typeof site.mask === 'number' && builder.sides(site.mask).length === 3) refused('a mask of three axes is not followed', line);
  if (query === undefined || key === undefined || value === undefined) return refused('it is given no array', line);
  if (builder.sides(query).length !== 3) return refused('attention over several axes is not computed', line);
  const project = (name: string, place: number): number => dense(builder, place, weightsOf(site, `${name}/`), line);
  const projected = [project('query', query), project('key', key), project('value', value)] as const;
  const heads = values.integer('num_heads');
  const head = weightsOf(site, 'query/').shape.at(-1)!;
  return dense(builder, attended(builder, projected, heads, 1 / Math.sqrt(head), line, site.mask), weightsOf(site, 'out/'), line, 2);
};

/** `Einsum`, its bias where the letters of its kernel stand in the result. */
const equation: Rule = site => {
  const { builder, values, line } = site;
  const made = einsum(site, 'einsum_str');
  const bias = site.tensor('bias');
  if (!bias) return made;
  const [, kernel = '', result = ''] = (values.word('einsum_str') ?? '').replace(/\s/g, '').split(/,|->/);
  const sides = builder.sides(made).map((side, axis) => (kernel.includes(result[axis]!) ? side : 1));
  const held = builder.emit({ op: 'parameter', name: bias.name }, [], bias.shape, line);
  return paired(builder, 'add', made, reshapedTo(builder, held, sides, line), line);
};

const RULES: Readonly<Record<string, Rule>> = {
  Dense: linear,
  Linear: linear,
  DenseGeneral: general,
  LinearGeneral: general,
  Einsum: equation,
  PReLU: site => parametric(site, 'negative_slope'),
  Conv: convolution,
  ConvTranspose: transposedConvolution,
  LayerNorm: layerNormalisation(true),
  RMSNorm: layerNormalisation(false),
  BatchNorm: batchNormalisation,
  GroupNorm: groupNormalisation,
  InstanceNorm: groupNormalisation,
  Embed: embedding,
  MultiHeadDotProductAttention: attention,
  MultiHeadAttention: attention,
  SelfAttention: attention,
  LSTMCell: flaxCell,
  OptimizedLSTMCell: flaxCell,
  GRUCell: flaxCell,
  SimpleCell: flaxCell,
};

/** Writes down how a layer of Flax is computed. Throws `Undecided` with the reason where it cannot be. */
export function flaxLayer(site: LayerSite): number {
  if (site.className === 'Dropout') return layerProgram(site);
  if (site.part && RULES[site.className] !== flaxCell) return refused('what it makes beside its output is not computed', site.line);
  const rule = Object.hasOwn(RULES, site.className) ? RULES[site.className] : undefined;
  return rule ? rule(site) : refused(`\`${site.className}\` is not among the layers that are computed`, site.line);
}
