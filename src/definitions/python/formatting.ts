import { text, type Value } from './values';

/** `'…%d…' % values`; undefined for a directive that is not followed. */
export function formatted(pattern: string, given: Value): Value | undefined {
  const values = given.kind === 'sequence' && given.tuple ? [...given.items] : [given];
  const open: string[] = [];
  const result = pattern.replace(/%(\d*)(.)/g, (found, width: string, kind: string) => {
    if (kind === '%') return '%';
    const value = values.shift();
    const word = value && directed(value, kind === 's' ? '' : `${width}${kind}`);
    if (word === undefined) open.push(found);
    return word ?? '';
  });
  return open.length === 0 && values.length === 0 ? text(result) : undefined;
}

/** Names are never padded wider. */
const WIDEST = 1000;

/** What `format(value, directive)` writes, for words, whole numbers and the directives `d`, `02d`, `s`; undefined for all others. */
export function directed(value: Value, directive: string): string | undefined {
  if (value.kind === 'string' && /^s?$/.test(directive)) return value.value;
  if (value.kind === 'boolean' && directive === '') return value.value ? 'True' : 'False';
  if (value.kind === 'none' && directive === '') return 'None';
  const [whole, zeros, width] = /^(0?)(\d*)[dis]?$/.exec(directive) ?? [];
  if (value.kind !== 'integer' || whole === undefined) return undefined;
  const padded = Number(width || 0);
  if (padded > WIDEST) return undefined;
  const digits = String(Math.abs(value.value));
  const sign = value.value < 0 ? '-' : '';
  return zeros ? sign + digits.padStart(padded - sign.length, '0') : (sign + digits).padStart(padded);
}

/** `'{} {1} {name:02d}'.format(…)`; undefined where a place is not known. */
export function filled(pattern: string, positional: readonly Value[], keywords: ReadonlyMap<string, Value>): Value | undefined {
  let next = 0;
  const open: string[] = [];
  const result = pattern.replace(/\{\{|\}\}|\{(\w*)(?::([^{}]*))?\}|[{}]/g, (found, name: string | undefined, directive = '') => {
    if (found === '{{' || found === '}}') return found[0]!;
    const value =
      name === undefined
        ? undefined
        : name === ''
          ? positional[next++]
          : /^\d+$/.test(name)
            ? positional[Number(name)]
            : keywords.get(name);
    const word = value && directed(value, String(directive));
    if (word === undefined) open.push(found);
    return word ?? '';
  });
  return open.length === 0 ? text(result) : undefined;
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '\\': '\\', "'": "'", '"': '"', '0': '\0', '\n': '' };

/** The text of a literal whose escapes are all simple ones; undefined for others. */
export function unescaped(literal: string): string | undefined {
  const open: string[] = [];
  const result = literal.replace(/\\([^])/g, (_, letter: string) => {
    if (!(letter in ESCAPES)) open.push(letter);
    return ESCAPES[letter] ?? '';
  });
  return open.length === 0 ? result : undefined;
}
