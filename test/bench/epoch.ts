import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Random } from '../../src/common/random';
import { RunStore } from '../../src/runs/store';
import { RunJournal } from '../../src/runs/trainer/runJournal';
import { loadTask } from '../../src/datasets/task';
import { readStudy } from '../../src/studies/readStudy';
import { expandTrials } from '../../src/studies/trials';
import { patchOf } from '../../src/training/encoders/buildEncoder';
import type { Engine, TrainingStep } from '../../src/training/engine/engine';
import { createEngine } from '../../src/training/engine/select';
import { MetricSampler } from '../../src/training/metricSampler';
import { buildModel } from '../../src/training/model';
import { Pace } from '../../src/training/pace';
import { pretrain } from '../../src/training/pretraining';
import { saveEncoder } from '../../src/training/saveEncoder';
import { cutTask } from '../../src/training/taskImages';
import { median, type Benchmark } from './benchmark';

const STUDY = 'media/sample/fashion.study.json';
const EPOCHS = 6;

/** A whole epoch of the sample study beside the time that its steps alone took: what loading, metrics and a checkpoint add. */
export const epoch: Benchmark = {
  summary: 'seconds of an epoch of the sample study (loading, metrics, a checkpoint) beside the sum of its steps',
  seconds: 45,

  async run(_, progress) {
    const trial = expandTrials(await readStudy(STUDY), path.resolve(STUDY))[0]!;
    if (trial.objective.kind === 'none') throw new Error('The first trial of the sample study pre-trains.');
    const task = await loadTask(trial.data, trial.seed, trial.study.file);
    const images = cutTask(task, patchOf(trial.encoder));
    const model = buildModel(trial, images.labelled, 1, new Random(trial.seed));
    const engine = new Stopwatch(await createEngine({ name: 'native', assets: 'dist' }));
    const runs = await mkdtemp(path.join(tmpdir(), 'boundlens-epoch-'));
    try {
      const { folder } = await new RunStore(runs).create(trial);
      const journal = await RunJournal.open(folder, progress);
      const length = Math.floor(images.pretraining.count / trial.objective.batch);
      const steps = EPOCHS * length;
      progress(`${EPOCHS} epochs of ${length} steps …`);
      const marks: { at: number; stepping: number }[] = [];
      const sampler = new MetricSampler(
        'pre-training',
        steps,
        () => performance.now() / 1e3,
        line => journal.metrics([line]),
      );
      await pretrain(
        engine.timed,
        { ...model, objective: model.objective! },
        { images: images.pretraining, downstream: images.unlabelled },
        { ...trial.objective, steps },
        trial.regulariser,
        new Random('steps'),
        new Pace(),
        {
          moments: Array.from({ length: EPOCHS }, (_, i) => (i + 1) * length),
          onMoment: async () => {
            await saveEncoder(engine.timed, model, await folder.beginCheckpoint());
            await folder.finishCheckpoint();
            marks.push({ at: performance.now(), stepping: engine.milliseconds });
          },
          onStep: (step, scalars, learningRate) => {
            sampler.add(step, scalars, { learningRate });
            journal.progress({ phase: 'pre-training', fraction: step / steps, step, steps });
          },
        },
      );
      await journal.end({ state: 'finished' });
      const epochs = marks.slice(1).map(({ at, stepping }, i) => ({ whole: at - marks[i]!.at, steps: stepping - marks[i]!.stepping }));
      const [ours, theirs] = [median(epochs.map(({ whole }) => whole)), median(epochs.map(({ steps }) => steps))];
      const ratio = median(epochs.map(({ whole, steps }) => whole / steps));
      return [{ work: `epoch of ${length} steps`, peer: 'the sum of its steps', threads: 1, unit: 'ms', ours, theirs, ratio }];
    } finally {
      engine.timed.dispose();
      await task.close();
      await rm(runs, { recursive: true, force: true });
    }
  },
};

/** Adds up the time that an engine's training steps take. */
class Stopwatch {
  milliseconds = 0;
  readonly timed: Engine;

  constructor(engine: Engine) {
    const timed = (step: TrainingStep): TrainingStep => ({
      ...step,
      run: async (feeds, learningRate) => {
        const start = performance.now();
        try {
          return await step.run(feeds, learningRate);
        } finally {
          this.milliseconds += performance.now() - start;
        }
      },
    });
    this.timed = {
      name: engine.name,
      threads: engine.threads,
      trainingStep: async spec => timed(await engine.trainingStep(spec)),
      forwardPass: spec => engine.forwardPass(spec),
      exportOnnx: spec => engine.exportOnnx(spec),
      dispose: () => engine.dispose(),
    };
  }
}
