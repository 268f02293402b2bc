import { add, div, matMul, sqrt, square, sum, type Tensor, type Variable } from '@tensorflow/tfjs-core';
import type { Declares } from '../engine/declares';
import { layerNorm, normalisedLinear } from '../engine/operations';

/** A function of a tensor whose parameters are declared. */
export type Layer = (x: Tensor) => Tensor;

/** A linear layer and what it multiplies with and adds. */
export type Linear = Layer & { readonly weight: Variable; readonly bias: Variable | undefined };

/** A layer normalisation and what it multiplies with and adds. */
export type Normalisation = Layer & { readonly gain: Variable; readonly shift: Variable };

/** The ε inside every layer normalisation, PyTorch's default. */
const NORMALISATION_EPSILON = 1e-5;

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
): Linear {
  const initialiser = start === 'zeros' ? ({ kind: 'zeros' } as const) : ({ kind: 'uniform', bound: 1 / Math.sqrt(inputs) } as const);
  const weight = parameters.declare(`${name}.weight`, [outputs, inputs], initialiser);
  const bias = biased ? parameters.declare(`${name}.bias`, [outputs], initialiser) : undefined;
  const product: Layer = x => matMul(x, weight, false, true);
  const layer: Layer = bias ? x => add(product(x), bias) : product;
  return Object.assign(layer, { weight, bias });
}

/** Layer normalisation over the last axis with `name.weight` and `name.bias`, as PyTorch's `nn.LayerNorm`. */
export function normalisation(parameters: Declares, name: string, width: number): Normalisation {
  const gain = parameters.declare(`${name}.weight`, [width], { kind: 'ones' });
  const shift = parameters.declare(`${name}.bias`, [width], { kind: 'zeros' });
  const layer: Layer = x => layerNorm(x, gain, shift, NORMALISATION_EPSILON);
  return Object.assign(layer, { gain, shift });
}

/** A linear layer directly behind a layer normalisation of rows, which together cost less than one after the other. */
export function normalisedBefore({ gain, shift }: Normalisation, { weight, bias }: Linear): Layer {
  if (!bias) throw new Error('A linear layer behind a normalisation needs a bias.');
  return x => normalisedLinear(x, gain, shift, weight, bias, NORMALISATION_EPSILON);
}

/** Keeps rows of zeros where they are. */
const LEAST_SQUARED_NORM = 1e-12;

/** Every row divided by its Euclidean norm. */
export const unitRows: Layer = x => div(x, sqrt(add(sum(square(x), -1, true), LEAST_SQUARED_NORM)));
