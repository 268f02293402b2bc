import { add, clipByValue, matMul, mul, relu, reshape, sum, type Tensor } from '@tensorflow/tfjs-core';

/** The smoothed ReLU: 0 below 0, z^q/(qϱ^(q−1)) up to ϱ, z − (1 − 1/q)ϱ from there on; once continuously differentiable. */
export interface Activation {
  /** q, a whole number from 2. */
  readonly power: number;
  /** ϱ. */
  readonly threshold: number;
}

/** The smoothed ReLU of one number. */
export function smoothedReLU(z: number, { power, threshold }: Activation): number {
  if (z <= 0) return 0;
  return z <= threshold ? z ** power / (power * threshold ** (power - 1)) : z - (1 - 1 / power) * threshold;
}

/** Its derivative: 0, (z/ϱ)^(q−1), 1. */
export const smoothedReLUSlope = (z: number, { power, threshold }: Activation): number =>
  Math.min(1, Math.max(0, z) / threshold) ** (power - 1);

/** The smoothed ReLU of every entry. */
function smoothedReLUOf(z: Tensor, { power, threshold }: Activation): Tensor {
  const unit = clipByValue(mul(z, 1 / threshold), 0, 1);
  let low = unit;
  for (let i = 1; i < power; i++) low = mul(low, unit);
  return add(mul(low, threshold / power), relu(add(z, -threshold)));
}

/** h_r(X) = Σ_p ReLU̅(⟨w_r, x_p⟩): samples × kernels, from samples × P × d patches and kernels × d; `weights` (samples × P × 1) weigh the patches' summands. */
export function encode(patches: Tensor, kernels: Tensor, activation: Activation, weights?: Tensor): Tensor {
  const [samples, places, dimension] = patches.shape as [number, number, number];
  const inner = matMul(reshape(patches, [samples * places, dimension]), kernels, false, true);
  const active = reshape(smoothedReLUOf(inner, activation), [samples, places, -1]);
  return sum(weights ? mul(active, weights) : active, 1);
}
