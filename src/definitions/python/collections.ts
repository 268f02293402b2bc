import { unknown } from '../../architecture/architecture';
import { MAXIMUM_LENGTH } from './budget';
import type { Context } from './context';
import { putInDoubt } from './doubt';
import {
  builtin,
  integer,
  list,
  NONE,
  text,
  tuple,
  undecidedPlain,
  type Call,
  type DictionaryValue,
  type SequenceValue,
  type Value,
} from './values';

const keyOf = (value: Value | undefined): string | number | undefined =>
  value?.kind === 'string' || value?.kind === 'integer' ? value.value : undefined;

const keyValue = (key: string | number): Value => (typeof key === 'string' ? text(key) : integer(key));

/** The items that a `for` over the value takes; undefined when they are not known completely. */
export function iterated(value: Value, context: Context): readonly Value[] | undefined {
  if (value.kind === 'sequence') return value.doubt ? undefined : value.items;
  if (value.kind === 'dictionary') return value.doubt ? undefined : [...value.entries.keys()].map(keyValue);
  if (value.kind === 'string') return Array.from(value.value.slice(0, MAXIMUM_LENGTH), text);
  return context.library.iterate(value);
}

/** `value[index]`; undefined when it is not decided. */
export function subscript(value: Value, index: Value, context: Context): Value | undefined {
  if (value.kind === 'sequence' && index.kind === 'integer' && !value.doubt)
    return value.items[index.value < 0 ? value.items.length + index.value : index.value];
  if (value.kind === 'dictionary') {
    const key = keyOf(index);
    return key === undefined || value.doubt ? undefined : value.entries.get(key);
  }
  return context.library.subscript(value, index);
}

/** `value[start:stop:step]` of a list or tuple with known bounds. */
export function slice(value: Value, bounds: readonly (Value | undefined)[]): Value | undefined {
  if (value.kind !== 'sequence' || value.doubt) return undefined;
  const numbers = bounds.map(bound =>
    bound === undefined || bound.kind === 'none' ? undefined : bound.kind === 'integer' ? bound.value : NaN,
  );
  if (numbers.some(Number.isNaN)) return undefined;
  const [start, stop, step = 1] = numbers;
  let items: Value[];
  if (step === 1) items = value.items.slice(start, stop);
  else if (step === -1 && start === undefined && stop === undefined) items = [...value.items].reverse();
  else return undefined;
  return value.tuple ? tuple(items) : list(items);
}

/** Sets `container[index] = value`; anything undecided leaves the container in doubt. */
export function assignSubscript(container: Value, index: Value, value: Value, line: number): void {
  const key = keyOf(index);
  if (container.kind === 'dictionary' && key !== undefined) container.entries.set(key, value);
  else if (container.kind === 'sequence' && typeof key === 'number' && key >= 0 && key < container.items.length)
    container.items[key] = value;
  else putInDoubt(container, unknown('an element is set that is not followed', line));
}

/** A method of a list, dictionary or string, bound to it; undefined when there is no such method that is followed. */
export function methodOf(value: Value, name: string, context: Context): Value | undefined {
  if (value.kind === 'sequence') return listMethod(value, name, context);
  if (value.kind === 'dictionary') return dictionaryMethod(value, name);
  if (value.kind === 'string') return stringMethod(value.value, name, context);
  return undefined;
}

const notFollowed = (call: Call) => unknown(`\`${call.type}(…)\` is not followed here`, call.range.startLine);

