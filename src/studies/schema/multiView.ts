import { z } from 'zod';
import { repeated } from '../contradiction';
import { positiveInteger } from './numbers';

const share = z.number().min(0).max(1);
const rate = z.number().positive();
/** θ: every patch stays with this probability. */
const keep = z.number().gt(0).max(1);

const data = z
  .strictObject({
    classes: z.int().min(2).default(5).describe('k.'),
    views: positiveInteger.default(2).describe('L, orthonormal features a class.'),
    dimension: positiveInteger.default(24).describe('d, length of a patch; at least k·L.'),
    patches: positiveInteger.default(18).describe('P, patches a sample.'),
    patchesPerFeature: positiveInteger.default(3).describe('C_p, disjoint patches that carry one feature.'),
    distractors: z.number().nonnegative().default(2).describe('s: a feature of another class is present with probability s/k.'),
    strength: z.tuple([rate, rate]).default([1, 1.5]).describe('Interval of Σz of the features that a sample shows.'),
    distractorStrength: z.number().min(0).max(0.4).default(0.4).describe('Σz of features of other classes in multi-view samples.'),
    weakView: z.number().nonnegative().default(0.02).describe('ρ: Σz of the own features that a single-view sample does not show.'),
    singleViewDistractor: z.number().min(0).max(0.4).default(0.2).describe('Γ: Σz of other classes’ features in single-view samples.'),
    featureNoise: z.number().nonnegative().default(0.02).describe('γ: features leak into other patches with coefficients in [0, γ].'),
    noise: z.number().nonnegative().default(0.05).describe('Root mean square norm of the normal noise of a patch, σ_p·√d.'),
    unlabelled: positiveInteger.default(800).describe('N, samples to pre-train on.'),
    singleViewRatio: share.default(0.1).describe('μ, share of single-view samples among them and in the overall error.'),
    test: positiveInteger.default(400).describe('Test samples of each kind.'),
  })
  .prefault({})
  .describe('The multi-view data.');

const encoder = z
  .strictObject({
    kernelsPerClass: positiveInteger.default(16).describe('m: the encoder has k·m kernels.'),
    power: z.int().min(2).default(4).describe('q of the smoothed ReLU.'),
    threshold: rate.default(0.3).describe('ϱ, from where on the smoothed ReLU is linear.'),
    init: rate.default(0.04).describe('σ₀, standard deviation of the initial kernels.'),
  })
  .prefault({})
  .describe('The two-layer convolutional encoder.');

const pretraining = z
  .strictObject({
    keep: keep.default(0.5).describe('θ, the probability with which a patch is kept.'),
    teacherScale: rate.default(1.5).describe('τ: the teacher’s kernels are τ times the student’s.'),
    teacherMomentum: z.number().min(0).lt(1).default(0).describe('Of the teacher’s running mean; 0: the student of the same step.'),
    normCap: rate.default(1).describe('Kernels are kept within this length.'),
    init: rate.default(0.1).describe('The initial kernels are the same, scaled to this deviation: it sets only how long growth takes.'),
    steps: positiveInteger.default(250).describe('Steps of pre-training.'),
    batch: positiveInteger.default(80).describe('Unlabelled samples a step.'),
    rate: rate.default(500).describe('Step of gradient descent of the teacher–student arm.'),
    maxStep: rate.default(0.05).describe('A kernel moves at most this far in one step.'),
    maeRate: rate.default(0.01).describe('Step of Adam of the masked autoencoder.'),
  })
  .prefault({})
  .describe('Mask reconstruction: teacher and student, and the masked autoencoder.');

const labelledKind = z.enum(['multi-view', 'single-view', 'mixed']);

const downstream = z
  .strictObject({
    labels: positiveInteger.default(100).describe('Labelled samples.'),
    kinds: z.array(labelledKind).min(1).default(['multi-view', 'single-view', 'mixed']).describe('Labelled sets, each one trained on.'),
    mixedRatio: share.default(0.5).describe('Share of single-view samples in the mixed set.'),
    headSteps: positiveInteger.default(150).describe('Steps of the head alone.'),
    headRate: rate.default(0.1).describe('Step of Adam of the head.'),
    steps: positiveInteger.default(40).describe('Steps of encoder and head.'),
    encoderRate: rate.default(0.02).describe('Small step of the encoder.'),
    supervisedSteps: positiveInteger.default(1000).describe('Steps of training from scratch.'),
    supervisedRate: rate.default(0.4).describe('Step of gradient descent of training from scratch.'),
  })
  .prefault({})
  .describe('Labelled samples, fine-tuning and training from scratch.');

const capture = z
  .strictObject({
    atLeast: rate.default(0.5).describe('Smallest correlation of a captured feature.'),
    share: share.default(0.12).describe('Smallest share of the encoder’s largest correlation.'),
    slack: share.default(0.1).describe('A winning ticket starts within this share of the largest correlation.'),
  })
  .prefault({})
  .describe('From when on a feature counts as captured.');

const sweep = z.strictObject({
  keep: z
    .array(z.union([keep, z.tuple([keep, keep])]))
    .min(1)
    .describe('θ of each point; [low, high] draws it anew in each step.'),
  seeds: positiveInteger.default(5).describe('How many of the seeds.'),
  steps: positiveInteger.default(120).describe('Steps of pre-training at each point.'),
});

/** What `boundlens multiview` computes: the data model, the encoder, how it is trained, what counts as captured (docs/multiview.md). */
export const multiViewSchema = z
  .strictObject({
    $schema: z.string().optional(),
    name: z.string().min(1).describe('What the results are called.'),
    seeds: z.array(z.int().nonnegative()).min(1).default([0, 1, 2, 3, 4]).describe('Each draws features, samples and kernels anew.'),
    data,
    encoder,
    pretraining,
    downstream,
    capture,
    frames: positiveInteger.max(200).default(30).describe('Moments of a phase that are kept.'),
    sweep: sweep.optional().describe('Mask ratios to compare.'),
  })
  .superRefine((spec, context) => {
    for (const { path, problem, mend } of repeated(spec.seeds, index => ['seeds', index], 'name each seed once'))
      context.addIssue({ code: 'custom', path, message: problem, params: { mend } });
    const { classes, views, dimension, patches, patchesPerFeature } = spec.data;
    const reject = (path: string, message: string, mend: string) =>
      context.addIssue({ code: 'custom', path: ['data', path], message, params: { mend } });
    if (dimension < classes * views)
      reject('dimension', `is ${dimension}, too small for ${classes * views} orthonormal features`, `give at least ${classes * views}`);
    if (patches < views * patchesPerFeature)
      reject('patches', `is ${patches}, where the features of one class take ${views * patchesPerFeature}`, 'give more patches');
    if (spec.data.strength[0] > spec.data.strength[1]) reject('strength', 'falls', 'write the smaller number first');
  });

export type MultiViewSpec = z.output<typeof multiViewSchema>;
