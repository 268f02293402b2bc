import assert from 'node:assert/strict';
import { Random } from '../../../src/common/random';
import type { Engine, Feeds } from '../../../src/training/engine/engine';
import { buildModel, type Model } from '../../../src/training/model';
import type { MaskedAutoencoder } from '../../../src/training/objectives/maskedAutoencoder';
import { Pace } from '../../../src/training/pace';
import { PatchSet } from '../../../src/training/patches';
import { pretrain, pretrainingSpec } from '../../../src/training/pretraining';
import { nativeEngine, referenceEngine } from './engines';
import { sampleTask } from './sampleImages';

const trial = {
  encoder: { kind: 'vit', patch: 7, width: 16, depth: 1, heads: 2, mlpRatio: 2 },
  objective: {
    kind: 'masked autoencoder',
    maskRatio: 0.75,
    decoder: { width: 8, depth: 1, heads: 2 },
    steps: 40,
    batch: 16,
    learningRate: 1e-2,
    warmup: 0,
  },
} as const;
const plain = { kind: 'none' } as const;
const radreg = (lambda: number) => ({ kind: 'radreg', lambda, draws: 4, batch: 8, radius: 1 }) as const;

type Autoencoding = Model & { readonly objective: MaskedAutoencoder };

const build = (images: PatchSet, seed = 0): Autoencoding => buildModel(trial, images, 1, new Random(seed)) as Autoencoding;

