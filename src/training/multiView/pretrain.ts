import { matMul, mean, mul, square, sub, sum, type Scalar } from '@tensorflow/tfjs-core';
import { Stopped } from '../../common/fault';
import type { Random } from '../../common/random';
import type { Tensors } from '../engine/engine';
import { observe, type FrameSink } from './observe';
import { encode } from './network';
import { kernelCount, kernelsFrom, type Setting } from './setting';

/** θ, or the interval that it is drawn from anew in each step (R²MAE: Dong, Wang and Kluger 2025). */
export type KeepRatio = number | readonly [low: number, high: number];

export interface PretrainingChoice {
  readonly arm: 'teacher' | 'mae';
  readonly keep: KeepRatio;
  readonly steps: number;
}

/** Trained kernels and the mean loss of the last tenth of the steps. */
export interface Pretrained {
  readonly initial: Float32Array;
  readonly kernels: Float32Array;
  readonly loss: number;
}

/** One draw of θ. */
const drawKeep = (keep: KeepRatio, random: Random): number =>
  typeof keep === 'number' ? keep : keep[0] + (keep[1] - keep[0]) * random.uniform();

/**
 * Mask reconstruction (Pan, Zhou and Yan 2023). `teacher`: ½ E Σ_r (ĥ_r(X) − h_r(εX)/θ)², where ĥ has kernels τ times those of the student, or of its running
 * mean. `mae`: a linear decoder layer A paints the hidden patches from h(εX)/θ; since the places of features are random, every patch has the same A, and up
 * to a constant and a factor the squared error over the hidden patches is that of their sum.
 */
export async function pretrain(setting: Setting, choice: PretrainingChoice, sink: FrameSink, signal: AbortSignal): Promise<Pretrained> {
  const { spec, engine, unlabelled } = setting;
  const { batch, init, teacherMomentum, teacherScale, normCap, rate, maxStep, maeRate } = spec.pretraining;
  const { patches, dimension } = spec.data;
  const { arm, steps } = choice;
  const random = setting.random.fork(`${arm} ${JSON.stringify(choice.keep)}`);
  const initial = setting.initial.map(value => (value * init) / spec.encoder.init);
  const parameters = kernelsFrom(setting, initial, arm);
  const kernels = parameters.variable('kernels');
  const other =
    arm === 'teacher'
      ? parameters.declare('teacher', kernels.shape, { kind: 'values', values: initial.map(value => teacherScale * value) })
      : parameters.declare('decoder', [kernelCount(spec), dimension], { kind: 'normal', deviation: 0.1 });
  const loss = ({ x, kept, hidden }: Tensors): { loss: Scalar } => {
    const student = encode(x!, kernels, spec.encoder, kept);
    const [target, output] =
      arm === 'teacher' ? [encode(x!, other, spec.encoder), student] : [sum(mul(x!, hidden!), 1), matMul(student, other)];
    return { loss: mul(mean(sum(square(sub(target, output)), 1)), 0.5) };
  };
  const mask = { shape: [batch, patches, 1] };
  const step = await engine.trainingStep({
    inputs: { x: { shape: [batch, patches, dimension] }, kept: mask, ...(arm === 'mae' && { hidden: mask }) },
    parameters,
    trainable: arm === 'teacher' ? ['kernels'] : ['kernels', 'decoder'],
    loss,
    optimiser: { kind: arm === 'teacher' ? 'sgd' : 'adam' },
  });
  const live = parameters.values('kernels');
  const x = new Float32Array(batch * patches * dimension);
  const kept = new Float32Array(batch * patches);
  const hidden = new Float32Array(batch * patches);
  const size = patches * dimension;
  const before = live.slice();
  let [recent, counted] = [0, 0];
  try {
    observe(sink, setting, live, 0, steps);
    for (let t = 1; t <= steps; t++) {
      if (signal.aborted) throw new Stopped();
      const theta = drawKeep(choice.keep, random);
      for (let n = 0; n < batch; n++) {
        const from = random.integer(unlabelled.count);
        x.set(unlabelled.patches.subarray(from * size, (from + 1) * size), n * size);
      }
      for (let i = 0; i < kept.length; i++) {
        const stays = random.uniform() < theta;
        kept[i] = stays ? 1 / theta : 0;
        hidden[i] = stays ? 0 : 1 / (1 - theta);
      }
      if (arm === 'teacher') before.set(live);
      const result = await step.run({ x, kept, ...(arm === 'mae' && { hidden }) }, arm === 'teacher' ? rate : maeRate);
      if (arm === 'teacher') limitSteps(live, before, dimension, maxStep);
      capNorms(live, dimension, normCap);
      if (arm === 'teacher')
        parameters.values('teacher').forEach((value, i, teacher) => {
          teacher[i] = teacherMomentum * value + (1 - teacherMomentum) * teacherScale * live[i]!;
        });
      const now = result['loss']![0]!;
      if (t > 0.9 * steps) [recent, counted] = [recent + now, counted + 1];
      observe(sink, setting, live, t, steps, { loss: now });
    }
    return { initial, kernels: live.slice(), loss: recent / counted };
  } finally {
    step.dispose();
    parameters.dispose();
  }
}

/** Takes back what a kernel moved beyond `longest`; the direction stays. */
function limitSteps(kernels: Float32Array, before: Float32Array, dimension: number, longest: number): void {
  for (let from = 0; from < kernels.length; from += dimension) {
    let square = 0;
    for (let c = from; c < from + dimension; c++) square += (kernels[c]! - before[c]!) ** 2;
    const factor = longest / Math.sqrt(square);
    if (factor < 1) for (let c = from; c < from + dimension; c++) kernels[c] = before[c]! + factor * (kernels[c]! - before[c]!);
  }
}

/** Shortens every kernel that is longer than `cap` to it. */
export function capNorms(kernels: Float32Array, dimension: number, cap: number): void {
  for (let from = 0; from < kernels.length; from += dimension) {
    const kernel = kernels.subarray(from, from + dimension);
    const norm = Math.sqrt(kernel.reduce((total, value) => total + value * value, 0));
    if (norm > cap) kernel.forEach((value, c) => (kernel[c] = (value * cap) / norm));
  }
}
