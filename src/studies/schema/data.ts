import { z } from 'zod';
import { positiveInteger } from './numbers';

const classes = z.array(z.int().min(0).max(255)).describe('Class numbers as in the label file.');

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
    pretrainingClasses: classes.min(1).optional().describe('Classes that pre-training sees; all when absent.'),
    holdOut: positiveInteger.default(1000).describe('Images kept away from pre-training, for the hold-out certificate.'),
    unlabelled: positiveInteger
      .default(1000)
      .describe("Images of the task's classes whose labels nobody looks at, for RadReg and for preparing features."),
    task: z
      .strictObject({
        positive: classes.min(1).describe('Classes with label +1.'),
        negative: classes.min(1).describe('Classes with label −1.'),
      })
      .describe('The binary task that is fine-tuned.'),
    labels: z.int().min(8).describe('Number of labelled points for fine-tuning, half of each side.'),
    domain: z
      .enum(['same', 'measured'])
      .default('measured')
      .describe('`same` declares that pre-training and downstream inputs follow one law; `measured` measures the shift.'),
  })
  .describe('Which images, and who may see which.');
