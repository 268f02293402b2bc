import { add, mul, type Scalar, type Tensor } from '@tensorflow/tfjs-core';
import { Stopped } from '../common/fault';
import type { Random } from '../common/random';
import type { Trial } from '../studies/study';
import { Batches } from './batches';
import type { Engine, Feeds, InputSpecs, Results, TrainingSpec, TrainingStep } from './engine/engine';
import type { OptimiserState } from './engine/optimiserRule';
import type { PretrainableModel } from './model';
import { maskRatioAt } from './objectives/maskRatio';
import type { Pace } from './pace';
import { Prefetched } from './prefetched';
import { buildRegularisers } from './regularisers/buildRegularisers';
import { pretrainingOptimiser } from './regularisers/l2';
import type { Regulariser } from './regularisers/regulariser';
import { learningRateAt } from './schedule';
import { everyImage, type PretrainingImages } from './taskImages';
import type { FeedsState, StepsState } from './trainingState';

type Pretraining = Exclude<Trial['objective'], { kind: 'none' }>;

/** What one step is fed, with the shapes that it was drawn in. */
interface Drawn {
  readonly inputs: InputSpecs;
  readonly feeds: Feeds;
}

/** Makes the feeds of one step after another; mask ratios, masks, signs and all orders of images are independent streams of one seed. */
class PretrainingFeeds {
  private readonly batches: Batches;
  private readonly masks: Random;
  private readonly ratios: Random;
  private step = 0;
  private beforeLast: FeedsState;

  constructor(
    private readonly model: PretrainableModel,
    private readonly images: PretrainingImages['images'],
    private readonly settings: Pretraining,
    private readonly regularisers: readonly Regulariser[],
    random: Random,
  ) {
    this.batches = new Batches(everyImage(images), settings.batch, random.fork('batches'));
    this.masks = random.fork('masks');
    this.ratios = random.fork('ratios');
    this.beforeLast = this.state();
  }

  /** Where the draws stood before the last call of `next`: it is made ahead of the step that uses it. */
  snapshot(): FeedsState {
    return this.beforeLast;
  }

  restore(state: FeedsState): void {
    this.step = state.step;
    this.batches.restore(state.batches);
    this.masks.restore(state.masks);
    this.ratios.restore(state.ratios);
    this.regularisers.forEach((one, i) => state.regularisers[i] && one.restore?.(state.regularisers[i]));
    this.beforeLast = state;
  }

  private state(): FeedsState {
    return {
      step: this.step,
      batches: this.batches.snapshot(),
      masks: this.masks.snapshot(),
      ratios: this.ratios.snapshot(),
      regularisers: this.regularisers.map(one => one.snapshot?.()),
    };
  }

  async next(): Promise<Drawn> {
    const { model, settings, regularisers } = this;
    this.beforeLast = this.state();
    const ratio = 'maskRatio' in settings ? maskRatioAt(settings.maskRatio, this.step++, settings.steps, this.ratios) : undefined;
    let feeds = model.objective.feeds(await this.images.rows(this.batches.next()), this.masks, ratio);
    for (const regulariser of regularisers) feeds = { ...feeds, ...(await regulariser.next()) };
    return { inputs: inputsOf(model, settings, regularisers, ratio), feeds };
  }
}

const inputsOf = (
  { objective }: PretrainableModel,
  { batch }: Pick<Pretraining, 'batch'>,
  regularisers: readonly Regulariser[],
  maskRatio?: number,
): InputSpecs => Object.assign({}, objective.inputs(batch, maskRatio), ...regularisers.map(({ inputs }) => inputs)) as InputSpecs;

/** Names of the parameters that pre-training changes. */
export function pretrainedNames({ encoder, objective, encoderNames, objectiveNames }: PretrainableModel): string[] {
  const untrained = new Set([...(encoder.untrained ?? []), ...(objective.untrained ?? [])]);
  return [...encoderNames, ...objectiveNames].filter(name => !untrained.has(name));
}

