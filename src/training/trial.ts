import path from 'node:path';
import { Random } from '../common/random';
import { loadTask, type TaskSamples } from '../datasets/task';
import { ThreadedDecoder } from '../datasets/threadedDecoder';
import type { Trial } from '../studies/study';
import { rowsAt, type Matrix } from '../theory/matrix';
import { sampledComplexity } from '../theory/rademacher';
import { transferEnvelope, type TransferEstimate } from '../theory/transferConstant';
import { fitBoundedHead } from './boundedHead';
import { certify, type CertificateData } from './certify';
import { definedSource } from './definition/definedSource';
import { domainDistance } from './domainDistance';
import { patchOf } from './encoders/buildEncoder';
import type { Engine } from './engine/engine';
import { featureScale } from './featureScale';
import { FeatureExtractor } from './features';
import { fineTune, type FineTuningData, type TaskPoints } from './fineTuning/fineTune';
import { outputsOf } from './fineTuning/outputs';
import { generalPreparation, headRadius, type PretrainingEvidence } from './generalBound';
import { decoderSpectrum, type DecoderSpectrum } from './linearDecoder';
import { buildModel, type Model } from './model';
import { Pace } from './pace';
import { pretrainingPhase, type Pretrained, type TrialTools } from './pretrainingPhase';
import { ProgressMeter, type TrialMetrics, type TrialProgress } from './progress';
import type { FineTuningResult, LabelBudget, TrialResults } from './results';
import { saveEncoder } from './saveEncoder';
import { saveReconstructions } from './saveReconstructions';
import { saveFeatures } from './saveFeatures';
import { stretchesOf } from './stretches';
import { transferScores } from './transferScores';
import { cutTask, everyImage, type TaskImages } from './taskImages';
import type { StateKeeping } from './trainingState';

export interface TrialContext {
  readonly engine: Engine;
  /** Ends the trial with `Stopped` before its next step. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: TrialProgress) => void;
  readonly onMetrics?: (line: TrialMetrics) => void;
  /** Folder of the bundles: the parsers' WebAssembly files, for encoders that are definitions, and the thread that decodes images, which is this one without it. */
  readonly assets?: string;
  /** Keeps where pre-training is, so that it can go on after the process has ended. */
  readonly keeping?: StateKeeping;
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
  const decoder = context.assets === undefined ? undefined : new ThreadedDecoder(path.join(context.assets, 'pictures.js'));
  const task = await loadTask(trial.data, trial.seed, trial.study.file, decoder);
  try {
    return await runOn(task, trial, context, pace);
  } finally {
    await task.close();
  }
}