describe('MaskedAutoencoder', () => {
  let images: PatchSet;
  let downstream: PatchSet;

  before(async () => {
    const task = await sampleTask();
    images = new PatchSet(task.holdOut, trial.encoder.patch);
    downstream = new PatchSet(task.unlabelled, trial.encoder.patch);
  });

  const run = async (engine: Engine, regulariser: ReturnType<typeof radreg> | typeof plain, steps: number, seed = 0) => {
    const model = build(images, seed);
    const reconstruction: number[] = [];
    const regularisers: number[] = [];
    await pretrain(engine, model, { images, downstream }, { ...trial.objective, steps }, regulariser, new Random(seed), new Pace(), {
      moments: [],
      onMoment: () => Promise.resolve(),
      onStep: (_, scalars) => {
        reconstruction.push(scalars.reconstruction![0]!);
        regularisers.push(scalars.regulariser?.[0] ?? NaN);
      },
    });
    const weights = model.parameters.snapshot();
    model.parameters.dispose();
    return { reconstruction, regularisers, weights };
  };
  const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

  it('has the parameters that its PyTorch twin has, by name and shape', () => {
    const model = build(images);
    const shapes = Object.fromEntries(model.parameters.names.map(name => [name, model.parameters.shape(name).join('×')]));
    const block = (prefix: string, width: number, hidden: number): Record<string, string> => ({
      [`${prefix}.norm1.weight`]: `${width}`,
      [`${prefix}.norm1.bias`]: `${width}`,
      [`${prefix}.attn.qkv.weight`]: `${3 * width}×${width}`,
      [`${prefix}.attn.qkv.bias`]: `${3 * width}`,
      [`${prefix}.attn.proj.weight`]: `${width}×${width}`,
      [`${prefix}.attn.proj.bias`]: `${width}`,
      [`${prefix}.norm2.weight`]: `${width}`,
      [`${prefix}.norm2.bias`]: `${width}`,
      [`${prefix}.mlp.fc1.weight`]: `${hidden}×${width}`,
      [`${prefix}.mlp.fc1.bias`]: `${hidden}`,
      [`${prefix}.mlp.fc2.weight`]: `${width}×${hidden}`,
      [`${prefix}.mlp.fc2.bias`]: `${width}`,
    });
    assert.deepEqual(shapes, {
      'patch_embed.weight': '16×49',
      'patch_embed.bias': '16',
      pos_embed: '1×16×16',
      ...block('blocks.0', 16, 32),
      'norm.weight': '16',
      'norm.bias': '16',
      'decoder_embed.weight': '8×16',
      'decoder_embed.bias': '8',
      mask_token: '1×1×8',
      decoder_pos_embed: '1×16×8',
      ...block('decoder_blocks.0', 8, 32),
      'decoder_norm.weight': '8',
      'decoder_norm.bias': '8',
      'decoder_pred.weight': '49×8',
      'decoder_pred.bias': '49',
      'head.weight': '1×16',
      'head.bias': '1',
    });
    model.parameters.dispose();
  });

  it('learns real images, on the reference engine', async () => {
    const { reconstruction } = await run(await referenceEngine(), plain, 20);
    assert.ok(mean(reconstruction.slice(-5)) < 0.7 * mean(reconstruction.slice(0, 2)), reconstruction.join(' '));
  });

  it('learns real images, on the native engine', async () => {
    const { reconstruction } = await run(await nativeEngine(), plain, 50);
    assert.ok(mean(reconstruction.slice(-5)) < 0.6 * mean(reconstruction.slice(0, 2)), reconstruction.join(' '));
  });

  it('takes the same first steps on both engines', async () => {
    const [a, b] = [await run(await referenceEngine(), radreg(0.1), 3), await run(await nativeEngine(), radreg(0.1), 3)];
    a.reconstruction.forEach((loss, i) => assert.ok(Math.abs(loss - b.reconstruction[i]!) < 1e-4 * loss, `${loss} ${b.reconstruction[i]}`));
    a.regularisers.forEach((value, i) => assert.ok(Math.abs(value - b.regularisers[i]!) < 1e-4 * value));
  });

  const engines = [
    ['reference', referenceEngine],
    ['native', nativeEngine],
  ] as const;
  for (const [name, engine] of engines)
    it(`is the plain objective bit for bit when RadReg has λ = 0, on the ${name} engine`, async () => {
      const [without, withZero] = [await run(await engine(), plain, 3), await run(await engine(), radreg(0), 3)];
      assert.deepEqual(withZero.reconstruction, without.reconstruction);
      assert.deepEqual(withZero.weights, without.weights);
    });

  it('lowers the RadReg value when λ is large', async () => {
    const [free, pressed] = [await run(await nativeEngine(), radreg(0), 40), await run(await nativeEngine(), radreg(3), 40)];
    assert.ok(mean(pressed.regularisers.slice(-5)) < 0.5 * mean(free.regularisers.slice(-5)));
  });

  it('trains everything but the head of fine-tuning', () => {
    const model = build(images);
    const { trainable } = pretrainingSpec(model, { batch: 16 }, []);
    assert.deepEqual([...trainable!, 'head.weight', 'head.bias'], model.parameters.names);
    model.parameters.dispose();
  });

  describe('reconstruction errors', () => {
    const count = 8;
    const errors = async (model: Autoencoding, feeds: Feeds): Promise<Float32Array> => {
      const outputs = { inputs: model.objective.inputs(count), parameters: model.parameters };
      const pass = await (
        await referenceEngine()
      ).forwardPass({ ...outputs, outputs: inputs => ({ errors: model.objective.clippedErrors(inputs) }) });
      return (await pass.run(feeds)).errors!;
    };
    const feedsOf = async (model: Autoencoding): Promise<Feeds> =>
      model.objective.feeds(await images.rows(Array.from({ length: count }, (_, i) => i)), new Random(1));

    it('lie in [0, 1] for each image', async () => {
      const model = build(images);
      const values = await errors(model, await feedsOf(model));
      assert.equal(values.length, count);
      assert.ok(values.every(value => value > 0 && value < 1));
      model.parameters.dispose();
    });

    it('are in units of the squared range of the values, and so in [0, 1] however the images are normalised', async () => {
      const model = build(images);
      const common = { inputs: model.objective.inputs(count), parameters: model.parameters };
      const feeds = await feedsOf(model);
      const patches = (feeds.patches as Float32Array).map(value => 6 * value - 2);
      const engine = await referenceEngine();
      const errorsIn = async (range: readonly [number, number]) => {
        const pass = await engine.forwardPass({ ...common, outputs: inputs => ({ errors: model.objective.clippedErrors(inputs, range) }) });
        return (await pass.run({ ...feeds, patches })).errors!;
      };
      const [narrow, wide] = [await errorsIn([-2, 4]), await errorsIn([-20, 40])];
      assert.ok(narrow.every(value => value > 0 && value < 1));
      narrow.forEach((value, i) => assert.ok(value <= 100 * wide[i]! + 1e-6, 'clipping to the range never adds to an error'));
      model.parameters.dispose();
    });

    it('do not depend on what visible patches are compared with, only on masked ones', async () => {
      const model = build(images);
      // The encoder ignores its input here, so that a visible patch could matter as a target only.
      model.parameters.values('patch_embed.weight').fill(0);
      const feeds = await feedsOf(model);
      const baseline = await errors(model, feeds);
      const changed = (where: number): Float32Array => {
        const patches = (feeds.patches as Float32Array).slice();
        (feeds.masked as Float32Array).forEach((masked, patch) => {
          if (masked === where) patches.fill(0.5, patch * images.patchSize, (patch + 1) * images.patchSize);
        });
        return patches;
      };
      assert.deepEqual(await errors(model, { ...feeds, patches: changed(0) }), baseline);
      assert.notDeepEqual(await errors(model, { ...feeds, patches: changed(1) }), baseline);
      model.parameters.dispose();
    });

    it('do not let the encoder see masked patches', async () => {
      const model = build(images);
      const pass = await (
        await referenceEngine()
      ).forwardPass({
        inputs: model.objective.inputs(count),
        parameters: model.parameters,
        outputs: inputs => ({ prediction: model.objective.reconstruct(inputs) }),
      });
      const feeds = await feedsOf(model);
      const patches = (feeds.patches as Float32Array).slice();
      (feeds.masked as Float32Array).forEach((masked, patch) => {
        if (masked) patches.fill(0.9, patch * images.patchSize, (patch + 1) * images.patchSize);
      });
      const [clean, spoiled] = [await pass.run(feeds), await pass.run({ ...feeds, patches })];
      assert.deepEqual(clean.prediction, spoiled.prediction);
      model.parameters.dispose();
    });
  });
});