/** Before the names of results that a regulariser gets back. */
const CARRIED = 'carried/';

/** Before the names of results that the encoder gets back. */
const STATISTICS = 'statistics/';

/**
 * What one step minimises: the objective's loss, plus λ times the value of each regulariser. It also reports the objective's loss alone as
 * `reconstruction` and the value of the first regulariser as `regulariser`, with `heldOutRegulariser` where it has one; further
 * regularisers add their kind to these names. With every λ = 0 the loss is the objective's itself.
 */
export function pretrainingSpec(
  model: PretrainableModel,
  settings: Pick<Pretraining, 'batch'>,
  regularisers: readonly Regulariser[],
): TrainingSpec {
  const compute: TrainingSpec['loss'] = inputs => {
    const reconstruction = model.objective.loss(inputs);
    let total: Tensor = reconstruction;
    const reported: Record<string, Tensor> = {};
    for (const [position, one] of regularisers.entries()) {
      const { value, heldOut, carried = {} } = one.penalty(inputs);
      if (one.lambda !== 0 && !one.decays) total = add(total, mul(value, one.lambda));
      const suffix = position === 0 ? '' : ` ${one.kind}`;
      reported[`regulariser${suffix}`] = value;
      if (heldOut) reported[`heldOutRegulariser${suffix}`] = heldOut;
      for (const [name, tensor] of Object.entries(carried)) reported[CARRIED + name] = tensor;
    }
    return { loss: total as Scalar, reconstruction, ...reported };
  };
  const { inTraining } = model.encoder;
  const loss: TrainingSpec['loss'] = inputs => {
    if (!inTraining) return compute(inputs);
    const { result, met } = inTraining.trace(() => compute(inputs));
    return { ...result, ...Object.fromEntries(Object.entries(met).map(([name, tensor]) => [STATISTICS + name, tensor])) };
  };
  return {
    inputs: inputsOf(model, settings, regularisers),
    parameters: model.parameters,
    trainable: pretrainedNames(model),
    optimiser: pretrainingOptimiser(regularisers),
    loss,
  };
}

/** What a step reports, and what is asked of it at certain moments. */
export interface PretrainingHooks {
  /** Steps after which `onMoment` is awaited; 0 means before the first. */
  readonly moments: readonly number[];
  readonly onMoment: (step: number) => Promise<void>;
  readonly onStep: (step: number, scalars: Results, learningRate: number) => void;
  /** Where to go on in place of the beginning. */
  readonly resume?: StepsState;
  /** Called between steps and after the last one, also when the pace says stop. @param step how many steps are done */
  readonly onState?: (capture: () => Promise<StepsState>, isLast: boolean, step: number) => Promise<void>;
}

/** One compiled step for each shape of inputs, made when it is first met; all share one optimiser. */
class StepsByShape {
  private readonly steps = new Map<string, Promise<TrainingStep>>();
  private first: Promise<TrainingStep> | undefined;

  constructor(
    private readonly engine: Engine,
    private readonly spec: TrainingSpec,
    private readonly resume?: OptimiserState,
  ) {}

  /** How far the optimiser is; undefined before the first step. */
  async optimiserState(): Promise<OptimiserState | undefined> {
    return this.first ? (await this.first).optimiserState() : this.resume;
  }

  for(inputs: InputSpecs): Promise<TrainingStep> {
    const key = JSON.stringify(inputs);
    const step = this.steps.get(key) ?? this.made(inputs);
    this.steps.set(key, step);
    return step;
  }

  async dispose(): Promise<void> {
    for (const step of await Promise.allSettled(this.steps.values())) if (step.status === 'fulfilled') step.value.dispose();
  }

  private made(inputs: InputSpecs): Promise<TrainingStep> {
    if (this.first) return this.first.then(step => step.reshaped(inputs));
    return (this.first = this.begun(inputs));
  }

