import * as tf from '@tensorflow/tfjs-core';
import { Value } from './graph';
import { RECORDER } from './recordingBackend';
import { runKernel, withGradient } from './tfjs';

/**
 * Composite differentiable operations for model code. While a step is traced they are single kernels with their own gradients; on every other
 * backend they are chains of ordinary tfjs operations with tfjs' gradients, which is what the compiled ones are checked against.
 */
const compiled = (): boolean => tf.getBackend() === RECORDER;

/** Sums over all axes but the last. */
const sumOverRows = (x: tf.Tensor): tf.Tensor =>
  tf.sum(
    x,
    x.shape.slice(1).map((_, axis) => axis),
  );

/** Layer normalisation over the last axis: x [..., d], gain [d], bias [d] (Ba, Kiros & Hinton 2016). */
export function layerNorm(x: tf.Tensor, gain: tf.Tensor, bias: tf.Tensor, epsilon = 1e-5): tf.Tensor {
  if (!compiled()) {
    const centred = tf.sub(x, tf.mean(x, -1, true));
    const variance = tf.mean(tf.square(centred), -1, true);
    return tf.add(tf.mul(tf.div(centred, tf.sqrt(tf.add(variance, epsilon))), gain), bias);
  }
  return withGradient([x, gain, bias], (save, x, gain, bias) => {
    const [value, mean, inverseDeviation] = runKernel('LayerNorm', { x, gain, bias }, { epsilon });
    save(x, gain, mean!, inverseDeviation!);
    return {
      value: value!,
      gradient: (dy, [x, gain, mean, inverseDeviation]) => {
        const inputs = { x: x!, gain: gain!, mean: mean!, inverseDeviation: inverseDeviation!, dy };
        const [dx, dgain] = runKernel('LayerNormGrad', inputs);
        return [dx!, dgain!, sumOverRows(dy)];
      },
    };
  });
}

/** x · weightᵀ + bias of rows x [n, inputs]: weight [outputs, inputs], bias [outputs]. */
const affine = (x: tf.Tensor, weight: tf.Tensor, bias: tf.Tensor): tf.Tensor => tf.add(tf.matMul(x, weight, false, true), bias);

/**
 * Layer normalisation of rows x [n, inputs] and the linear layer behind it, layerNorm(x) · weightᵀ + offset, with weight [outputs, inputs] and
 * offset [outputs]. As one operation, gain and bias are folded into the linear layer, and the gradient passes over the rows half as often:
 * whatever belongs to gain, bias and the mean is worked out on matrices of the size of the weight.
 */
export function normalisedLinear(
  x: tf.Tensor,
  gain: tf.Tensor,
  bias: tf.Tensor,
  weight: tf.Tensor,
  offset: tf.Tensor,
  epsilon = 1e-5,
): tf.Tensor {
  if (!compiled()) return affine(layerNorm(x, gain, bias, epsilon), weight, offset);
  return withGradient([x, gain, bias, weight, offset], (save, x, gain, bias, weight, offset) => {
    const plain = { gain: tf.onesLike(gain), bias: tf.zerosLike(bias) };
    const [rows, , inverseDeviation] = runKernel('LayerNorm', { x, ...plain }, { epsilon });
    save(rows!, inverseDeviation!, gain, bias, weight);
    const shift = tf.reshape(tf.matMul(weight, tf.reshape(bias, [-1, 1])), offset.shape);
    return {
      value: affine(rows!, tf.mul(weight, gain), tf.add(offset, shift)),
      gradient: (dy, [rows, inverseDeviation, gain, bias, weight]) => {
        const product = tf.matMul(dy, rows!, true);
        const total = tf.sum(dy, 0);
        const column = tf.reshape(total, [-1, 1]);
        const scaled = tf.mul(weight!, gain!);
        const centred = tf.matMul(dy, tf.sub(scaled, tf.mean(scaled, -1, true)));
        const along = tf.mul(rows!, tf.mean(tf.mul(centred, rows!), -1, true));
        return [
          tf.mul(tf.sub(centred, along), inverseDeviation!),
          tf.sum(tf.mul(weight!, product), 0),
          tf.reshape(tf.matMul(column, weight!, true), bias!.shape),
          tf.add(tf.mul(product, gain!), tf.mul(column, bias!)),
          total,
        ];
      },
    };
  });
}

