import type { Random } from '../common/random';
import type { Trial } from '../studies/study';
import type { TransferCheckpoint } from '../theory/transferConstant';
import { crossValidatedRampRisk } from './crossValidatedRisk';
import { featureScale, type FeatureScale } from './featureScale';
import type { FeatureExtractor } from './features';
import { generalPreparation, headRadius } from './generalBound';
import { meanOf, type HoldOut } from './holdOut';
import type { Pace } from './pace';
import { everyImage, type TaskImages } from './taskImages';

/** When the encoder is looked at for the transfer constant, as shares of the steps: dense where the loss falls fastest. */
const SHARES = [0, 1 / 16, 1 / 8, 1 / 4, 1 / 2, 1];

/** The steps after which the encoder is looked at, rising, without repeats. */
export const transferMoments = (steps: number): number[] => [...new Set(SHARES.map(share => Math.round(share * steps)))];

/** What an observer has seen. */
export interface ObserverState {
  readonly checkpoints: readonly TransferCheckpoint[];
  readonly scales: readonly FeatureScale[];
  readonly holdOutLosses: Float64Array;
}

/** Looks at the encoder at a few moments of its pre-training and keeps what it saw. Changes nothing. */
export class MomentObserver {
  readonly checkpoints: TransferCheckpoint[] = [];
  /** Of the unlabelled downstream images, one for each moment. */
  readonly scales: FeatureScale[] = [];
  /** Hold-out losses of the last moment. */
  holdOutLosses: Float64Array = new Float64Array(0);

  constructor(
    private readonly extractor: FeatureExtractor,
    private readonly holdOut: HoldOut,
    private readonly images: TaskImages,
    private readonly bound: Trial['bound'],
    private readonly folds: Random,
    private readonly pace: Pace,
  ) {}

  snapshot(): ObserverState {
    return { checkpoints: [...this.checkpoints], scales: [...this.scales], holdOutLosses: this.holdOutLosses };
  }

  restore({ checkpoints, scales, holdOutLosses }: ObserverState): void {
    this.checkpoints.splice(0, Infinity, ...checkpoints);
    this.scales.splice(0, Infinity, ...scales);
    this.holdOutLosses = holdOutLosses;
  }

  /** Measures hold-out loss, cross-validated risk and feature scale now; the same folds at every moment. */
  async observe(step: number): Promise<{ readonly holdOutLoss: number; readonly risk: number } & FeatureScale> {
    const { images, bound } = this;
    this.holdOutLosses = await this.holdOut.losses();
    const unlabelled = await this.extractor.features(images.unlabelled, everyImage(images.unlabelled));
    const labelled = await this.extractor.features(images.labelled, everyImage(images.labelled));
    const preparation = generalPreparation(unlabelled);
    const heads = { radius: headRadius(preparation.apply(unlabelled), bound.scaledRadius), margin: bound.margin, classes: images.classes };
    const folds = this.folds.fork('folds');
    const risk = await crossValidatedRampRisk(preparation.apply(labelled), images.labels, heads, folds, this.pace);
    const scale = featureScale(unlabelled);
    const holdOutLoss = meanOf(this.holdOutLosses);
    this.checkpoints.push({ step, loss: holdOutLoss, risk });
    this.scales.push(scale);
    return { holdOutLoss, risk, ...scale };
  }
}
