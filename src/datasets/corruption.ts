import { Random } from '../common/random';
import type { DataSource } from './dataSource';
import type { PictureShape } from './picture';
import { sampleSize } from './samples';

/** A shift that is done to downstream images: every one of them, also the test images, never those of pre-training. */
export interface Corruption {
  readonly kind: 'gaussian noise' | 'blur' | 'contrast' | 'occlusion';
  /** From 1, slight, to 5. */
  readonly severity: number;
}

/** What the five severities mean. */
export const SEVERITIES: Readonly<Record<Corruption['kind'], readonly number[]>> = {
  /** Standard deviation of the noise. */
  'gaussian noise': [0.04, 0.08, 0.12, 0.18, 0.26],
  /** Standard deviation of the Gaussian kernel as a share of the shorter side. */
  blur: [0.02, 0.03, 0.045, 0.06, 0.08],
  /** What is left of the distance to the image's mean. */
  contrast: [0.75, 0.5, 0.35, 0.25, 0.15],
  /** Share of the area that a grey rectangle of the image's proportions covers. */
  occlusion: [0.05, 0.1, 0.2, 0.3, 0.4],
};

const GREY = 0.5;

/** Changes one image in place; values stay in [0, 1]. */
type Change = (values: Float32Array, random: Random) => void;

/** The set with every image corrupted; the same image of the same set is corrupted the same way however often it is read. */
export function corrupted(source: DataSource, { kind, severity }: Corruption, random: Random): DataSource {
  const change = CHANGES[kind](source, SEVERITIES[kind][severity - 1]!);
  const size = sampleSize(source);
  return {
    ...source,
    async read(indices) {
      const values = await source.read(indices);
      for (let i = 0; i < indices.length; i++) change(values.subarray(i * size, (i + 1) * size), random.fork(`${indices[i]!}`));
      return values;
    },
  };
}

const clipped = (value: number): number => Math.min(1, Math.max(0, value));

const CHANGES: Readonly<Record<Corruption['kind'], (shape: PictureShape, amount: number) => Change>> = {
  'gaussian noise': (_, deviation) => (values, random) => {
    for (let i = 0; i < values.length; i++) values[i] = clipped(values[i]! + deviation * random.normal());
  },
  blur: blurring,
  contrast: (_, left) => values => {
    let mean = 0;
    for (const value of values) mean += value / values.length;
    for (let i = 0; i < values.length; i++) values[i] = clipped(mean + left * (values[i]! - mean));
  },
  occlusion:
    ({ height, width, channels }, share) =>
    (values, random) => {
      const [tall, wide] = [height, width].map(side => Math.max(1, Math.round(side * Math.sqrt(share)))) as [number, number];
      const [top, left] = [random.integer(height - tall + 1), random.integer(width - wide + 1)];
      for (let row = top; row < top + tall; row++)
        values.fill(GREY, (row * width + left) * channels, (row * width + left + wide) * channels);
    },
};

/** Convolution with a Gaussian kernel along both axes; beyond the border the image goes on as its last pixel. */
function blurring({ height, width, channels }: PictureShape, share: number): Change {
  const deviation = share * Math.min(height, width);
  const reach = Math.ceil(3 * deviation);
  const raw = Array.from({ length: 2 * reach + 1 }, (_, k) => Math.exp(-((k - reach) ** 2) / (2 * deviation ** 2)));
  const total = raw.reduce((sum, weight) => sum + weight, 0);
  const kernel = raw.map(weight => weight / total);
  const along = (values: Float32Array, length: number, stride: number, starts: readonly number[]): void => {
    const line = new Float32Array(length);
    for (const start of starts) {
      for (let i = 0; i < length; i++) {
        let sum = 0;
        for (let k = -reach; k <= reach; k++)
          sum += kernel[k + reach]! * values[start + stride * Math.min(length - 1, Math.max(0, i + k))]!;
        line[i] = sum;
      }
      for (let i = 0; i < length; i++) values[start + stride * i] = clipped(line[i]!);
    }
  };
  const positions = (count: number) => Array.from({ length: count }, (_, i) => i);
  const rowStarts = positions(height * channels).map(i => Math.floor(i / channels) * width * channels + (i % channels));
  return values => {
    along(values, width, channels, rowStarts);
    along(values, height, width * channels, positions(width * channels));
  };
}
