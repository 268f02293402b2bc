import { z } from 'zod';
import { positiveInteger } from './numbers';

/** `objective`: what pre-training minimises. */
export const objectiveSchema = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('none').describe('No pre-training: from scratch.') }),
    z.strictObject({
      kind: z.literal('masked autoencoder').describe('Reconstruct masked patches from the visible ones (He et al. 2022).'),
      maskRatio: z.number().gt(0).lt(1).default(0.75).describe('Share of the patches that is masked.'),
      decoder: z
        .strictObject({
          width: positiveInteger.describe('Features per token; a multiple of `heads`.'),
          depth: positiveInteger.describe('Number of transformer blocks.'),
          heads: positiveInteger.describe('Attention heads per block.'),
        })
        .describe('The light decoder that is thrown away after pre-training.'),
      steps: positiveInteger.describe('Optimiser steps.'),
      batch: positiveInteger.describe('Images per step.'),
      learningRate: z.number().positive().describe('Peak learning rate; a cosine takes it to zero.'),
      warmup: z.int().nonnegative().default(0).describe('Steps of linear warm-up, fewer than `steps`.'),
    }),
  ])
  .describe('What pre-training minimises.');
