import type { Side } from '../../../architecture/composition';

/** A side of a tensor while it is computed: a whole number times free sides, as 49·B; undefined where it is not known. */
export interface Dimension {
  readonly factor: number;
  /** Sorted names of free sides, each a positive whole number. */
  readonly symbols: readonly string[];
}

export const dimension = (factor: number, ...symbols: string[]): Dimension => ({ factor, symbols: [...symbols].sort() });

export const isNumber = (side: Dimension): boolean => side.symbols.length === 0;

/** The number that a side is; undefined when it is free or not known. */
export const numberOf = (side: Dimension | undefined): number | undefined => (side && isNumber(side) ? side.factor : undefined);

export const equalSides = (left: Dimension, right: Dimension): boolean =>
  left.factor === right.factor && left.symbols.join('·') === right.symbols.join('·');

/** As it is shown: `64`, `B`, `49·B`. */
export const sideOf = (side: Dimension | undefined): Side => {
  if (!side) return null;
  if (isNumber(side)) return side.factor;
  return [...(side.factor === 1 ? [] : [side.factor]), ...side.symbols].join('·');
};

const MAXIMUM_NAME = 48;

/** A side that only its formula describes, as `(H+1)`: the same formula is the same side. Undefined when the formula grows too long to be of use. */
const named = (formula: string): Dimension | undefined => (formula.length > MAXIMUM_NAME ? undefined : dimension(1, formula));

export const times = (left: Dimension, right: Dimension): Dimension =>
  dimension(left.factor * right.factor, ...left.symbols, ...right.symbols);

/** The product of all sides; undefined when one is not known. */
export const productOf = (sides: readonly (Dimension | undefined)[]): Dimension | undefined =>
  sides.reduce<Dimension | undefined>((total, side) => total && side && times(total, side), dimension(1));

/** left / right when that is a whole number times free sides. */
export function exactQuotient(left: Dimension, right: Dimension): Dimension | undefined {
  const symbols = [...left.symbols];
  for (const symbol of right.symbols) {
    const place = symbols.indexOf(symbol);
    if (place < 0) return undefined;
    symbols.splice(place, 1);
  }
  const factor = left.factor / right.factor;
  return Number.isSafeInteger(factor) ? dimension(factor, ...symbols) : undefined;
}

/** Python's `+`, `-`, `*`, `//` and `%` on sides. */
export function operateSides(operator: string, left: Dimension, right: Dimension): Dimension | undefined {
  if (operator === '*') return times(left, right);
  const formula = () => named(`(${String(sideOf(left))}${operator}${String(sideOf(right))})`);
  const sameSymbols = left.symbols.join('·') === right.symbols.join('·');
  if (operator === '+' || operator === '-') {
    const sign = operator === '+' ? 1 : -1;
    if (right.factor === 0) return left;
    return sameSymbols ? withoutZero(left.factor + sign * right.factor, left.symbols) : formula();
  }
  if (right.factor === 0) return undefined;
  if (operator === '//') {
    const exact = exactQuotient(left, right);
    return exact ?? (isNumber(left) && isNumber(right) ? dimension(Math.floor(left.factor / right.factor)) : formula());
  }
  if (operator !== '%') return undefined;
  if (exactQuotient(left, right)) return dimension(0);
  return isNumber(left) && isNumber(right) ? dimension(left.factor - right.factor * Math.floor(left.factor / right.factor)) : formula();
}

const withoutZero = (factor: number, symbols: readonly string[]): Dimension =>
  factor === 0 ? dimension(0) : dimension(factor, ...symbols);

/** ⌊(side + added) / stride⌋ + 1: how often a window fits. */
export function windows(side: Dimension | undefined, added: number, stride: number): Dimension | undefined {
  if (!side) return undefined;
  if (isNumber(side)) return dimension(Math.floor((side.factor + added) / stride) + 1);
  if (stride === 1) return operateSides('+', side, dimension(added + 1));
  const inner = operateSides('+', side, dimension(added));
  const whole = inner && operateSides('//', inner, dimension(stride));
  return whole && operateSides('+', whole, dimension(1));
}