async function runOn(task: TaskSamples, trial: Trial, context: TrialContext, pace: Pace): Promise<TrialResults> {
  const asked = cutTask(task, patchOf(trial.encoder));
  const random = new Random(trial.seed).fork('training');
  const defined = await definedSource(trial, asked.labelled.layout, context.assets);
  const images = defined?.stage ? cutTask(task, defined.stage.patch) : asked;
  const model = buildModel(trial, images.labelled, outputsOf(images.classes).width, random, defined);
  const meter = new ProgressMeter(stretchesOf(trial, model), context.onProgress);
  const { engine, keeping } = context;
  const tools = { engine, pace, meter, onMetrics: context.onMetrics ?? (() => undefined), ...(keeping && { keeping }) };
  try {
    const extractor = await FeatureExtractor.create(context.engine, model.parameters, model.encoder, pace);
    try {
      const results = await new TrialRun(trial, images, model, extractor, random, tools, context.outputFolder).run();
      return defined ? { definition: defined.notes, ...results } : results;
    } finally {
      extractor.dispose();
    }
  } finally {
    model.parameters.dispose();
  }
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
    if (this.outputFolder !== undefined) {
      await saveEncoder(tools.engine, model, this.outputFolder);
      await saveReconstructions(tools.engine, model, images.holdOut, random.fork('pictures'), this.outputFolder);
    }
    const data: FineTuningData = {
      classes: images.classes,
      labelled: { images: images.labelled, features: await this.features(images.labelled), labels: images.labels },
      test: { images: images.test, features: await this.features(images.test), labels: images.testLabels },
      unlabelled: await this.features(images.unlabelled),
    };
    const fineTuning = await this.fineTuned(data, random.fork('fine-tuning'));
    const budgets = await this.withFewerLabels(data);
    const holdOut = await this.features(images.holdOut);
    const { reports, pretraining } = await this.certified(data, holdOut, pretrained);
    const scores = await transferScores(data.labelled.features, data.labelled.labels, data.unlabelled);
    if (this.outputFolder !== undefined)
      await saveFeatures(
        { labelled: data.labelled, test: data.test, unlabelled: { features: data.unlabelled }, holdOut: { features: holdOut } },
        this.outputFolder,
      );
    return {
      encoderParameters: trainedNames(model).reduce((sum, name) => sum + model.parameters.values(name).length, 0),
      ...(images.normalisation && { normalisation: images.normalisation }),
      ...(pretraining && { pretraining }),
      fineTuning,
      ...(budgets.length > 0 && { budgets }),
      featureNorm: featureScale(data.unlabelled).norm,
      featureComplexity: sampledComplexity(data.labelled.features, 1, COMPLEXITY_DRAWS, random.fork('complexity')).mean,
      ...(pretrained?.collapse !== undefined && { collapse: pretrained.collapse }),
      reports,
      scores,
      seconds: tools.meter.seconds,
    };
  }

  private features(set: TaskImages['test']): Promise<Matrix> {
    return this.extractor.features(set, everyImage(set));
  }

  private async fineTuned(data: FineTuningData, random: Random): Promise<FineTuningResult[]> {
    const { model, tools, trial } = this;
    const { engine, pace, meter } = tools;
    const context = { engine, model, settings: trial.fineTuning, margin: trial.bound.margin, random, pace, onStep: () => meter.advance() };
    const results: FineTuningResult[] = [];
    for (const mode of trial.fineTuning.modes) {
      meter.next();
      results.push(await fineTune(mode, data, context));
    }
    return results;
  }

  /** The same with the first points only, for every budget of the study below the largest. */
  private async withFewerLabels(data: FineTuningData): Promise<LabelBudget[]> {
    const budgets: LabelBudget[] = [];
    for (const labels of smallerBudgets(this.trial.data.labels))
      budgets.push({
        labels,
        fineTuning: await this.fineTuned({ ...data, labelled: firstPoints(data.labelled, labels) }, this.random.fork(`${labels} labels`)),
      });
    return budgets;
  }

  private async certified(
    { classes, labelled, test, unlabelled }: FineTuningData,
    holdOut: Matrix,
    pretrained: Pretrained | undefined,
  ): Promise<Pick<TrialResults, 'reports' | 'pretraining'>> {
    const { trial, random, tools } = this;
    tools.meter.next();
    const withoutCertificate = pretrained?.result.withoutCertificate;
    const envelope = pretrained && withoutCertificate === undefined ? transferEnvelope(pretrained.checkpoints) : undefined;
    const evidence = pretrained && envelope && this.evidence(pretrained, envelope, holdOut, unlabelled);
    const data = {
      classes,
      labelled: labelled.features,
      labels: labelled.labels,
      unlabelled,
      test: test.features,
      testLabels: test.labels,
      ...(evidence && { pretraining: evidence }),
      ...(withoutCertificate !== undefined && { withoutCertificate }),
    };
    const reports = await certify(data, trial.bound, trial.fineTuning.labelNoise, random.fork('certificates'), () => tools.pace.breathe());
    const decoder = pretrained && (await this.decoder(data, holdOut));
    tools.meter.finish();
    return {
      reports,
      ...(pretrained && { pretraining: { ...pretrained.result, ...(envelope && { transfer: envelope }), ...(decoder && { decoder }) } }),
    };
  }

  private evidence({ holdOutLosses }: Pretrained, envelope: TransferEstimate, holdOut: Matrix, unlabelled: Matrix): PretrainingEvidence {
    const distance = domainDistance(this.trial.data.domain, holdOut, unlabelled, this.random.fork('domain'));
    return { holdOutLosses, transferConstant: envelope.constant, domainDistance: distance };
  }

  /** A linear decoder of hold-out images from their features, read against the head of D1. */
  private async decoder({ classes, labelled, labels, unlabelled }: CertificateData, holdOut: Matrix): Promise<DecoderSpectrum | undefined> {
    const { bound } = this.trial;
    const preparation = generalPreparation(unlabelled);
    const heads = { classes, margin: bound.margin, radius: headRadius(preparation.apply(unlabelled), bound.scaledRadius) };
    const head = fitBoundedHead(preparation.apply(labelled), labels, heads);
    const { tokens, patchSize } = this.images.holdOut;
    const values = await this.images.holdOut.rows(everyImage(this.images.holdOut));
    return decoderSpectrum(preparation.apply(holdOut), { rows: holdOut.rows, columns: tokens * patchSize, values }, head, heads);
  }
}

const trainedNames = ({ encoder, encoderNames }: Model): string[] => encoderNames.filter(name => !encoder.untrained?.includes(name));

/** Budgets below the largest, rising. */
const smallerBudgets = (labels: Trial['data']['labels']): readonly number[] =>
  typeof labels === 'number' ? [] : [...new Set(labels)].sort((a, b) => a - b).slice(0, -1);

const firstPoints = ({ images, features, labels }: TaskPoints, count: number): TaskPoints => ({
  images,
  features: rowsAt(
    features,
    Int32Array.from({ length: count }, (_, i) => i),
  ),
  labels: Array.from(labels).slice(0, count),
});
