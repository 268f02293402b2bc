import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { ComputedActivation } from '../../architecture/computedFunctions';
import { gelu } from '../engine/operations';

type Numbers = Readonly<Record<string, number>>;

const silu = (x: Tensor): Tensor => tf.mul(x, tf.sigmoid(x));

/** min(max(x, low), high), either of which may be infinite. */
function clamped(x: Tensor, low: number, high: number): Tensor {
  const raised = Number.isFinite(low) ? tf.add(tf.relu(tf.sub(x, low)), low) : x;
  return Number.isFinite(high) ? tf.sub(high, tf.relu(tf.sub(high, raised))) : raised;
}

const negativePart = (x: Tensor): Tensor => tf.neg(tf.relu(tf.neg(x)));

/** x Φ(x) by its approximation with tanh (Hendrycks & Gimpel 2016). */
function tanhGelu(x: Tensor): Tensor {
  const inner = tf.mul(tf.add(x, tf.mul(tf.mul(tf.square(x), x), 0.044715)), Math.sqrt(2 / Math.PI));
  return tf.mul(tf.mul(x, 0.5), tf.add(tf.tanh(inner), 1));
}

const softplus = (x: Tensor, beta = 1): Tensor => (beta === 1 ? tf.softplus(x) : tf.div(tf.softplus(tf.mul(x, beta)), beta));

/** Entrywise functions by their name in PyTorch, in lower case and without underscores; `numbers` are their own arguments. */
export const ACTIVATIONS: Readonly<Record<ComputedActivation, (x: Tensor, numbers: Numbers) => Tensor>> = {
  relu: x => tf.relu(x),
  relu6: x => clamped(x, 0, 6),
  gelu: (x, { approximate = 0 }) => (approximate === 0 ? gelu(x) : tanhGelu(x)),
  silu,
  swish: silu,
  mish: x => tf.mul(x, tf.tanh(tf.softplus(x))),
  selu: x => tf.selu(x),
  sigmoid: x => tf.sigmoid(x),
  logsigmoid: x => tf.neg(tf.softplus(tf.neg(x))),
  tanh: x => tf.tanh(x),
  tanhshrink: x => tf.sub(x, tf.tanh(x)),
  softsign: x => tf.div(x, tf.add(tf.abs(x), 1)),
  hardsigmoid: (x, { slope }) =>
    slope === undefined ? tf.div(clamped(tf.add(x, 3), 0, 6), 6) : clamped(tf.add(tf.mul(x, slope), 0.5), 0, 1),
  hardswish: x => tf.div(tf.mul(x, clamped(tf.add(x, 3), 0, 6)), 6),
  abs: x => tf.abs(x),
  sin: x => tf.sin(x),
  cos: x => tf.cos(x),
  erf: x => tf.erf(x),
  leakyrelu: (x, { negative_slope = 0.01 }) => tf.add(tf.relu(x), tf.mul(negativePart(x), negative_slope)),
  elu: (x, { alpha = 1 }) => tf.add(tf.relu(x), tf.mul(tf.sub(tf.exp(negativePart(x)), 1), alpha)),
  celu: (x, { alpha = 1 }) => tf.add(tf.relu(x), tf.mul(tf.sub(tf.exp(tf.div(negativePart(x), alpha)), 1), alpha)),
  hardtanh: (x, { min_val = -1, max_val = 1 }) => clamped(x, min_val, max_val),
  clamp: (x, { min = -Infinity, max = Infinity }) => clamped(x, min, max),
  softplus: (x, { beta = 1 }) => softplus(x, beta),
  exp: x => tf.exp(x),
  expm1: x => tf.sub(tf.exp(x), 1),
  log: x => tf.log(x),
  log1p: x => tf.log(tf.add(x, 1)),
  log2: x => tf.div(tf.log(x), Math.LN2),
  sqrt: x => tf.sqrt(x),
  rsqrt: x => tf.div(1, tf.sqrt(x)),
  exponential: (x, { base = Math.E }) => tf.exp(tf.mul(x, Math.log(base))),
  floor: x => tf.floor(x),
  ceil: x => tf.ceil(x),
  round: x => tf.round(x),
  sign: x => tf.sign(x),
  reciprocal: (x, { times = 1 }) => tf.div(times, x),
  power: (x, { exponent = 1 }) => (exponent === 0.5 ? tf.sqrt(x) : exponent === -0.5 ? tf.div(1, tf.sqrt(x)) : tf.pow(x, exponent)),
};
