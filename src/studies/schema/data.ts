import { z } from 'zod';
import { positiveInteger } from './numbers';

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

const imageFiles = z.strictObject({
  images: z.string().min(1).describe('IDX file of images (plain or .gz), relative to this file.'),
  labels: z.string().min(1).describe('IDX file of labels (plain or .gz), relative to this file.'),
});

/** `data`: which images, and who may see which. */
export const dataSchema = z
  .strictObject({
    train: imageFiles.describe(
      'The pool: labelled points, unlabelled images, pre-training and hold-out images are drawn from it, disjointly.',
    ),
    test: imageFiles.describe('Images that nothing is trained or chosen on.'),
    pretrainingClasses: classNumbers.min(1).optional().describe('Classes that pre-training sees; all when absent.'),
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
