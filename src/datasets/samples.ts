/** How many samples there are and what one looks like: an image, or one row of a table (height and channels 1). */
export interface SampleShape {
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/**
 * Samples that are read in any order and in any number, wherever they lie: in memory or in files that are never held whole.
 * No class number comes with them.
 */
export interface Samples extends SampleShape {
  /** The interval that all values lie in; [0, 1] when absent. */
  readonly range?: readonly [low: number, high: number];
  /**
   * The samples at `indices`, in that order: `indices.length × height × width × channels`, row-major (NHWC); a fresh array that the
   * caller may change. Throws a `FileFault` when a file turns out to be broken.
   */
  read(indices: ArrayLike<number>): Promise<Float32Array>;
}

/** Number of values of one sample. */
export const sampleSize = ({ height, width, channels }: SampleShape): number => height * width * channels;

/** Largest set that is kept in memory as it is handed out, in bytes; larger ones are read piece by piece. */
const MOST_HELD_BYTES = 64 << 20;

/** Samples whose values lie in memory, `count × height × width × channels`, row-major. */
export function memorySamples(
  { count, height, width, channels, range }: SampleShape & Pick<Samples, 'range'>,
  values: Float32Array,
): Samples {
  const shape = { count, height, width, channels, ...(range && { range }) };
  const size = sampleSize(shape);
  const read = (indices: ArrayLike<number>): Float32Array => {
    const picked = new Float32Array(indices.length * size);
    for (let i = 0; i < indices.length; i++) picked.set(values.subarray(indices[i]! * size, (indices[i]! + 1) * size), i * size);
    return picked;
  };
  return { ...shape, read: indices => Promise.resolve(read(indices)) };
}

/** The samples of `whole` at `indices` as a set of its own; nothing is copied. */
export function subset(whole: Samples, indices: Int32Array): Samples {
  const { height, width, channels, range } = whole;
  return {
    count: indices.length,
    height,
    width,
    channels,
    ...(range && { range }),
    read: wanted => whole.read(Int32Array.from(wanted, index => indices[index]!)),
  };
}

/** Positions 0 … count − 1. */
export const everySample = ({ count }: Pick<SampleShape, 'count'>): Int32Array => Int32Array.from({ length: count }, (_, i) => i);

/** The same samples in memory where they are few, so that whatever makes them runs once; many stay where they are. */
export async function held(samples: Samples): Promise<Samples> {
  const bytes = samples.count * sampleSize(samples) * Float32Array.BYTES_PER_ELEMENT;
  return bytes > MOST_HELD_BYTES ? samples : memorySamples(samples, await samples.read(everySample(samples)));
}
