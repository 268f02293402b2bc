import type { Step } from './computation';

/** Entrywise functions that are computed, by their name in PyTorch in lower case and without underscores. */
const COMPUTED_ACTIVATIONS = [
  'relu',
  'relu6',
  'gelu',
  'silu',
  'swish',
  'mish',
  'selu',
  'sigmoid',
  'logsigmoid',
  'tanh',
  'tanhshrink',
  'softsign',
  'hardsigmoid',
  'hardswish',
  'abs',
  'sin',
  'cos',
  'erf',
  'leakyrelu',
  'elu',
  'celu',
  'hardtanh',
  'clamp',
  'softplus',
  'exp',
  'expm1',
  'log',
  'log1p',
  'log2',
  'sqrt',
  'rsqrt',
  'reciprocal',
  'power',
  'exponential',
  'floor',
  'ceil',
  'round',
  'sign',
] as const;

/** Reductions over axes that are computed. */
const COMPUTED_REDUCTIONS = ['mean', 'sum', 'max', 'amax', 'min', 'amin', 'norm', 'var', 'std'] as const;

/** Times that one recurrent layer is computed for, one after the other. */
export const MAXIMUM_TIMES = 256;

export type ComputedActivation = (typeof COMPUTED_ACTIVATIONS)[number];
export type ComputedReduction = (typeof COMPUTED_REDUCTIONS)[number];

/** Whether a function or reduction of this name is computed. */
export function isComputed(step: Step): boolean {
  const names: readonly string[] = step.op === 'activation' ? COMPUTED_ACTIVATIONS : COMPUTED_REDUCTIONS;
  return (step.op !== 'activation' && step.op !== 'reduce') || names.includes(step.name);
}