  private async begun(inputs: InputSpecs): Promise<TrainingStep> {
    const step = await this.engine.trainingStep({ ...this.spec, inputs });
    if (this.resume) step.restoreOptimiser(this.resume);
    return step;
  }
}

/**
 * Trains the encoder and what the objective declares beside it, which stay under the model's norm caps; returns the mean of the objective's
 * loss over the last tenth of the steps.
 */
export async function pretrain(
  engine: Engine,
  model: PretrainableModel,
  data: PretrainingImages,
  settings: Pretraining,
  regulariser: Trial['regulariser'],
  random: Random,
  pace: Pace,
  hooks: PretrainingHooks,
): Promise<number> {
  const { objective, normCaps, parameters } = model;
  const { resume, onState } = hooks;
  const regularisers = buildRegularisers(regulariser, model, data, pretrainedNames(model), random);
  const made = new PretrainingFeeds(model, data.images, settings, regularisers, random);
  const compiled = new StepsByShape(engine, pretrainingSpec(model, settings, regularisers), resume?.optimiser);
  const { steps, warmup } = settings;
  const first = resume?.step ?? 0;
  const feeds = new Prefetched(steps - first, () => made.next());
  const tail = Math.max(1, Math.round(steps / 10));
  let sum = resume?.tail ?? 0;
  const carried = (): Feeds => Object.assign({}, ...regularisers.map(one => one.carried?.() ?? {})) as Feeds;
  const capture = (step: number) => async (): Promise<StepsState> => {
    const optimiser = await compiled.optimiserState();
    return {
      step,
      parameters: parameters.snapshot(),
      ...(optimiser && { optimiser }),
      feeds: made.snapshot(),
      carried: regularisers.map(one => one.carried?.()),
      ...(normCaps && { normCaps: normCaps.snapshot() }),
      tail: sum,
    };
  };
  try {
    if (resume) {
      parameters.restore(resume.parameters);
      made.restore(resume.feeds);
      regularisers.forEach((one, i) => resume.carried[i] && one.took?.({ ...(resume.carried[i] as Results) }));
      if (resume.normCaps) normCaps?.restore(resume.normCaps);
    } else {
      normCaps?.enforce();
      objective.start?.();
      if (hooks.moments.includes(0)) await hooks.onMoment(0);
    }
    for (let i = first; i < steps; i++) {
      try {
        await pace.breathe();
      } catch (error) {
        if (error instanceof Stopped) await onState?.(capture(i), true, i);
        throw error;
      }
      const learningRate = learningRateAt({ peak: settings.learningRate, steps, warmup }, i);
      const results = await feeds.during(async drawn => {
        const step = await compiled.for(drawn.inputs);
        return step.run({ ...drawn.feeds, ...carried() }, learningRate);
      });
      const { scalars, kept, statistics } = separated(results);
      model.encoder.inTraining?.took(statistics, name => model.parameters.values(name));
      for (const one of regularisers) one.took?.(kept);
      normCaps?.enforce();
      objective.afterStep?.((i + 1) / steps);
      if (i + 1 === steps) await normCaps?.certify();
      hooks.onStep(i + 1, scalars, learningRate);
      if (i >= steps - tail) sum += scalars.reconstruction![0]!;
      if (hooks.moments.includes(i + 1)) await hooks.onMoment(i + 1);
      await onState?.(capture(i + 1), i + 1 === steps, i + 1);
    }
    return sum / tail;
  } finally {
    await compiled.dispose();
  }
}

/** What a step reports apart from what regularisers and the encoder get back. */
function separated(results: Results): { readonly scalars: Results; readonly kept: Results; readonly statistics: Results } {
  const [scalars, kept, statistics]: [Results, Results, Results] = [{}, {}, {}];
  for (const [name, values] of Object.entries(results))
    if (name.startsWith(CARRIED)) kept[name.slice(CARRIED.length)] = values;
    else if (name.startsWith(STATISTICS)) statistics[name.slice(STATISTICS.length)] = values;
    else scalars[name] = values;
  return { scalars, kept, statistics };
}
