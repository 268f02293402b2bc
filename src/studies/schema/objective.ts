import { z } from 'zod';
import { positiveInteger } from './numbers';

const ratio = z.number().gt(0).lt(1);

const maskRatio = z
  .union([
    ratio,
    z
      .strictObject({ from: ratio.describe('In the first step.'), to: ratio.describe('In the last step.') })
      .describe('Changes evenly from the first step to the last.'),
    z.strictObject({ random: z.tuple([ratio, ratio]).describe('Least and largest ratio.') }).describe('Drawn anew in each step.'),
  ])
  .default(0.75)
  .describe('Share of the image that is masked: a number, `{ "from": …, "to": … }` or `{ "random": [least, most] }`.');

const training = {
  steps: positiveInteger.describe('Optimiser steps.'),
  batch: positiveInteger.describe('Images per step.'),
  learningRate: z.number().positive().describe('Peak learning rate; a cosine takes it to zero.'),
  warmup: z.int().nonnegative().default(0).describe('Steps of linear warm-up, fewer than `steps`.'),
};

/** How pixels are hidden from encoders that take the whole image. */
const masking = {
  maskRatio,
  mask: z.enum(['region', 'random']).default('random').describe('One rectangle at a random place, or cells that are chosen one by one.'),
  cell: positiveInteger
    .optional()
    .describe('Side of the cells of a random mask in pixels; 4, or the patch of a vit, unless said otherwise.'),
  fill: z.enum(['zero', 'learned']).default('zero').describe('What stands in masked places: 0, or a value that is learned.'),
};

const imageDecoder = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('linear').describe('One linear layer from features to pixels, as the theory has it.') }),
    z.strictObject({
      kind: z.literal('deep').describe('A perceptron from features to pixels.'),
      widths: z.array(positiveInteger).min(1).describe('Hidden units of each layer before the last, linear one.'),
      activation: z.enum(['relu', 'gelu', 'tanh']).default('relu').describe('The nonlinearity after every hidden layer.'),
    }),
  ])
  .default({ kind: 'linear' })
  .describe('From features to pixels; thrown away after pre-training.');

const maskedAutoencoder = z.strictObject({
  kind: z.literal('masked autoencoder').describe('Reconstruct masked patches from the visible ones (He et al. 2022).'),
  maskRatio,
  normaliseTargets: z
    .boolean()
    .optional()
    .describe('Reconstruct each patch with its own mean taken off and divided by its own deviation; false unless said.'),
  decoder: z
    .strictObject({
      width: positiveInteger.describe('Features per token; a multiple of `heads`.'),
      depth: positiveInteger.describe('Number of transformer blocks.'),
      heads: positiveInteger.describe('Attention heads per block.'),
    })
    .describe('The light decoder that is thrown away after pre-training.'),
  ...training,
});

const contextEncoder = z.strictObject({
  kind: z.literal('context encoder').describe('Reconstruct masked pixels from the features of the masked image (Pathak et al. 2016).'),
  ...masking,
  target: z.enum(['masked', 'all']).default('masked').describe('Which pixels the error counts.'),
  decoder: imageDecoder,
  ...training,
});

const maskReconstruction = z.strictObject({
  kind: z.literal('mask reconstruction').describe('Predict a teacher’s features of the whole image from the masked one (data2vec).'),
  ...masking,
  teacher: z
    .discriminatedUnion('kind', [
      z.strictObject({
        kind: z.literal('momentum').describe('A moving average of the encoder.'),
        momentum: z
          .union([
            z.number().min(0).lt(1),
            z.strictObject({
              from: z.number().min(0).lt(1).describe('In the first step.'),
              to: z.number().min(0).max(1).describe('In the last step.'),
            }),
          ])
          .default({ from: 0.99, to: 1 })
          .describe('What the average keeps in each step; may change evenly over the steps.'),
        normaliseTargets: z.boolean().default(true).describe('Bring every target to mean 0 and deviation 1, which keeps them apart.'),
      }),
      z.strictObject({
        kind: z.literal('scaled').describe('The encoder itself, its features multiplied; no gradient goes through it.'),
        factor: z.number().positive().default(1.1).describe('τ; growth wants it above 1.'),
      }),
    ])
    .describe('Whose features are predicted.'),
  predictor: z
    .discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('none').describe('The features themselves are the prediction.') }),
      z.strictObject({ kind: z.literal('linear') }),
      z.strictObject({ kind: z.literal('deep'), hidden: positiveInteger.describe('Hidden units.') }),
    ])
    .default({ kind: 'linear' })
    .describe('From the student’s features to the teacher’s.'),
  ...training,
});

const denoising = z.strictObject({
  kind: z.literal('denoising').describe('Reconstruct the image from a noisy one (Vincent et al. 2010): a baseline.'),
  noise: z
    .discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('gaussian'), deviation: z.number().positive().describe('In units of the pixels.') }),
      z.strictObject({ kind: z.literal('masking'), ratio: ratio.describe('Share of the pixels that become 0, each on its own.') }),
    ])
    .describe('What is done to the image.'),
  decoder: imageDecoder,
  ...training,
});

/** `objective`: what pre-training minimises. */
export const objectiveSchema = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('none').describe('No pre-training: from scratch.') }),
    maskedAutoencoder,
    contextEncoder,
    maskReconstruction,
    denoising,
  ])
  .describe('What pre-training minimises.');
