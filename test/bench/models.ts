import * as tf from '@tensorflow/tfjs-core';
import type { Scalar, Tensor, Tensor4D, Variable } from '@tensorflow/tfjs-core';
import { Random } from '../../src/common/random';
import type { Feeds, InputSpecs, Tensors } from '../../src/training/engine/engine';
import { gatherPad, gelu, layerNorm, softmaxCrossEntropy } from '../../src/training/engine/operations';
import { Parameters } from '../../src/training/engine/parameters';

/** A model at the size that is measured, with random data to train on. */
export interface BenchmarkModel {
  readonly parameters: Parameters;
  readonly inputs: InputSpecs;
  readonly feeds: Feeds;
  readonly loss: (inputs: Tensors) => { loss: Scalar };
}

type Layer = (x: Tensor) => Tensor;

const product = (a: Tensor, b: Tensor) => tf.matMul(a, b);
const uniform = (random: Random, size: number) => Float32Array.from({ length: size }, () => random.uniform());

function dense(parameters: Parameters, name: string, from: number, to: number): Layer {
  const weight = parameters.declare(`${name}.weight`, [from, to], { kind: 'normal', deviation: 1 / Math.sqrt(from) });
  const bias = parameters.declare(`${name}.bias`, [to], { kind: 'zeros' });
  return x => tf.add(product(x, weight), bias);
}

function norm(parameters: Parameters, name: string, width: number): Layer {
  const gain = parameters.declare(`${name}.weight`, [width], { kind: 'ones' });
  const bias = parameters.declare(`${name}.bias`, [width], { kind: 'zeros' });
  return x => layerNorm(x, gain, bias);
}

/** Autoencoder 784-1024-512-256-512-1024-784 with ReLU and mean squared error, batch 256 (2.9 M parameters). */
function mlp(): BenchmarkModel {
  const widths = [784, 1024, 512, 256, 512, 1024, 784];
  const batch = 256;
  const random = new Random('mlp');
  const parameters = new Parameters(random);
  const layers = widths.slice(1).map((to, i) => dense(parameters, `${i}`, widths[i]!, to));
  const forward: Layer = x => layers.reduce((y, layer, i) => (i < layers.length - 1 ? tf.relu(layer(y)) : layer(y)), x);
  return {
    parameters,
    inputs: { x: { shape: [batch, widths[0]!] } },
    feeds: { x: uniform(random, batch * widths[0]!) },
    loss: ({ x }) => ({ loss: tf.mean(tf.squaredDifference(forward(x!), x!)) }),
  };
}

const HEADS = 4;

/** A pre-norm transformer block over rows [batch · tokens, width]. */
function block(parameters: Parameters, name: string, width: number): (x: Tensor, tokens: number) => Tensor {
  const part = (of: string, from = width, to = width) => dense(parameters, `${name}.${of}`, from, to);
  const [query, key, value, output] = [part('query'), part('key'), part('value'), part('output')];
  const [widen, narrow] = [part('widen', width, 4 * width), part('narrow', 4 * width, width)];
  const [norm1, norm2] = [norm(parameters, `${name}.norm1`, width), norm(parameters, `${name}.norm2`, width)];
  const size = width / HEADS;
  return (x, tokens) => {
    const batch = x.shape[0] / tokens;
    const split: Layer = y =>
      tf.reshape(tf.transpose(tf.reshape(y, [batch, tokens, HEADS, size]), [0, 2, 1, 3]), [batch * HEADS, tokens, size]);
    const join: Layer = y => tf.reshape(tf.transpose(tf.reshape(y, [batch, HEADS, tokens, size]), [0, 2, 1, 3]), [batch * tokens, width]);
    const h = norm1(x);
    const scores = tf.mul(tf.matMul(split(query(h)), split(key(h)), false, true), 1 / Math.sqrt(size));
    const attended = tf.add(x, output(join(tf.matMul(tf.softmax(scores), split(value(h))))));
    return tf.add(attended, narrow(gelu(widen(norm2(attended)))));
  };
}

