import assert from 'node:assert/strict';
import { Random } from '../../../src/common/random';
import { memorySamples } from '../../../src/datasets/samples';
import type { Matrix } from '../../../src/theory/matrix';
import { featureRows, frozenClassifier } from '../../../src/training/fineTuning/classifiers';
import { fineTune, type FineTuningData, type TaskPoints } from '../../../src/training/fineTuning/fineTune';
import { outputsOf } from '../../../src/training/fineTuning/outputs';
import { fitProbe, PROBE_STRENGTHS } from '../../../src/training/fineTuning/probe';
import { tunedFit } from '../../../src/training/fineTuning/tunedFit';
import { buildModel, type Model } from '../../../src/training/model';
import { Pace } from '../../../src/training/pace';
import { PatchSet } from '../../../src/training/patches';
import type { FineTuningMode } from '../../../src/training/results';
import { referenceEngine } from './engines';

const WIDTH = 4;
const SIDE = 4;
const settings = {
  modes: ['probe', 'frozen', 'full'] as FineTuningMode[],
  steps: 40,
  learningRates: [1e-4, 3e-2],
  weightDecay: 0.01,
  labelNoise: 0,
};
const study = {
  encoder: { kind: 'vit', patch: 2, width: WIDTH, depth: 1, heads: 1, mlpRatio: 2 },
  objective: { kind: 'none' },
} as const;

/** Points whose label is the sign of the first feature, and images whose label is which half is bright; both with a gap between. */
function toy(count: number, random: Random, patch = 2): TaskPoints {
  const labels = Int8Array.from({ length: count }, (_, i) => (i % 2 ? 1 : -1));
  const values = new Float32Array(count * WIDTH);
  const pixels = new Float32Array(count * SIDE * SIDE);
  labels.forEach((label, i) => {
    for (let j = 0; j < WIDTH; j++) values[i * WIDTH + j] = j === 0 ? label * (1 + random.uniform()) : 0.3 * random.normal();
    for (let j = 0; j < SIDE * SIDE; j++)
      pixels[i * SIDE * SIDE + j] = (j < (SIDE * SIDE) / 2 === label > 0 ? 0.8 : 0.1) + 0.1 * random.uniform();
  });
  const images = new PatchSet(memorySamples({ count, height: SIDE, width: SIDE, channels: 1 }, pixels), patch);
  return { images, features: { rows: count, columns: WIDTH, values }, labels };
}

const unlabelled = (random: Random): Matrix => toy(60, random).features;

function data(seed = 0): FineTuningData {
  const random = new Random(seed);
  return { classes: 2, labelled: toy(40, random), test: toy(50, random), unlabelled: unlabelled(random) };
}

/** Test points with other images, features and labels: whatever is chosen must not notice. */
function perturbed({ labelled, test, unlabelled }: FineTuningData): FineTuningData {
  const other = toy(test.labels.length, new Random('other'));
  const labels = Int8Array.from(test.labels, label => -label);
  const features = { ...other.features, values: other.features.values.map(value => 100 * value) };
  return { classes: 2, labelled, test: { ...other, features, labels }, unlabelled };
}

const run = async (mode: FineTuningMode, points: FineTuningData, model: Model) => {
  const onStep = (): void => undefined;
  const engine = await referenceEngine();
  return fineTune(mode, points, { engine, model, settings, margin: 1, random: new Random(5), pace: new Pace(), onStep });
};

describe('fineTune', () => {
  const model = (): Model => buildModel(study, data().labelled.images, 1, new Random(2));

  for (const mode of settings.modes) {
    it(`separates a separable toy in mode ${mode}`, async () => {
      const { trainAccuracy, testAccuracy, testErrors, testCount } = await run(mode, data(), model());
      assert.deepEqual(
        { trainAccuracy, testAccuracy, testErrors, testCount },
        { trainAccuracy: 1, testAccuracy: 1, testErrors: 0, testCount: 50 },
      );
    });

    it(`chooses nothing on the test set in mode ${mode}`, async () => {
      const [result, other] = [await run(mode, data(), model()), await run(mode, perturbed(data()), model())];
      assert.deepEqual(other.chosen, result.chosen);
      assert.equal(other.trainAccuracy, result.trainAccuracy);
      assert.notEqual(other.testErrors, result.testErrors);
    });

    it(`leaves the encoder as it was after mode ${mode}`, async () => {
      const built = model();
      const before = built.parameters.snapshot();
      await run(mode, data(), built);
      assert.deepEqual(built.parameters.snapshot(), before);
    });
  }
});

describe('tunedFit', () => {
  const fitToy = async (learningRates: number[]) => {
    const { labelled, unlabelled } = data();
    const classifier = frozenClassifier(WIDTH, featureRows(labelled.features, unlabelled), outputsOf(2), new Random(0));
    const points = { indices: Int32Array.from({ length: 40 }, (_, i) => i), labels: labelled.labels };
    const tuning = { steps: 20, batch: 8, candidates: learningRates.map(learningRate => ({ learningRate, weightDecay: 0 })) };
    let steps = 0;
    const tuned = await tunedFit(await referenceEngine(), classifier, points, tuning, new Random(1), new Pace(), () => steps++);
    return { ...tuned, steps, weights: classifier.parameters.snapshot() };
  };

  it('takes the learning rate with the lowest validation loss', async () => {
    const { chosen, validationLosses } = await fitToy([1e-6, 3e-2, 1e-5]);
    assert.equal(chosen.learningRate, 3e-2);
    assert.equal(Math.min(...validationLosses), validationLosses[1]);
  });

  it('never takes a learning rate that diverges', async () => {
    const { chosen, validationLosses } = await fitToy([NaN, 1e-2]);
    assert.deepEqual([chosen.learningRate, validationLosses[0]], [1e-2, Infinity]);
  });

  it('says so when every learning rate diverges', () =>
    assert.rejects(fitToy([NaN]), /Fine-tuning diverged with every learning rate \(NaN\): add a lower one to fineTuning\.learningRates\./));

  it('fits once per learning rate and once more on all points', async () => assert.equal((await fitToy([1e-2, 1e-3])).steps, 60));

  it('starts the last fit anew: rates that were tried before leave no trace', async () =>
    assert.deepEqual((await fitToy([3e-2])).weights, (await fitToy([1e-7, 3e-2])).weights));
});

describe('fitProbe', () => {
  it('prefers a strong penalty where labels are noise and a weak one where they are not', async () => {
    const { labelled, unlabelled } = data();
    const random = new Random('noise');
    const noise = Int8Array.from(labelled.labels, () => random.sign());
    const [clean, noisy] = [
      await fitProbe(labelled.features, labelled.labels, outputsOf(2), unlabelled, new Random(0), new Pace()),
      await fitProbe(labelled.features, noise, outputsOf(2), unlabelled, new Random(0), new Pace()),
    ];
    assert.equal(clean.strength, PROBE_STRENGTHS.at(-1));
    assert.ok(noisy.strength >= 0.1, `${noisy.strength}`);
  });
});
