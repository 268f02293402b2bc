import type { Spread } from '../src/runs/summary/statistics';

/** Mean ± standard deviation over seeds, both in one format; the mean alone for one seed. */
export function formatSpread({ mean, deviation }: Spread, format: (value: number) => string): string {
  return deviation === undefined ? format(mean) : `${format(mean)} ± ${format(deviation)}`;
}

/** A share as percent with its deviation, one unit for both: `95.8 ± 0.3 %`. */
export function formatShare({ mean, deviation }: Spread): string {
  const percent = (share: number) => (100 * share).toFixed(1);
  return `${percent(mean)}${deviation === undefined ? '' : ` ± ${percent(deviation)}`} %`;
}
