import { ISOMETRY } from '../../../architecture/composition';
import type { Call, Value } from '../../python/values';
import { NONE, tuple } from '../../python/values';
import { ModuleValue } from '../moduleValue';
import { attention } from './attention';
import { dimension } from './dimension';
import { activate, dropout } from './elementwise';
import { add } from './joins';
import { argumentValue, numberArgument, weightShape } from './moduleArguments';
import { linearRun, projectionRun } from './linearRun';
import { remember, type Recorder } from './recorder';
import { addedMask } from './valueOperations';
import { reshape, transpose } from './shapes';
import { SymbolicTensor } from './symbolicTensor';

type CallLayer = (recorder: Recorder, module: ModuleValue, call: Call) => Value | undefined;

/** `nn.MultiheadAttention`: projections, attention of each head, and the projection of what the heads say. Returns the pair that PyTorch does. */
export function callAttention(recorder: Recorder, module: ModuleValue, call: Call): Value | undefined {
  const line = call.range.startLine;
  const given = ['query', 'key', 'value'].map((name, place) => recorder.tensor(call.positional[place] ?? call.keywords.get(name), line));
  const [query, key, value] = given;
  if (!query || !key || !value) return undefined;
  const settings = { heads: numberArgument(module, 'num_heads'), batchFirst: argumentValue(module, 'batch_first') };
  const given_ = call.positional[5] ?? call.keywords.get('attn_mask');
  const mask = given_ && given_.kind !== 'none' ? recorder.tensor(given_, line) : undefined;
  const hidden = call.positional[3] ?? call.keywords.get('key_padding_mask');
  const added = mask && addedMask(recorder, mask, 1, line);
  if ((mask && !added) || (hidden && hidden.kind !== 'none'))
    return tuple([recorder.unknown('nn.MultiheadAttention', 'what its mask hides is not known', line, [query]), NONE]);
  return tuple([attend(recorder, module, [query, key, value], { ...settings, mask: added }, line), NONE]);
}

interface AttentionSettings {
  readonly heads: number | undefined;
  readonly batchFirst: Value | undefined;
  readonly mask?: SymbolicTensor | undefined;
}

/** The result of `nn.MultiheadAttention` on queries, keys and values. */
function attend(
  recorder: Recorder,
  module: ModuleValue,
  given: readonly [SymbolicTensor, SymbolicTensor, SymbolicTensor],
  { heads, batchFirst, mask }: AttentionSettings,
  line: number,
): SymbolicTensor {
  const path = recorder.pathOf(module);
  const projection = module.attributes.get('out_proj');
  const [width] = projection instanceof ModuleValue ? (weightShape(projection) ?? []) : [];
  const extra = ['add_bias_kv', 'add_zero_attn'].some(name => numberArgument(module, name, 0) !== 0);
  if (path === undefined || width === undefined || heads === undefined || extra || width % heads !== 0)
    return recorder.unknown('nn.MultiheadAttention', 'its arguments are not followed', line, given);
  const isFused = module.attributes.has('in_proj_weight');
  const names = isFused ? Array<string>(3).fill('in_proj_weight') : ['q_proj_weight', 'k_proj_weight', 'v_proj_weight'];
  const isBatchFirst = batchFirst?.kind === 'boolean' && batchFirst.value;
  const [queries, keys, values] = given.map((tensor, place) => {
    const rank = tensor.sides?.length ?? 0;
    const aligned = recorder.along(tensor, rank - 1, line);
    const sides = tensor.sides && [...tensor.sides.slice(0, -1), dimension(width)];
    const run = projectionRun(recorder, module, names[place]!, isFused ? [place * width, (place + 1) * width] : undefined);
    const projected = recorder.emit({ kind: 'layer', path, tensor: names[place]!, gain: ISOMETRY, run }, [aligned], sides, line);
    const ordered = isBatchFirst || rank !== 3 ? projected : transpose(recorder, 'transpose', projected, 0, 1, line);
    const split = reshape(
      recorder,
      'split into heads',
      ordered,
      ordered.sides && [...ordered.sides.slice(0, -1), dimension(heads), dimension(width / heads)],
      line,
    );
    return transpose(recorder, 'transpose', split, -3, -2, line);
  }) as [SymbolicTensor, SymbolicTensor, SymbolicTensor];
  const transposed = transpose(recorder, 'transpose', keys, -2, -1, line);
  const scale = Math.sqrt(heads / width);
  const mixed = attention(recorder, {
    queries,
    keys: transposed,
    values,
    scale,
    sides: queries.sides,
    line,
    run: { op: 'attention', scale },
    ...(mask && { taking: [queries, transposed, values, mask] }),
  });
  const together = transpose(recorder, 'transpose', mixed, -3, -2, line);
  const joined = reshape(recorder, 'join heads', together, together.sides && [...together.sides.slice(0, -2), dimension(width)], line);
  const ordered = isBatchFirst || joined.sides?.length !== 3 ? joined : transpose(recorder, 'transpose', joined, 0, 1, line);
  const result = recorder.emit(
    { kind: 'layer', path: `${path}.out_proj`, tensor: 'weight', gain: ISOMETRY, run: linearRun(recorder, projection as ModuleValue) },
    [recorder.along(ordered, (ordered.sides?.length ?? 1) - 1, line)],
    ordered.sides,
    line,
  );
  remember(recorder, path, given[0], result);
  remember(recorder, `${path}.out_proj`, ordered, result);
  return result;
}

