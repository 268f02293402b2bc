import { Fault } from '../common/fault';
import type { Random } from '../common/random';
import type { Trial } from '../studies/study';
import type { TransferCheckpoint } from '../theory/transferConstant';
import type { Engine } from './engine/engine';
import { collapseOf } from './featureScale';
import type { FeatureExtractor } from './features';
import { HoldOut, meanOf } from './holdOut';
import { LayerNorms } from './layerNorms';
import { MetricSampler } from './metricSampler';
import type { Model } from './model';
import { MomentObserver, transferMoments } from './momentObserver';
import type { Pace } from './pace';
import { pretrain, pretrainedNames } from './pretraining';
import type { ProgressMeter, TrialMetrics } from './progress';
import type { PretrainingResult } from './results';
import type { TaskImages } from './taskImages';
import type { StateKeeping } from './trainingState';

/** What the phases of a trial share. */
export interface TrialTools {
  readonly engine: Engine;
  readonly pace: Pace;
  readonly meter: ProgressMeter;
  readonly onMetrics: (line: TrialMetrics) => void;
  /** Keeps the state of pre-training now and then, and knows where to go on; nothing is kept without it. */
  readonly keeping?: StateKeeping;
}

/** What pre-training leaves behind beside the weights. */
export interface Pretrained {
  readonly result: PretrainingResult;
  readonly holdOutLosses: Float64Array;
  readonly checkpoints: readonly TransferCheckpoint[];
  /** Set when the features shrank or fell onto one point. */
  readonly collapse?: string;
}

const PHASE = 'pre-training';

/**
 * Pre-trains the model as the trial says and looks at it at a few moments on the way; undefined where it says "none".
 *
 * @throws Fault when the loss stops being a number
 */
export async function pretrainingPhase(
  trial: Trial,
  model: Model,
  images: TaskImages,
  extractor: FeatureExtractor,
  random: Random,
  { engine, pace, meter, onMetrics, keeping }: TrialTools,
): Promise<Pretrained | undefined> {
  const { objective, regulariser } = trial;
  if (objective.kind === 'none' || !model.objective) return undefined;
  const pretrainable = { ...model, objective: model.objective };
  const norms = new LayerNorms(model.parameters, pretrainedNames(pretrainable));
  meter.next();
  const holdOut = await HoldOut.create(engine, pretrainable, images.holdOut, random.fork('hold-out masks'), pace);
  try {
    const observer = new MomentObserver(extractor, holdOut, images, trial.bound, random.fork('moments'), pace);
    const sampler = new MetricSampler(PHASE, objective.steps, () => meter.seconds, onMetrics);
    const data = { images: images.pretraining, downstream: images.unlabelled };
    const resume = keeping?.resume;
    const started = resume?.started ?? meter.seconds;
    if (resume) {
      observer.restore(resume.observer);
      sampler.restore(resume.sampler);
      norms.restore(resume.norms);
      meter.resume(resume.seconds, resume.steps.step);
    }
    const trainLoss = await pretrain(engine, pretrainable, data, objective, regulariser, random.fork('steps'), pace, {
      moments: transferMoments(objective.steps),
      onMoment: async step => {
        const { holdOutLoss, norm, spread } = await observer.observe(step);
        const values = { holdOutLoss, featureNorm: norm, featureSpread: spread, ...named('spectralNorm', norms.measure()) };
        onMetrics({ phase: PHASE, step, time: meter.seconds, values });
      },
      onStep: (step, scalars, learningRate) => {
        requireFinite(trial, step, scalars.loss![0]!);
        sampler.add(step, scalars, { learningRate });
        meter.advance();
      },
      ...(resume && { resume: resume.steps }),
      ...(keeping && {
        onState: (capture, isLast, step) =>
          keeping.offer(
            async () => ({
              steps: await capture(),
              observer: observer.snapshot(),
              sampler: sampler.snapshot(),
              norms: norms.snapshot(),
              seconds: meter.seconds,
              started,
            }),
            isLast,
            step,
          ),
      }),
    });
    const { holdOutLosses, checkpoints, scales } = observer;
    const collapse = collapseOf(scales[0]!, scales.at(-1)!);
    const seconds = meter.seconds - started;
    const { withoutCertificate } = model.objective;
    const held = { holdOutLoss: meanOf(holdOutLosses), holdOutCount: holdOutLosses.length };
    return {
      result: { steps: objective.steps, seconds, trainLoss, ...held, ...(withoutCertificate !== undefined && { withoutCertificate }) },
      holdOutLosses,
      checkpoints,
      ...(collapse !== undefined && { collapse }),
    };
  } finally {
    holdOut.dispose();
  }
}

/** `name/key` for each key. */
const named = (name: string, values: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [`${name}/${key}`, value]));

function requireFinite(trial: Trial, step: number, loss: number): void {
  if (!Number.isFinite(loss))
    throw new Fault(
      `The pre-training loss of ${trial.id} became ${loss} at step ${step}`,
      `lower objective.learningRate in ${trial.study.file}`,
    );
}
