import { z } from 'zod';
import { addContradictions } from './contradictions';

const classes = z.array(z.int().min(0).max(255)).describe('Class numbers as in the label file.');
const imageFiles = z.strictObject({
  images: z.string().min(1).describe('IDX file of images (plain or .gz), relative to this file.'),
  labels: z.string().min(1).describe('IDX file of labels (plain or .gz), relative to this file.'),
});
const positiveInteger = z.int().positive();

const dataSchema = z
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

const encoderSchema = z
  .strictObject({
    kind: z.literal('vit').describe('A vision transformer that ends in LayerNorm.'),
    patch: positiveInteger.describe('Side of the square patches in pixels; divides the height and the width of the images.'),
    width: positiveInteger.describe('Features per token; a multiple of `heads`.'),
    depth: positiveInteger.describe('Number of transformer blocks.'),
    heads: positiveInteger.describe('Attention heads per block.'),
    mlpRatio: z.number().positive().default(4).describe('Hidden width of each block’s perceptron in units of `width`.'),
  })
  .describe('The encoder that is pre-trained and fine-tuned.');

const objectiveSchema = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('none').describe('No pre-training: from scratch.') }),
    z.strictObject({
      kind: z.literal('masked autoencoder').describe('Reconstruct masked patches from the visible ones (He et al. 2022).'),
      maskRatio: z.number().gt(0).lt(1).default(0.75).describe('Share of the patches that is masked.'),
      decoder: z
        .strictObject({
          width: positiveInteger.describe('Features per token; a multiple of `heads`.'),
          depth: positiveInteger.describe('Number of transformer blocks.'),
          heads: positiveInteger.describe('Attention heads per block.'),
        })
        .describe('The light decoder that is thrown away after pre-training.'),
      steps: positiveInteger.describe('Optimiser steps.'),
      batch: positiveInteger.describe('Images per step.'),
      learningRate: z.number().positive().describe('Peak learning rate; a cosine takes it to zero.'),
      warmup: z.int().nonnegative().default(0).describe('Steps of linear warm-up, fewer than `steps`.'),
    }),
  ])
  .describe('What pre-training minimises.');

const lambda = z.number().nonnegative();

const regulariserSchema = z
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

const fineTuningSchema = z
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

const boundSchema = z
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

const sweepSchema = z
  .strictObject({
    arms: z.array(armSchema).min(1).describe('Each arm overrides parts of the study above; a part of another `kind` replaces it whole.'),
    seeds: z.array(z.int().nonnegative()).min(1).describe('Each arm runs once with each seed; a seed also draws the split of the data.'),
  })
  .describe('What is compared.');

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
    data: dataSchema,
    encoder: encoderSchema,
    objective: objectiveSchema,
    regulariser: regulariserSchema,
    fineTuning: fineTuningSchema,
    bound: boundSchema.prefault({}),
    sweep: sweepSchema,
  })
  .superRefine(addContradictions);
