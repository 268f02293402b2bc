import { z } from 'zod';
import { positiveInteger } from './numbers';

/** `fineTuning`: how the encoder is put to the task. */
export const fineTuningSchema = z
  .strictObject({
    modes: z
      .array(z.enum(['probe', 'frozen', 'full']))
      .min(1)
      .describe('`probe`: logistic head in closed form; `frozen`: head by gradient on the frozen encoder; `full`: all weights.'),
    steps: positiveInteger.default(200).describe('Optimiser steps of the modes `frozen` and `full`.'),
    learningRates: z.array(z.number().positive()).min(1).describe('Candidates; one is chosen on part of the labelled points.'),
    weightDecay: z.number().nonnegative().default(0.01).describe('Decoupled weight decay.'),
  })
  .describe('How the encoder is put to the task.');
