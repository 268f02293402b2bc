import { add, div, matMul, sqrt, square, sum, type Tensor } from '@tensorflow/tfjs-core';
import type { Declares } from '../engine/declares';
import { layerNorm } from '../engine/operations';

/** A function of a tensor whose parameters are declared. */
export type Layer = (x: Tensor) => Tensor;

/** The ε inside every layer normalisation, PyTorch's default. */
export const NORMALISATION_EPSILON = 1e-5;

/**
 * `x · Wᵀ + b` for rows of `x`, with `name.weight` of shape [outputs, inputs] and `name.bias`: laid out, named and started
 * as PyTorch's `nn.Linear`, uniform in ±1/√inputs; with `start` 'zeros' both begin at 0.
 */
export function linear(
  parameters: Declares,
  name: string,
  inputs: number,
  outputs: number,
  start: 'uniform' | 'zeros' = 'uniform',
  biased = true,
): Layer {
  const initialiser = start === 'zeros' ? ({ kind: 'zeros' } as const) : ({ kind: 'uniform', bound: 1 / Math.sqrt(inputs) } as const);
  const weight = parameters.declare(`${name}.weight`, [outputs, inputs], initialiser);
  if (!biased) return x => matMul(x, weight, false, true);
  const bias = parameters.declare(`${name}.bias`, [outputs], initialiser);
  return x => add(matMul(x, weight, false, true), bias);
}

/** Layer normalisation over the last axis with `name.weight` and `name.bias`, as PyTorch's `nn.LayerNorm`. */
export function normalisation(parameters: Declares, name: string, width: number): Layer {
  const gain = parameters.declare(`${name}.weight`, [width], { kind: 'ones' });
  const bias = parameters.declare(`${name}.bias`, [width], { kind: 'zeros' });
  return x => layerNorm(x, gain, bias, NORMALISATION_EPSILON);
}

/** Keeps rows of zeros where they are. */
const LEAST_SQUARED_NORM = 1e-12;

/** Every row divided by its Euclidean norm. */
export const unitRows: Layer = x => div(x, sqrt(add(sum(square(x), -1, true), LEAST_SQUARED_NORM)));
