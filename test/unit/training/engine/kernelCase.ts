import type { Tensor } from '@tensorflow/tfjs-core';

/** A function of tensors whose value and gradients every runtime must reproduce. */
export interface KernelCase {
  readonly name: string;
  /** Shapes of the inputs, which are drawn uniformly from `range`. */
  readonly inputs: readonly (readonly number[])[];
  readonly fn: (...inputs: Tensor[]) => Tensor;
  readonly range: readonly [low: number, high: number];
  /** False where the function has no gradient, or tfjs cannot compute it. */
  readonly differentiable: boolean;
}

const AROUND_ZERO = [-1, 1] as const;
/** Numbers that have a logarithm and a reciprocal. */
export const POSITIVE = [0.2, 2] as const;

const row =
  (differentiable: boolean) =>
  <I extends Tensor[]>(
    name: string,
    inputs: { readonly [K in keyof I]: readonly number[] },
    fn: (...inputs: I) => Tensor,
    range: readonly [number, number] = AROUND_ZERO,
  ): KernelCase => ({
    name,
    inputs,
    fn: fn as unknown as KernelCase['fn'],
    range,
    differentiable,
  });
/** A case of values and gradients. */
export const both = row(true);
/** A case of values alone. */
export const valueOnly = row(false);
