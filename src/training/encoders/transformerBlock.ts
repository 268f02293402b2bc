import { add, matMul, mul, reshape, softmax, split, transpose, type Tensor } from '@tensorflow/tfjs-core';
import { Fault } from '../../common/fault';
import { gelu } from '../engine/operations';
import type { Parameters } from '../engine/parameters';
import { linear, normalisation } from './layers';

export interface BlockSettings {
  readonly width: number;
  readonly heads: number;
  /** Hidden units of the perceptron, as a multiple of the width. */
  readonly mlpRatio: number;
}

/** A transformer block on `(sequences · tokens) × width` rows; `tokens` is the length of one sequence. */
export type Block = (x: Tensor, tokens: number) => Tensor;

/**
 * Multi-head self-attention: softmax(q·kᵀ/√(width/heads))·v per head, then an output projection.
 * Queries, keys and values are one matrix `name.qkv.weight` of shape [3·width, width].
 */
function attention(parameters: Parameters, name: string, { width, heads }: BlockSettings): Block {
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

/**
 * A pre-norm transformer block, x ← x + attention(norm1(x)), x ← x + fc2(gelu(fc1(norm2(x)))), named as in the reference
 * implementation of the vision transformer (Dosovitskiy et al. 2021): `name.norm1`, `name.attn`, `name.norm2`, `name.mlp`.
 */
export function transformerBlock(parameters: Parameters, name: string, settings: BlockSettings): Block {
  const { width, mlpRatio } = settings;
  const hidden = Math.round(width * mlpRatio);
  const norm1 = normalisation(parameters, `${name}.norm1`, width);
  const attend = attention(parameters, `${name}.attn`, settings);
  const norm2 = normalisation(parameters, `${name}.norm2`, width);
  const fc1 = linear(parameters, `${name}.mlp.fc1`, width, hidden);
  const fc2 = linear(parameters, `${name}.mlp.fc2`, hidden, width);
  return (x, tokens) => {
    const attended = add(x, attend(norm1(x), tokens));
    return add(attended, fc2(gelu(fc1(norm2(attended)))));
  };
}
