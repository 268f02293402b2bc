import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Computation } from '../../architecture/computation';
import { product } from '../../architecture/sides';
import { fixedTensor } from '../engine/operations';

type Resampling = Extract<Computation, { op: 'resample' }>;

/** Keys' kernel with a = −0.75, as PyTorch has it. */
function cubic(distance: number): number {
  const [x, a] = [Math.abs(distance), -0.75];
  if (x <= 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0;
}

/** Weights [before, after] of the entries along one axis in those that are made of them; neighbours beyond an end are the entry there. */
function weights({ mode, corners }: Resampling, scale: number | null, before: number, after: number): Float32Array {
  const result = new Float32Array(before * after);
  const step = corners && mode !== 'nearest' ? (after > 1 ? (before - 1) / (after - 1) : 0) : scale === null ? before / after : 1 / scale;
  for (let place = 0; place < after; place++) {
    const add = (from: number, weight: number): void => {
      result[Math.min(before - 1, Math.max(0, from)) * after + place]! += weight;
    };
    if (mode === 'nearest') {
      add(Math.floor(place * step), 1);
      continue;
    }
    const centre = corners ? place * step : (place + 0.5) * step - 0.5;
    const at = mode === 'linear' && !corners ? Math.max(0, centre) : centre;
    const first = Math.floor(at);
    for (const from of mode === 'linear' ? [first, first + 1] : [first - 1, first, first + 1, first + 2])
      add(from, mode === 'linear' ? 1 - Math.abs(at - from) : cubic(at - from));
  }
  return result;
}

/** [batch, channels, …positions] at other positions, `F.interpolate`: one matrix for each axis whose side changes. */
export function resample(x: Tensor, resampling: Resampling, shape: readonly number[]): Tensor {
  let result = x;
  for (let axis = 2; axis < shape.length; axis++) {
    const [before, after] = [result.shape[axis]!, shape[axis]!];
    if (before === after) continue;
    const matrix = fixedTensor(weights(resampling, resampling.scales[axis - 2] ?? null, before, after), [before, after]);
    const last = result.rank - 1;
    const order = result.shape.map((_, each) => (each === axis ? last : each === last ? axis : each));
    const moved = axis === last ? result : tf.transpose(result, order);
    const rows = tf.matMul(tf.reshape(moved, [-1, before]), matrix);
    const made = tf.reshape(rows, moved.shape.with(last, after));
    result = axis === last ? made : tf.transpose(made, order);
  }
  return product(shape) === result.size ? tf.reshape(result, [...shape]) : result;
}
