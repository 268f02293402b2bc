import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { deserialize, serialize } from 'node:v8';
import type * as ort from 'onnxruntime-node';
import { FileFault, Stopped } from '../../../src/common/fault';
import type { Trial } from '../../../src/studies/study';
import type { TrialMetrics, TrialProgress } from '../../../src/training/progress';
import type { TrialResults } from '../../../src/training/results';
import type { TrainingState } from '../../../src/training/trainingState';
import { runTrial, type TrialContext } from '../../../src/training/trial';
import { nativeEngine } from './engines';
import { sampleData } from './sampleImages';

const pretraining = {
  kind: 'masked autoencoder',
  maskRatio: 0.75,
  decoder: { width: 8, depth: 1, heads: 2 },
  steps: 16,
  batch: 16,
  learningRate: 5e-3,
  warmup: 2,
} as const;

const maskReconstruction = {
  kind: 'mask reconstruction',
  maskRatio: 0.5,
  mask: 'random',
  fill: 'zero',
  teacher: { kind: 'momentum', momentum: 0.9, normaliseTargets: true },
  predictor: { kind: 'linear' },
  steps: 16,
  batch: 16,
  learningRate: 5e-3,
  warmup: 2,
} as const;

const trial: Trial = {
  id: 'tiny-seed-1',
  study: { name: 'tiny', file: 'tiny.study.json' },
  arm: 'tiny',
  seed: 1,
  data: sampleData,
  encoder: { kind: 'vit', patch: 7, width: 16, depth: 1, heads: 2, mlpRatio: 2 },
  objective: pretraining,
  regulariser: { kind: 'radreg', lambda: 0.001, draws: 4, batch: 16, radius: 1 },
  fineTuning: { modes: ['probe', 'frozen', 'full'], steps: 6, learningRates: [1e-3, 1e-2], weightDecay: 0.01, labelNoise: 0.1 },
  bound: { failureProbability: 0.05, margin: 1, scaledRadius: 5 },
};
const fromScratch: Trial = { ...trial, id: 'scratch-seed-1', objective: { kind: 'none' }, regulariser: { kind: 'none' } };

const run = async (what: Trial, context: Partial<TrialContext> = {}): Promise<TrialResults> =>
  runTrial(what, { engine: await nativeEngine(), ...context });

/** Results without what the clock says. */
const timeless = ({ seconds: _seconds, pretraining: pretrained, ...results }: TrialResults) => ({
  ...results,
  pretraining: pretrained && { ...pretrained, seconds: 0 },
});

const reportOf = (results: TrialResults, theorem: string) => results.reports.find(report => report.theorem === theorem)!;
const termNames = (results: TrialResults, theorem: string): string[] => reportOf(results, theorem).terms.map(term => term.name);

