import type { GivenArgument } from '../../architecture/architecture';
import { ValueFault } from '../../common/fault';

/** Arguments that count heads: scaled widths must remain their multiples. */
const HEADS = /head/i;

/**
 * Construction arguments times factors, for a quick proxy of a big model: whole numbers stay whole and at least 1. Where widths are scaled, they
 * are rounded to multiples of the number of heads, itself scaled where it is asked for.
 *
 * @param file the study, for faults
 * @throws ValueFault for an argument that the definition does not have or that is no whole number
 */
export function scaledArguments(
  given: readonly GivenArgument[],
  factors: Readonly<Record<string, number>>,
  file: string,
): Record<string, number | number[]> {
  const numbers = new Map(given.flatMap(({ name, value }) => (value.known && isWhole(value.value) ? [[name, value.value] as const] : [])));
  const scaled: Record<string, number | number[]> = {};
  const headsNow = (): number => {
    const name = [...numbers.keys()].find(each => HEADS.test(each));
    const value = name === undefined ? 1 : (scaled[name] ?? numbers.get(name)!);
    return typeof value === 'number' ? value : 1;
  };
  const order = Object.entries(factors).sort(([left], [right]) => Number(HEADS.test(right)) - Number(HEADS.test(left)));
  for (const [name, factor] of order) {
    const value = numbers.get(name);
    if (value === undefined)
      throw new ValueFault(
        file,
        `encoder.scale.${name}`,
        'is no whole-number argument of the definition',
        numbers.size > 0 ? `scale ${[...numbers.keys()].join(', ')}` : 'leave it out',
      );
    const unit = HEADS.test(name) || !isMultiple(value, headsNow()) ? 1 : headsNow();
    const times = (one: number): number => Math.max(unit, Math.round((one * factor) / unit) * unit);
    scaled[name] = typeof value === 'number' ? times(value) : value.map(times);
  }
  return scaled;
}

const isWhole = (value: unknown): value is number | number[] =>
  Array.isArray(value) ? value.length > 0 && value.every(Number.isInteger) : Number.isInteger(value);

const isMultiple = (value: number | readonly number[], unit: number): boolean =>
  typeof value === 'number' && unit > 1 && value % unit === 0 && value > unit;
