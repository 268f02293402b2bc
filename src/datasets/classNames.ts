import { FileFault } from '../common/fault';
import { MOST_CLASSES, type DataSource } from './dataSource';

/** Classes by name, numbered in the order of their names. */
export interface NamedClasses {
  readonly labels: Uint16Array;
  /** Absent where the names are class numbers already. */
  readonly classNames?: readonly string[];
}

/**
 * Numbers classes that are written as text. Names that are all whole numbers from 0 stay what they are; others are numbered from 0 in
 * their order (by code unit). Throws a `FileFault` when there are too many.
 *
 * @param names every name once
 * @param members for each sample the index of its name
 */
export function numberedClasses(file: string, names: readonly string[], members: ArrayLike<number>): NamedClasses {
  if (names.length > MOST_CLASSES) throw new FileFault(file, `has ${names.length} classes`, `use at most ${MOST_CLASSES}`);
  const areNumbers = names.every(name => /^\d{1,5}$/.test(name) && Number(name) < MOST_CLASSES);
  const sorted = [...names].sort(byCodeUnit);
  const places = new Map(sorted.map((name, index) => [name, index]));
  const numbers = names.map(name => (areNumbers ? Number(name) : places.get(name)!));
  return { labels: Uint16Array.from(members, member => numbers[member]!), ...(!areNumbers && { classNames: sorted }) };
}

/** The order in which names are numbered, the same in every language. */
export const byCodeUnit = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/**
 * A set whose classes are numbered as `reference` numbers them, so that one class is one number in both; classes that the reference
 * lacks get numbers beyond its own. A set without names stays as it is.
 */
export function numberedAs(source: DataSource, reference: DataSource): DataSource {
  const { classNames: own, labels } = source;
  const { classNames: theirs } = reference;
  if (!own || !labels || !theirs) return source;
  const classNames = [...theirs, ...own.filter(name => !theirs.includes(name))];
  const numbers = own.map(name => classNames.indexOf(name));
  return { ...source, classNames, labels: labels.map(label => numbers[label]!) };
}
