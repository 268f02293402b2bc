import { ValueFault } from '../common/fault';
import { sampleSize, type Samples } from './samples';

/** How values are brought to a common scale, decided on pre-training samples alone. */
export type NormaliseChoice = 'none' | 'standardise' | 'range';

/**
 * An affine map for each channel of an image, or for each column of a table: value ↦ clip((value − offset) · scale). Clipping keeps
 * every value in `range`, so that reconstruction errors stay bounded, as the hold-out certificate needs.
 */
export interface Normalisation {
  readonly kind: Exclude<NormaliseChoice, 'none'>;
  readonly offset: readonly number[];
  readonly scale: readonly number[];
  readonly range: readonly [low: number, high: number];
}

/** Samples that means, deviations and extremes are taken from, at most. */
const MOST_LOOKED_AT = 10_000;
const BATCH = 256;
/** Standardised columns of a table are clipped here: nothing else bounds them. */
const MOST_DEVIATIONS = 6;

/**
 * Fits a normalisation on the first 10,000 samples of a set, which is in random order.
 *
 * @param tabular whether each column has a scale of its own rather than each channel
 */
export async function fitNormalisation(samples: Samples, kind: Normalisation['kind'], tabular: boolean): Promise<Normalisation> {
  const groups = tabular ? sampleSize(samples) : samples.channels;
  const of = () => new Float64Array(groups);
  const [sums, lows, highs, squares] = [of(), of().fill(Infinity), of().fill(-Infinity), of()];
  const count = Math.min(samples.count, MOST_LOOKED_AT);
  await eachValue(samples, count, groups, (value, group) => {
    sums[group]! += value;
    if (value < lows[group]!) lows[group] = value;
    if (value > highs[group]!) highs[group] = value;
  });
  const perGroup = (count * sampleSize(samples)) / groups;
  const means = sums.map(sum => sum / perGroup);
  if (kind === 'range') return { kind, offset: [...lows], scale: [...highs].map((high, i) => 1 / (high - lows[i]! || 1)), range: [0, 1] };
  await eachValue(samples, count, groups, (value, group) => (squares[group]! += (value - means[group]!) ** 2));
  const scale = [...squares].map(square => 1 / (Math.sqrt(square / perGroup) || 1));
  const range = tabular
    ? ([-MOST_DEVIATIONS, MOST_DEVIATIONS] as const)
    : ([Math.min(...scale.map((s, i) => -means[i]! * s)), Math.max(...scale.map((s, i) => (1 - means[i]!) * s))] as const);
  return { kind, offset: [...means], scale, range };
}

/** The samples as the normalisation maps them. */
export function normalised(samples: Samples, { offset, scale, range }: Normalisation): Samples {
  const groups = offset.length;
  const [low, high] = range;
  return {
    ...samples,
    range,
    async read(indices) {
      const values = await samples.read(indices);
      for (let i = 0; i < values.length; i++) {
        const group = i % groups;
        values[i] = Math.min(high, Math.max(low, (values[i]! - offset[group]!) * scale[group]!));
      }
      return values;
    },
  };
}

/** The samples of a table as they are; throws a `ValueFault` as soon as one is read that does not lie in [0, 1]. */
export function requireUnitRange(samples: Samples, columns: readonly string[] | undefined, file: string): Samples {
  const size = sampleSize(samples);
  return {
    ...samples,
    async read(indices) {
      const values = await samples.read(indices);
      const wrong = values.findIndex(value => !(value >= 0 && value <= 1));
      if (wrong < 0) return values;
      const column = columns?.[wrong % size] ?? `${(wrong % size) + 1}`;
      throw new ValueFault(
        file,
        'data.normalise',
        `leaves the value ${values[wrong]!} of column ${column} as it is, outside of [0, 1]`,
        'write "range" or "standardise"',
      );
    },
  };
}

async function eachValue(samples: Samples, count: number, groups: number, look: (value: number, group: number) => void): Promise<void> {
  for (let from = 0; from < count; from += BATCH) {
    const length = Math.min(BATCH, count - from);
    const values = await samples.read(Int32Array.from({ length }, (_, i) => from + i));
    for (let i = 0; i < values.length; i++) look(values[i]!, i % groups);
  }
}
