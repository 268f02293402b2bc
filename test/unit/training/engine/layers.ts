import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Random } from '../../../../src/common/random';
import { gelu, layerNorm } from '../../../../src/training/engine/operations';
import type { Parameters } from '../../../../src/training/engine/parameters';

/** The layers of the models that tests check and benchmarks measure, in any size. */
export type Layer = (x: Tensor) => Tensor;

/** Weight [from, to] and bias, normal with deviation 1/√from. */
export function dense(parameters: Parameters, name: string, from: number, to: number): Layer {
  const weight = parameters.declare(`${name}.weight`, [from, to], { kind: 'normal', deviation: 1 / Math.sqrt(from) });
  const bias = parameters.declare(`${name}.bias`, [to], { kind: 'zeros' });
  return x => tf.add(tf.matMul(x, weight as Tensor), bias);
}

/** LayerNorm over the last dimension. */
export function norm(parameters: Parameters, name: string, width: number): Layer {
  const gain = parameters.declare(`${name}.weight`, [width], { kind: 'ones' });
  const bias = parameters.declare(`${name}.bias`, [width], { kind: 'zeros' });
  return x => layerNorm(x, gain, bias);
}

/** A pre-norm transformer block over rows [batch · tokens, width]. */
export function block(parameters: Parameters, name: string, width: number, heads: number): (x: Tensor, tokens: number) => Tensor {
  const part = (of: string, from = width, to = width): Layer => dense(parameters, `${name}.${of}`, from, to);
  const [query, key, value, output] = [part('query'), part('key'), part('value'), part('output')];
  const [widen, narrow] = [part('widen', width, 4 * width), part('narrow', 4 * width, width)];
  const [norm1, norm2] = [norm(parameters, `${name}.norm1`, width), norm(parameters, `${name}.norm2`, width)];
  const size = width / heads;
  return (x, tokens) => {
    const batch = x.shape[0] / tokens;
    const split: Layer = y =>
      tf.reshape(tf.transpose(tf.reshape(y, [batch, tokens, heads, size]), [0, 2, 1, 3]), [batch * heads, tokens, size]);
    const join: Layer = y => tf.reshape(tf.transpose(tf.reshape(y, [batch, heads, tokens, size]), [0, 2, 1, 3]), [batch * tokens, width]);
    const h = norm1(x);
    const scores = tf.mul(tf.matMul(split(query(h)), split(key(h)), false, true), 1 / Math.sqrt(size));
    const attended = tf.add(x, output(join(tf.matMul(tf.softmax(scores), split(value(h))))));
    return tf.add(attended, narrow(gelu(widen(norm2(attended)))));
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
