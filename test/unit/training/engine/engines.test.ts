import assert from 'node:assert/strict';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { Random } from '../../../../src/common/random';
import type { Engine, Feeds, Tensors, TrainingSpec } from '../../../../src/training/engine/engine';
import { layerNorm, softmaxCrossEntropy } from '../../../../src/training/engine/operations';
import { loadNativeRuntime } from '../../../../src/training/engine/native';
import { Parameters } from '../../../../src/training/engine/parameters';
import { ReferenceEngine } from '../../../../src/training/engine/reference';
import { createEngine } from '../../../../src/training/engine/select';
import { tensorflowEngine } from '../../../../src/training/engine/tensorflow';
import { standInForTensorFlow } from './standInForTensorFlow';

const BATCH = 6;
const WIDTH = 5;
const CLASSES = 3;

/** A classifier with one normalised hidden layer, and a batch for it. */
function classifier(seed = 'classifier') {
  const parameters = new Parameters(new Random(seed));
  const weight = (name: string, shape: number[]) => parameters.declare(name, shape, { kind: 'normal', deviation: 0.5 });
  const [hidden, output] = [weight('hidden.weight', [WIDTH, 7]), weight('output.weight', [7, CLASSES])];
  const bias = parameters.declare('hidden.bias', [7], { kind: 'zeros' });
  const gain = parameters.declare('norm.weight', [7], { kind: 'ones' });
  const shift = parameters.declare('norm.bias', [7], { kind: 'uniform', bound: 0.1 });
  const product = (a: tf.Tensor, b: tf.Tensor) => tf.matMul(a, b);
  const features = (x: tf.Tensor) => layerNorm(tf.tanh(tf.add(product(x, hidden), bias)), gain, shift);
  const inputs = { x: { shape: [BATCH, WIDTH] }, labels: { shape: [BATCH, CLASSES] } };
  const random = new Random('batch');
  const labels = new Float32Array(BATCH * CLASSES);
  for (let i = 0; i < BATCH; i++) labels[i * CLASSES + random.integer(CLASSES)] = 1;
  const feeds: Feeds = { x: Float32Array.from({ length: BATCH * WIDTH }, () => random.normal()), labels };
  const loss = ({ x, labels: expected }: Tensors) => {
    const f = features(x!);
    const loss = softmaxCrossEntropy(product(f, output), expected!);
    return { loss, energy: tf.mean(tf.square(f)) };
  };
  const spec: TrainingSpec = { inputs, parameters, loss, optimiser: { kind: 'adam' } };
  return { parameters, feeds, spec, features, inputs: { x: inputs.x } };
}

/** Largest difference between two lists of numbers of the same length. */
function difference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  assert.equal(a.length, b.length);
  return Array.from(a).reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);
}

async function losses(engine: Engine, { spec, feeds }: ReturnType<typeof classifier>, steps: number): Promise<number[]> {
  const step = await engine.trainingStep(spec);
  const history: number[] = [];
  for (let i = 0; i < steps; i++) history.push((await step.run(feeds, 0.02 * (1 - i / steps))).loss![0]!);
  step.dispose();
  return history;
}

const ENGINES: [name: string, create: () => Promise<Engine>][] = [
  ['reference', () => Promise.resolve(new ReferenceEngine())],
  ['native', () => createEngine({ name: 'native', assets: 'dist' })],
  ['native on two threads', () => createEngine({ name: 'native', threads: 2, assets: 'dist' })],
  ['wasm', () => createEngine({ name: 'wasm', assets: 'dist' })],
  ['tensorflow, stood in for', () => Promise.resolve(tensorflowEngine(standInForTensorFlow, '', 1))],
];

