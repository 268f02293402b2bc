import { z } from 'zod';
import { positiveInteger } from './numbers';

/** `encoder`: what is pre-trained. */
export const encoderSchema = z
  .strictObject({
    kind: z.literal('vit').describe('A vision transformer that ends in LayerNorm.'),
    patch: positiveInteger.describe('Side of the square patches in pixels; divides the height and the width of the images.'),
    width: positiveInteger.describe('Features per token; a multiple of `heads`.'),
    depth: positiveInteger.describe('Number of transformer blocks.'),
    heads: positiveInteger.describe('Attention heads per block.'),
    mlpRatio: z.number().positive().default(4).describe('Hidden width of each block’s perceptron in units of `width`.'),
  })
  .describe('The encoder that is pre-trained and fine-tuned.');
