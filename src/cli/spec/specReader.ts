import path from 'node:path';
import { ValueFault } from '../../common/fault';
import type { Quantity } from '../../theory/quantity';
import type { Evidence } from '../../theory/report';
import { canonicalSymbol } from './symbols';

/** A named input of a theorem: its symbol in docs/theory.md first, then the other spellings that are accepted. */
export type Field = readonly [symbol: string, ...others: string[]];

/** What a number must be. */
export type Rule = 'any' | 'positive' | 'not negative' | 'count' | 'probability' | 'share';

const RULES: Readonly<Record<Rule, readonly [test: (value: number) => boolean, mend: string]>> = {
  any: [() => true, 'give a finite number'],
  positive: [value => value > 0, 'give a number above 0'],
  'not negative': [value => value >= 0, 'give a number from 0 up'],
  count: [value => Number.isInteger(value) && value > 0, 'give a whole number from 1 up'],
  probability: [value => value > 0 && value < 1, 'give a number between 0 and 1'],
  share: [value => value >= 0 && value <= 1, 'give a number from 0 to 1'],
};

const EVIDENCE: readonly Evidence[] = ['certified', 'measured', 'estimated', 'assumed'];

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Shortened JSON of a refused value. */
const shown = (value: unknown): string => {
  const text = JSON.stringify(value);
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
};

/**
 * Reads one object of a specification, input by input, under any accepted spelling; every fault names file, place and mend. `finish` refuses what nobody asked for.
 */
export class SpecReader {
  private readonly entries = new Map<string, { readonly key: string; readonly value: unknown }>();
  private readonly asked: string[] = [];
  private readonly used = new Set<string>();

  /**
   * @param file the specification; relative paths in it start from its folder
   * @param place path of this object in the file, '' for the whole
   */
  constructor(
    private readonly file: string,
    value: unknown,
    private readonly place = '',
  ) {
    if (!isRecord(value)) throw this.fault('', 'is not an object', 'write {"theorem": …} with the inputs of the theorem');
    for (const [key, entry] of Object.entries(value)) {
      const symbol = canonicalSymbol(key);
      const other = this.entries.get(symbol);
      if (other) throw this.fault(key, `says the same as ${other.key}`, 'keep one of them');
      this.entries.set(symbol, { key, value: entry });
    }
  }

  /** A fault about one input of this object. */
  fault(key: string, problem: string, mend: string): ValueFault {
    const place = [this.place, key].filter(part => part !== '').join('.');
    return new ValueFault(this.file, place === '' ? 'the specification' : place, problem, mend);
  }

  private find(field: Field): { readonly key: string; readonly value: unknown } | undefined {
    this.asked.push(field[0]);
    const found = field.map(canonicalSymbol).flatMap(name => {
      const entry = this.entries.get(name);
      return entry ? [{ name, entry }] : [];
    });
    if (found.length > 1) throw this.fault(found[1]!.entry.key, `says the same as ${found[0]!.entry.key}`, 'keep one of them');
    if (found[0]) this.used.add(found[0].name);
    return found[0]?.entry;
  }

  /** A fresh reader of the same object with a number put in, whatever stood there. */
  aiming(field: Field, value: number): SpecReader {
    const names = new Set(field.map(canonicalSymbol));
    const entries = [...this.entries].filter(([name]) => !names.has(name)).map(([, entry]) => [entry.key, entry.value] as const);
    return new SpecReader(this.file, { ...Object.fromEntries(entries), [field[0]]: value }, this.place);
  }

  has(field: Field): boolean {
    return field.some(name => this.entries.has(canonicalSymbol(name)));
  }

  private missing(field: Field): ValueFault {
    return this.fault(field[0], 'is missing', 'give it; docs/theory.md lists the inputs of each theorem');
  }

  private checked(key: string, value: unknown, rule: Rule): number {
    const [test, mend] = RULES[rule];
    if (typeof value !== 'number' || !Number.isFinite(value) || !test(value)) throw this.fault(key, `is ${shown(value)}`, mend);
    return value;
  }

  number(field: Field, rule: Rule, otherwise?: number): number {
    const entry = this.find(field);
    if (entry) return this.checked(entry.key, entry.value, rule);
    if (otherwise === undefined) throw this.missing(field);
    return otherwise;
  }

  optionalNumber(field: Field, rule: Rule): number | undefined {
    return this.has(field) ? this.number(field, rule) : undefined;
  }

