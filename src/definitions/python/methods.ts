import { MAXIMUM_LENGTH } from './budget';
import { iterated } from './collections';
import type { Context } from './context';
import { putInDoubt } from './doubt';
import { keyOf, keyValue } from './keys';
import { equal } from './operators';
import { notFollowed, stringMethod } from './strings';
import {
  builtin,
  integer,
  list,
  NONE,
  tuple,
  undecidedPlain,
  type Call,
  type DictionaryValue,
  type SequenceValue,
  type Value,
} from './values';

/** A method of a list, dictionary or string, bound to it; undefined when there is no such method that is followed. */
export function methodOf(value: Value, name: string, context: Context): Value | undefined {
  if (value.kind === 'sequence') return listMethod(value, name, context);
  if (value.kind === 'dictionary') return dictionaryMethod(value, name);
  if (value.kind === 'string') return stringMethod(value.value, name, context);
  return undefined;
}

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
