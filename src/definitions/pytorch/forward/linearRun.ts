import type { Computation } from '../../../architecture/computation';
import type { ModuleValue } from '../moduleValue';
import { ParameterValue } from '../tensors';
import type { Recorder } from './recorder';

/** The name in the state of a tensor that a module holds under a name; null where it holds none, undefined where it belongs to another model. */
export function stateName(recorder: Recorder, module: ModuleValue, attribute: string): string | null | undefined {
  const value = module.attributes.get(attribute);
  return value instanceof ParameterValue ? recorder.pathOf(value) : null;
}

/** How a layer with `weight` and, where it has one, `bias` computes: x · Wᵀ + b. */
export function linearRun(recorder: Recorder, module: ModuleValue): Computation | undefined {
  const [weight, bias] = [stateName(recorder, module, 'weight'), stateName(recorder, module, 'bias')];
  return weight && bias !== undefined ? { op: 'linear', weight, bias } : undefined;
}

/**
 * How `nn.MultiheadAttention` projects queries, keys or values.
 * @param rows where the projection lies in a weight that holds all three; absent where each has its own, whose biases still are one tensor
 */
export function projectionRun(
  recorder: Recorder,
  module: ModuleValue,
  tensor: string,
  rows: readonly [number, number] | undefined,
): Computation | undefined {
  const [weight, bias] = [stateName(recorder, module, tensor), stateName(recorder, module, 'in_proj_bias')];
  if (!weight || bias === undefined || (!rows && bias !== null)) return undefined;
  return { op: 'linear', weight, bias, ...(rows && { rows }) };
}
