import type { Tensor } from '@tensorflow/tfjs-core';
import type { ImageLayout } from '../imageLayout';

/**
 * What training can do to the norm of the features: `free` it can take any value, so that a regulariser may shrink it; `bounded`
 * the encoder ends in a normalisation, which bounds it from above; `fixed` every feature vector has the same norm.
 */
export type NormFreedom = 'free' | 'bounded' | 'fixed';

/**
 * A network from images to feature vectors, written over tfjs tensors. Its parameters were declared under their own names when it
 * was made (`Declares`); anything that can make features can be pre-trained by every objective, except that masked autoencoding
 * asks for `tokens`.
 */
export interface Encoder {
  /** Length of the feature vector. */
  readonly width: number;
  /** How it takes images: tensors of `layout.shape(images)`. */
  readonly layout: ImageLayout;
  readonly norm: NormFreedom;
  /** Multiplications for one image, in millions: for progress bars. */
  readonly cost: number;
  /** Images with nothing masked, or masked by other values, to features, `images × width`. */
  features(images: Tensor): Tensor;
  /** Present where tokens can be encoded with others left out. */
  readonly tokens?: TokenEncoder;
  /** Names of its parameters that no step changes, as running statistics. */
  readonly untrained?: readonly string[];
  /** What its parameters are called where they are saved, with the name that they were declared under; the same names when absent. */
  readonly saved?: Readonly<Record<string, string>>;
  /** A framework that takes its weights in files of its own. */
  readonly weightsFor?: 'tensorflow.js';
  /** Present where it computes otherwise while it is trained, as batch normalisation does. */
  readonly inTraining?: TrainingMode;
}

/** How an encoder is traced for steps of pre-training. */
export interface TrainingMode {
  /** Traces `work` as in training; `met` are statistics of the batch by name. */
  trace<T>(work: () => T): { readonly result: T; readonly met: Readonly<Record<string, Tensor>> };
  /** Takes the statistics of one step. @param valuesOf live values of a parameter by the name that it was declared under */
  took(met: Readonly<Record<string, Float32Array>>, valuesOf: (name: string) => Float32Array): void;
}

/** An encoder that turns each patch into a token and lets the tokens of an image see each other. */
export interface TokenEncoder {
  /** Numbers per token. */
  readonly width: number;
  /** Every patch, `layout.shape(images)`, to a token with its position, `(images · layout.tokens) × width`. */
  embed(patches: Tensor): Tensor;
  /** Any `perImage` embedded tokens of each image to encoded ones, rows in the same order. */
  encode(embedded: Tensor, perImage: number): Tensor;
}
