import { array, boolean, builtin, number, text, type Value } from './values';

const METHODS: Readonly<Record<string, (whole: string, ...words: string[]) => string | boolean | number | string[]>> = {
  toLowerCase: whole => whole.toLowerCase(),
  toUpperCase: whole => whole.toUpperCase(),
  trim: whole => whole.trim(),
  startsWith: (whole, part = '') => whole.startsWith(part),
  endsWith: (whole, part = '') => whole.endsWith(part),
  includes: (whole, part = '') => whole.includes(part),
  indexOf: (whole, part = '') => whole.indexOf(part),
  split: (whole, ...by) => (by.length === 0 ? [whole] : whole.split(by[0]!)),
};

/** The length, a character or a method of a text; undefined for those that are not followed. */
export function textMember(whole: string, name: string): Value | undefined {
  if (name === 'length') return number(whole.length);
  if (/^\d+$/.test(name)) return whole[Number(name)] === undefined ? undefined : text(whole[Number(name)]!);
  const method = Object.hasOwn(METHODS, name) ? METHODS[name] : undefined;
  return (
    method &&
    builtin(({ values, range }) => {
      const words = values.flatMap(value => (value.kind === 'string' ? [value.value] : []));
      if (words.length < values.length)
        return { kind: 'undecided', reason: { known: false, why: `what \`${name}\` is given is not known`, line: range.startLine } };
      const result = method(whole, ...words);
      if (typeof result === 'string') return text(result);
      if (typeof result === 'number') return number(result);
      return typeof result === 'boolean' ? boolean(result) : array(result.slice(0, 4096).map(text));
    })
  );
}
