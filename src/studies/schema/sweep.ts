import { z } from 'zod';
import { earlyStopSchema } from './earlyStop';

const part = z.looseObject({}).optional();

/** One arm of a sweep: its name and the parts of the study that it overrides; the merged study is checked as a whole. */
const armSchema = z.strictObject({
  name: z.string().trim().min(1).max(80).describe('What tables and charts call this arm.'),
  data: part,
  encoder: part,
  objective: part,
  regulariser: part,
  fineTuning: part,
  bound: part,
});

/** `sweep`: what is compared. */
export const sweepSchema = z
  .strictObject({
    arms: z
      .array(armSchema)
      .min(1)
      .default([])
      .describe('Each arm overrides parts of the study above; a part of another `kind` replaces it whole.'),
    grid: z
      .record(z.string(), z.array(z.unknown()).min(1))
      .optional()
      .describe(
        'Values to try in every combination, by their place in the study: `{ "regulariser.lambda": [0, 0.003] }`; each combination is an arm, after those above.',
      ),
    seeds: z.array(z.int().nonnegative()).min(1).describe('Each arm runs once with each seed; a seed also draws the split of the data.'),
    earlyStop: earlyStopSchema.optional(),
  })
  .describe('What is compared.');
