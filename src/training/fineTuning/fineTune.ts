import type { Random } from '../../common/random';
import type { Trial } from '../../studies/study';
import type { Matrix } from '../../theory/matrix';
import type { Engine } from '../engine/engine';
import type { Model } from '../model';
import type { Pace } from '../pace';
import type { PatchSet } from '../patches';
import type { FineTuningMode, FineTuningResult } from '../results';
import { featureRows, frozenClassifier, fullClassifier } from './classifiers';
import { Decisions, type Classifier } from './gradientFit';
import { countErrors } from './labelledPoints';
import { fitProbe } from './probe';
import { tunedFit } from './tunedFit';

/** Points of the binary task with their features under the encoder as it stands, before any fine-tuning. */
export interface TaskPoints {
  readonly images: PatchSet;
  readonly features: Matrix;
  /** ±1 for each image. */
  readonly labels: ArrayLike<number>;
}

export interface FineTuningData {
  readonly labelled: TaskPoints;
  /** Looked at once, after every choice was made. */
  readonly test: TaskPoints;
  /** Features of unlabelled downstream images. */
  readonly unlabelled: Matrix;
}

/** Labelled points per step of the gradient-trained modes. */
export const FINE_TUNING_BATCH = 32;

/** How many steps a gradient-trained mode takes: once for each learning rate, and once more on all points. */
export const fineTuningSteps = ({ steps, learningRates }: Trial['fineTuning']): number => steps * (learningRates.length + 1);

const allOf = (points: TaskPoints): Int32Array => Int32Array.from({ length: points.labels.length }, (_, i) => i);

function resultOf(
  mode: FineTuningMode,
  chosen: FineTuningResult['chosen'],
  decided: { readonly labelled: ArrayLike<number>; readonly test: ArrayLike<number> },
  { labelled, test }: FineTuningData,
): FineTuningResult {
  const testErrors = countErrors(decided.test, test.labels);
  const testCount = test.labels.length;
  const trainAccuracy = 1 - countErrors(decided.labelled, labelled.labels) / labelled.labels.length;
  return { mode, testAccuracy: 1 - testErrors / testCount, trainAccuracy, testErrors, testCount, chosen };
}

/** What the gradient-trained modes are given. */
export interface FineTuningContext {
  readonly engine: Engine;
  readonly model: Model;
  readonly settings: Trial['fineTuning'];
  readonly random: Random;
  readonly pace: Pace;
  readonly onStep: (mode: FineTuningMode, loss: number) => void;
}

/**
 * Fine-tunes in one mode and tests the result: `probe` a converged linear head on frozen features, `frozen` a head trained
 * by gradient on them, `full` encoder and head together. The model's parameters are afterwards what they were before.
 */
export async function fineTune(mode: FineTuningMode, data: FineTuningData, context: FineTuningContext): Promise<FineTuningResult> {
  const { labelled, test, unlabelled } = data;
  const { model, random, pace } = context;
  switch (mode) {
    case 'probe': {
      const probe = await fitProbe(labelled.features, labelled.labels, unlabelled, random.fork('probe'), pace);
      const decided = { labelled: probe.decide(labelled.features), test: probe.decide(test.features) };
      return resultOf(mode, { strength: probe.strength }, decided, data);
    }
    case 'frozen': {
      const rows = featureRows(labelled.features, unlabelled);
      const classifier = frozenClassifier(labelled.features.columns, rows, random.fork('frozen head'));
      try {
        return await byGradient(mode, classifier, featureRows(test.features, unlabelled), data, context);
      } finally {
        classifier.parameters.dispose();
      }
    }
    case 'full': {
      const start = model.parameters.snapshot();
      const testRows: Classifier['rows'] = (indices, atLeast) => test.images.rows(indices, atLeast);
      try {
        return await byGradient(mode, fullClassifier(model, labelled.images), testRows, data, context);
      } finally {
        model.parameters.restore(start);
      }
    }
  }
}

async function byGradient(
  mode: FineTuningMode,
  classifier: Classifier,
  testRows: Classifier['rows'],
  data: FineTuningData,
  { engine, settings, random, pace, onStep }: FineTuningContext,
): Promise<FineTuningResult> {
  const points = { indices: allOf(data.labelled), labels: data.labelled.labels };
  const tuning = { ...settings, batch: FINE_TUNING_BATCH };
  const { learningRate } = await tunedFit(engine, classifier, points, tuning, random.fork(mode), pace, loss => onStep(mode, loss));
  const decisions = await Decisions.create(engine, classifier, pace);
  try {
    const decided = { labelled: await decisions.of(points.indices), test: await decisions.of(allOf(data.test), testRows) };
    return resultOf(mode, { learningRate }, decided, data);
  } finally {
    decisions.dispose();
  }
}
