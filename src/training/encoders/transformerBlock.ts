import { add, mul, reshape, split, transpose, type Tensor } from '@tensorflow/tfjs-core';
import { Fault } from '../../common/fault';
import type { Declares } from '../engine/declares';
import { attention, gelu } from '../engine/operations';
import { linear, normalisation, normalisedBefore, type Layer, type Linear, type Normalisation } from './layers';

export interface BlockSettings {
  readonly width: number;
  readonly heads: number;
  /** Hidden units of the perceptron, as a multiple of the width. */
  readonly mlpRatio: number;
  /** Where the layer normalisations stand: before each sublayer, after each sum, or nowhere; `pre` when absent. */
  readonly norm?: 'pre' | 'post' | 'none' | undefined;
  /** What the output of each sublayer is multiplied with before it is added (α₁ and α₂); 1 when absent. */
  readonly residual?: { readonly attention: number; readonly perceptron: number } | undefined;
}

/** A transformer block on `(sequences · tokens) × width` rows; `tokens` is the length of one sequence. */
export type Block = (x: Tensor, tokens: number) => Tensor;

/** A linear layer as the block enters it: behind its normalisation, or alone. */
type Enter = (layer: Linear) => Layer;

/**
 * Multi-head self-attention: softmax(q·kᵀ/√(width/heads))·v per head, then an output projection.
 * Queries, keys and values are one matrix `name.qkv.weight` of shape [3·width, width].
 */
function selfAttention(parameters: Declares, name: string, { width, heads }: BlockSettings, enter: Enter): Block {
  const size = width / heads;
  if (!Number.isInteger(size))
    throw new Fault(`A width of ${width} cannot be shared by ${heads} heads`, 'choose a width that the heads divide');
  const qkv = enter(linear(parameters, `${name}.qkv`, width, 3 * width));
  const project = linear(parameters, `${name}.proj`, width, width);
  return (x, tokens) => {
    const sequences = x.shape[0] / tokens;
    const perHead = (rows: Tensor): Tensor =>
      reshape(transpose(reshape(rows, [sequences, tokens, heads, size]), [0, 2, 1, 3]), [sequences * heads, tokens, size]);
    const [queries, keys, values] = split(qkv(x), 3, 1).map(perHead) as [Tensor, Tensor, Tensor];
    const mixed = reshape(attention(queries, keys, values, 1 / Math.sqrt(size)), [sequences, heads, tokens, size]);
    return project(reshape(transpose(mixed, [0, 2, 1, 3]), [sequences * tokens, width]));
  };
}

const unchanged: Layer = x => x;
const scaled = (factor: number): Layer => (factor === 1 ? unchanged : x => mul(x, factor));

/**
 * A transformer block, named as in the reference implementation of the vision transformer (Dosovitskiy et al. 2021): `name.norm1`,
 * `name.attn`, `name.norm2`, `name.mlp`. With `pre` x ← x + α₁·attention(norm1(x)), x ← x + α₂·fc2(gelu(fc1(norm2(x)))); with `post`
 * norm1 and norm2 act on the two sums instead (Vaswani et al. 2017); with `none` there are no norms.
 */
export function transformerBlock(parameters: Declares, name: string, settings: BlockSettings): Block {
  const { width, mlpRatio, norm = 'pre', residual = { attention: 1, perceptron: 1 } } = settings;
  const hidden = Math.round(width * mlpRatio);
  const normed = (which: string) => (norm === 'none' ? undefined : normalisation(parameters, `${name}.${which}`, width));
  const entering =
    (normed: Normalisation | undefined): Enter =>
    layer =>
      norm === 'pre' && normed ? normalisedBefore(normed, layer) : layer;
  const norm1 = normed('norm1');
  const attend = selfAttention(parameters, `${name}.attn`, settings, entering(norm1));
  const norm2 = normed('norm2');
  const fc1 = entering(norm2)(linear(parameters, `${name}.mlp.fc1`, width, hidden));
  const fc2 = linear(parameters, `${name}.mlp.fc2`, hidden, width);
  const [first, second] = [scaled(residual.attention), scaled(residual.perceptron)];
  const leaving = (normed: Normalisation | undefined): Layer => (norm === 'post' && normed ? normed : unchanged);
  return (x, tokens) => {
    const attended = leaving(norm1)(add(x, first(attend(x, tokens))));
    return leaving(norm2)(add(attended, second(fc2(gelu(fc1(attended))))));
  };
}

/** Multiplications of one block for one token among `tokens`, in millions. */
export const blockCost = ({ width, mlpRatio }: Pick<BlockSettings, 'width' | 'mlpRatio'>, tokens: number): number =>
  ((4 + 2 * mlpRatio) * width ** 2 + 2 * tokens * width) / 1e6;
