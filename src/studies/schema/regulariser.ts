import { z } from 'zod';
import { positiveInteger } from './numbers';

const lambda = z.number().nonnegative();

/** Whose features a penalty looks at. */
const inputs = z
  .enum(['downstream', 'pretraining'])
  .optional()
  .describe('Unlabelled downstream images (unless said otherwise), or pre-training images.');
const batch = positiveInteger.default(128).describe('Images per step.');

const none = z.strictObject({ kind: z.literal('none') });

const single = [
  z.strictObject({
    kind: z.literal('l2').describe('Weight decay.'),
    lambda: lambda.describe('Its strength.'),
  }),
  z.strictObject({
    kind: z.literal('radreg').describe('Rademacher representation regularisation on unlabelled downstream images.'),
    lambda: lambda.describe('Its weight in the loss; 0.01 or less is sensible.'),
    draws: positiveInteger.default(16).describe('Number B of random sign configurations per step.'),
    batch: batch.describe('Unlabelled images per step.'),
    radius: z.number().positive().default(1).describe('Radius of the heads that the inner maximum runs over.'),
    inputs,
    signs: z
      .enum(['fresh', 'fixed'])
      .optional()
      .describe('New signs in each step (unless said otherwise), or B signs for each image that stay.'),
    normalise: z
      .boolean()
      .optional()
      .describe('Penalise the features divided by their norm, which shrinking cannot lower; false unless said.'),
    head: z
      .discriminatedUnion('kind', [
        z.strictObject({ kind: z.literal('l2').describe('Linear heads of Euclidean norm ≤ R: closed form.') }),
        z.strictObject({ kind: z.literal('l1').describe('Linear heads whose absolute weights sum to ≤ R: closed form.') }),
        z.strictObject({
          kind: z
            .literal('k-class')
            .describe('A linear head of Frobenius norm ≤ R with one output and one set of signs for each class: closed form.'),
          classes: z.int().min(2).describe('How many classes.'),
        }),
        z.strictObject({
          kind: z.literal('mlp').describe('Perceptrons with one hidden layer, both of norm ≤ R: projected gradient ascent.'),
          hidden: positiveInteger.default(16).describe('Hidden units.'),
          steps: positiveInteger.default(5).describe('Ascent steps in each step of training, from where the last ones ended.'),
          rate: z.number().positive().default(1).describe('Length of the ascent steps, in units of the radius.'),
        }),
      ])
      .optional()
      .describe('Over which heads the inner maximum runs; `l2` unless said otherwise.'),
  }),
  z.strictObject({
    kind: z.literal('feature decay').describe('The mean squared norm of the features.'),
    lambda: lambda.describe('Its weight in the loss.'),
    batch,
    inputs,
  }),
  z.strictObject({
    kind: z.literal('spectral norm').describe('The sum of the squared spectral norms of the encoder’s weight matrices.'),
    lambda: lambda.describe('Its weight in the loss.'),
  }),
] as const;

/** `regulariser`: what is added to the objective. */
export const regulariserSchema = z
  .union([
    z.discriminatedUnion('kind', [none, ...single]),
    z
      .array(z.discriminatedUnion('kind', [...single]))
      .min(1)
      .describe('Several at once, each kind at most once.'),
  ])
  .describe('What is added to the objective: one regulariser or a list.');
