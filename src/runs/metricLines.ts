import { checksum } from './checksum';
import type { MetricLine } from './record';

/** The end of a line: a checksum of everything before it. */
const CHECKED = /^(.*),"crc":"([0-9a-f]{8})"\}$/;
const KEYS = 'phase step time values';

/** A line of `metrics.jsonl` with its line feed: JSON whose last key, `crc`, is the CRC-32 of the JSON without it. */
export function metricText(line: MetricLine): string {
  const text = JSON.stringify(line);
  return `${text.slice(0, -1)},"crc":"${checksum(text)}"}\n`;
}

/** What a line says; undefined for one that is not exactly as it was written. Lines of earlier versions have no checksum. */
export function metricOf(text: string): MetricLine | undefined {
  const [, body, crc] = CHECKED.exec(text) ?? [];
  if (body !== undefined && checksum(`${body}}`) !== crc) return undefined;
  try {
    const { phase, step, time, values, ...others } = JSON.parse(text) as MetricLine & { crc?: string };
    const isWhole =
      typeof step === 'number' && typeof values === 'object' && `${KEYS}${body === undefined ? '' : ' crc'}` === keysOf(others);
    return isWhole ? { phase, step, time, values } : undefined;
  } catch {
    return undefined;
  }
}

const keysOf = (others: object): string => [KEYS, ...Object.keys(others)].join(' ');
