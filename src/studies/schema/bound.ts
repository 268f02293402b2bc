import { z } from 'zod';

/** `bound`: constants of the bounds. */
export const boundSchema = z
  .strictObject({
    failureProbability: z
      .number()
      .gt(0)
      .lt(1)
      .default(0.05)
      .describe('Probability with which all certificates of one trial together may fail.'),
    margin: z.number().positive().default(1).describe('Margin γ of the ramp loss in D1.'),
    scaledRadius: z.number().positive().default(5).describe('Head radius R of D1 in units of 1/rms‖h‖ over unlabelled features.'),
  })
  .describe('Constants of the bounds.');
