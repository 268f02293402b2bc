import { add, mul, type Scalar, type Tensor } from '@tensorflow/tfjs-core';
import type { Random } from '../common/random';
import type { Trial } from '../studies/study';
import { Batches } from './batches';
import type { Engine, Feeds, InputSpecs, Results, TrainingSpec } from './engine/engine';
import type { Model } from './model';
import type { MaskedAutoencoder } from './objectives/maskedAutoencoder';
import type { Pace } from './pace';
import type { PatchSet } from './patches';
import { Prefetched } from './prefetched';
import { pretrainingOptimiser } from './regularisers/l2';
import { drawSigns, radReg } from './regularisers/radreg';
import { learningRateAt } from './schedule';

type Pretraining = Extract<Trial['objective'], { kind: 'masked autoencoder' }>;
type Regulariser = Trial['regulariser'];

/** The images that pre-training may see. */
export interface PretrainingImages {
  readonly images: PatchSet;
  /** Unlabelled downstream images, on whose features RadReg acts; never labelled points. */
  readonly downstream: PatchSet;
}

/** Makes the feeds of one step after another; masks, signs and both orders of images are independent streams of one seed. */
class PretrainingFeeds {
  private readonly batches: Batches;
  private readonly masks: Random;
  private readonly downstream: Batches | undefined;
  private readonly signs: Random;

  constructor(
    private readonly objective: MaskedAutoencoder,
    private readonly data: PretrainingImages,
    private readonly regulariser: Regulariser,
    batch: number,
    random: Random,
  ) {
    const every = (set: PatchSet): number[] => Array.from({ length: set.count }, (_, i) => i);
    this.batches = new Batches(every(data.images), batch, random.fork('batches'));
    this.masks = random.fork('masks');
    this.signs = random.fork('signs');
    if (regulariser.kind === 'radreg')
      this.downstream = new Batches(every(data.downstream), radRegBatch(regulariser.batch, data), random.fork('downstream'));
  }

  async next(): Promise<Feeds> {
    const { regulariser, data } = this;
    const reconstruction = this.objective.feeds(await data.images.rows(this.batches.next()), this.masks);
    if (!this.downstream || regulariser.kind !== 'radreg') return reconstruction;
    const draw = (): Float32Array => drawSigns(this.signs, regulariser.draws, this.downstream!.size);
    return { ...reconstruction, downstream: await data.downstream.rows(this.downstream.next()), signs: draw(), otherSigns: draw() };
  }
}

const radRegBatch = (batch: number, { downstream }: PretrainingImages): number => Math.min(batch, downstream.count);

/**
 * What one step minimises: the reconstruction loss, plus λ times RadReg on unmasked downstream features. It also reports
 * `reconstruction`, and for RadReg its value and its value under signs that the step does not see. At λ = 0 the loss is
 * the reconstruction loss itself.
 */
export function pretrainingSpec(
  model: Model & { readonly objective: MaskedAutoencoder },
  data: PretrainingImages,
  objective: Pick<Pretraining, 'batch'>,
  regulariser: Regulariser,
): TrainingSpec {
  const { parameters, encoder, headNames } = model;
  const reconstruct = model.objective.inputs(objective.batch);
  const common = {
    parameters,
    trainable: parameters.names.filter(name => !headNames.includes(name)),
    optimiser: pretrainingOptimiser(regulariser),
  };
  if (regulariser.kind !== 'radreg')
    return {
      ...common,
      inputs: reconstruct,
      loss: inputs => {
        const loss = model.objective.loss(inputs);
        return { loss, reconstruction: loss };
      },
    };
  const batch = radRegBatch(regulariser.batch, data);
  const settings = { radius: regulariser.radius, population: data.downstream.count };
  const signs = { shape: [regulariser.draws, batch] };
  const inputs: InputSpecs = {
    ...reconstruct,
    downstream: { shape: [batch * encoder.settings.tokens, encoder.settings.patchSize] },
    signs,
    otherSigns: signs,
  };
  return {
    ...common,
    inputs,
    loss: tensors => {
      const reconstruction = model.objective.loss(tensors);
      const features = encoder.features(tensors.downstream!);
      const value = radReg(features, tensors.signs!, settings);
      const heldOutRegulariser = radReg(features, tensors.otherSigns!, settings);
      const loss: Tensor = regulariser.lambda === 0 ? reconstruction : add(reconstruction, mul(value, regulariser.lambda));
      return { loss: loss as Scalar, reconstruction, regulariser: value, heldOutRegulariser };
    },
  };
}

/** What a step reports, and what is asked of it at certain moments. */
export interface PretrainingHooks {
  /** Steps after which `onMoment` is awaited; 0 means before the first. */
  readonly moments: readonly number[];
  readonly onMoment: (step: number) => Promise<void>;
  readonly onStep: (step: number, scalars: Results, learningRate: number) => void;
}

/** Trains encoder and decoder; returns the mean training loss of the last tenth of the steps. */
export async function pretrain(
  engine: Engine,
  model: Model & { readonly objective: MaskedAutoencoder },
  data: PretrainingImages,
  objective: Pretraining,
  regulariser: Regulariser,
  random: Random,
  pace: Pace,
  hooks: PretrainingHooks,
): Promise<number> {
  const made = new PretrainingFeeds(model.objective, data, regulariser, objective.batch, random);
  const step = await engine.trainingStep(pretrainingSpec(model, data, objective, regulariser));
  const { steps, warmup } = objective;
  const feeds = new Prefetched(steps, () => made.next());
  const tail = Math.max(1, Math.round(steps / 10));
  let sum = 0;
  try {
    if (hooks.moments.includes(0)) await hooks.onMoment(0);
    for (let i = 0; i < steps; i++) {
      await pace.breathe();
      const learningRate = learningRateAt({ peak: objective.learningRate, steps, warmup }, i);
      const scalars = await feeds.during(batch => step.run(batch, learningRate));
      hooks.onStep(i + 1, scalars, learningRate);
      if (i >= steps - tail) sum += scalars.reconstruction![0]!;
      if (hooks.moments.includes(i + 1)) await hooks.onMoment(i + 1);
    }
    return sum / tail;
  } finally {
    step.dispose();
  }
}
