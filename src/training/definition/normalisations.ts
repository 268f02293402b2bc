import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Computation } from '../../architecture/computation';
import { layerNorm } from '../engine/operations';
import { product } from '../../architecture/sides';

/** Mean and variance of one batch for each channel, unbiased unless the layer says otherwise, and where the running ones stand. */
export interface BatchStatistics {
  readonly mean: string;
  readonly variance: string;
  readonly momentum: number;
  readonly values: { readonly mean: Tensor; readonly variance: Tensor };
}

/** (x − mean)/√(variance + ε) · gain + bias over the last `axes` axes; over the root mean square alone where not `centred`. */
export function layerNormalise(x: Tensor, axes: number, centred: boolean, epsilon: number, gain?: Tensor, bias?: Tensor): Tensor {
  const width = product(x.shape.slice(x.rank - axes));
  const rows = tf.reshape(x, [-1, width]);
  const flat = (tensor: Tensor | undefined, otherwise: () => Tensor): Tensor => (tensor ? tf.reshape(tensor, [width]) : otherwise());
  if (centred) {
    const [ones, zeros] = [flat(gain, () => tf.ones([width])), flat(bias, () => tf.zeros([width]))];
    return tf.reshape(layerNorm(rows, ones, zeros, epsilon), x.shape);
  }
  const scaled = tf.div(rows, tf.sqrt(tf.add(tf.mean(tf.square(rows), -1, true), epsilon)));
  return tf.reshape(
    gain
      ? tf.mul(
          scaled,
          flat(gain, () => gain),
        )
      : scaled,
    x.shape,
  );
}

/** One number for each channel of x [batch, channels, …]. */
const perChannel = (x: Tensor, tensor: Tensor): Tensor => tf.reshape(tensor, [1, x.shape[1]!, ...x.shape.slice(2).map(() => 1)]);

const affine = (x: Tensor, gain: Tensor | undefined, bias: Tensor | undefined): Tensor => {
  const scaled = gain ? tf.mul(x, perChannel(x, gain)) : x;
  return bias ? tf.add(scaled, perChannel(x, bias)) : scaled;
};

/** Normalises each channel by its running statistics, or by those of the batch where `onStatistics` takes them. */
export function batchNormalise(
  x: Tensor,
  { mean, variance, momentum, epsilon, biased }: Extract<Computation, { op: 'batch normalisation' }>,
  state: (name: string) => Tensor,
  gain: Tensor | undefined,
  bias: Tensor | undefined,
  onStatistics: ((statistics: BatchStatistics) => void) | undefined,
): Tensor {
  const normalised = (centre: Tensor, spread: Tensor): Tensor => {
    const scale = tf.div(gain ?? tf.ones([x.shape[1]!]), tf.sqrt(tf.add(spread, epsilon)));
    return affine(tf.sub(x, perChannel(x, centre)), scale, bias);
  };
  if (!onStatistics) return normalised(state(mean), state(variance));
  const axes = Array.from({ length: x.rank }, (_, axis) => axis).filter(axis => axis !== 1);
  const count = x.size / x.shape[1]!;
  const centre = tf.mean(x, axes);
  const spread = tf.mean(tf.square(tf.sub(x, perChannel(x, centre))), axes);
  const followed = biased ? spread : tf.mul(spread, count / Math.max(1, count - 1));
  onStatistics({ mean, variance, momentum, values: { mean: centre, variance: followed } });
  return normalised(centre, spread);
}

/** Normalises each of `groups` runs of channels within its image. */
export function groupNormalise(x: Tensor, groups: number, epsilon: number, gain: Tensor | undefined, bias: Tensor | undefined): Tensor {
  const runs = tf.reshape(x, [x.shape[0], groups, -1]);
  return affine(tf.reshape(layerNormalise(runs, 1, true, epsilon), x.shape), gain, bias);
}