for (const [name, create] of ENGINES) {
  describe(`engine: ${name}`, () => {
    let engine: Engine;
    before(async () => {
      engine = await create();
    });
    after(() => engine.dispose());

    for (const optimiser of [
      { kind: 'adam', weightDecay: 0.01 },
      { kind: 'adamw', weightDecay: 0.1 },
      { kind: 'sgd', momentum: 0.9 },
    ] as const)
      it(`trains 20 steps of ${optimiser.kind} like the reference engine`, async () => {
        const [model, expected] = [classifier(), classifier()];
        const history = await losses(engine, { ...model, spec: { ...model.spec, optimiser } }, 20);
        const oracle = await losses(new ReferenceEngine(), { ...expected, spec: { ...expected.spec, optimiser } }, 20);
        assert.ok(difference(history, oracle) <= 1e-5, `${history.join()} against ${oracle.join()}`);
        assert.ok(history.at(-1)! < 0.8 * history[0]!, 'the loss went down');
        for (const parameter of model.parameters.names)
          assert.ok(difference(model.parameters.values(parameter), expected.parameters.values(parameter)) <= 1e-4, parameter);
      });

    it('gives gradients without moving the weights', async () => {
      const [model, expected] = [classifier(), classifier()];
      const before = model.parameters.snapshot();
      const gradients = await (await engine.trainingStep(model.spec)).gradients(model.feeds);
      const oracle = await (await new ReferenceEngine().trainingStep(expected.spec)).gradients(expected.feeds);
      assert.deepEqual(Object.keys(gradients), model.parameters.names);
      for (const [parameter, values] of Object.entries(gradients)) assert.ok(difference(values, oracle[parameter]!) <= 1e-6, parameter);
      assert.deepEqual(model.parameters.snapshot(), before);
    });

    it('gives the same bits for the same seed', async () => {
      const [first, second] = [classifier(), classifier()];
      assert.deepEqual(await losses(engine, first, 10), await losses(engine, second, 10));
      assert.deepEqual(first.parameters.snapshot(), second.parameters.snapshot());
    });

    it('goes on with the same optimiser for other shapes', async () => {
      const [model, expected] = [classifier(), classifier()];
      const half: Feeds = { x: model.feeds.x!.slice(0, (BATCH / 2) * WIDTH), labels: model.feeds.labels!.slice(0, (BATCH / 2) * CLASSES) };
      const halved = { x: { shape: [BATCH / 2, WIDTH] }, labels: { shape: [BATCH / 2, CLASSES] } };
      const history = async ({ spec, feeds }: ReturnType<typeof classifier>, on: Engine) => {
        const whole = await on.trainingStep(spec);
        const part = await whole.reshaped(halved);
        const losses: number[] = [];
        for (const [step, fed] of [
          [whole, feeds],
          [part, half],
          [whole, feeds],
          [part, half],
        ] as const)
          losses.push((await step.run(fed, 0.02)).loss![0]!);
        const again = await whole.reshaped(model.spec.inputs);
        losses.push((await again.run(feeds, 0.02)).loss![0]!);
        for (const step of [whole, part, again]) step.dispose();
        return losses;
      };
      assert.ok(difference(await history(model, engine), await history(expected, new ReferenceEngine())) <= 1e-5);
      const [shared, single] = [classifier(), classifier()];
      const first = await engine.trainingStep(shared.spec);
      const other = await first.reshaped(shared.spec.inputs);
      const plain = await engine.trainingStep(single.spec);
      for (const step of [first, other, first]) await step.run(shared.feeds, 0.02);
      for (let i = 0; i < 3; i++) await plain.run(single.feeds, 0.02);
      assert.deepEqual(shared.parameters.snapshot(), single.parameters.snapshot());
    });

    it('moves the trainable parameters only', async () => {
      const { parameters, spec, feeds } = classifier();
      const before = parameters.snapshot();
      const step = await engine.trainingStep({ ...spec, trainable: ['output.weight', 'norm.bias'] });
      await step.run(feeds, 0.1);
      const moved = parameters.names.filter(parameter => difference(parameters.values(parameter), before.get(parameter)!) > 0);
      assert.deepEqual(moved, ['output.weight', 'norm.bias']);
      step.dispose();
    });

    it('takes a parameter that the loss does not depend on to have gradient zero', async () => {
      const { parameters, spec, feeds } = classifier();
      const loss = ({ x }: Tensors) => ({
        loss: tf.mean<tf.Scalar>(tf.square(tf.matMul(x as Tensor2D, parameters.variable('hidden.weight') as Tensor2D))),
      });
      const step = await engine.trainingStep({ ...spec, inputs: { x: spec.inputs.x! }, loss });
      const gradients = await step.gradients({ x: feeds.x! });
      assert.deepEqual(gradients['norm.weight'], new Float32Array(7));
      assert.ok(gradients['hidden.weight']!.some(value => value !== 0));
      step.dispose();
    });

    it('lets two steps and a pass share one model: each sees what the others left', async () => {
      const { parameters, spec, feeds, features, inputs } = classifier();
      const head = await engine.trainingStep({ ...spec, trainable: ['output.weight'], optimiser: { kind: 'sgd' } });
      const body = await engine.trainingStep({ ...spec, trainable: ['hidden.weight'], optimiser: { kind: 'sgd' } });
      const pass = await engine.forwardPass({ inputs, parameters, outputs: ({ x }) => ({ features: features(x!) }) });
      const before = (await pass.run({ x: feeds.x! })).features!;
      await head.run(feeds, 0.5);
      assert.deepEqual((await pass.run({ x: feeds.x! })).features, before, 'the head is not part of the features');
      const { loss: first } = await body.run(feeds, 0.5);
      const { loss: second } = await head.run(feeds, 0.5);
      assert.ok(second![0]! < first![0]!);
      assert.ok(difference((await pass.run({ x: feeds.x! })).features!, before) > 1e-3);
      for (const part of [head, body, pass]) part.dispose();
    });

    it('runs what is handed in at once one after the other', async () => {
      const [together, apart] = [classifier(), classifier()];
      const step = await engine.trainingStep(together.spec);
      const history = (await Promise.all([1, 2, 3].map(() => step.run(together.feeds, 0.02)))).map(({ loss }) => loss![0]!);
      const other = await engine.trainingStep(apart.spec);
      for (const loss of history) assert.equal((await other.run(apart.feeds, 0.02)).loss![0]!, loss);
    });

    it('restarts from a snapshot with the same bits, and uses weights that were written by hand', async () => {
      const { parameters, spec, feeds, features, inputs } = classifier();
      const start = parameters.snapshot();
      const first = await losses(engine, { ...classifier(), parameters, spec, feeds }, 3);
      parameters.restore(start);
      assert.deepEqual(await losses(engine, { ...classifier(), parameters, spec, feeds }, 3), first);
      parameters.values('norm.weight').fill(0);
      parameters.values('norm.bias').fill(2);
      const pass = await engine.forwardPass({ inputs, parameters, outputs: ({ x }) => ({ features: features(x!) }) });
      assert.deepEqual((await pass.run({ x: feeds.x! })).features, new Float32Array(BATCH * 7).fill(2));
    });

    it('exports the present weights for any batch size', async () => {
      const { parameters, feeds, features } = classifier();
      parameters.values('norm.bias').fill(3);
      const outputs = ({ x }: Tensors) => ({ features: features(x!) });
      const bytes = engine.exportOnnx({ parameters, outputs, inputs: batch => ({ x: { shape: [batch, WIDTH] } }) });
      const { InferenceSession, Tensor } = loadNativeRuntime();
      const session = await InferenceSession.create(bytes);
      const x = feeds.x!.subarray(0, 2 * WIDTH) as Float32Array;
      const exported = (await session.run({ x: new Tensor('float32', x, [2, WIDTH]) })).features!.data as Float32Array;
      const pass = await engine.forwardPass({ inputs: { x: { shape: [2, WIDTH] } }, parameters, outputs });
      assert.ok(difference(exported, (await pass.run({ x })).features!) <= 1e-5);
    });

    it('says which input is wrong', async () => {
      const { spec, feeds } = classifier();
      const step = await engine.trainingStep(spec);
      const rejects = (wrong: Feeds, message: RegExp) => assert.rejects(step.run(wrong, 0.1), message);
      await rejects({ x: feeds.x! }, /labels is not fed/);
      await rejects({ ...feeds, y: feeds.x! }, /no input y/);
      await rejects({ ...feeds, x: new Float32Array(3) }, /x takes 30 values \(6 × 5\), not 3/);
      await rejects({ ...feeds, x: new Int32Array(30) }, /x takes float32/);
      await step.run(feeds, 0.1);
    });
  });
}
