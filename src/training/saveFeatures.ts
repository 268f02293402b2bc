import path from 'node:path';
import type { Matrix } from '../theory/matrix';
import { safetensors, type NamedTensor } from './safetensors';
import { writeBytes } from './saveEncoder';

/** Largest features file, in bytes; of larger sets the first rows are kept. */
const MOST_BYTES = 16 << 20;

/** One split's features, and its labels where it has them. */
export interface SplitFeatures {
  readonly features: Matrix;
  readonly labels?: ArrayLike<number>;
}

/**
 * Writes `features.safetensors` into `folder`: `NAME.features`, rows × width, and `NAME.labels` for each split, as 32-bit floats. What no longer fits
 * into 16 MiB is left out from the end of the largest splits. Throws a FileFault when the disk refuses.
 */
export async function saveFeatures(splits: Readonly<Record<string, SplitFeatures>>, folder: string): Promise<void> {
  const columns = Math.max(...Object.values(splits).map(({ features }) => features.columns));
  const rows = fairRows(
    Object.values(splits).map(({ features }) => features.rows),
    Math.floor(MOST_BYTES / (4 * (columns + 1))),
  );
  const tensors = Object.entries(splits).flatMap(([name, { features, labels }], i): NamedTensor[] => {
    const kept = rows[i]!;
    const values = Float32Array.from(features.values.subarray(0, kept * features.columns));
    const own: NamedTensor = { name: `${name}.features`, shape: [kept, features.columns], values };
    return labels ? [own, { name: `${name}.labels`, shape: [kept], values: Float32Array.from(Array.from(labels).slice(0, kept)) }] : [own];
  });
  await writeBytes(path.join(folder, 'features.safetensors'), safetensors(tensors));
}

/** How many rows each of several splits may keep so that all fit `most`: small ones whole, the others equally many. */
function fairRows(counts: readonly number[], most: number): readonly number[] {
  let cap = most;
  let left = most;
  [...counts]
    .sort((a, b) => a - b)
    .forEach((count, i) => {
      cap = Math.floor(left / (counts.length - i));
      left -= Math.min(count, cap);
    });
  return counts.map(count => Math.min(count, cap));
}
