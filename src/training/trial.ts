import { ValueFault } from '../common/fault';
import { Random } from '../common/random';
import { loadTask, type TaskSamples } from '../datasets/task';
import type { Trial } from '../studies/study';
import type { Matrix } from '../theory/matrix';
import { sampledComplexity } from '../theory/rademacher';
import type { Report } from '../theory/report';
import { transferEnvelope } from '../theory/transferConstant';
import { certify } from './certify';
import { domainDistance } from './domainDistance';
import type { Engine } from './engine/engine';
import { featureScale } from './featureScale';
import { FeatureExtractor } from './features';
import { fineTune, type FineTuningData } from './fineTuning/fineTune';
import type { PretrainingEvidence } from './generalBound';
import { buildModel, type Model } from './model';
import { Pace } from './pace';
import { pretrainingPhase, type Pretrained, type TrialTools } from './pretrainingPhase';
import { ProgressMeter, type TrialMetrics, type TrialProgress } from './progress';
import type { FineTuningResult, TrialResults } from './results';
import { saveEncoder } from './saveEncoder';
import { stretchesOf } from './stretches';
import { cutTask, everyImage, type TaskImages } from './taskImages';

export interface TrialContext {
  readonly engine: Engine;
  /** Ends the trial with `Stopped` before its next step. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: TrialProgress) => void;
  readonly onMetrics?: (line: TrialMetrics) => void;
  /** An existing folder for the weights; nothing is written without it. */
  readonly outputFolder?: string;
}

/** Draws of signs behind `TrialResults.featureComplexity`. */
const COMPLEXITY_DRAWS = 1000;

/**
 * Runs one trial from image files to reports: pre-trains the encoder (or leaves it as it was drawn), fine-tunes it on the
 * labelled points in every mode, and certifies. The same trial on the same engine and thread count gives the same numbers.
 *
 * @throws Stopped when the signal fires; a Fault when data are broken, training diverges or the disk refuses
 */
export async function runTrial(trial: Trial, context: TrialContext): Promise<TrialResults> {
  const pace = new Pace(context.signal);
  await pace.breathe();
  const task = await loadTask(trial.data, trial.seed, trial.study.file);
  try {
    return await runOn(task, trial, context, pace);
  } finally {
    await task.close();
  }
}

async function runOn(task: TaskSamples, trial: Trial, context: TrialContext, pace: Pace): Promise<TrialResults> {
  requireTwoClasses(task.classes, trial.study.file);
  const images = cutTask(task, trial.encoder.patch);
  const random = new Random(trial.seed).fork('training');
  const model = buildModel(trial, images.labelled, random);
  const meter = new ProgressMeter(stretchesOf(trial, images.labelled.tokens), context.onProgress);
  const tools = { engine: context.engine, pace, meter, onMetrics: context.onMetrics ?? (() => undefined) };
  try {
    const extractor = await FeatureExtractor.create(context.engine, model.parameters, model.encoder, pace);
    try {
      return await new TrialRun(trial, images, model, extractor, random, tools, context.outputFolder).run();
    } finally {
      extractor.dispose();
    }
  } finally {
    model.parameters.dispose();
  }
}

/** Heads and certificates tell two classes apart. */
function requireTwoClasses(classes: number, file: string): void {
  if (classes !== 2) throw new ValueFault(file, 'data.task', `has ${classes} classes`, 'name two: fine-tuning tells two classes apart');
}

class TrialRun {
  constructor(
    private readonly trial: Trial,
    private readonly images: TaskImages,
    private readonly model: Model,
    private readonly extractor: FeatureExtractor,
    private readonly random: Random,
    private readonly tools: TrialTools,
    private readonly outputFolder: string | undefined,
  ) {}

  async run(): Promise<TrialResults> {
    const { trial, images, model, random, tools } = this;
    const pretrained = await pretrainingPhase(trial, model, images, this.extractor, random.fork('pre-training'), tools);
    if (this.outputFolder !== undefined) await saveEncoder(tools.engine, model, this.outputFolder);
    const data: FineTuningData = {
      labelled: { images: images.labelled, features: await this.features(images.labelled), labels: images.labels },
      test: { images: images.test, features: await this.features(images.test), labels: images.testLabels },
      unlabelled: await this.features(images.unlabelled),
    };
    const fineTuning = await this.fineTuned(data);
    const reports = await this.certified(data, pretrained);
    return {
      encoderParameters: model.encoderNames.reduce((sum, name) => sum + model.parameters.values(name).length, 0),
      ...(images.normalisation && { normalisation: images.normalisation }),
      ...(pretrained && { pretraining: pretrained.result }),
      fineTuning,
      featureNorm: featureScale(data.unlabelled).norm,
      featureComplexity: sampledComplexity(data.labelled.features, 1, COMPLEXITY_DRAWS, random.fork('complexity')).mean,
      ...(pretrained?.collapse !== undefined && { collapse: pretrained.collapse }),
      reports,
      seconds: tools.meter.seconds,
    };
  }

  private features(set: TaskImages['test']): Promise<Matrix> {
    return this.extractor.features(set, everyImage(set));
  }

  private async fineTuned(data: FineTuningData): Promise<FineTuningResult[]> {
    const { model, tools } = this;
    const { engine, pace, meter } = tools;
    const settings = this.trial.fineTuning;
    const random = this.random.fork('fine-tuning');
    const results: FineTuningResult[] = [];
    for (const mode of settings.modes) {
      meter.next();
      results.push(await fineTune(mode, data, { engine, model, settings, random, pace, onStep: () => meter.advance() }));
    }
    return results;
  }

  private async certified({ labelled, test, unlabelled }: FineTuningData, pretrained: Pretrained | undefined): Promise<Report[]> {
    const { trial, random, tools } = this;
    tools.meter.next();
    const pretraining = pretrained && (await this.evidence(pretrained, unlabelled));
    const data = {
      labelled: labelled.features,
      labels: labelled.labels,
      unlabelled,
      test: test.features,
      testLabels: test.labels,
      ...(pretraining && { pretraining }),
    };
    const reports = await certify(data, trial.bound, random.fork('certificates'), () => tools.pace.breathe());
    tools.meter.finish();
    return reports;
  }

  /** Undefined when the loss was the same at every moment: then nothing ties the encoder to its pre-training. */
  private async evidence({ checkpoints, holdOutLosses }: Pretrained, unlabelled: Matrix): Promise<PretrainingEvidence | undefined> {
    const envelope = transferEnvelope(checkpoints);
    if (!envelope) return undefined;
    const { trial, images, random } = this;
    const distance = domainDistance(trial.data.domain, await this.features(images.holdOut), unlabelled, random.fork('domain'));
    return { holdOutLosses, transferConstant: envelope.constant, domainDistance: distance };
  }
}
