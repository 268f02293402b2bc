import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { strict as assert } from 'node:assert';
import { resolve } from 'node:path';
import type { CompiledModel } from '../../../../src/training/engine/compile';
import type { Feeds } from '../../../../src/training/engine/engine';
import { loadNativeRuntime } from '../../../../src/training/engine/native';
import { createSession, type OnnxRuntime } from '../../../../src/training/engine/onnxRuntime';
import { loadWasmRuntime } from '../../../../src/training/engine/wasm';

/** The two runtimes that every compiled graph must agree on. */
export const RUNTIMES = ['native', 'wasm'] as const;
export type RuntimeName = (typeof RUNTIMES)[number];

const loadRuntime = (name: RuntimeName): OnnxRuntime => (name === 'native' ? loadNativeRuntime() : loadWasmRuntime(resolve('dist'), 1));

export interface HostTensor {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** Runs ONNX bytes once in a fresh session and returns all outputs by their ONNX names. */
export async function runBytes(
  name: RuntimeName,
  bytes: Uint8Array,
  feeds: Readonly<Record<string, { readonly values: Float32Array | Int32Array; readonly shape: readonly number[] }>>,
): Promise<Record<string, HostTensor>> {
  const runtime = loadRuntime(name);
  const session = await createSession(runtime, bytes, { provider: name === 'native' ? 'cpu' : 'wasm', threads: 1, writesInPlace: false });
  const tensors = Object.entries(feeds).map(([input, { values, shape }]) => [
    input,
    values instanceof Int32Array ? new runtime.Tensor('int32', values, shape) : new runtime.Tensor('float32', values, shape),
  ]);
  try {
    const results = await session.run(Object.fromEntries(tensors) as Parameters<typeof session.run>[0]);
    return Object.fromEntries(
      Object.entries(results).map(([output, { dims, data }]) => [
        output,
        { shape: dims, values: Float32Array.from(data as ArrayLike<number>) },
      ]),
    );
  } finally {
    await session.release();
  }
}

/** Runs a compiled model; `feeds` may hold more than it asks for. Outputs come under our own names. */
export async function runModel(name: RuntimeName, model: CompiledModel, feeds: Feeds): Promise<Record<string, HostTensor>> {
  const fed = Object.fromEntries(model.inputs.map(input => [input.name, { values: feeds[input.name]!, shape: input.shape }]));
  const results = await runBytes(name, model.bytes, fed);
  return Object.fromEntries(Object.entries(model.outputs).map(([ours, theirs]) => [ours, results[theirs]!]));
}

/** Values of a tensor that tfjs computes eagerly: the independent oracle. */
export const eager = (tensor: tf.Tensor): HostTensor => ({ shape: tensor.shape, values: Float32Array.from(tensor.dataSync()) });

/** Largest difference relative to the largest number of `expected`; everything counts as large as `floor` at least. */
function relativeError(actual: Float32Array, expected: Float32Array, floor = 1e-30): number {
  let difference = 0;
  let scale = floor;
  for (let i = 0; i < expected.length; i++) {
    const apart = Math.abs(actual[i]! - expected[i]!);
    difference = Number.isNaN(apart) ? Infinity : Math.max(difference, apart);
    scale = Math.max(scale, Math.abs(expected[i]!));
  }
  return difference / scale;
}

/** Asserts equal shapes, and values equal to `tolerance` relative to the largest one. */
export function assertClose(actual: HostTensor, expected: HostTensor, what: string, tolerance = 2e-5, floor?: number): void {
  assert.deepEqual([...actual.shape], [...expected.shape], `shape of ${what}`);
  const error = relativeError(actual.values, expected.values, floor);
  assert.ok(error <= tolerance, `${what} is ${error.toExponential(1)} off (relative)`);
}

/** Runs an eager computation and frees its tensors; unlike `tf.tidy` it returns anything. */
export function scoped<T>(compute: () => T): T {
  tf.engine().startScope();
  try {
    return compute();
  } finally {
    tf.engine().endScope();
  }
}
