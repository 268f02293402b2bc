import * as tf from '@tensorflow/tfjs-core';
import type { Scalar, Tensor, Tensor4D, Variable } from '@tensorflow/tfjs-core';
import { Random } from '../../../../src/common/random';
import type { Feeds, InputSpecs, Tensors } from '../../../../src/training/engine/engine';
import { gatherPad, softmaxCrossEntropy } from '../../../../src/training/engine/operations';
import { Parameters } from '../../../../src/training/engine/parameters';
import { block, dense, norm, randomMasks, type Layer } from './layers';

/** A small model that uses what the real ones use, with a batch of random data. */
export interface TestModel {
  readonly parameters: Parameters;
  readonly inputs: (batch: number) => InputSpecs;
  readonly feeds: (batch: number, seed: string) => Feeds;
  /** One feature vector per sample. */
  readonly features: (inputs: Tensors) => Tensor;
  /** The loss, with λ·RadReg of the features when `signs` [draws, batch] are among the inputs. */
  readonly loss: (inputs: Tensors) => { loss: Scalar };
}

const DRAWS = 3;
const LAMBDA = 0.3;

const product = (a: Tensor, b: Tensor): Tensor => tf.matMul(a, b);
const uniform = (random: Random, size: number): Float32Array => Float32Array.from({ length: size }, () => 2 * random.uniform() - 1);

/** Adds the norm of the signed mean of the features, averaged over draws: what RadReg is for a fixed set of signs. */
function withRadReg(loss: Scalar, features: Tensor, { signs }: Tensors): { loss: Scalar } {
  if (!signs) return { loss };
  const means = tf.div(product(signs, features), features.shape[0]);
  const norms = tf.sqrt(tf.add(tf.sum(tf.square(means), 1), 1e-12));
  return { loss: tf.add(loss, tf.mul(tf.mean(norms), LAMBDA)) };
}

export const signInputs = (batch: number): InputSpecs => ({ signs: { shape: [DRAWS, batch] } });
export const signFeeds = (batch: number): Feeds => {
  const random = new Random('signs');
  return { signs: Float32Array.from({ length: DRAWS * batch }, () => random.sign()) };
};

function matrix(parameters: Parameters, name: string, shape: number[], inputs: number): Variable {
  return parameters.declare(name, shape, { kind: 'normal', deviation: 1 / Math.sqrt(inputs) });
}

/** Autoencoder of dense layers; its features are the narrowest layer's. */
export function mlp(): TestModel {
  const widths = [20, 32, 16, 8, 16, 32, 20];
  const parameters = new Parameters(new Random('mlp'));
  const layers = widths.slice(1).map((to, i) => dense(parameters, `layer${i}`, widths[i]!, to));
  const encode: Layer = x => layers.slice(0, 3).reduce((y, layer) => tf.relu(layer(y)), x);
  const decode: Layer = z => layers.slice(3).reduce((y, layer, i) => (i < 2 ? tf.relu(layer(y)) : layer(y)), z);
  return {
    parameters,
    inputs: batch => ({ x: { shape: [batch, 20] } }),
    feeds: (batch, seed) => ({ x: uniform(new Random(seed), batch * 20) }),
    features: ({ x }) => encode(x!),
    loss: inputs => {
      const features = encode(inputs.x!);
      return withRadReg(tf.mean(tf.squaredDifference(decode(features), inputs.x!)), features, inputs);
    },
  };
}

