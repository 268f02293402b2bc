/** Images in memory, NHWC, values scaled to [0, 1]; labels are class numbers from 0. */
export interface Samples {
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** `count × height × width × channels`, row-major. */
  readonly values: Float32Array;
  readonly labels?: Uint8Array;
}

/** Number of values of one image. */
export const sampleSize = (samples: Samples): number => samples.height * samples.width * samples.channels;

/** The images at `indices`, copied, in that order. */
export function pick(samples: Samples, indices: ArrayLike<number>): Samples {
  const size = sampleSize(samples);
  const values = new Float32Array(indices.length * size);
  const labels = samples.labels && new Uint8Array(indices.length);
  for (let i = 0; i < indices.length; i++) {
    const from = indices[i]!;
    values.set(samples.values.subarray(from * size, (from + 1) * size), i * size);
    if (labels) labels[i] = samples.labels[from]!;
  }
  return { ...samples, count: indices.length, values, ...(labels && { labels }) };
}
