import '@tensorflow/tfjs-core/dist/register_all_gradients';
import * as tf from '@tensorflow/tfjs-core';
import type { DType } from './graph';

/** The corners of TensorFlow.js whose published types are looser or narrower than what it does, each behind one typed function. */

/** Runs a kernel of the current backend; always a list, as kernels may have several outputs. */
export function runKernel(name: string, inputs: Readonly<Record<string, tf.Tensor>>, attributes: object = {}): tf.Tensor[] {
  const outputs = tf.engine().runKernel<tf.Tensor | tf.Tensor[]>(name, { ...inputs }, attributes as tf.NamedAttrMap);
  return Array.isArray(outputs) ? outputs : [outputs];
}

export interface Differentiable {
  readonly value: tf.Tensor;
  /** Gradients by input, given that of `value` and the tensors that were saved. */
  readonly gradient: (dy: tf.Tensor, saved: readonly tf.Tensor[]) => tf.Tensor[];
}

/** Calls a function that brings its own gradient. */
export function withGradient<I extends tf.Tensor[]>(
  inputs: I,
  forward: (save: (...tensors: tf.Tensor[]) => void, ...inputs: I) => Differentiable,
): tf.Tensor {
  const custom = (...received: unknown[]): { value: tf.Tensor; gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => tf.Tensor[] } => {
    const save = received.pop() as tf.GradSaveFunc;
    const { value, gradient } = forward((...tensors) => save(tensors), ...(received as I));
    return { value, gradFunc: gradient };
  };
  return tf.customGrad(custom)(...inputs);
}

/** A tensor of the current backend that stands for `dataId`. */
export function tensorOf(dataId: object, shape: readonly number[], dtype: DType): tf.Tensor {
  return tf.engine().makeTensorFromTensorInfo({ dataId, shape: [...shape], dtype });
}

/** Lets `variable` stand for `dataId` until `restore` is called; neither its values nor their reference count are touched. */
export function impersonate(variable: tf.Variable, dataId: object): { restore: () => void } {
  const own = variable.dataId;
  variable.dataId = dataId;
  return { restore: () => (variable.dataId = own) };
}

/** All variables that tfjs knows of. */
export const registeredVariables = (): tf.Variable[] => Object.values(tf.engine().registeredVariables);

/** tfjs' own count of tensors and bytes; `restore` puts it back to what it was. */
export function memoryCounters(): { restore: () => void } {
  const { state } = tf.engine();
  const { numTensors, numDataBuffers, numBytes } = state;
  return { restore: () => void Object.assign(state, { numTensors, numDataBuffers, numBytes }) };
}

/** Host values of a tensor of any backend. */
export const readSync = (dataId: object): tf.BackendValues => tf.engine().readSync(dataId);

/** First index and length along each axis of a slice; negative sizes reach to the end. */
export function sliceBounds(
  shape: readonly number[],
  begin: number | number[],
  size: number | number[],
): [first: number[], length: number[]] {
  const [first, length] = tf.slice_util.parseSliceParams({ dataId: {}, shape: [...shape], dtype: 'float32' }, begin, size);
  return [first as number[], length as number[]];
}

/** Lengths of the parts that a split makes along `axis`. */
export const splitLengths = (shape: readonly number[], parts: number[] | number, axis: number): number[] =>
  tf.backend_util.prepareSplitSize({ shape: [...shape] } as unknown as tf.Tensor, parts, axis);

/** Axes as non-negative numbers; all of them when `axis` is absent. */
export const axesOf = (axis: number | number[] | null | undefined, shape: readonly number[]): number[] =>
  tf.util.parseAxisParam(axis as number | number[], [...shape]);

/** The shape two operands broadcast to; throws tfjs' own error when they do not. */
export const broadcastShape = (a: readonly number[], b: readonly number[]): number[] =>
  tf.backend_util.assertAndGetBroadcastShape([...a], [...b]);

/** The name of tfjs' current backend; the best one that is registered when none was chosen yet. */
export function currentBackend(): string {
  tf.backend();
  return tf.getBackend();
}

/** Makes a registered backend that needs no asynchronous start the current one. */
export function useBackend(name: string): void {
  void tf.setBackend(name);
}