function listMethod(sequence: SequenceValue, name: string, context: Context): Value | undefined {
  const change = (apply: (call: Call) => boolean): Value =>
    builtin(call => {
      if (sequence.items.length > MAXIMUM_LENGTH || !apply(call)) putInDoubt(sequence, notFollowed(call));
      return NONE;
    });
  switch (name) {
    case 'append':
      return change(({ positional: [item] }) => item !== undefined && sequence.items.push(item) > 0);
    case 'extend':
      return change(({ positional: [items] }) => {
        const all = items && iterated(items, context);
        return all !== undefined && sequence.items.push(...all) >= 0;
      });
    case 'insert':
      return change(({ positional: [index, item] }) => {
        if (index?.kind !== 'integer' || !item) return false;
        sequence.items.splice(index.value, 0, item);
        return true;
      });
    case 'reverse':
      return change(() => sequence.items.reverse().length >= 0);
    case 'pop':
      return builtin(call => {
        const [index = integer(-1)] = call.positional;
        const place =
          index.kind !== 'integer' || sequence.doubt ? NaN : index.value < 0 ? sequence.items.length + index.value : index.value;
        const [item] = Number.isNaN(place) ? [] : sequence.items.splice(place, 1);
        if (!item) putInDoubt(sequence, notFollowed(call));
        return item ?? { kind: 'undecided', reason: notFollowed(call), plain: false };
      });
    case 'copy':
      return builtin(() => list([...sequence.items], sequence.doubt));
    default:
      return undefined;
  }
}

function dictionaryMethod(value: DictionaryValue, name: string): Value | undefined {
  const entries = () => [...value.entries];
  switch (name) {
    case 'items':
      return builtin(() =>
        list(
          entries().map(([key, item]) => tuple([keyValue(key), item])),
          value.doubt,
        ),
      );
    case 'keys':
      return builtin(() =>
        list(
          entries().map(([key]) => keyValue(key)),
          value.doubt,
        ),
      );
    case 'values':
      return builtin(() =>
        list(
          entries().map(([, item]) => item),
          value.doubt,
        ),
      );
    case 'get':
    case 'pop':
      return builtin(call => {
        const key = keyOf(call.positional[0]);
        if (key === undefined || value.doubt) {
          if (name === 'pop') putInDoubt(value, notFollowed(call));
          return { kind: 'undecided', reason: value.doubt ?? notFollowed(call), plain: false };
        }
        const item = value.entries.get(key) ?? call.positional[1] ?? NONE;
        if (name === 'pop') value.entries.delete(key);
        return item;
      });
    case 'update':
      return builtin(call => {
        const [other] = call.positional;
        if (call.spread || (other && (other.kind !== 'dictionary' || other.doubt))) putInDoubt(value, notFollowed(call));
        else for (const [key, item] of [...(other?.entries ?? []), ...call.keywords]) value.entries.set(key, item);
        return NONE;
      });
    case 'copy':
      return builtin(() => ({ kind: 'dictionary', entries: new Map(value.entries), doubt: value.doubt }));
    default:
      return undefined;
  }
}

function stringMethod(value: string, name: string, context: Context): Value | undefined {
  const known = (apply: (call: Call) => Value | undefined): Value => builtin(call => apply(call) ?? undecidedPlain(notFollowed(call)));
  const argument = (call: Call): string | undefined => (call.positional[0]?.kind === 'string' ? call.positional[0].value : undefined);
  switch (name) {
    case 'lower':
      return builtin(() => text(value.toLowerCase()));
    case 'upper':
      return builtin(() => text(value.toUpperCase()));
    case 'startswith':
    case 'endswith':
      return known(call => {
        const part = argument(call);
        if (part === undefined) return undefined;
        return { kind: 'boolean', value: name === 'startswith' ? value.startsWith(part) : value.endsWith(part) };
      });
    case 'format':
      return known(({ positional }) => {
        const parts = value.split('{}');
        const words = positional.map(written);
        if (parts.length !== words.length + 1 || /[{}]/.test(parts.join('')) || words.includes(undefined)) return undefined;
        return text(parts.map((part, index) => part + (words[index] ?? '')).join(''));
      });
    case 'join':
      return known(({ positional: [items] }) => {
        const words = (items && iterated(items, context))?.map(item => (item.kind === 'string' ? item.value : undefined));
        return words && !words.includes(undefined) ? text(words.join(value)) : undefined;
      });
    case 'split':
      return known(call => {
        const separator = argument(call);
        return separator ? list(value.split(separator).map(text)) : undefined;
      });
    default:
      return undefined;
  }
}

/** What `str()` makes of a value that is certain to be written the same in Python. */
export function written(value: Value): string | undefined {
  if (value.kind === 'string') return value.value;
  if (value.kind === 'integer') return String(value.value);
  if (value.kind === 'boolean') return value.value ? 'True' : 'False';
  return undefined;
}
