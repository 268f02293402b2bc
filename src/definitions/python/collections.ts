import { unknown } from '../../architecture/architecture';
import { MAXIMUM_LENGTH } from './budget';
import type { Context } from './context';
import { isEnumeration } from './classes';
import { putInDoubt } from './doubt';
import { lineageOf } from './exceptions';
import { filled } from './formatting';
import { keyOf, keyValue } from './keys';
import { equal } from './operators';
import {
  builtin,
  InstanceValue,
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

/** The items that a `for` over the value takes; undefined when they are not known completely. */
export function iterated(value: Value, context: Context): readonly Value[] | undefined {
  if (value.kind === 'sequence') return value.doubt ? undefined : value.items;
  if (value.kind === 'dictionary') return value.doubt ? undefined : [...value.entries.keys()].map(keyValue);
  if (value.kind === 'string') return Array.from(value.value.slice(0, MAXIMUM_LENGTH), text);
  if (value instanceof InstanceValue && value.order) return value.order.map(name => value.attributes.get(name) ?? NONE);
  if (value.kind === 'class' && isEnumeration(value)) return [...value.members.values()].filter(member => member instanceof InstanceValue);
  const own = value instanceof InstanceValue ? context.methodOf(value, '__iter__') : undefined;
  if (own) {
    const items = context.call(own, NO_ARGUMENTS);
    return items === value ? undefined : iterated(items, context);
  }
  return context.library.iterate(value);
}

/** `value[index]`; undefined when it is not decided. */
export function subscript(value: Value, index: Value, context: Context): Value | undefined {
  if (value.kind === 'sequence' && index.kind === 'integer' && !value.doubt) {
    const item = value.items[index.value < 0 ? value.items.length + index.value : index.value];
    if (!item) context.raise(lineageOf('IndexError'));
    return item;
  }
  if (value.kind === 'dictionary') {
    const key = keyOf(index);
    if (key === undefined || value.doubt) return undefined;
    const found = value.entries.get(key);
    if (!found && !value.missing) context.raise(lineageOf('KeyError'));
    if (found || !value.missing) return found;
    const made = context.call(value.missing, { ...NO_ARGUMENTS, type: 'default_factory' });
    value.entries.set(key, made);
    return made;
  }
  if (value.kind === 'reference' && value.path === 'sys.modules' && index.kind === 'string') return context.modules.loaded(index.value);
  if (value.kind === 'string' && index.kind === 'integer') {
    const letter = value.value.at(index.value);
    return letter === undefined ? undefined : text(letter);
  }
  if (value instanceof InstanceValue && value.order && index.kind === 'integer')
    return value.attributes.get(value.order.at(index.value) ?? '');
  if (value.kind === 'class' && isEnumeration(value) && index.kind === 'string') return value.members.get(index.value);
  const own = value instanceof InstanceValue ? context.methodOf(value, '__getitem__') : undefined;
  if (own) return context.call(own, { ...NO_ARGUMENTS, positional: [index], type: '__getitem__' });
  return context.library.subscript(value, index);
}

/** `value[start:stop:step]` of a list or tuple with known bounds. */
export function slice(value: Value, bounds: readonly (Value | undefined)[]): Value | undefined {
  if (value.kind === 'string') {
    const letters = slice(list(Array.from(value.value, text)), bounds);
    return letters?.kind === 'sequence' ? text(letters.items.map(item => (item.kind === 'string' ? item.value : '')).join('')) : undefined;
  }
  if (value.kind !== 'sequence' || value.doubt) return undefined;
  const numbers = bounds.map(bound =>
    bound === undefined || bound.kind === 'none' ? undefined : bound.kind === 'integer' ? bound.value : NaN,
  );
  if (numbers.some(Number.isNaN)) return undefined;
  const [start, stop, step = 1] = numbers;
  let items: Value[];
  if (step > 0) items = value.items.slice(start, stop).filter((_, index) => index % step === 0);
  else if (step < 0) items = backwards(value.items, start, stop, step);
  else return undefined;
  return value.tuple ? tuple(items) : list(items);
}

function backwards(items: readonly Value[], start: number | undefined, stop: number | undefined, step: number): Value[] {
  const place = (bound: number) => (bound < 0 ? bound + items.length : bound);
  const last = stop === undefined ? -1 : Math.max(-1, place(stop));
  const found: Value[] = [];
  for (let index = Math.min(items.length - 1, start === undefined ? items.length - 1 : place(start)); index > last; index += step)
    if (index >= 0) found.push(items[index]!);
  return found;
}

/** Sets `container[index] = value`; anything undecided leaves the container in doubt. */
export function assignSubscript(container: Value, index: Value, value: Value, line: number): void {
  const key = keyOf(index);
  if (container.kind === 'dictionary' && key !== undefined) container.entries.set(key, value);
  else if (container.kind === 'sequence' && typeof key === 'number' && key >= -container.items.length && key < container.items.length)
    container.items[key < 0 ? container.items.length + key : key] = value;
  else putInDoubt(container, unknown('an element is set that is not followed', line));
}

/** Carries out `container[start:stop] = items`; anything undecided leaves the container in doubt. */
export function assignSlice(
  container: Value,
  bounds: readonly (Value | undefined)[],
  items: readonly Value[] | undefined,
  line: number,
): void {
  const [start, stop, step] = bounds.map(bound => (bound?.kind === 'none' ? undefined : bound));
  const isDecided = [start, stop].every(bound => bound === undefined || bound.kind === 'integer') && step === undefined;
  if (container.kind !== 'sequence' || container.tuple || !items || !isDecided) {
    putInDoubt(container, unknown('a part of a list is set that is not followed', line));
    return;
  }
  const { length } = container.items;
  const place = (bound: Value | undefined, otherwise: number) =>
    bound?.kind === 'integer' ? Math.min(length, Math.max(0, bound.value < 0 ? bound.value + length : bound.value)) : otherwise;
  const from = place(start, 0);
  container.items.splice(from, Math.max(0, place(stop, length) - from), ...items);
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
    case 'appendleft':
      return change(({ positional: [item] }) => item !== undefined && sequence.items.unshift(item) > 0);
    case 'popleft':
      return builtin(call => sequence.items.shift() ?? { kind: 'undecided', reason: notFollowed(call), plain: false });
    case 'add':
      return change(({ positional: [item] }) => {
        const same = item ? sequence.items.map(other => equal(other, item)) : [undefined];
        if (item && !same.includes(true) && !same.includes(undefined)) sequence.items.push(item);
        return !same.includes(undefined) || same.includes(true);
      });
    case 'discard':
    case 'remove':
      return change(({ positional: [item] }) => {
        const same = item ? sequence.items.map(other => equal(other, item)) : [undefined];
        if (same.includes(undefined)) return false;
        if (same.includes(true)) sequence.items.splice(same.indexOf(true), 1);
        return true;
      });
    case 'update':
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
    case 'tolist':
      return builtin(() => list([...sequence.items], sequence.doubt));
    case 'clear':
      return change(() => {
        sequence.items.length = 0;
        return true;
      });
    case 'index':
    case 'count':
      return builtin(call => {
        const same = sequence.items.map(item => equal(item, call.positional[0] ?? NONE));
        const isDecided = !sequence.doubt && !same.includes(undefined);
        if (isDecided && name === 'count') return integer(same.filter(each => each).length);
        return isDecided && same.includes(true) ? integer(same.indexOf(true)) : undecidedPlain(sequence.doubt ?? notFollowed(call));
      });
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
        const found = value.entries.get(key);
        if (name === 'pop') {
          value.entries.delete(key);
          if (!found && !call.positional[1]) return { kind: 'undecided', reason: notFollowed(call), plain: false };
        }
        return found ?? call.positional[1] ?? call.keywords.get('default') ?? NONE;
      });
    case 'update':
      return builtin(call => {
        const [other] = call.positional;
        if (call.spread || (other && (other.kind !== 'dictionary' || other.doubt))) putInDoubt(value, notFollowed(call));
        else for (const [key, item] of [...(other?.entries ?? []), ...call.keywords]) value.entries.set(key, item);
        return NONE;
      });
    case 'setdefault':
      return builtin(call => {
        const key = keyOf(call.positional[0]);
        if (key === undefined || value.doubt) {
          putInDoubt(value, notFollowed(call));
          return { kind: 'undecided', reason: notFollowed(call), plain: false };
        }
        if (!value.entries.has(key)) value.entries.set(key, call.positional[1] ?? NONE);
        return value.entries.get(key)!;
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
      return known(call => (call.spread ? undefined : filled(value, call.positional, call.keywords)));
    case 'join':
      return known(({ positional: [items] }) => {
        const words = (items && iterated(items, context))?.map(item => (item.kind === 'string' ? item.value : undefined));
        return words && !words.includes(undefined) ? text(words.join(value)) : undefined;
      });
    case 'split':
    case 'rsplit':
      return known(call => splitText(value, call, name === 'rsplit'));
    case 'partition':
      return known(call => {
        const separator = argument(call);
        if (separator === undefined) return undefined;
        const at = value.indexOf(separator);
        const parts = at < 0 ? [value, '', ''] : [value.slice(0, at), separator, value.slice(at + separator.length)];
        return tuple(parts.map(text));
      });
    case 'replace':
      return known(({ positional: [from, to, count] }) =>
        from?.kind === 'string' && to?.kind === 'string' && !count ? text(value.replaceAll(from.value, to.value)) : undefined,
      );
    case 'strip':
    case 'lstrip':
    case 'rstrip':
      return known(call => {
        if (call.positional.length > 0 && argument(call) === undefined) return undefined;
        const letters = argument(call) ?? ' \t\n\r\f\v';
        let [start, end] = [0, value.length];
        while (name !== 'rstrip' && start < end && letters.includes(value[start]!)) start++;
        while (name !== 'lstrip' && end > start && letters.includes(value[end - 1]!)) end--;
        return text(value.slice(start, end));
      });
    case 'isdigit':
    case 'isnumeric':
      return known(() => ({ kind: 'boolean', value: /^[0-9]+$/.test(value) }));
    case 'isalpha':
      return known(() => (/^[\x00-\x7f]*$/.test(value) ? { kind: 'boolean', value: /^[A-Za-z]+$/.test(value) } : undefined));
    case 'count':
    case 'find':
      return known(call => {
        const part = argument(call);
        if (!part || call.positional.length > 1) return undefined;
        return integer(name === 'find' ? value.indexOf(part) : value.split(part).length - 1);
      });
    case 'capitalize':
      return known(() => text(value.slice(0, 1).toUpperCase() + value.slice(1).toLowerCase()));
    case 'title':
      return known(() =>
        text(value.toLowerCase().replace(/(^|[^a-z])([a-z])/g, (_, before: string, letter: string) => before + letter.toUpperCase())),
      );
    case 'removeprefix':
      return known(call =>
        argument(call) === undefined ? undefined : text(value.startsWith(argument(call)!) ? value.slice(argument(call)!.length) : value),
      );
    case 'removesuffix':
      return known(call =>
        argument(call) === undefined
          ? undefined
          : text(argument(call) !== '' && value.endsWith(argument(call)!) ? value.slice(0, -argument(call)!.length) : value),
      );
    default:
      return undefined;
  }
}

