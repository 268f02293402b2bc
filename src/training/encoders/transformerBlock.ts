import { add, matMul, mul, reshape, softmax, split, transpose, type Tensor } from '@tensorflow/tfjs-core';
import { Fault } from '../../common/fault';
import type { Declares } from '../engine/declares';
import { gelu } from '../engine/operations';
import { linear, normalisation, type Layer } from './layers';

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

/**
 * Multi-head self-attention: softmax(q·kᵀ/√(width/heads))·v per head, then an output projection.
 * Queries, keys and values are one matrix `name.qkv.weight` of shape [3·width, width].
 */
function attention(parameters: Declares, name: string, { width, heads }: BlockSettings): Block {
  const size = width / heads;
  if (!Number.isInteger(size))
    throw new Fault(`A width of ${width} cannot be shared by ${heads} heads`, 'choose a width that the heads divide');
  const qkv = linear(parameters, `${name}.qkv`, width, 3 * width);
  const project = linear(parameters, `${name}.proj`, width, width);
  return (x, tokens) => {
    const sequences = x.shape[0] / tokens;
    const perHead = (rows: Tensor): Tensor =>
      reshape(transpose(reshape(rows, [sequences, tokens, heads, size]), [0, 2, 1, 3]), [sequences * heads, tokens, size]);
    const [queries, keys, values] = split(qkv(x), 3, 1).map(perHead) as [Tensor, Tensor, Tensor];
    const weights = softmax(mul(matMul(queries, keys, false, true), 1 / Math.sqrt(size)));
    const mixed = reshape(matMul(weights, values), [sequences, heads, tokens, size]);
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
  const normed = (which: string): Layer => (norm === 'none' ? unchanged : normalisation(parameters, `${name}.${which}`, width));
  const norm1 = normed('norm1');
  const attend = attention(parameters, `${name}.attn`, settings);
  const norm2 = normed('norm2');
  const fc1 = linear(parameters, `${name}.mlp.fc1`, width, hidden);
  const fc2 = linear(parameters, `${name}.mlp.fc2`, hidden, width);
  const [first, second] = [scaled(residual.attention), scaled(residual.perceptron)];
  const perceptron: Layer = x => fc2(gelu(fc1(x)));
  if (norm === 'post')
    return (x, tokens) => {
      const attended = norm1(add(x, first(attend(x, tokens))));
      return norm2(add(attended, second(perceptron(attended))));
    };
  return (x, tokens) => {
    const attended = add(x, first(attend(norm1(x), tokens)));
    return add(attended, second(perceptron(norm2(attended))));
  };
}

/** Multiplications of one block for one token among `tokens`, in millions. */
export const blockCost = ({ width, mlpRatio }: Pick<BlockSettings, 'width' | 'mlpRatio'>, tokens: number): number =>
  ((4 + 2 * mlpRatio) * width ** 2 + 2 * tokens * width) / 1e6;
