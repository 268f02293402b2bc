import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import type { Random } from '../../common/random';
import type { Feeds, InputSpecs, Tensors } from '../engine/engine';

/**
 * What pre-training minimises over an encoder and whatever the objective declares beside it (a decoder, a teacher). Pure functions
 * over tfjs tensors; all randomness comes in through `feeds`, so that one trace serves all steps of the same shape.
 */
export interface Objective {
  /**
   * What a batch of `images` is fed as. Shapes may depend on the mask ratio, and on nothing else that changes from step to step.
   *
   * @param maskRatio the ratio of hold-out measurements when absent
   */
  inputs(images: number, maskRatio?: number): InputSpecs;
  /**
   * The feeds of one batch, `images · layout.tokens` rows, with what is drawn for it: `masked`, 1 where values or whole rows are hidden, or `noisy`, the values
   * with noise.
   */
  feeds(rows: Float32Array, random: Random, maskRatio?: number): Feeds;
  /** What is minimised: a mean over the batch. */
  loss(inputs: Tensors): Scalar;
  /**
   * The loss of each image on its own, `images`, on held-out images. Where a certificate can stand on it, predictions are clipped to
   * the range of the values and errors are in units of its square: never larger than unclipped ones, and in [0, 1].
   */
  clippedErrors(inputs: Tensors, range?: readonly [low: number, high: number]): Tensor;
  /** The values that are painted of a batch, rows as they were fed; absent where what is predicted is no image. */
  paint?(inputs: Tensors): Tensor;
  /** Why no hold-out certificate can stand on this loss; absent where one can. */
  readonly withoutCertificate?: string;
  /** Multiplications for one image beside a full pass of the encoder, in millions: for progress bars. */
  readonly cost: number;
  /** Name of the parameter that is a linear decoder's matrix, values × features; absent where the decoder is deeper. */
  readonly decoderMatrix?: string;
  /** Names of its parameters that no gradient step changes: a teacher's. */
  readonly untrained?: readonly string[];
  /** Called once before the first step. */
  start?(): void;
  /** Called after each step. @param done share of the steps that are done, in (0, 1] */
  afterStep?(done: number): void;
}

/** Values are pixels in [0, 1] unless a data set says otherwise. */
export const PIXEL_RANGE = [0, 1] as const;
