import { z } from 'zod';
import { positiveInteger } from './numbers';

const weightDecay = z.number().nonnegative();

/** `fineTuning`: how the encoder is put to the task. */
export const fineTuningSchema = z
  .strictObject({
    modes: z
      .array(z.enum(['probe', 'frozen', 'full']))
      .min(1)
      .describe('`probe`: logistic head to convergence; `frozen`: head by gradient on the frozen encoder; `full`: all weights.'),
    steps: positiveInteger.default(200).describe('Optimiser steps of the modes `frozen` and `full`.'),
    learningRates: z.array(z.number().positive()).min(1).describe('Candidates; one is chosen on part of the labelled points.'),
    weightDecay: z
      .union([weightDecay, z.array(weightDecay).min(1)])
      .default(0.01)
      .describe('Decoupled weight decay; a list gives candidates that are chosen together with the learning rate.'),
    labelNoise: z
      .number()
      .min(0)
      .lt(1)
      .default(0.05)
      .describe('Share of labels that are flipped for the rationality decomposition F4 of a linear head; 0 leaves it out.'),
  })
  .describe('How the encoder is put to the task.');
