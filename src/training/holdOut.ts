import type { Random } from '../common/random';
import type { Engine, Feeds, ForwardPass } from './engine/engine';
import type { PretrainableModel } from './model';
import type { Pace } from './pace';
import type { PatchSet } from './patches';

const IMAGES_PER_CALL = 128;

/** Measures the objective's loss on held-out images: always the same images under the same masks or noise. */
export class HoldOut {
  private constructor(
    private readonly pass: ForwardPass,
    private readonly batches: readonly { readonly feeds: Feeds; readonly count: number }[],
    private readonly pace: Pace,
  ) {}

  static async create(engine: Engine, model: PretrainableModel, images: PatchSet, random: Random, pace: Pace): Promise<HoldOut> {
    const { parameters, objective } = model;
    const pass = await engine.forwardPass({
      inputs: objective.inputs(IMAGES_PER_CALL),
      parameters,
      outputs: inputs => ({ errors: objective.clippedErrors(inputs, images.range) }),
    });
    const batches = [];
    for (let from = 0; from < images.count; from += IMAGES_PER_CALL) {
      const count = Math.min(IMAGES_PER_CALL, images.count - from);
      const indices = Int32Array.from({ length: count }, (_, i) => from + i);
      batches.push({ feeds: objective.feeds(await images.rows(indices, IMAGES_PER_CALL), random), count });
    }
    return new HoldOut(pass, batches, pace);
  }

  /** The loss of each image under what was drawn for it; in [0, 1] where a certificate can stand on it. */
  async losses(): Promise<Float64Array> {
    const losses: number[] = [];
    for (const { feeds, count } of this.batches) {
      await this.pace.breathe();
      const { errors } = await this.pass.run(feeds);
      losses.push(...errors!.subarray(0, count));
    }
    return Float64Array.from(losses);
  }

  dispose(): void {
    this.pass.dispose();
  }
}

export const meanOf = (values: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
};