/** Whether a transformer is handed more than the tensors in front: masks, or that later places are hidden. */
export const isMasked = ({ positional, keywords }: Call, tensors: number): boolean =>
  [...positional.slice(tensors), ...[...keywords].flatMap(([name, value]) => (/mask|is_causal/.test(name) ? [value] : []))].some(
    value => value.kind !== 'none' && !(value.kind === 'boolean' && !value.value),
  );

/** `nn.TransformerEncoderLayer` and `nn.TransformerDecoderLayer`, normalising before or after each part. */
export function callTransformerLayer(recorder: Recorder, module: ModuleValue, call: Call, callLayer: CallLayer): Value | undefined {
  const line = call.range.startLine;
  const source = recorder.tensor(call.positional[0] ?? call.keywords.get('src') ?? call.keywords.get('tgt'), line);
  const isDecoder = module.base.endsWith('DecoderLayer');
  const memory = isDecoder ? recorder.tensor(call.positional[1] ?? call.keywords.get('memory'), line) : undefined;
  if (!source || (isDecoder && !memory)) return undefined;
  if (isMasked(call, isDecoder ? 2 : 1)) return recorder.unknown(call.type, 'masks of this layer are not followed', line, [source]);
  const settings = { heads: numberArgument(module, 'nhead'), batchFirst: argumentValue(module, 'batch_first') };
  const apply = (name: string, tensor: SymbolicTensor): SymbolicTensor => {
    const inner = module.attributes.get(name);
    const result =
      inner instanceof ModuleValue ? callLayer(recorder, inner, { ...call, positional: [tensor], keywords: new Map() }) : undefined;
    return result instanceof SymbolicTensor ? result : recorder.unknown(name, `\`${name}\` of this layer is not known`, line, [tensor]);
  };
  const mixed = (name: string, query: SymbolicTensor, other: SymbolicTensor): SymbolicTensor => {
    const inner = module.attributes.get(name);
    return inner instanceof ModuleValue
      ? attend(recorder, inner, [query, other, other], settings, line)
      : recorder.unknown(name, `\`${name}\` of this layer is not known`, line, [query, other]);
  };
  const feedForward = (tensor: SymbolicTensor) => apply('linear2', activated(recorder, module, apply('linear1', tensor), apply, line));
  const first = argumentValue(module, 'norm_first');
  const isFirst = first?.kind === 'boolean' && first.value;
  const parts = [
    (tensor: SymbolicTensor) => mixed('self_attn', tensor, tensor),
    ...(memory ? [(tensor: SymbolicTensor) => mixed('multihead_attn', tensor, memory)] : []),
    feedForward,
  ];
  const result = parts.reduce((tensor, part, index) => {
    const norm = `norm${index + 1}`;
    const branch = (input: SymbolicTensor) => dropout(recorder, `dropout${index + 1}`, part(input), line);
    if (isFirst) return add(recorder, '+', tensor, branch(apply(norm, tensor)), line);
    return apply(norm, add(recorder, '+', tensor, branch(tensor), line));
  }, source);
  const path = recorder.pathOf(module);
  if (path !== undefined) remember(recorder, path, source, result);
  return result;
}

/** The activation of the feed-forward part: a module, a word or a function of `torch`. */
function activated(
  recorder: Recorder,
  module: ModuleValue,
  tensor: SymbolicTensor,
  apply: (name: string, tensor: SymbolicTensor) => SymbolicTensor,
  line: number,
): SymbolicTensor {
  const activation = module.attributes.get('activation');
  if (activation instanceof ModuleValue) return apply('activation', tensor);
  const name =
    activation?.kind === 'string'
      ? activation.value
      : activation?.kind === 'reference'
        ? activation.path.replace(/^.*\./, '')
        : 'activation';
  return (
    activate(recorder, name, tensor, (_, otherwise) => otherwise, line) ??
    recorder.unknown(name, 'the activation of this layer is not known', line, [tensor])
  );
}
