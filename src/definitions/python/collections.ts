import { unknown } from '../../architecture/architecture';
import { MAXIMUM_LENGTH } from './budget';
import type { Context } from './context';
import { isEnumeration } from './classes';
import { putInDoubt } from './doubt';
import { lineageOf } from './exceptions';
import { keyOf, keyValue } from './keys';
import { InstanceValue, list, NONE, text, tuple, type Call, type Value } from './values';

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
  return context.library.iterate?.(value);
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
  return context.library.subscript?.(value, index);
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

const NO_ARGUMENTS: Call = {
  positional: [],
  keywords: new Map(),
  range: { startLine: 0, startColumn: 0, endLine: 0, endColumn: 0 },
  type: '__iter__',
};