  /** A number, or `{"value": …, "evidence": …}`; what is typed without evidence is `assumed`. */
  quantity(field: Field, rule: Rule, otherwise?: number): Quantity {
    const entry = this.find(field);
    if (!entry) {
      if (otherwise === undefined) throw this.missing(field);
      return { value: otherwise, evidence: 'assumed' };
    }
    if (!isRecord(entry.value)) return { value: this.checked(entry.key, entry.value, rule), evidence: 'assumed' };
    const inner = new SpecReader(this.file, entry.value, [this.place, entry.key].filter(part => part !== '').join('.'));
    const value = inner.number(['value'], rule);
    const evidence = inner.choice(['evidence'], EVIDENCE, 'assumed');
    inner.finish();
    return { value, evidence };
  }

  /** A list of numbers; a single number stands for `length` equal ones, when that is known. */
  numbers(field: Field, rule: Rule, length?: number, otherwise?: number): readonly number[] {
    const entry = this.find(field);
    if (!entry) {
      if (otherwise === undefined || length === undefined) throw this.missing(field);
      return Array.from({ length }, () => otherwise);
    }
    if (!Array.isArray(entry.value)) {
      const value = this.checked(entry.key, entry.value, rule);
      return Array.from({ length: length ?? 1 }, () => value);
    }
    if (entry.value.length === 0) throw this.fault(entry.key, 'is empty', 'give one number a layer');
    const values = entry.value.map((value: unknown, i) => this.checked(`${entry.key}[${i}]`, value, rule));
    if (length !== undefined && values.length !== length)
      throw this.fault(entry.key, `has ${values.length} numbers where there are ${length} layers`, 'give one number a layer');
    return values;
  }

  /** Length of a list, undefined when the input is absent or a single number. */
  lengthOf(field: Field): number | undefined {
    const entry = field.map(name => this.entries.get(canonicalSymbol(name))).find(one => one !== undefined);
    return Array.isArray(entry?.value) ? entry.value.length : undefined;
  }

  choice<T extends string>(field: Field, options: readonly T[], otherwise?: T): T {
    const entry = this.find(field);
    if (!entry) {
      if (otherwise === undefined) throw this.missing(field);
      return otherwise;
    }
    const found = options.find(option => option === entry.value);
    if (found === undefined) throw this.fault(entry.key, `is ${shown(entry.value)}`, `give one of ${options.join(', ')}`);
    return found;
  }

  flag(field: Field): boolean {
    const entry = this.find(field);
    if (entry !== undefined && typeof entry.value !== 'boolean')
      throw this.fault(entry.key, `is ${shown(entry.value)}`, 'give true or false');
    return entry?.value === true;
  }

  /** Path of a file, resolved against the specification's folder. */
  filePath(field: Field): string {
    const entry = this.find(field);
    if (!entry) throw this.missing(field);
    if (typeof entry.value !== 'string' || entry.value === '')
      throw this.fault(entry.key, `is ${shown(entry.value)}`, 'give the path of a file');
    return path.resolve(path.dirname(this.file), entry.value);
  }

  /** Whether the input is there and a text: a path where a number may stand too. */
  isText(field: Field): boolean {
    return field.some(name => typeof this.entries.get(canonicalSymbol(name))?.value === 'string');
  }

  /** Whether the input is an object with an entry `key`, or a list of objects: a bound within the bound. */
  isNested(field: Field, key: string): boolean {
    return field.some(name => {
      const value = this.entries.get(canonicalSymbol(name))?.value;
      return (isRecord(value) && key in value) || (Array.isArray(value) && value.every(isRecord));
    });
  }

  /** Readers of an object, or of each of a list of objects. */
  nested(field: Field): readonly SpecReader[] {
    const entry = this.find(field);
    if (!entry) throw this.missing(field);
    const place = (suffix: string) => [this.place, `${entry.key}${suffix}`].filter(part => part !== '').join('.');
    if (!Array.isArray(entry.value)) return [new SpecReader(this.file, entry.value, place(''))];
    if (entry.value.length === 0) throw this.fault(entry.key, 'is empty', 'give at least one');
    return entry.value.map((value: unknown, i) => new SpecReader(this.file, value, place(`[${i}]`)));
  }

  /** Throws a ValueFault for the first input that was not asked for. */
  finish(): void {
    for (const [symbol, { key }] of this.entries)
      if (!this.used.has(symbol)) throw this.fault(key, 'is not an input here', `use ${[...new Set(this.asked)].join(', ')}`);
  }
}
