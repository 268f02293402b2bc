import { Fault } from '../../common/fault';
import type { Random } from '../../common/random';
import type { Engine } from '../engine/engine';
import type { Pace } from '../pace';
import { Decisions, fit, type Classifier, type FitSettings } from './gradientFit';
import { complement, pointsAt, stratifiedFolds, type LabelledPoints } from './labelledPoints';

/** What is chosen on the validation split. */
export type Candidate = Pick<FitSettings, 'learningRate' | 'weightDecay'>;

export interface TuningSettings extends Pick<FitSettings, 'steps' | 'batch'> {
  /** Tried in this order; the first wins a tie. */
  readonly candidates: readonly Candidate[];
}

/** One in so many labelled points judges the candidates. */
const VALIDATION_FOLDS = 4;

export interface TunedFit {
  readonly chosen: Candidate;
  /** Validation loss of every candidate, in their order. */
  readonly validationLosses: readonly number[];
}

/**
 * Fits the classifier once with each candidate on three quarters of the labelled points, keeps the one with the lowest loss on
 * the fourth, and refits on all points from the same start. Sees nothing but the labelled points.
 *
 * @throws Fault when training diverges with every candidate
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
    for (const candidate of settings.candidates) {
      classifier.parameters.restore(start);
      await fit(engine, classifier, kept, { ...settings, ...candidate, batch }, random.fork('tuning'), pace, onStep);
      const loss = classifier.outputs.meanLoss(await decisions.of(held.indices), held.labels);
      validationLosses.push(Number.isFinite(loss) ? loss : Infinity);
    }
    if (!validationLosses.some(Number.isFinite))
      throw new Fault(
        `Fine-tuning diverged with every learning rate (${[...new Set(settings.candidates.map(one => one.learningRate))].join(', ')})`,
        'add a lower one to fineTuning.learningRates',
      );
    const chosen = settings.candidates[validationLosses.indexOf(Math.min(...validationLosses))]!;
    classifier.parameters.restore(start);
    await fit(engine, classifier, points, { ...settings, ...chosen, batch }, random.fork('final'), pace, onStep);
    return { chosen, validationLosses };
  } finally {
    decisions.dispose();
  }
}