describe('runTrial', () => {
  let results: TrialResults;
  let progress: TrialProgress[];
  let metrics: TrialMetrics[];

  before(async () => {
    progress = [];
    metrics = [];
    results = await run(trial, { onProgress: one => progress.push(one), onMetrics: line => metrics.push(line) });
  });

  it('gives the same numbers for the same seed', async () => assert.deepEqual(timeless(await run(trial)), timeless(results)));

  it('gives the same numbers and metrics when it goes on from a kept state, also from one after pre-training', async () => {
    const kept: Buffer[] = [];
    const lines: number[] = [];
    let seen = 0;
    const keeping = {
      async offer(capture: () => Promise<TrainingState>) {
        kept.push(serialize(await capture()));
        lines.push(seen);
      },
    };
    await run(trial, { keeping, onMetrics: () => seen++ });
    const untimed = (all: readonly TrialMetrics[]) => all.map(({ phase, step, values }) => ({ phase, step, values }));
    for (const place of [4, kept.length - 1]) {
      const rest: TrialMetrics[] = [];
      const resume = deserialize(kept[place]!) as TrainingState;
      const again = await run(trial, { keeping: { ...keeping, resume }, onMetrics: line => rest.push(line) });
      assert.deepEqual(timeless(again), timeless(results));
      assert.deepEqual(untimed(rest), untimed(metrics).slice(lines[place]));
    }
  });

  it('gives other numbers for another seed', async () => {
    const other = await run({ ...trial, seed: 2 });
    assert.notEqual(other.pretraining!.holdOutLoss, results.pretraining!.holdOutLoss);
    assert.notEqual(other.featureNorm, results.featureNorm);
  });

  it('tests every mode on the whole balanced test set', () => {
    assert.deepEqual(
      results.fineTuning.map(({ mode }) => mode),
      ['probe', 'frozen', 'full'],
    );
    for (const { mode, testAccuracy, testErrors, testCount, chosen } of results.fineTuning) {
      assert.equal(testCount % 2, 0);
      assert.ok(testCount > 300);
      assert.equal(testAccuracy, 1 - testErrors / testCount);
      assert.deepEqual(Object.keys(chosen), mode === 'probe' ? ['strength'] : ['learningRate', 'weightDecay']);
    }
  });

  it('hands out F2, F1, F5, D1 and F4, which together fail with the probability that was allowed', () => {
    assert.deepEqual(
      results.reports.map(({ theorem }) => theorem),
      ['F2', 'F1', 'F5', 'D1', 'F4'],
    );
    const together = results.reports.reduce((sum, { failureProbability }) => sum + failureProbability, 0);
    assert.ok(together <= trial.bound.failureProbability + 1e-12, `${together}`);
    for (const { theorem, total, terms } of results.reports)
      assert.ok(Math.abs(terms.reduce((sum, term) => sum + term.value, 0) - total) < 1e-9, theorem);
  });

  it('labels what it assumed and estimated', () => {
    const d1 = reportOf(results, 'D1');
    const evidence = Object.fromEntries(d1.terms.map(term => [term.name, term.evidence]));
    assert.deepEqual(evidence, {
      transfer: 'estimated',
      complexity: 'certified',
      concentration: 'certified',
      'domain shift': 'estimated',
      task: 'assumed',
      optimisation: 'certified',
    });
    assert.equal(d1.evidence, 'assumed');
  });

  it('takes the domain term as declared where the study says that the domains are the same', async () => {
    const declared = await run({
      ...trial,
      data: { ...sampleData, domain: 'same' },
      fineTuning: { ...trial.fineTuning, modes: ['probe'] },
    });
    const domain = reportOf(declared, 'D1').terms.find(({ name }) => name === 'domain shift')!;
    assert.deepEqual([domain.value, domain.evidence], [0, 'assumed']);
  });

  it('leaves the transfer constant over its checkpoints and the spectrum of a refitted decoder', () => {
    const { transfer, decoder } = results.pretraining!;
    assert.ok(transfer!.scatter.length >= 3 && transfer!.constant.value > 0);
    const { singularValues, residual, admissibleRadius, transferConstant } = decoder!;
    assert.ok(singularValues.length > 1 && singularValues.length <= 17, `${singularValues.length}`);
    assert.deepEqual(
      [...singularValues].sort((a, b) => b - a),
      singularValues,
    );
    assert.ok(residual > 0 && residual < 0.1, `${residual}`);
    assert.ok(admissibleRadius > 0 && transferConstant.value > 0);
    assert.equal(transferConstant.evidence, 'estimated');
  });

  it('reports phases in order with a fraction that never falls and ends at 1', () => {
    const phases = progress.map(({ phase }) => phase).filter((phase, i, all) => phase !== all[i - 1]);
    assert.deepEqual(phases, ['pre-training', 'fine-tuning', 'certifying']);
    progress.forEach(({ fraction }, i) => assert.ok(fraction >= (progress[i - 1]?.fraction ?? 0), `${i}`));
    assert.equal(progress.at(-1)!.fraction, 1);
  });

  it('leaves D1 without a transfer term where the loss has no certificate, and says why', async () => {
    const taught = await run({
      ...trial,
      encoder: { kind: 'deep net', widths: [16], activation: 'relu', bias: true },
      objective: maskReconstruction,
      fineTuning: { ...trial.fineTuning, modes: ['probe'] },
    });
    assert.match(taught.pretraining!.withoutCertificate!, /teacher/);
    assert.equal(taught.pretraining!.transfer, undefined);
    assert.match(reportOf(taught, 'D1').bounds, /on this encoder \(no transfer.* no hold-out certificate: its targets/);
    assert.ok(!termNames(taught, 'D1').includes('transfer'));
  });

  it('says that features collapsed, and ends the run', async () => {
    const collapsed = await run({
      ...trial,
      encoder: { kind: 'deep net', widths: [16], activation: 'relu', bias: true },
      objective: { ...maskReconstruction, steps: 150, learningRate: 5e-3 },
      regulariser: { kind: 'feature decay', lambda: 30, batch: 16 },
      fineTuning: { ...trial.fineTuning, modes: ['probe'] },
    });
    assert.match(collapsed.collapse!, /shrank to|collapsed to one point/);
  });

  it('reports loss, RadReg value and feature norm while it trains', () => {
    const named = (name: string): number[] => metrics.flatMap(({ values }) => (name in values ? [values[name]!] : []));
    for (const name of ['loss', 'reconstruction', 'regulariser', 'heldOutRegulariser', 'learningRate', 'holdOutLoss', 'featureNorm']) {
      assert.ok(named(name).length >= 5, name);
      assert.ok(named(name).every(Number.isFinite), name);
    }
    assert.ok(named('holdOutLoss').at(-1)! < named('holdOutLoss')[0]!);
    assert.equal(named('holdOutLoss').at(-1), results.pretraining!.holdOutLoss);
  });

  describe('from scratch', () => {
    let scratch: TrialResults;
    before(async () => {
      scratch = await run(fromScratch);
    });

    it('has no pre-training to speak of', () => {
      assert.equal(scratch.pretraining, undefined);
      assert.equal(scratch.collapse, undefined);
      assert.equal(scratch.encoderParameters, results.encoderParameters);
    });

    it('leaves out the terms of pre-training and says so, instead of inventing them', () => {
      assert.deepEqual(termNames(scratch, 'D1'), ['complexity', 'concentration', 'optimisation']);
      assert.match(reportOf(scratch, 'D1').bounds, /no pre-training/);
    });
  });

  describe('with three classes and two label budgets', () => {
    let several: TrialResults;
    const task = { classes: [[0], [1, 9], [8]] };
    before(async () => {
      several = await run({ ...trial, data: { ...sampleData, task, labels: [48, 24] } });
    });

    it('tells the classes apart better than guessing, in every mode', () => {
      for (const { mode, testAccuracy, testRisks } of several.fineTuning.filter(({ mode }) => mode === 'probe')) {
        assert.ok(testAccuracy > 0.5, `${mode}: ${testAccuracy}`);
        assert.ok(testRisks.brier.value < 2 / 3);
      }
    });

    it('fine-tunes with the smaller budget too', () => {
      assert.deepEqual(
        several.budgets!.map(({ labels, fineTuning }) => [labels, fineTuning.map(({ mode }) => mode)]),
        [[24, ['probe', 'frozen', 'full']]],
      );
    });

    it('certifies one head a class, and D1 by vector contraction', () => {
      assert.deepEqual(
        several.reports.map(({ theorem }) => theorem),
        ['F2', 'F1', 'F5', 'D1', 'F4'],
      );
      assert.ok(!reportOf(several, 'F2').vacuous, `${reportOf(several, 'F2').total}`);
      const complexity = reportOf(several, 'D1').terms.find(({ name }) => name === 'complexity')!;
      assert.match(complexity.formula, /√K/);
      assert.equal(complexity.evidence, 'certified');
    });
  });

  describe('stopping', () => {
    for (const phase of ['pre-training', 'fine-tuning', 'certifying'])
      it(`raises Stopped when asked to during ${phase}`, async () => {
        const stop = new AbortController();
        let after = 0;
        const onProgress = (one: TrialProgress): void => {
          if (stop.signal.aborted) after++;
          else if (one.phase === phase) stop.abort();
        };
        await assert.rejects(run(trial, { signal: stop.signal, onProgress }), Stopped);
        assert.ok(after <= 1, `${after} steps after the signal`);
      });

    it('does not start when it was stopped before', async () => {
      const seen: TrialProgress[] = [];
      await assert.rejects(run(trial, { signal: AbortSignal.abort(), onProgress: one => seen.push(one) }), Stopped);
      assert.deepEqual(seen, []);
    });
  });

  it('says which learning rate to lower when the loss is lost', () =>
    assert.rejects(
      run({ ...trial, objective: { ...pretraining, learningRate: 1e30, warmup: 0 } }),
      /The pre-training loss of tiny-seed-1 became (NaN|Infinity) at step \d+: lower objective\.learningRate in tiny\.study\.json\./,
    ));

  describe('weights on disk', () => {
    let folder: string;
    before(async () => {
      folder = await mkdtemp(path.join(os.tmpdir(), 'boundlens-trial-'));
      await run({ ...trial, fineTuning: { ...trial.fineTuning, modes: ['probe'] } }, { outputFolder: folder });
    });
    after(() => rm(folder, { recursive: true }));

    it('hold the encoder, and nothing of decoder and head, under PyTorch names', async () => {
      const bytes = await readFile(path.join(folder, 'encoder.safetensors'));
      const header = JSON.parse(bytes.subarray(8, 8 + Number(bytes.readBigUInt64LE(0))).toString()) as Record<string, { shape?: number[] }>;
      assert.deepEqual(header['blocks.0.attn.qkv.weight']?.shape, [48, 16]);
      assert.deepEqual(
        Object.keys(header).filter(name => /decoder|mask_token|head/.test(name)),
        [],
      );
    });

    it('stand beside the features of every split, with labels where they have them', async () => {
      const bytes = await readFile(path.join(folder, 'features.safetensors'));
      const header = JSON.parse(bytes.subarray(8, 8 + Number(bytes.readBigUInt64LE(0))).toString()) as Record<string, { shape?: number[] }>;
      const shapes = Object.fromEntries(Object.entries(header).flatMap(([name, { shape }]) => (shape ? [[name, shape[0]]] : [])));
      const { labels, unlabelled, holdOut } = sampleData;
      const test = results.fineTuning[0]!.testCount;
      assert.deepEqual(shapes, {
        'labelled.features': labels,
        'labelled.labels': labels,
        'test.features': test,
        'test.labels': test,
        'unlabelled.features': unlabelled,
        'holdOut.features': holdOut,
      });
    });

    it('come as an ONNX file that takes any batch', async () => {
      const { InferenceSession, Tensor } = createRequire(path.join(process.cwd(), 'package.json'))('onnxruntime-node') as typeof ort;
      const session = await InferenceSession.create(path.join(folder, 'encoder.onnx'));
      const image = Float32Array.from({ length: 16 * 49 }, (_, i) => (i % 7) / 7);
      const features = async (count: number): Promise<number[]> => {
        const patches = new Float32Array(count * image.length);
        for (let i = 0; i < count; i++) patches.set(image, i * image.length);
        const results = await session.run({ [session.inputNames[0]!]: new Tensor('float32', patches, [count * 16, 49]) });
        return [...(results[session.outputNames[0]!]!.data as Float32Array)];
      };
      const [one, three] = [await features(1), await features(3)];
      assert.equal(one.length, 16);
      assert.equal(three.length, 48);
      three.forEach((value, i) => assert.ok(Math.abs(value - one[i % 16]!) < 1e-5));
    });

    it('name the file when the disk refuses', () =>
      assert.rejects(
        run({ ...trial, fineTuning: { ...trial.fineTuning, modes: ['probe'] } }, { outputFolder: path.join(folder, 'missing') }),
        FileFault,
      ));
  });
});
