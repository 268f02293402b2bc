import { unknown, type Known, type Unknown } from '../architecture';
import type { ArgumentValue } from './signature';

/** Raised by a layer rule when what it is given does not decide the layer's tensors. Caught where the rule is applied. */
export class Undecided extends Error {
  constructor(readonly reason: Unknown) {
    super(reason.why);
  }
}

/** The construction arguments of one layer, read by name with the type that the rule needs. */
export class LayerArguments {
  constructor(
    private readonly values: ReadonlyMap<string, Known<ArgumentValue>>,
    private readonly line: number,
  ) {}

  /** The same with another value of one. */
  with(name: string, value: ArgumentValue): LayerArguments {
    return new LayerArguments(new Map([...this.values, [name, { known: true, value }]]), this.line);
  }

  /** A size: a whole number from 0 up. */
  integer(name: string): number {
    const value = this.value(name);
    return isSize(value) ? value : this.undecided(`${name} is ${written(value)}, not a size`);
  }

  /** A switch, by Python's truth: `bias=True`, `bias=0`, `bias=None`. */
  flag(name: string): boolean {
    const value = this.value(name);
    if (typeof value === 'boolean') return value;
    if (typeof value === 'number') return value !== 0;
    return value === null ? false : this.undecided(`${name} is ${written(value)}, not True or False`);
  }

  /** A size or `None`, for which `otherwise` stands in. */
  integerOr(name: string, otherwise: number): number {
    return this.value(name) === null ? otherwise : this.integer(name);
  }

  /** A number, or exactly `length` of them in a tuple: a kernel size. */
  tuple(name: string, length: number): readonly number[] {
    const value = this.value(name);
    if (isSize(value)) return Array<number>(length).fill(value);
    const sizes = this.shape(name);
    return sizes.length === length ? sizes : this.undecided(`${name} is ${written(value)}, not ${length} sizes`);
  }

  /** One size or a tuple of any length: a normalised shape. */
  shape(name: string): readonly number[] {
    const value = this.value(name);
    if (isSize(value)) return [value];
    if (Array.isArray(value) && value.every(isSize)) return value;
    return this.undecided(`${name} is ${written(value)}, not a shape`);
  }

  /** A word, or null for `None`. */
  word(name: string): string | null {
    const value = this.value(name);
    return value === null || typeof value === 'string' ? value : this.undecided(`${name} is ${written(value)}, not a word`);
  }

  /** A word where it is known to be one: for what decides no shape. */
  wordIfKnown(name: string): string | undefined {
    const value = this.values.get(name);
    return value?.known && typeof value.value === 'string' ? value.value : undefined;
  }

  /** Whether an argument is `None`. */
  isNone(name: string): boolean {
    return this.value(name) === null;
  }

  /** Whether an argument is not known. */
  isUndecided(name: string): boolean {
    return this.values.get(name)?.known !== true;
  }

  /** Whether an argument is certainly `None`; one that is not understood counts as given. */
  isMissing(name: string): boolean {
    const value = this.values.get(name);
    return value === undefined || (value.known && value.value === null);
  }

  /** One whole number or several, also negative: axes. */
  wholeNumbers(name: string): readonly number[] {
    const value = this.value(name);
    const all: readonly ArgumentValue[] = Array.isArray(value) ? (value as readonly ArgumentValue[]) : [value];
    return all.map(item => (Number.isSafeInteger(item) ? (item as number) : this.undecided(`${name} is ${written(value)}, not axes`)));
  }

  /** One side or a tuple of sides, each a size or `None`. */
  sides(name: string): readonly (number | null)[] {
    const value = this.value(name);
    const all: readonly ArgumentValue[] = Array.isArray(value) ? (value as readonly ArgumentValue[]) : [value];
    return all.map(item => (item === null || isSize(item) ? item : this.undecided(`${name} is ${written(value)}, not a shape`)));
  }

  /** The value as it was given. */
  given(name: string): ArgumentValue {
    return this.value(name);
  }

  /** Stops the rule with a reason at the layer's line. */
  undecided(why: string): never {
    throw new Undecided(unknown(why, this.line));
  }

  private value(name: string): ArgumentValue {
    const value = this.values.get(name);
    if (value === undefined) return this.undecided(`${name} is missing`);
    if (!value.known) throw new Undecided(value);
    return value.value;
  }
}

const isSize = (value: unknown): value is number => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;

/** A value as Python writes it. */
export function written(value: ArgumentValue): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'string') return `'${value}'`;
  if (typeof value === 'number') return String(value);
  if ('float' in value) return Number.isInteger(value.float) ? `${value.float}.0` : String(value.float);
  return value.length === 1 ? `(${written(value[0]!)},)` : `(${value.map(written).join(', ')})`;
}
