import { z } from 'zod';
import { positiveInteger } from './numbers';
import { labelledSourceSchema, sourceSchema } from './sources';

const classNumbers = z.array(z.int().min(0).max(65_535)).describe('Class numbers of the data set.');

const task = z
  .union([
    z.strictObject({
      positive: classNumbers.min(1).describe('Classes with label +1.'),
      negative: classNumbers.min(1).describe('Classes with label −1.'),
    }),
    z.strictObject({
      classes: z.array(classNumbers.min(1)).min(2).describe('One list of class numbers for each class of the task.'),
    }),
    z.literal('all').describe('Every class of the data set.'),
  ])
  .describe('The task that is fine-tuned: two sides, a list of classes, or "all".');

const labelCount = z.int().min(8);

const corruption = z
  .strictObject({
    kind: z.enum(['gaussian noise', 'blur', 'contrast', 'occlusion']).describe('What is done to each image.'),
    severity: z.int().min(1).max(5).describe('From 1, slight, to 5.'),
  })
  .describe('A shift between pre-training and downstream images.');

/** `data`: which images, and who may see which. */
export const dataSchema = z
  .strictObject({
    train: labelledSourceSchema.describe(
      'The pool: labelled points, unlabelled images, pre-training and hold-out images are drawn from it, disjointly.',
    ),
    test: labelledSourceSchema.describe('Images that nothing is trained or chosen on.'),
    unlabelledPool: sourceSchema
      .optional()
      .describe('Another set for pre-training and hold-out alone: more images without labels, or another domain.'),
    downstream: z
      .strictObject({ corruption: corruption.optional() })
      .optional()
      .describe('What is done to downstream images (labelled, unlabelled, test) and not to those of pre-training.'),
    resize: z
      .tuple([positiveInteger, positiveInteger])
      .optional()
      .describe('Height and width that every image is brought to: area averages when it shrinks, bilinear when it grows.'),
    channels: z.enum(['grey', 'rgb']).optional().describe('What every image is converted to; opacity is always dropped.'),
    normalise: z
      .enum(['none', 'standardise', 'range'])
      .optional()
      .describe('Per channel, or per column of a table, by pre-training samples: mean 0 and deviation 1, or onto [0, 1].'),
    pretrainingClasses: classNumbers.min(1).optional().describe('Classes that pre-training sees; all when absent.'),
    pretrainingImages: positiveInteger.optional().describe('Most images that pre-training sees; all that are left unless said.'),
    holdOut: positiveInteger.default(1000).describe('Images kept away from pre-training, for the hold-out certificate.'),
    unlabelled: positiveInteger
      .default(1000)
      .describe("Images of the task's classes whose labels nobody looks at, for RadReg and for preparing features."),
    task,
    labels: z
      .union([labelCount, z.array(labelCount).min(1)])
      .describe('Labelled points for fine-tuning, equally many of each class; a list gives several budgets from one draw.'),
    domain: z
      .enum(['same', 'measured'])
      .default('measured')
      .describe('`same` declares that pre-training and downstream inputs follow one law; `measured` measures the shift.'),
  })
  .describe('Which images, and who may see which.');
