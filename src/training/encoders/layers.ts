import { add, matMul, type Tensor } from '@tensorflow/tfjs-core';
import { layerNorm } from '../engine/operations';
import type { Parameters } from '../engine/parameters';

/** A function of a tensor whose parameters are declared. */
export type Layer = (x: Tensor) => Tensor;

/** The ε inside every layer normalisation, PyTorch's default. */
export const NORMALISATION_EPSILON = 1e-5;

/**
 * `x · Wᵀ + b` for rows of `x`, with `name.weight` of shape [outputs, inputs] and `name.bias`, laid out and named as
 * PyTorch's `nn.Linear`. Weights start uniform in ±√(6/(inputs + outputs)) (Glorot & Bengio 2010), biases at 0, as in
 * He et al. 2022; with `start` 'zeros' the weights do too.
 */
export function linear(
  parameters: Parameters,
  name: string,
  inputs: number,
  outputs: number,
  start: 'uniform' | 'zeros' = 'uniform',
): Layer {
  const bound = Math.sqrt(6 / (inputs + outputs));
  const weight = parameters.declare(
    `${name}.weight`,
    [outputs, inputs],
    start === 'zeros' ? { kind: 'zeros' } : { kind: 'uniform', bound },
  );
  const bias = parameters.declare(`${name}.bias`, [outputs], { kind: 'zeros' });
  return x => add(matMul(x, weight, false, true), bias);
}

/** Layer normalisation over the last axis with `name.weight` and `name.bias`, as PyTorch's `nn.LayerNorm`. */
export function normalisation(parameters: Parameters, name: string, width: number): Layer {
  const gain = parameters.declare(`${name}.weight`, [width], { kind: 'ones' });
  const bias = parameters.declare(`${name}.bias`, [width], { kind: 'zeros' });
  return x => layerNorm(x, gain, bias, NORMALISATION_EPSILON);
}