/** Masked autoencoder on 9 patches of 4 numbers, 3 of them visible; features are the mean of the tokens, a class token first. */
export function vit(): TestModel {
  const [tokens, visible, pixels, width, decoderWidth] = [9, 3, 4, 16, 8];
  const parameters = new Parameters(new Random('vit'));
  const embedding = dense(parameters, 'embed', pixels, width);
  const positions = matrix(parameters, 'positions', [tokens, width], width);
  const classToken = matrix(parameters, 'class', [1, 1, width], width);
  const encoder = [0, 1].map(i => block(parameters, `encoder${i}`, width, 4));
  const encoderNorm = norm(parameters, 'encoder.norm', width);
  const enter = dense(parameters, 'enter', width, decoderWidth);
  const maskToken = matrix(parameters, 'mask', [1, decoderWidth], decoderWidth);
  const decoderPositions = matrix(parameters, 'decoder.positions', [tokens, decoderWidth], decoderWidth);
  const decoder = block(parameters, 'decoder', decoderWidth, 2);
  const decoderNorm = norm(parameters, 'decoder.norm', decoderWidth);
  const leave = dense(parameters, 'leave', decoderWidth, pixels);

  const withPositions = (x: Tensor, table: Tensor): Tensor => tf.reshape(tf.add(tf.reshape(x, [-1, ...table.shape]), table), x.shape);
  const encode = (rows: Tensor, length: number): Tensor => {
    const batch = rows.shape[0] / length;
    const classes = tf.broadcastTo(classToken, [batch, 1, width]);
    const sequence = tf.reshape(tf.concat([classes, tf.reshape(rows, [batch, length, width])], 1), [-1, width]);
    const encoded = encoder.reduce((x, next) => next(x, length + 1), sequence);
    return tf.reshape(encoderNorm(encoded), [batch, length + 1, width]);
  };
  return {
    parameters,
    inputs: batch => ({
      patches: { shape: [batch * tokens, pixels] },
      kept: { shape: [batch * visible], dtype: 'int32' },
      place: { shape: [batch * tokens], dtype: 'int32' },
      masked: { shape: [batch * tokens, 1] },
    }),
    feeds: (batch, seed) => {
      const random = new Random(seed);
      return { patches: uniform(random, batch * tokens * pixels), ...randomMasks(random, batch, tokens, visible) };
    },
    features: ({ patches }) => tf.mean(encode(withPositions(embedding(patches!), positions), tokens), 1),
    loss: inputs => {
      const { patches, kept, place, masked } = inputs as Record<string, Tensor>;
      const encoded = encode(gatherPad(withPositions(embedding(patches!), positions), kept!, place!), visible);
      const rows = tf.reshape(tf.slice(encoded, [0, 1, 0], [-1, visible, width]), [-1, width]);
      const scattered = tf.add(gatherPad(enter(rows), place!, kept!), tf.mul(masked!, maskToken));
      const decoded = leave(decoderNorm(decoder(withPositions(scattered, decoderPositions), tokens)));
      const errors = tf.mul(tf.squaredDifference(decoded, patches!), masked!);
      const loss: Scalar = tf.div(tf.sum(errors), (patches!.shape[0] / tokens) * (tokens - visible) * pixels);
      return withRadReg(loss, tf.mean(encoded, 1), inputs);
    },
  };
}

/** Two convolutions with pools and a dense head, on 16 × 16 images of one channel and 10 classes. */
export function conv(): TestModel {
  const parameters = new Parameters(new Random('conv'));
  const layer = (name: string, shape: [number, number, number, number]): Layer => {
    const filter = matrix(parameters, `${name}.weight`, shape, shape[0] * shape[1] * shape[2]) as unknown as Tensor4D;
    const bias = parameters.declare(`${name}.bias`, [shape[3]], { kind: 'uniform', bound: 0.1 });
    return x => tf.maxPool(tf.relu<Tensor4D>(tf.add(tf.conv2d(x as Tensor4D, filter, 1, 'valid'), bias)), 2, 2, 'valid');
  };
  const [first, second] = [layer('first', [5, 5, 1, 4]), layer('second', [3, 3, 4, 6])];
  const [hidden, head] = [dense(parameters, 'hidden', 24, 16), dense(parameters, 'head', 16, 10)];
  const features = ({ x }: Tensors): Tensor => tf.relu(hidden(tf.reshape(second(first(x!)), [-1, 24])));
  return {
    parameters,
    inputs: batch => ({ x: { shape: [batch, 16, 16, 1] }, labels: { shape: [batch, 10] } }),
    feeds: (batch, seed) => ({
      x: uniform(new Random(seed), batch * 256),
      labels: Float32Array.from({ length: batch * 10 }, (_, i) => Number(i % 10 === Math.floor(i / 10) % 10)),
    }),
    features,
    loss: inputs => {
      const z = features(inputs);
      return withRadReg(softmaxCrossEntropy(head(z), inputs.labels!), z, inputs);
    },
  };
}

export const MODELS: Readonly<Record<string, () => TestModel>> = { mlp, vit, conv };
