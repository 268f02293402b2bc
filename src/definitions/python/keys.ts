import { fieldsOf, findMember } from './classes';
import { boolean, float, InstanceValue, integer, NONE, reference, text, tuple, type Key, type Value } from './values';

/** Begins every key that stands for something else than a text. */
const MARK = '\0';

/** What a value is found by in a dictionary; undefined where Python may call two different values the same key, or cannot hash it. */
export function keyOf(value: Value | undefined): Key | undefined {
  switch (value?.kind) {
    case 'string':
      return value.value.startsWith(MARK) ? undefined : value.value;
    case 'integer':
      return value.value;
    case 'float':
      return Number.isInteger(value.value) ? value.value : `${MARK}float ${value.value}`;
    case 'boolean':
      return `${MARK}boolean ${value.value}`;
    case 'none':
      return `${MARK}none`;
    case 'reference':
      return `${MARK}reference ${value.path}`;
    case 'sequence':
      return value.tuple && !value.doubt ? tupleKey(value.items) : undefined;
    case 'class':
    case 'function':
    case 'partial':
      return value;
    case 'instance':
      return isHashedByIdentity(value) ? value : undefined;
    default:
      return undefined;
  }
}

/** The value that a key stands for. */
export function keyValue(key: Key): Value {
  if (typeof key === 'number') return integer(key);
  if (typeof key !== 'string') return key;
  if (!key.startsWith(MARK)) return text(key);
  const [, kind, rest = ''] = /^.(\w+) ?(.*)$/s.exec(key) ?? [];
  if (kind === 'float') return float(Number(rest));
  if (kind === 'boolean') return boolean(rest === 'true');
  if (kind === 'reference') return reference(rest);
  return kind === 'tuple' ? tuple((JSON.parse(rest) as (string | number)[]).map(keyValue)) : NONE;
}

/** A key as the name of an argument or a part. */
export const keyName = (key: Key): string => (typeof key === 'object' ? key.kind : String(key));

/** The longest key of a tuple: one that holds another twice, and that another, grows without end. */
const LONGEST_KEY = 10_000;

function tupleKey(items: readonly Value[]): string | undefined {
  const keys: (string | number)[] = [];
  let length = 0;
  for (const item of items) {
    const key = keyOf(item);
    if (typeof key !== 'string' && typeof key !== 'number') return undefined;
    if ((length += String(key).length) > LONGEST_KEY) return undefined;
    keys.push(key);
  }
  return `${MARK}tuple ${JSON.stringify(keys)}`;
}

function isHashedByIdentity({ classValue, order }: InstanceValue): boolean {
  if (order) return false;
  if (!classValue) return true;
  return !fieldsOf(classValue) && !['__eq__', '__hash__'].some(name => 'member' in (findMember(classValue, name) ?? {}));
}
