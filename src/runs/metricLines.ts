import { withChecksum, withoutChecksum } from './checksum';
import type { MetricLine } from './record';

const KEYS = 'phase step time values';

/** A line of `metrics.jsonl` with its line feed: JSON whose last key, `crc`, is the CRC-32 of the JSON without it. */
export const metricText = (line: MetricLine): string => `${withChecksum(JSON.stringify(line))}\n`;

/** What a line says; undefined for one that is not exactly as it was written. Lines of earlier versions have no checksum. */
export function metricOf(text: string): MetricLine | undefined {
  try {
    const { phase, step, time, values, ...others } = JSON.parse(withoutChecksum(text) ?? text) as MetricLine;
    const isWhole = typeof step === 'number' && typeof values === 'object' && [KEYS, ...Object.keys(others)].join(' ') === KEYS;
    return isWhole ? { phase, step, time, values } : undefined;
  } catch {
    return undefined;
  }
}
