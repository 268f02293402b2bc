import { z } from 'zod';

/** Shares of pre-training at which trials can be compared: there the hold-out loss is measured anyway. */
const RUNGS = [1 / 16, 1 / 8, 1 / 4, 1 / 2] as const;

/** `sweep.earlyStop`: successive halving (Jamieson and Talwalkar 2016). */
export const earlyStopSchema = z
  .strictObject({
    eta: z.int().min(2).default(2).describe('One of so many trials goes on at each rung, rounded up.'),
    rungs: z
      .array(z.literal(RUNGS))
      .min(1)
      .default([1 / 4, 1 / 2])
      .describe('Shares of pre-training at which the trials of a seed are compared, rising.'),
  })
  .describe('Stops the trials whose hold-out loss is worse than that of others early; without it, every trial runs to its end.');
