import { logSumExp, matMul, mean, mul, sub, sum, type Scalar, type Tensor } from '@tensorflow/tfjs-core';
import { Stopped } from '../../common/fault';
import type { ForwardPass } from '../engine/engine';
import type { Parameters } from '../engine/parameters';
import type { MultiViewSamples } from '../../datasets/multiView/model';
import type { Accuracies } from './frames';
import { blockHead, featuresOf, isFrame, observe, shareRight, type FrameSink } from './observe';
import { encode } from './network';
import { kernelCount, kernelsFrom, type Setting } from './setting';

/** A classifier: kernels × d, and the head as kernels × classes. */
export interface Classifier {
  readonly kernels: Float32Array;
  readonly head: Float32Array;
}

/** Mean cross-entropy of outputs against one-hot labels. */
const crossEntropy = (outputs: Tensor, labels: Tensor): Scalar => mean(sub(logSumExp(outputs, 1), sum(mul(outputs, labels), 1)));

function oneHot({ labels }: MultiViewSamples, classes: number): Float32Array {
  const rows = new Float32Array(labels.length * classes);
  labels.forEach((label, n) => (rows[n * classes + label] = 1));
  return rows;
}

/** Training from scratch with F_i(X) = Σ_{r ≤ m} h_{i,r}(X), cross-entropy, gradient descent on all labelled samples. */
export function supervise(setting: Setting, samples: MultiViewSamples, sink: FrameSink, signal: AbortSignal): Promise<Classifier> {
  const { supervisedSteps, supervisedRate } = setting.spec.downstream;
  const start = { kernels: setting.initial, head: blockHead(setting.spec) };
  return descend(setting, start, samples, { steps: supervisedSteps, rate: supervisedRate, trainHead: false }, sink, signal);
}

/** Fine-tuning with F_i(X) = Σ_r u_{i,r} h_r(X): the head on the features first, then encoder and head with a small step of the encoder. */
export async function fineTune(
  setting: Setting,
  kernels: Float32Array,
  samples: MultiViewSamples,
  sink: FrameSink,
  signal: AbortSignal,
): Promise<Classifier> {
  const { steps, encoderRate } = setting.spec.downstream;
  const head = await fitHead(setting, kernels, samples, signal);
  return descend(setting, { kernels, head }, samples, { steps, rate: encoderRate, trainHead: true }, sink, signal);
}

/** A head on the features of fixed kernels, from 0, by Adam. The features are divided by their root mean square, and the head takes that up. */
export async function fitHead(
  setting: Setting,
  kernels: Float32Array,
  samples: MultiViewSamples,
  signal: AbortSignal,
): Promise<Float32Array> {
  const { spec, engine } = setting;
  const { classes } = spec.data;
  const width = kernelCount(spec);
  const features = await featuresOf(setting, kernels, samples);
  const scale = Math.sqrt(features.reduce((total, value) => total + value * value, 0) / features.length) || 1;
  const parameters = kernelsFrom(setting, kernels, 'head');
  const head = parameters.declare('head', [width, classes], { kind: 'zeros' });
  const step = await engine.trainingStep({
    inputs: { h: { shape: [samples.count, width] }, labels: { shape: [samples.count, classes] } },
    parameters,
    trainable: ['head'],
    loss: ({ h, labels }) => ({ loss: crossEntropy(matMul(h!, head), labels!) }),
    optimiser: { kind: 'adam' },
  });
  try {
    const feeds = { h: features.map(value => value / scale), labels: oneHot(samples, classes) };
    for (let t = 0; t < spec.downstream.headSteps; t++) {
      if (signal.aborted) throw new Stopped();
      await step.run(feeds, spec.downstream.headRate);
    }
    return parameters.values('head').map(value => value / scale);
  } finally {
    step.dispose();
    parameters.dispose();
  }
}

interface Descent {
  readonly steps: number;
  readonly rate: number;
  readonly trainHead: boolean;
}

async function descend(
  setting: Setting,
  start: Classifier,
  samples: MultiViewSamples,
  { steps, rate, trainHead }: Descent,
  sink: FrameSink,
  signal: AbortSignal,
): Promise<Classifier> {
  const { spec, engine } = setting;
  const { classes, patches, dimension } = spec.data;
  const parameters = kernelsFrom(setting, start.kernels, 'classifier');
  const kernels = parameters.variable('kernels');
  const head = parameters.declare('head', [kernelCount(spec), classes], { kind: 'values', values: start.head });
  const decide = (x: Tensor) => matMul(encode(x, kernels, spec.encoder), head);
  const step = await engine.trainingStep({
    inputs: { x: { shape: [samples.count, patches, dimension] }, labels: { shape: [samples.count, classes] } },
    parameters,
    trainable: trainHead ? ['kernels', 'head'] : ['kernels'],
    loss: ({ x, labels }) => ({ loss: crossEntropy(decide(x!), labels!) }),
    optimiser: { kind: 'sgd' },
  });
  const live = parameters.values('kernels');
  const test = await TestAccuracy.create(setting, parameters, decide);
  try {
    const feeds = { x: samples.patches, labels: oneHot(samples, classes) };
    observe(sink, setting, live, 0, steps, { accuracy: await test.now() });
    for (let t = 1; t <= steps; t++) {
      if (signal.aborted) throw new Stopped();
      const { loss } = await step.run(feeds, rate);
      if (isFrame(t, steps, spec.frames)) observe(sink, setting, live, t, steps, { loss: loss![0], accuracy: await test.now() });
    }
    return { kernels: live.slice(), head: parameters.values('head').slice() };
  } finally {
    test.dispose();
    step.dispose();
    parameters.dispose();
  }
}

/** How a classifier answers the test data with the parameters that it has at that moment. */
class TestAccuracy {
  private constructor(
    private readonly setting: Setting,
    private readonly passes: { readonly multiView: ForwardPass; readonly singleView: ForwardPass },
  ) {}

  static async create(setting: Setting, parameters: Parameters, decide: (x: Tensor) => Tensor): Promise<TestAccuracy> {
    const { engine, spec, test } = setting;
    const { patches, dimension } = spec.data;
    const pass = ({ count }: MultiViewSamples) =>
      engine.forwardPass({
        inputs: { x: { shape: [count, patches, dimension] } },
        parameters,
        outputs: ({ x }) => ({ outputs: decide(x!) }),
      });
    const multiView = await pass(test.multiView);
    return new TestAccuracy(setting, { multiView, singleView: await pass(test.singleView) });
  }

  async now(): Promise<Omit<Accuracies, 'train'>> {
    return { multiView: await this.on('multiView'), singleView: await this.on('singleView') };
  }

  dispose(): void {
    this.passes.multiView.dispose();
    this.passes.singleView.dispose();
  }

  private async on(kind: 'multiView' | 'singleView'): Promise<number> {
    const { patches, labels } = this.setting.test[kind];
    const { outputs } = await this.passes[kind].run({ x: patches });
    return shareRight(outputs!, labels);
  }
}
