import { z } from 'zod';
import { addContradictions } from '../contradictions';
import { boundSchema } from './bound';
import { dataSchema } from './data';
import { encoderSchema } from './encoder';
import { fineTuningSchema } from './fineTuning';
import { objectiveSchema } from './objective';
import { regulariserSchema } from './regulariser';
import { sweepSchema } from './sweep';

/** The study file. Strict everywhere: a misspelt key is a fault. Reference: docs/studies.md. */
export const studySchema = z
  .strictObject({
    $schema: z.string().optional(),
    name: z.string().trim().min(1).describe('What the study is called.'),
    definition: z
      .string()
      .regex(/^.+#[^#]+$/)
      .optional()
      .describe('The model that the study stands for, `models/mae.py#MaskedAutoencoder`, relative to this file.'),
    arguments: z
      .record(z.string(), z.unknown())
      .optional()
      .describe(
        'Arguments that the definition is constructed with, by name: numbers, texts, booleans, null, lists; an object is a configuration with attributes. Lenses, hints and bounds over the definition stand for it.',
      ),
    data: dataSchema,
    encoder: encoderSchema,
    objective: objectiveSchema,
    regulariser: regulariserSchema,
    fineTuning: fineTuningSchema,
    bound: boundSchema.prefault({}),
    sweep: sweepSchema,
  })
  .superRefine(addContradictions);
