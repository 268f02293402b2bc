/** Raised by a model's rule when its configuration does not decide its tensors. Caught where the rule is applied. */
export class ConfigurationProblem extends Error {
  constructor(
    /** The key that is to blame, as `text_config.hidden_size`. */
    readonly key: string,
    why: string,
  ) {
    super(why);
  }
}

/** A model's `config.json`, read by key with the type that a rule needs and the default of the model's configuration class. */
export class Configuration {
  constructor(
    private readonly values: Readonly<Record<string, unknown>>,
    private readonly prefix = '',
  ) {}

  /** A whole number from 0 up. */
  integer(key: string, otherwise: number): number {
    const value = this.values[key];
    if (value === undefined) return otherwise;
    return isSize(value) ? value : this.refuse(key, 'a whole number');
  }

  /** A whole number; `null` and an absent key both mean the default. */
  integerOr(key: string, otherwise: number): number {
    return this.values[key] === null ? otherwise : this.integer(key, otherwise);
  }

  number(key: string, otherwise: number): number {
    const value = this.values[key] ?? otherwise;
    return typeof value === 'number' && Number.isFinite(value) ? value : this.refuse(key, 'a number');
  }

  flag(key: string, otherwise: boolean): boolean {
    const value = this.values[key] ?? otherwise;
    return typeof value === 'boolean' ? value : this.refuse(key, 'true or false');
  }

  word(key: string, otherwise: string): string {
    const value = this.values[key] ?? otherwise;
    return typeof value === 'string' ? value : this.refuse(key, 'a word');
  }

  /** Height and width: one number for both, or two. */
  sides(key: string, otherwise: number): readonly [number, number] {
    const value = this.values[key] ?? otherwise;
    if (isSize(value)) return [value, value];
    if (Array.isArray(value) && value.length === 2 && value.every(isSize)) return [value[0]!, value[1]!];
    return this.refuse(key, 'one or two whole numbers');
  }

  list(key: string, otherwise: readonly number[]): readonly number[] {
    const value = this.values[key] ?? otherwise;
    return Array.isArray(value) && value.every(isSize) ? value : this.refuse(key, 'a list of whole numbers');
  }

  /** A configuration inside this one; the older key with the ending `_dict` wins, as in the library. */
  inner(key: string): Configuration {
    const values = { ...this.record(key), ...this.record(`${key}_dict`) };
    return new Configuration(values, `${this.prefix}${key}.`);
  }

  has(key: string): boolean {
    return this.values[key] !== undefined && this.values[key] !== null;
  }

  /** Whether the key stands there at all, `null` or not. */
  isWritten(key: string): boolean {
    return this.values[key] !== undefined;
  }

  /** Number of classes: as many as have a name, else 2, the library's default. */
  get labels(): number {
    return !this.has('id2label') ? this.integerOr('num_labels', 2) : Object.keys(this.record('id2label')).length;
  }

  /** Throws when a key asks for something that changes tensors and is not followed here. */
  without(key: string, why: string): void {
    const value = this.values[key];
    const isEmpty =
      value === undefined || value === null || value === false || (typeof value === 'object' && Object.keys(value).length === 0);
    if (!isEmpty) throw new ConfigurationProblem(`${this.prefix}${key}`, why);
  }

  /** Throws when a width does not divide by a number of heads or groups. */
  divides(width: number, parts: number, key: string): void {
    if (parts === 0 || width % parts !== 0)
      throw new ConfigurationProblem(`${this.prefix}${key}`, `a width of ${width} does not divide by ${key} = ${parts}`);
  }

  private record(key: string): Readonly<Record<string, unknown>> {
    const value = this.values[key] ?? {};
    return typeof value === 'object' && !Array.isArray(value) ? (value as Record<string, unknown>) : this.refuse(key, 'an object');
  }

  private refuse(key: string, wanted: string): never {
    const path = `${this.prefix}${key}`;
    throw new ConfigurationProblem(path, `${path} is ${JSON.stringify(this.values[key]).slice(0, 40)}, not ${wanted}`);
  }
}

/** Larger numbers than any model has are refused, so that no configuration can fill the memory. */
const MAXIMUM = 100_000_000;

const isSize = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= MAXIMUM;
