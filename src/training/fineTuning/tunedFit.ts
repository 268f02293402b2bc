import { Fault } from '../../common/fault';
import type { Random } from '../../common/random';
import type { Engine } from '../engine/engine';
import type { Pace } from '../pace';
import { Decisions, fit, type Classifier, type FitSettings } from './gradientFit';
import { complement, logisticLoss, pointsAt, stratifiedFolds, type LabelledPoints } from './labelledPoints';

export interface TuningSettings extends Omit<FitSettings, 'learningRate'> {
  /** Candidates, tried in this order; the first wins a tie. */
  readonly learningRates: readonly number[];
}

/** One in so many labelled points judges the learning rates. */
const VALIDATION_FOLDS = 4;

export interface TunedFit {
  readonly learningRate: number;
  /** Validation loss of every candidate, in their order. */
  readonly validationLosses: readonly number[];
}

/**
 * Fits the classifier once with each learning rate on three quarters of the labelled points, keeps the rate with the lowest
 * logistic loss on the fourth, and refits on all points from the same start. Sees nothing but the labelled points.
 *
 * @throws Fault when training diverges with every learning rate
 */
export async function tunedFit(
  engine: Engine,
  classifier: Classifier,
  points: LabelledPoints,
  settings: TuningSettings,
  random: Random,
  pace: Pace,
  onStep: (loss: number) => void,
): Promise<TunedFit> {
  const start = classifier.parameters.snapshot();
  const validation = stratifiedFolds(points.labels, VALIDATION_FOLDS, random.fork('validation'))[0]!;
  const held = pointsAt(points, validation);
  const kept = pointsAt(points, complement(points.labels.length, validation));
  const batch = Math.min(settings.batch, kept.indices.length);
  const decisions = await Decisions.create(engine, classifier, pace);
  try {
    const validationLosses: number[] = [];
    for (const learningRate of settings.learningRates) {
      classifier.parameters.restore(start);
      await fit(engine, classifier, kept, { ...settings, batch, learningRate }, random.fork('tuning'), pace, onStep);
      const loss = logisticLoss(await decisions.of(held.indices), held.labels);
      validationLosses.push(Number.isFinite(loss) ? loss : Infinity);
    }
    if (!validationLosses.some(Number.isFinite))
      throw new Fault(
        `Fine-tuning diverged with every learning rate (${settings.learningRates.join(', ')})`,
        'add a lower one to fineTuning.learningRates',
      );
    const learningRate = settings.learningRates[validationLosses.indexOf(Math.min(...validationLosses))]!;
    classifier.parameters.restore(start);
    await fit(engine, classifier, points, { ...settings, batch, learningRate }, random.fork('final'), pace, onStep);
    return { learningRate, validationLosses };
  } finally {
    decisions.dispose();
  }
}
