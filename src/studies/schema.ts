import { z } from 'zod';

/** The study file; the owner of this room completes it. Strict everywhere: a misspelt key is a fault. */
export const studySchema = z.strictObject({
  $schema: z.string().optional(),
  name: z.string().min(1),
  /** `models/mae.py#MaskedAutoencoder`, relative to the study file. */
  definition: z.string().optional(),
  data: z.strictObject({
    train: z.strictObject({ images: z.string(), labels: z.string() }),
    test: z.strictObject({ images: z.string(), labels: z.string() }),
    /** Classes that pre-training sees; all when absent. */
    pretrainingClasses: z.array(z.int().nonnegative()).optional(),
    /** Images kept away from pre-training, for the hold-out certificate. */
    holdOut: z.int().positive().default(1000),
    task: z.strictObject({ positive: z.array(z.int().nonnegative()).min(1), negative: z.array(z.int().nonnegative()).min(1) }),
    /** Number of labelled points for fine-tuning. */
    labels: z.int().min(8),
    /** `same` declares that pre-training and downstream inputs follow one law; `measured` measures the shift. */
    domain: z.enum(['same', 'measured']).default('measured'),
  }),
  encoder: z.strictObject({
    kind: z.literal('vit'),
    patch: z.int().positive(),
    width: z.int().positive(),
    depth: z.int().positive(),
    heads: z.int().positive(),
    mlpRatio: z.number().positive().default(4),
  }),
  objective: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('none') }),
    z.strictObject({
      kind: z.literal('masked autoencoder'),
      maskRatio: z.number().gt(0).lt(1).default(0.75),
      decoder: z.strictObject({ width: z.int().positive(), depth: z.int().positive(), heads: z.int().positive() }),
      steps: z.int().positive(),
      batch: z.int().positive(),
      learningRate: z.number().positive(),
      warmup: z.int().nonnegative().default(0),
    }),
  ]),
  regulariser: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('none') }),
    z.strictObject({ kind: z.literal('l2'), lambda: z.number().nonnegative() }),
    z.strictObject({
      kind: z.literal('radreg'),
      lambda: z.number().nonnegative(),
      /** Number B of random sign configurations per step. */
      draws: z.int().positive().default(16),
      /** Batch of unlabelled downstream images per step. */
      batch: z.int().positive().default(128),
      radius: z.number().positive().default(1),
    }),
  ]),
  fineTuning: z.strictObject({
    modes: z.array(z.enum(['probe', 'frozen', 'full'])).min(1),
    steps: z.int().positive().default(200),
    learningRates: z.array(z.number().positive()).min(1),
    weightDecay: z.number().nonnegative().default(0.01),
  }),
  bound: z
    .strictObject({
      /** Probability with which all certificates of one trial together may fail. */
      failureProbability: z.number().gt(0).lt(1).default(0.05),
      /** Margin γ of the ramp loss in D1. */
      margin: z.number().positive().default(1),
      /** Head radius R of D1 in units of 1/rms‖h‖ over unlabelled features. */
      scaledRadius: z.number().positive().default(5),
    })
    .prefault({}),
  sweep: z.strictObject({
    /** Each arm overrides parts of the study above. */
    arms: z.array(z.looseObject({ name: z.string().min(1) })).min(1),
    seeds: z.array(z.int().nonnegative()).min(1),
  }),
});
