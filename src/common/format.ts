const SUPERSCRIPTS = '⁰¹²³⁴⁵⁶⁷⁸⁹';
const superscript = (exponent: number): string =>
  `${exponent < 0 ? '⁻' : ''}${Array.from(`${Math.abs(exponent)}`)
    .map(digit => SUPERSCRIPTS[Number(digit)])
    .join('')}`;

/** A count for people: `784`, `60,000`, `2.36 M`, `3·10⁹`. */
export function formatCount(count: number): string {
  if (!Number.isFinite(count)) return '∞';
  if (count < 100_000) return Math.round(count).toLocaleString('en-US');
  if (count < 999.5e6) return count < 999_500 ? `${(count / 1000).toPrecision(3)} k` : `${(count / 1e6).toPrecision(3)} M`;
  return formatPower(count);
}

/** A number as `a·10ᵇ`, with one significant digit unless more are asked for: what an order of magnitude deserves. */
export function formatPower(value: number, digits = 1): string {
  const [mantissa, exponent] = value.toExponential(digits - 1).split('e') as [string, string];
  return `${mantissa}·10${superscript(Number(exponent))}`;
}

/** A loss, risk or bound: three decimals without the leading zero (`.174`), two above one (`1.85`), a power above 10⁴ or below 5·10⁻⁴. */
export function formatRisk(value: number): string {
  if (!Number.isFinite(value)) return '∞';
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e4 || size < 5e-4)) return formatPower(value);
  if (size >= 0.9995) return value.toFixed(2);
  return value.toFixed(3).replace(/^(-?)0\./, '$1.');
}

/** How surely a bound holds: `probability ≥ .991`, rounded down; empty for a number that is no bound and cannot fail. */
export function formatSurety(failureProbability: number): string {
  if (failureProbability === 0) return '';
  const held = Math.floor(1e4 * (1 - failureProbability) + 1e-9) / 1e4;
  return `probability ≥ ${`${held}`.replace(/^0\./, '.')}`;
}

/** A share in percent with one decimal: `95.8 %`. */
export const formatPercent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** A duration: `9 s`, `2 min 05 s`, `1 h 12 min`. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${`${whole % 60}`.padStart(2, '0')} s`;
  return `${Math.floor(whole / 3600)} h ${`${Math.floor(whole / 60) % 60}`.padStart(2, '0')} min`;
}