/**
 * Attention of one head each, softmax(scale · q·kᵀ) · v, for queries, keys and values [heads, tokens, size] (Vaswani et al. 2017). The
 * gradient takes the row sums of probabilities times their gradients from the output, which is smaller (Dao et al. 2022).
 */
export function attention(queries: tf.Tensor, keys: tf.Tensor, values: tf.Tensor, scale: number): tf.Tensor {
  const probabilitiesOf = (q: tf.Tensor, k: tf.Tensor): tf.Tensor => tf.softmax(tf.mul(tf.matMul(q, k, false, true), scale));
  if (!compiled()) return tf.matMul(probabilitiesOf(queries, keys), values);
  return withGradient([queries, keys, values], (save, q, k, v) => {
    const probabilities = probabilitiesOf(q, k);
    const value = tf.matMul(probabilities, v);
    save(q, k, v, probabilities, value);
    return {
      value,
      gradient: (dy, [q, k, v, probabilities, value]) => {
        const rowSums = tf.sum(tf.mul(dy, value!), -1, true);
        const scores = tf.mul(tf.sub(tf.matMul(dy, v!, false, true), rowSums), probabilities!);
        return [tf.mul(tf.matMul(scores, k!), scale), tf.mul(tf.matMul(scores, q!, true), scale), tf.matMul(probabilities!, dy, true)];
      },
    };
  });
}

/** The Gaussian error linear unit in its exact form, x Φ(x) (Hendrycks & Gimpel 2016). */
export function gelu(x: tf.Tensor): tf.Tensor {
  if (!compiled()) return tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1));
  return withGradient([x], (save, x) => {
    save(x);
    return { value: runKernel('Gelu', { x })[0]!, gradient: (dy, [x]) => runKernel('GeluGrad', { x: x!, dy }) };
  });
}

/** Mean cross-entropy of logits [n, classes] against one-hot or soft labels [n, classes]; no gradient reaches the labels. */
export function softmaxCrossEntropy(logits: tf.Tensor, labels: tf.Tensor): tf.Scalar {
  const meanLoss = (logarithms: tf.Tensor): tf.Scalar => tf.neg(tf.mean(tf.sum(tf.mul(labels, logarithms), -1)));
  if (!compiled()) return meanLoss(tf.logSoftmax(logits));
  const loss = withGradient([logits], (save, logits) => {
    const logarithms = runKernel('LogSoftmax', { logits }, { axis: -1 })[0]!;
    save(logarithms);
    return {
      value: meanLoss(logarithms),
      gradient: (dy, [logarithms]) => {
        const excess = tf.sub(tf.mul(tf.exp(logarithms!), tf.sum(labels, -1, true)), labels);
        return [tf.mul(excess, tf.div(dy, logits.shape[0]))];
      },
    };
  });
  return tf.reshape(loss, []);
}

/**
 * Picks rows of x [n, d] by `indices` [m] (int32), where the index n means a row of zeros. `inverse` [n] says for each row of x at which
 * position it was picked, m if nowhere; no row may be picked twice. The gradient is then a gather too, instead of a slow scatter.
 */
export function gatherPad(x: tf.Tensor, indices: tf.Tensor, inverse: tf.Tensor): tf.Tensor {
  const pick = (rows: tf.Tensor, positions: tf.Tensor): tf.Tensor =>
    tf.gather(tf.concat([rows, tf.zeros([1, rows.shape[1]!])], 0), positions);
  if (!compiled()) return pick(x, indices);
  return withGradient([x], (_, x) => ({ value: pick(x, indices), gradient: dy => [pick(dy, inverse)] }));
}

/** A tensor of numbers that belong to the model and never change, as a table of positions: the only constant that a traced function may contain. */
export function fixedTensor(values: Float32Array | Int32Array, shape: number[]): tf.Tensor {
  const tensor = tf.tensor(values, shape, values instanceof Int32Array ? 'int32' : 'float32');
  if (tensor.dataId instanceof Value) tensor.dataId.declareIntended();
  return tensor;
}
