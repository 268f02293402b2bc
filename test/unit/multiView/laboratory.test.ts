import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { Random } from '../../../src/common/random';
import { generate, orthonormalFeatures } from '../../../src/datasets/multiView/generate';
import { readMultiView } from '../../../src/studies/readMultiView';
import { multiViewSchema } from '../../../src/studies/schema/multiView';
import { runSeed } from '../../../src/training/multiView/experiment';
import type { CaptureFrame } from '../../../src/training/multiView/frames';
import { blockHead, featuresOf } from '../../../src/training/multiView/observe';
import { capNorms } from '../../../src/training/multiView/pretrain';
import { smoothedReLU } from '../../../src/training/multiView/network';
import { drawSetting } from '../../../src/training/multiView/setting';
import { meanOver, summariseSeeds } from '../../../src/training/multiView/summary';
import { temporaryFolder } from '../support/temporaryFolder';
import { nativeEngine } from '../training/engines';

const specOf = (parts: object = {}) => multiViewSchema.parse({ name: 'test', ...parts });
const noiseless = specOf({ data: { noise: 0, featureNoise: 0 } });

describe('the multi-view laboratory', () => {
  const folder = temporaryFolder();

  it('features are orthonormal to 1e-10', () => {
    const { data } = noiseless;
    const v = orthonormalFeatures(data, new Random(1));
    for (let a = 0; a < 10; a++)
      for (let b = 0; b < 10; b++) {
        let dot = 0;
        for (let c = 0; c < data.dimension; c++) dot += v[a * data.dimension + c]! * v[b * data.dimension + c]!;
        assert.ok(Math.abs(dot - (a === b ? 1 : 0)) < 1e-10);
      }
  });

  it('samples: Σz ≥ 1 on what is shown, ρ on what is hidden, at most the distractor strength on the rest; the same seed, the same samples', () => {
    const { data } = noiseless;
    const v = orthonormalFeatures(data, new Random(1));
    for (const singleView of [0, 1]) {
      const samples = generate(data, v, 60, singleView, new Random(2));
      assert.deepEqual(samples, generate(data, v, 60, singleView, new Random(2)));
      for (let n = 0; n < samples.count; n++) {
        const totals = Array.from({ length: 10 }, (_, f) => {
          let sum = 0;
          for (let p = 0; p < data.patches; p++)
            for (let c = 0; c < data.dimension; c++)
              sum += samples.patches[(n * data.patches + p) * data.dimension + c]! * v[f * data.dimension + c]!;
          return sum;
        });
        totals.forEach((total, f) => {
          const own = Math.floor(f / 2) === samples.labels[n];
          const shown = own && (singleView === 0 || f % 2 === samples.shown[n]);
          const [low, high] = shown ? [1, 1.5] : own ? [0.02, 0.02] : [0, singleView ? data.singleViewDistractor : 0.4];
          assert.ok(total > low - 1e-5 && total < high + 1e-5, `Σz ${total} of feature ${f}`);
        });
      }
    }
  });

  it('the encoder of the engine is Σ_p ReLU̅(⟨w, x_p⟩), whatever the order of the patches, and masks over θ leave its mean', async () => {
    const spec = specOf({ data: { test: 6, unlabelled: 10 } });
    const setting = drawSetting(spec, await nativeEngine(), new Random(5));
    const { patches, dimension } = spec.data;
    const samples = setting.test.multiView;
    const kernels = setting.initial.map(value => 10 * value);
    const h = await featuresOf(setting, kernels, samples);
    const active = (p: number) => {
      let inner = 0;
      for (let c = 0; c < dimension; c++) inner += kernels[c]! * samples.patches[p * dimension + c]!;
      return smoothedReLU(inner, spec.encoder);
    };
    const parts = Array.from({ length: patches }, (_, p) => active(p));
    const whole = parts.reduce((a, b) => a + b, 0);
    assert.ok(Math.abs(h[0]! - whole) < 1e-5, `${h[0]!} is not ${whole}`);
    const turned = { ...samples, patches: samples.patches.slice() };
    for (let p = 0; p < patches; p++)
      turned.patches.set(samples.patches.subarray(p * dimension, (p + 1) * dimension), (patches - 1 - p) * dimension);
    assert.ok(Math.abs((await featuresOf(setting, kernels, turned))[0]! - h[0]!) < 1e-5);
    const random = new Random(6);
    let sum = 0;
    for (let draw = 0; draw < 20_000; draw++) for (const part of parts) if (random.uniform() < 0.5) sum += part / 0.5;
    assert.ok(Math.abs(sum / 20_000 - whole) < 0.05 * whole);
  });

  it('kernels are shortened to the cap and no further; the block head sums the kernels of a class', () => {
    const kernels = Float32Array.from([3, 4, 0.3, 0.4]);
    capNorms(kernels, 2, 1);
    assert.deepEqual(
      Array.from(kernels, value => Math.round(1000 * value) / 1000),
      [0.6, 0.8, 0.3, 0.4],
    );
    const head = blockHead(specOf({ data: { classes: 2 }, encoder: { kernelsPerClass: 2 } }));
    assert.deepEqual([...head], [1, 0, 1, 0, 0, 1, 0, 1]);
  });

  it('one small seed: mask reconstruction covers every feature, a head on it is right on both kinds; few frames; the same again', async () => {
    const spec = specOf({
      seeds: [0],
      frames: 5,
      data: { classes: 3, dimension: 12, patches: 12, unlabelled: 200, test: 60, noise: 0.01 },
      pretraining: { steps: 150, batch: 40 },
      downstream: { kinds: ['multi-view'], labels: 30, supervisedSteps: 20, steps: 5 },
      sweep: { keep: [0.02, 0.5], steps: 40 },
    });
    const frames: CaptureFrame[] = [];
    const engine = await nativeEngine();
    const { signal } = new AbortController();
    const seed = await runSeed(
      spec,
      0,
      engine,
      event => {
        if (event.type === 'frame') frames.push(event);
      },
      signal,
    );
    const teacher = seed.arms.find(({ arm }) => arm === 'teacher')!;
    assert.equal(teacher.coverage, 1);
    assert.deepEqual(teacher.accuracy, { train: 1, multiView: 1, singleView: 1 });
    assert.equal(teacher.fineTuning!.lost, 0);
    const [below, above] = seed.sweep;
    assert.ok(below!.growth < 1, `θ below the threshold: × ${below!.growth}`);
    assert.ok(above!.growth > 1, `θ above the threshold: × ${above!.growth}`);
    const first = frames.filter(({ arm, phase }) => arm === 'teacher' && phase === 'pre-training');
    assert.deepEqual(
      first.map(({ step }) => step),
      [0, 30, 60, 90, 120, 150],
    );
    assert.ok(first.every(({ correlations, kernels, features }) => correlations.length === kernels * features));
    for (const arm of ['teacher', 'supervised', 'refitted', 'random'] as const) {
      const { multiView, singleView } = seed.arms.find(one => one.arm === arm)!.accuracy;
      const last = frames.filter(frame => frame.arm === arm && frame.accuracy).at(-1)!;
      assert.deepEqual(last.accuracy, { multiView, singleView }, `the last frame of ${arm} tells what it came to`);
    }
    assert.ok(first.every(({ accuracy }) => accuracy === undefined));
    const again = await runSeed(spec, 0, engine, () => undefined, signal);
    assert.deepEqual(again, seed);
    const { findings, arms } = summariseSeeds(spec, [seed]);
    assert.equal(arms.length, 5);
    assert.deepEqual(
      seed.arms.filter(({ fineTuning }) => fineTuning !== undefined).map(({ arm }) => arm),
      ['teacher', 'mae', 'refitted', 'random'],
    );
    assert.ok(findings.some(sentence => sentence.includes('100.0 % of the 6 features')));
  });

  it('an interval over seeds is Student’s', () => {
    const { mean, interval } = meanOver([1, 2, 3]);
    assert.equal(mean, 2);
    assert.ok(Math.abs(interval![1] - 2 - 4.302653 / Math.sqrt(3)) < 0.05);
    assert.deepEqual(meanOver([4]), { mean: 4 });
  });

  it('what is wrong in a specification is named with its line; the shipped one is right', async () => {
    const cases = [
      ['{"name": "x",\n"data": {"clases": 3}}', /:2: data\.clases .*did you mean "classes"/],
      ['{"name": "x",\n"data":\n{"dimension": 3}}', /:3: data\.dimension is 3, too small for 10 orthonormal features/],
      ['{"name": "x", "pretraining": {"keep": 0}}', /:1: pretraining\.keep is 0/],
      ['', /is empty/],
    ] as const;
    for (const [text, message] of cases) {
      writeFileSync(folder.file('spec.json'), text);
      await assert.rejects(readMultiView(folder.file('spec.json')), message);
    }
    assert.ok((await readMultiView('media/sample/features.multiview.json')).seeds.length >= 5);
  });
});