/** Masked autoencoder on 28 × 28 images in 49 patches of 4 × 4, 12 of them visible; decoder of two blocks of width 64; batch 128. */
function vit(width: number, depth: number): BenchmarkModel {
  const [batch, tokens, visible, pixels, decoderWidth] = [128, 49, 12, 16, 64];
  const random = new Random('vit');
  const parameters = new Parameters(random);
  const small = { kind: 'normal', deviation: 0.02 } as const;
  const embed = dense(parameters, 'embed', pixels, width);
  const positions = parameters.declare('positions', [tokens, width], small);
  const encoder = Array.from({ length: depth }, (_, i) => block(parameters, `encoder.${i}`, width));
  const encoderNorm = norm(parameters, 'encoder.norm', width);
  const enter = dense(parameters, 'enter', width, decoderWidth);
  const maskToken = parameters.declare('maskToken', [1, decoderWidth], small);
  const decoderPositions = parameters.declare('decoderPositions', [tokens, decoderWidth], small);
  const decoder = Array.from({ length: 2 }, (_, i) => block(parameters, `decoder.${i}`, decoderWidth));
  const decoderNorm = norm(parameters, 'decoder.norm', decoderWidth);
  const predict = dense(parameters, 'predict', decoderWidth, pixels);

  const placed = (x: Tensor, where: Variable): Tensor => {
    const columns = where.shape[1]!;
    return tf.reshape(tf.add(tf.reshape(x, [batch, tokens, columns]), where), [batch * tokens, columns]);
  };
  return {
    parameters,
    inputs: {
      patches: { shape: [batch * tokens, pixels] },
      kept: { shape: [batch * visible], dtype: 'int32' },
      place: { shape: [batch * tokens], dtype: 'int32' },
      masked: { shape: [batch * tokens, 1] },
    },
    feeds: { patches: uniform(random, batch * tokens * pixels), ...masks(random, batch, tokens, visible) },
    loss: ({ patches, kept, place, masked }) => {
      let x = gatherPad(placed(embed(patches!), positions), kept!, place!);
      for (const layer of encoder) x = layer(x, visible);
      x = tf.add(gatherPad(enter(encoderNorm(x)), place!, kept!), tf.mul(masked!, maskToken));
      x = placed(x, decoderPositions);
      for (const layer of decoder) x = layer(x, tokens);
      const errors = tf.mul(tf.squaredDifference(predict(decoderNorm(x)), patches!), masked!);
      return { loss: tf.div(tf.sum(errors), batch * (tokens - visible) * pixels) };
    },
  };
}

/** Rows that are kept, where each row went (one past the end for a masked one), and 1 for every masked row. */
function masks(random: Random, batch: number, tokens: number, visible: number): Feeds {
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

/** Convolutions 5 × 5 × 32 and 5 × 5 × 64, each with ReLU and 2 × 2 pooling, then 1024-128-10 and cross-entropy; batch 128. */
function conv(): BenchmarkModel {
  const [batch, classes] = [128, 10];
  const random = new Random('conv');
  const parameters = new Parameters(random);
  const layer = (name: string, from: number, to: number): Layer => {
    const kernel = parameters.declare(`${name}.weight`, [5, 5, from, to], { kind: 'normal', deviation: 1 / (5 * Math.sqrt(from)) });
    const bias = parameters.declare(`${name}.bias`, [to], { kind: 'zeros' });
    return x => tf.maxPool(tf.relu<Tensor4D>(tf.add(tf.conv2d(x as Tensor4D, kernel as Tensor4D, 1, 'valid'), bias)), 2, 2, 'valid');
  };
  const [first, second] = [layer('conv1', 1, 32), layer('conv2', 32, 64)];
  const [hidden, output] = [dense(parameters, 'hidden', 1024, 128), dense(parameters, 'output', 128, classes)];
  const labels = new Float32Array(batch * classes);
  for (let i = 0; i < batch; i++) labels[i * classes + random.integer(classes)] = 1;
  return {
    parameters,
    inputs: { images: { shape: [batch, 28, 28, 1] }, labels: { shape: [batch, classes] } },
    feeds: { images: uniform(random, batch * 784), labels },
    loss: ({ images, labels: expected }) => {
      const features = tf.relu(hidden(tf.reshape(second(first(images!)), [batch, 1024])));
      return { loss: softmaxCrossEntropy(output(features), expected!) };
    },
  };
}

/** Models by the name that the benchmark reports. */
export const MODELS = {
  mlp,
  vit64: () => vit(64, 4),
  vit128: () => vit(128, 6),
  conv,
} satisfies Record<string, () => BenchmarkModel>;

export type ModelName = keyof typeof MODELS;
