import type { Tensor } from '@tensorflow/tfjs-core';
import type { Random } from '../../common/random';
import { Batches } from '../batches';
import type { Engine, ForwardPass } from '../engine/engine';
import type { Parameters } from '../engine/parameters';
import type { Pace } from '../pace';
import { learningRateAt } from '../schedule';
import { pointsAt, type LabelledPoints } from './labelledPoints';
import type { Outputs } from './outputs';

/** A classifier that is trained by gradient: a frozen encoder's head, or encoder and head together. */
export interface Classifier {
  readonly parameters: Parameters;
  readonly trainable: readonly string[];
  readonly outputs: Outputs;
  /** Shape of the input of `images` images. */
  readonly shape: (images: number) => number[];
  /** Input of the images at `indices`, padded with zeros up to `atLeast` images. */
  readonly rows: (indices: ArrayLike<number>, atLeast?: number) => Float32Array | Promise<Float32Array>;
  /** Outputs, `images × outputs.width`, of an input. */
  readonly decide: (input: Tensor) => Tensor;
}

export interface FitSettings {
  readonly steps: number;
  readonly batch: number;
  readonly learningRate: number;
  readonly weightDecay: number;
}

/** Share of a fit's steps during which the learning rate rises. */
const WARMUP_SHARE = 0.1;

/**
 * Minimises the mean logistic loss or cross-entropy on `points` with AdamW, from the classifier's present parameters,
 * and leaves the fitted ones in their place.
 */
export async function fit(
  engine: Engine,
  classifier: Classifier,
  points: LabelledPoints,
  settings: FitSettings,
  random: Random,
  pace: Pace,
  onStep: (loss: number) => void,
): Promise<void> {
  const { steps, learningRate, weightDecay } = settings;
  const { outputs } = classifier;
  const batch = Math.min(settings.batch, points.indices.length);
  const step = await engine.trainingStep({
    inputs: { input: { shape: classifier.shape(batch) }, labels: { shape: [batch, outputs.targetWidth] } },
    parameters: classifier.parameters,
    trainable: classifier.trainable,
    loss: ({ input, labels }) => ({ loss: outputs.loss(classifier.decide(input!), labels!) }),
    optimiser: { kind: 'adamw', weightDecay },
  });
  try {
    const batches = new Batches(
      Array.from({ length: points.indices.length }, (_, i) => i),
      batch,
      random,
    );
    for (let i = 0; i < steps; i++) {
      await pace.breathe();
      const drawn = pointsAt(points, batches.next());
      const feeds = { input: await classifier.rows(drawn.indices), labels: outputs.targets(drawn.labels) };
      const { loss } = await step.run(feeds, learningRateAt({ peak: learningRate, steps, warmup: Math.round(WARMUP_SHARE * steps) }, i));
      onStep(loss![0]!);
    }
  } finally {
    step.dispose();
  }
}

const IMAGES_PER_CALL = 128;

/** Computes the outputs of a classifier with the parameters it has at that moment. */
export class Decisions {
  private constructor(
    private readonly pass: ForwardPass,
    private readonly classifier: Classifier,
    private readonly pace: Pace,
  ) {}

  static async create(engine: Engine, classifier: Classifier, pace: Pace): Promise<Decisions> {
    const pass = await engine.forwardPass({
      inputs: { input: { shape: classifier.shape(IMAGES_PER_CALL) } },
      parameters: classifier.parameters,
      outputs: ({ input }) => ({ values: classifier.decide(input!) }),
    });
    return new Decisions(pass, classifier, pace);
  }

  /** Outputs for each of `indices`, row by row. */
  async of(indices: ArrayLike<number>, rows = this.classifier.rows): Promise<Float32Array> {
    const all = Array.from(indices);
    const { width } = this.classifier.outputs;
    const decided = new Float32Array(all.length * width);
    for (let from = 0; from < all.length; from += IMAGES_PER_CALL) {
      await this.pace.breathe();
      const chunk = all.slice(from, from + IMAGES_PER_CALL);
      const { values } = await this.pass.run({ input: await rows(chunk, IMAGES_PER_CALL) });
      decided.set(values!.subarray(0, chunk.length * width), from * width);
    }
    return decided;
  }

  dispose(): void {
    this.pass.dispose();
  }
}
