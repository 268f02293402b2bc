import * as tf from '@tensorflow/tfjs-core';
import type { Scalar, Tensor, Tensor4D, Variable } from '@tensorflow/tfjs-core';
import { Random } from '../../src/common/random';
import type { Feeds, InputSpecs, Tensors } from '../../src/training/engine/engine';
import { gatherPad, softmaxCrossEntropy } from '../../src/training/engine/operations';
import { Parameters } from '../../src/training/engine/parameters';
import { block, dense, normedDense, randomMasks, type Layer } from '../unit/training/engine/layers';

/** A model at the size that is measured, with random data to train on. */
export interface BenchmarkModel {
  readonly parameters: Parameters;
  readonly inputs: InputSpecs;
  readonly feeds: Feeds;
  readonly loss: (inputs: Tensors) => { loss: Scalar };
}

const uniform = (random: Random, size: number) => Float32Array.from({ length: size }, () => random.uniform());

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

/** Masked autoencoder on 28 × 28 images in 49 patches of 4 × 4, 12 of them visible; decoder of two blocks of width 64; batch 128. */
function vit(width: number, depth: number): BenchmarkModel {
  const [batch, tokens, visible, pixels, decoderWidth] = [128, 49, 12, 16, 64];
  const random = new Random('vit');
  const parameters = new Parameters(random);
  const small = { kind: 'normal', deviation: 0.02 } as const;
  const embed = dense(parameters, 'embed', pixels, width);
  const positions = parameters.declare('positions', [tokens, width], small);
  const encoder = Array.from({ length: depth }, (_, i) => block(parameters, `encoder.${i}`, width, HEADS));
  const enter = normedDense(parameters, 'encoder.norm', 'enter', width, decoderWidth);
  const maskToken = parameters.declare('maskToken', [1, decoderWidth], small);
  const decoderPositions = parameters.declare('decoderPositions', [tokens, decoderWidth], small);
  const decoder = Array.from({ length: 2 }, (_, i) => block(parameters, `decoder.${i}`, decoderWidth, HEADS));
  const predict = normedDense(parameters, 'decoder.norm', 'predict', decoderWidth, pixels);

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
    feeds: { patches: uniform(random, batch * tokens * pixels), ...randomMasks(random, batch, tokens, visible) },
    loss: ({ patches, kept, place, masked }) => {
      let x = gatherPad(placed(embed(patches!), positions), kept!, place!);
      for (const layer of encoder) x = layer(x, visible);
      x = tf.add(gatherPad(enter(x), place!, kept!), tf.mul(masked!, maskToken));
      x = placed(x, decoderPositions);
      for (const layer of decoder) x = layer(x, tokens);
      const errors = tf.mul(tf.squaredDifference(predict(x), patches!), masked!);
      return { loss: tf.div(tf.sum(errors), batch * (tokens - visible) * pixels) };
    },
  };
}

/** Convolutions 5 × 5 × 32 and 5 × 5 × 64, each with ReLU and 2 × 2 pooling, then 1024-128-10 and cross-entropy; batch 128. */
function conv(): BenchmarkModel {
  const [batch, classes] = [128, 10];
  const random = new Random('conv');
  const parameters = new Parameters(random);
  const layer = (name: string, from: number, to: number): Layer => {
    const weight = parameters.declare(`${name}.weight`, [to, from, 5, 5], { kind: 'normal', deviation: 1 / (5 * Math.sqrt(from)) });
    const bias = parameters.declare(`${name}.bias`, [to], { kind: 'zeros' });
    return x => {
      const filter = tf.transpose(weight as Tensor4D, [2, 3, 1, 0]);
      return tf.maxPool(tf.relu<Tensor4D>(tf.add(tf.conv2d(x as Tensor4D, filter, 1, 'valid'), bias)), 2, 2, 'valid');
    };
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
