import { z } from 'zod';
import { positiveInteger } from './numbers';

const lambda = z.number().nonnegative();

/** `regulariser`: what is added to the objective. */
export const regulariserSchema = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('none') }),
    z.strictObject({
      kind: z.literal('l2').describe('Weight decay.'),
      lambda: lambda.describe('Its strength.'),
    }),
    z.strictObject({
      kind: z.literal('radreg').describe('Rademacher representation regularisation on unlabelled downstream images.'),
      lambda: lambda.describe('Its weight in the loss; 0.01 or less is sensible.'),
      draws: positiveInteger.default(16).describe('Number B of random sign configurations per step.'),
      batch: positiveInteger.default(128).describe('Unlabelled downstream images per step.'),
      radius: z.number().positive().default(1).describe('Radius of the heads that the inner maximum runs over.'),
    }),
  ])
  .describe('What is added to the objective.');
