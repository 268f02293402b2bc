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
import { countErrors, outputsOf } from './outputs';
import { fitProbe } from './probe';
import { measureRisks } from './risks';
import { tunedFit, type Candidate } from './tunedFit';

/** Points of the task with their features under the encoder as it stands, before any fine-tuning. */
export interface TaskPoints {
  readonly images: PatchSet;
  readonly features: Matrix;
  /** +1 or −1 for each image where the task has two classes, else its class from 0. */
  readonly labels: ArrayLike<number>;
}

export interface FineTuningData {
  /** How many classes the task has. */
  readonly classes: number;
  readonly labelled: TaskPoints;
  /** Looked at once, after every choice was made. */
  readonly test: TaskPoints;
  /** Features of unlabelled downstream images. */
  readonly unlabelled: Matrix;
}

/** Labelled points per step of the gradient-trained modes. */
export const FINE_TUNING_BATCH = 32;

/** Learning rates and weight decays in all combinations, in the order in which they are tried. */
function candidatesOf({ learningRates, weightDecay }: Trial['fineTuning']): readonly Candidate[] {
  const decays = typeof weightDecay === 'number' ? [weightDecay] : weightDecay;
  return decays.flatMap(decay => learningRates.map(learningRate => ({ learningRate, weightDecay: decay })));
}

/** How many steps a gradient-trained mode takes: once for each candidate, and once more on all points. */
export const fineTuningSteps = (settings: Trial['fineTuning']): number => settings.steps * (candidatesOf(settings).length + 1);

const allOf = (points: TaskPoints): Int32Array => Int32Array.from({ length: points.labels.length }, (_, i) => i);

/** Outputs on labelled and test points, `points × width`. */
interface Decided {
  readonly labelled: ArrayLike<number>;
  readonly test: ArrayLike<number>;
}

function resultOf(
  mode: FineTuningMode,
  chosen: FineTuningResult['chosen'],
  decided: Decided,
  { labelled, test, classes }: FineTuningData,
  { margin, random }: Pick<FineTuningContext, 'margin' | 'random'>,
): FineTuningResult {
  const outputs = outputsOf(classes);
  const errors = countErrors(outputs.margins(decided.test, test.labels));
  const testCount = test.labels.length;
  const draws = random.fork(`risks of ${mode}`);
  return {
    mode,
    testAccuracy: 1 - errors / testCount,
    trainAccuracy: 1 - countErrors(outputs.margins(decided.labelled, labelled.labels)) / labelled.labels.length,
    testErrors: errors,
    testCount,
    trainRisks: measureRisks(outputs, decided.labelled, labelled.labels, margin, draws),
    testRisks: measureRisks(outputs, decided.test, test.labels, margin, draws),
    chosen,
  };
}

/** What the gradient-trained modes are given. */
export interface FineTuningContext {
  readonly engine: Engine;
  readonly model: Model;
  readonly settings: Trial['fineTuning'];
  /** γ of the ramp risks that are reported. */
  readonly margin: number;
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
  const outputs = outputsOf(data.classes);
  switch (mode) {
    case 'probe': {
      const probe = await fitProbe(labelled.features, labelled.labels, outputs, unlabelled, random.fork('probe'), pace);
      const decided = { labelled: probe.decide(labelled.features), test: probe.decide(test.features) };
      return resultOf(mode, { strength: probe.strength }, decided, data, context);
    }
    case 'frozen': {
      const rows = featureRows(labelled.features, unlabelled);
      const classifier = frozenClassifier(labelled.features.columns, rows, outputs, random.fork('frozen head'));
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
        return await byGradient(mode, fullClassifier(model, labelled.images, outputs), testRows, data, context);
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
  context: FineTuningContext,
): Promise<FineTuningResult> {
  const { engine, settings, random, pace, onStep } = context;
  const points = { indices: allOf(data.labelled), labels: data.labelled.labels };
  const tuning = { steps: settings.steps, candidates: candidatesOf(settings), batch: FINE_TUNING_BATCH };
  const { chosen } = await tunedFit(engine, classifier, points, tuning, random.fork(mode), pace, loss => onStep(mode, loss));
  const decisions = await Decisions.create(engine, classifier, pace);
  try {
    const decided = { labelled: await decisions.of(points.indices), test: await decisions.of(allOf(data.test), testRows) };
    return resultOf(mode, { ...chosen }, decided, data, context);
  } finally {
    decisions.dispose();
  }
}