/** `text.split(separator, most)`; without separator at every run of blanks. */
function splitText(value: string, call: Call, fromRight: boolean): Value | undefined {
  const [separator, most] = [call.positional[0] ?? call.keywords.get('sep'), call.positional[1] ?? call.keywords.get('maxsplit')];
  if (!separator || separator.kind === 'none')
    return most
      ? undefined
      : list(
          value
            .split(/\s+/)
            .filter(part => part !== '')
            .map(text),
        );
  if (separator.kind !== 'string' || separator.value === '' || (most && most.kind !== 'integer')) return undefined;
  const parts = value.split(separator.value);
  const count = most?.kind === 'integer' && most.value >= 0 ? Math.min(most.value, parts.length - 1) : parts.length - 1;
  const joined = fromRight
    ? [parts.slice(0, parts.length - count).join(separator.value), ...parts.slice(parts.length - count)]
    : [...parts.slice(0, count), parts.slice(count).join(separator.value)];
  return list(joined.map(text));
}

const NO_ARGUMENTS: Call = {
  positional: [],
  keywords: new Map(),
  range: { startLine: 0, startColumn: 0, endLine: 0, endColumn: 0 },
  type: '__iter__',
};

/** What `str()` makes of a value that is certain to be written the same in Python. */
export function written(value: Value): string | undefined {
  if (value.kind === 'string') return value.value;
  if (value.kind === 'integer') return String(value.value);
  if (value.kind === 'boolean') return value.value ? 'True' : 'False';
  if (value.kind === 'none') return 'None';
  return undefined;
}
