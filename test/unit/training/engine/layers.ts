import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Random } from '../../../../src/common/random';
import { attention, gelu, layerNorm, normalisedLinear } from '../../../../src/training/engine/operations';
import type { Parameters } from '../../../../src/training/engine/parameters';

/** The layers of the models that tests check and benchmarks measure, in any size. */
export type Layer = (x: Tensor) => Tensor;

const linear = (parameters: Parameters, name: string, from: number, to: number) =>
  [
    parameters.declare(`${name}.weight`, [to, from], { kind: 'normal', deviation: 1 / Math.sqrt(from) }),
    parameters.declare(`${name}.bias`, [to], { kind: 'zeros' }),
  ] as const;

const standard = (parameters: Parameters, name: string, width: number) =>
  [
    parameters.declare(`${name}.weight`, [width], { kind: 'ones' }),
    parameters.declare(`${name}.bias`, [width], { kind: 'zeros' }),
  ] as const;

/** Weight [to, from] and bias, normal with deviation 1/√from. */
export function dense(parameters: Parameters, name: string, from: number, to: number): Layer {
  const [weight, bias] = linear(parameters, name, from, to);
  return x => tf.add(tf.matMul(x, weight as Tensor, false, true), bias);
}

/** LayerNorm over the last dimension. */
export function norm(parameters: Parameters, name: string, width: number): Layer {
  const [gain, bias] = standard(parameters, name, width);
  return x => layerNorm(x, gain, bias);
}

/** LayerNorm over the last dimension and a dense layer behind it. */
export function normedDense(parameters: Parameters, normName: string, name: string, from: number, to: number): Layer {
  const normParameters = standard(parameters, normName, from);
  const denseParameters = linear(parameters, name, from, to);
  return x => normalisedLinear(x, ...normParameters, ...denseParameters);
}

/** A pre-norm transformer block over rows [batch · tokens, width]. */
export function block(parameters: Parameters, name: string, width: number, heads: number): (x: Tensor, tokens: number) => Tensor {
  const project = normedDense(parameters, `${name}.norm1`, `${name}.qkv`, width, 3 * width);
  const output = dense(parameters, `${name}.output`, width, width);
  const widen = normedDense(parameters, `${name}.norm2`, `${name}.widen`, width, 4 * width);
  const narrow = dense(parameters, `${name}.narrow`, 4 * width, width);
  const size = width / heads;
  return (x, tokens) => {
    const batch = x.shape[0] / tokens;
    const split: Layer = y =>
      tf.reshape(tf.transpose(tf.reshape(y, [batch, tokens, heads, size]), [0, 2, 1, 3]), [batch * heads, tokens, size]);
    const join: Layer = y => tf.reshape(tf.transpose(tf.reshape(y, [batch, heads, tokens, size]), [0, 2, 1, 3]), [batch * tokens, width]);
    const [queries, keys, values] = tf.split(project(x), 3, 1).map(split) as [Tensor, Tensor, Tensor];
    const attended = tf.add(x, output(join(attention(queries, keys, values, 1 / Math.sqrt(size)))));
    return tf.add(attended, narrow(gelu(widen(attended))));
  };
}

/** Rows that are kept, where each row went (one past the end for a masked one), and 1 for every masked row. */
export function randomMasks(random: Random, batch: number, tokens: number, visible: number) {
  const kept = new Int32Array(batch * visible);
  const place = new Int32Array(batch * tokens).fill(batch * visible);
  const masked = new Float32Array(batch * tokens).fill(1);
  for (let image = 0; image < batch; image++)
    random
      .permutation(tokens)
      .subarray(0, visible)
      .forEach((token, i) => {
        const row = image * tokens + token;
        kept[image * visible + i] = row;
        place[row] = image * visible + i;
        masked[row] = 0;
      });
  return { kept, place, masked };
}
