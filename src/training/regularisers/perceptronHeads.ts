import {
  add,
  div,
  matMul,
  maximum,
  mean,
  mul,
  relu,
  reshape,
  sqrt,
  square,
  step,
  sum,
  type Scalar,
  type Tensor,
} from '@tensorflow/tfjs-core';
import type { Random } from '../../common/random';
import { withoutGradient } from '../engine/withoutGradient';
import { populationFactor, type RadRegSettings } from './radreg';

export interface PerceptronHeadSettings extends RadRegSettings {
  /** Hidden units of each head. */
  readonly hidden: number;
  /** Steps of ascent. */
  readonly steps: number;
  /** Length of a step along the gradient's direction, in units of the norm that a layer may have. */
  readonly rate: number;
}

/** One head for each draw of signs: `inner` draws × hidden × width, `outer` draws × hidden × 1. */
export interface PerceptronHeads {
  readonly inner: Tensor;
  readonly outer: Tensor;
}

const LEAST = 1e-12;

/** Scales each head's part back onto the ball of this radius. */
function projected(x: Tensor, radius: number): Tensor {
  const norms = sqrt(add(sum(square(x), [1, 2], true), LEAST));
  return mul(x, div(radius, maximum(norms, radius)));
}

/** A step of length `rate · radius` along the gradient, then back onto the ball. */
function ascended(x: Tensor, gradient: Tensor, rate: number, radius: number): Tensor {
  const direction = div(gradient, sqrt(add(sum(square(gradient), [1, 2], true), LEAST)));
  return projected(add(x, mul(direction, rate * radius)), radius);
}

/** Hidden activations before ReLU of each head on all features: draws × hidden × batch. */
const activations = (inner: Tensor, features: Tensor): Tensor => {
  const [draws, hidden, width] = inner.shape as [number, number, number];
  const flat = matMul(reshape(inner, [draws * hidden, width]), features, false, true);
  return reshape(flat, [draws, hidden, features.shape[0]]);
};

/** (1/m)·Σᵢ σᵢ·⟨v, relu(U·h(xᵢ))⟩ for each draw, draws. */
export function headValues({ inner, outer }: PerceptronHeads, features: Tensor, signs: Tensor): Tensor {
  const outputs = sum(mul(relu(activations(inner, features)), outer), 1);
  return div(sum(mul(outputs, signs), 1), features.shape[0]);
}

/**
 * Heads after projected gradient ascent from `start` on the signed mean of their outputs; no gradient of the features goes through it,
 * which is what the derivative of a maximum asks for (Danskin).
 *
 * @param signs draws × batch
 */
export function ascend(start: PerceptronHeads, features: Tensor, signs: Tensor, settings: PerceptronHeadSettings): PerceptronHeads {
  const { steps, rate } = settings;
  const radius = Math.sqrt(settings.radius);
  const batch = features.shape[0];
  let { inner, outer } = start;
  for (let i = 0; i < steps; i++) {
    const before = { inner, outer };
    const pace = rate / (i + 1);
    const perImage = (): Tensor => reshape(div(signs, batch), [signs.shape[0], 1, batch]);
    outer = withoutGradient(() =>
      ascended(before.outer, sum(mul(relu(activations(before.inner, features)), perImage()), 2, true), pace, radius),
    );
    const grown = outer;
    inner = withoutGradient(() => {
      const open = mul(mul(step(activations(before.inner, features)), perImage()), grown);
      const [draws, hidden] = open.shape as [number, number];
      const gradient = reshape(matMul(reshape(open, [draws * hidden, batch]), features), before.inner.shape);
      return ascended(before.inner, gradient, pace, radius);
    });
  }
  return { inner, outer };
}

/** RadReg for perceptron heads ⟨v, relu(U·h)⟩ with ‖U‖_F ≤ √R and ‖v‖ ≤ √R, as far as the given heads reach the maximum. */
export const radRegPerceptron = (heads: PerceptronHeads, features: Tensor, signs: Tensor, settings: RadRegSettings): Scalar =>
  mul(mean(headValues(heads, features, signs)), populationFactor(features.shape[0], settings.population));

/** Heads to start from, inside their balls. */
export function firstHeads(random: Random, draws: number, hidden: number, width: number): { inner: Float32Array; outer: Float32Array } {
  const normals = (count: number, deviation: number): Float32Array =>
    Float32Array.from({ length: count }, () => deviation * random.normal());
  return { inner: normals(draws * hidden * width, 1 / Math.sqrt(hidden * width)), outer: normals(draws * hidden, 1 / Math.sqrt(hidden)) };
}
