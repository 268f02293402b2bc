import type { MatrixSize, TransformerNetwork } from '../../theory/transformerCapacity';
import type { LayerNormalisation } from '../../theory/transformerNorms';
import type { Field, SpecReader } from './specReader';

const FIELDS = {
  blocks: ['L', 'blocks', 'depth'],
  patchNorm: ['B_p', 'patchNorm'],
  embeddingNorm: ['r_0', 'embeddingNorm'],
  embedding: ['W_E', 'w_E'],
  position: ['pos', 'positionNorm'],
  attentionScale: ['alpha_1', 'a_1', 'attentionScale'],
  feedForwardScale: ['alpha_2', 'a_2', 'feedForwardScale'],
  value: ['v', 'W_V'],
  queryKey: ['q', 'W_QK'],
  first: ['f_1', 'W_FC1'],
  second: ['f_2', 'W_FC2'],
  keyWidth: ['d_K', 'keyWidth'],
  heads: ['heads'],
  decoder: ['W_D', 'w_D', 'decoderNorm'],
  normalisation: ['normalisation', 'normalization', 'layerNorm'],
  finalNormalisation: ['finalNormalisation', 'finalNormalization', 'finalNorm'],
  rowNorm: ['c', 'LNrowNorm'],
  lipschitz: ['l', 'LNlipschitz'],
  width: ['d', 'd_model'],
  gain: ['gamma', 'LNgamma'],
  shift: ['LNbeta', 'beta'],
  epsilonNorm: ['epsilon_LN', 'eps_LN', 'LNeps'],
  deviation: ['deviation', 's_LN'],
} satisfies Readonly<Record<string, Field>>;

/** What a theorem asks of every matrix: its number of parameters p (D6) or its norm b (D7); `V`, `M`, `1`, `2`, `D` and `E` name the matrices. */
export type SizeKind = 'parameters' | 'groupNorm';
const SIZE_SYMBOLS: Readonly<Record<SizeKind, string>> = { parameters: 'p', groupNorm: 'b' };

/** Whether a specification speaks of a transformer: it gives the norm of its value matrices. */
export const isTransformer = (spec: SpecReader): boolean => spec.has(FIELDS.value);

function readNormalisation(spec: SpecReader): LayerNormalisation {
  const rowNorm = spec.optionalNumber(FIELDS.rowNorm, 'positive');
  const lipschitz = spec.optionalNumber(FIELDS.lipschitz, 'positive');
  if (rowNorm !== undefined && lipschitz !== undefined) return { rowNorm, lipschitz };
  const gain = spec.number(FIELDS.gain, 'positive', 1);
  const deviation = spec.number(FIELDS.deviation, 'not negative', 0);
  return {
    rowNorm: rowNorm ?? Math.sqrt(spec.number(FIELDS.width, 'count')) * gain + spec.number(FIELDS.shift, 'not negative', 0),
    lipschitz: lipschitz ?? gain / Math.sqrt(deviation ** 2 + spec.number(FIELDS.epsilonNorm, 'positive', 1e-5)),
  };
}

/**
 * A transformer by the symbols of docs/theory.md. A list gives one number a block, a single number stands for every block; with `heads` above 1 the norms
 * v and q, and the sizes p_V, p_M, b_V, b_M, are those of one head.
 */
export function readTransformer(
  spec: SpecReader,
  kind: SizeKind,
): { readonly network: TransformerNetwork; readonly assumptions: readonly string[] } {
  const lists = [FIELDS.value, FIELDS.queryKey, FIELDS.first, FIELDS.second].map(field => spec.lengthOf(field));
  const depth = spec.optionalNumber(FIELDS.blocks, 'count') ?? lists.find(length => length !== undefined) ?? 1;
  const each = (field: Field, otherwise?: number) => spec.numbers(field, 'not negative', depth, otherwise);
  const [a1, a2, v, q, f1, f2] = [
    each(FIELDS.attentionScale, 1),
    each(FIELDS.feedForwardScale, 1),
    each(FIELDS.value),
    each(FIELDS.queryKey),
    each(FIELDS.first),
    each(FIELDS.second),
  ];
  const keyWidth = spec.number(FIELDS.keyWidth, 'count');
  const headCount = spec.number(FIELDS.heads, 'count', 1);
  const place = spec.choice(FIELDS.normalisation, ['none', 'pre', 'post'] as const, 'none');
  const final = spec.flag(FIELDS.finalNormalisation);
  const normalisation = place !== 'none' || final ? readNormalisation(spec) : undefined;
  const sizeField = (name: string): Field => [`${SIZE_SYMBOLS[kind]}_${name}`];
  const size = (name: string): MatrixSize => ({ [kind]: spec.number(sizeField(name), 'not negative') });
  const [sizeV, sizeM, size1, size2, sizeD] = [size('V'), size('M'), size('1'), size('2'), size('D')];
  const patchNorm = spec.number(FIELDS.patchNorm, 'positive');
  const trained = spec.has(sizeField('E'));
  const embedding = trained || !spec.has(FIELDS.embeddingNorm) ? spec.number(FIELDS.embedding, 'not negative') : undefined;
  const position = spec.number(FIELDS.position, 'not negative', 0);
  const decoder = spec.number(FIELDS.decoder, 'not negative');
  const heads = Array.from({ length: headCount }, () => ({ value: sizeV, queryKey: sizeM }));
  const network: TransformerNetwork = {
    patchNorm,
    embeddingNorm: spec.optionalNumber(FIELDS.embeddingNorm, 'positive') ?? patchNorm * embedding! + position,
    decoder: { norm: decoder, size: sizeD },
    ...(trained && { embedding: { norm: embedding!, size: size('E') } }),
    ...(final && { finalNormalisation: normalisation! }),
    blocks: v.map((value, l) => ({
      attentionScale: a1[l]!,
      feedForwardScale: a2[l]!,
      heads: Array.from({ length: headCount }, () => ({ value, queryKey: q[l]! })),
      feedForward: [f1[l]!, f2[l]!],
      keyWidth,
      ...(place !== 'none' && { normalisation: { ...normalisation!, place } }),
      sizes: { heads, feedForward: [size1, size2] },
    })),
  };
  return { network, assumptions: trained ? [] : ['the patch embedding is fixed: it is not learned from these samples'] };
}
