import { MAXIMUM_LENGTH } from './budget';
import type { BuiltinFunction } from './builtinFunction';
import { iterated } from './collections';
import type { Context } from './context';
import { keyOf } from './keys';
import { isNumber } from './mathModule';
import { compare, equal, truth } from './operators';
import { boolean, dictionary, integer, list, tuple, type Key, type Value } from './values';

/** The items of each argument, when all of them are known completely. */
function itemsOf(values: readonly Value[], context: Context): (readonly Value[])[] | undefined {
  const all = values.map(value => iterated(value, context));
  return all.every(items => items !== undefined) ? all : undefined;
}

/** `min` and `max` over their arguments or over the items of the only one. */
export function extreme(operator: '<' | '>'): BuiltinFunction {
  return (values, call, context) => {
    if (call.keywords.size > 0) return undefined;
    const items = values.length === 1 ? iterated(values[0]!, context) : values;
    let best = items?.[0];
    for (const item of items ?? []) {
      const better = compare(operator, item, best!);
      if (item !== best && better === undefined) return undefined;
      if (better) best = item;
    }
    return isNumber(best) ? best : undefined;
  };
}

/** `range(start, end, step)` as a list; undefined where it is longer than a list may be. */
export function range(values: readonly Value[]): Value | undefined {
  if (values.length === 0 || !values.every(value => value.kind === 'integer')) return undefined;
  const numbers = values.map(value => value.value);
  const [start, end, step = 1] = numbers.length === 1 ? [0, numbers[0]!] : (numbers as [number, number, number?]);
  if (step === 0 || Math.abs((end - start) / step) > MAXIMUM_LENGTH) return undefined;
  const items: Value[] = [];
  for (let value = start; step > 0 ? value < end : value > end; value += step) items.push(integer(value));
  return list(items);
}

/** `list`, `tuple` and `reversed`: a list or tuple made of the items of something. */
export const sequence =
  (make: (items: Value[]) => Value): BuiltinFunction =>
  (values, _call, context) => {
    if (values.length === 0) return make([]);
    const items = iterated(values[0]!, context);
    return items && make([...items]);
  };

/** `dict(pairs or dictionary, key=value, …)`. */
export const dict: BuiltinFunction = (values, call, context) => {
  const entries = new Map<Key, Value>();
  const [first] = values;
  if (first?.kind === 'dictionary') {
    if (first.doubt) return undefined;
    for (const [key, value] of first.entries) entries.set(key, value);
  } else if (first) {
    for (const pair of iterated(first, context) ?? [undefined]) {
      const [key, value] = (pair && iterated(pair, context)) ?? [];
      const place = keyOf(key);
      if (place === undefined || !value) return undefined;
      entries.set(place, value);
    }
  }
  for (const [key, value] of call.keywords) entries.set(key, value);
  return dictionary(entries);
};

/** `all` and `any`: decided by one item of the deciding kind, or when every item is known. */
export const every =
  (deciding: boolean): BuiltinFunction =>
  ([values], call, context) => {
    const items = values && iterated(values, context);
    const truths = items?.map(truth);
    if (!truths) return undefined;
    if (truths.includes(deciding)) return boolean(deciding);
    return truths.includes(undefined) ? undefined : boolean(!deciding);
  };

/** `sorted(items, key=…, reverse=…)` of numbers or of strings. */
export const sorted: BuiltinFunction = ([values], call, context) => {
  const items = values && iterated(values, context);
  if (!items) return undefined;
  const [key, reverse] = [call.keywords.get('key'), call.keywords.get('reverse')];
  const keyed = items.map(item => ({
    item,
    by: key && key.kind !== 'none' ? context.call(key, { ...call, positional: [item], keywords: new Map() }) : item,
  }));
  const isPlain = keyed.every(({ by }) => isNumber(by)) || keyed.every(({ by }) => by.kind === 'string');
  if (!isPlain || (reverse && reverse.kind !== 'boolean')) return undefined;
  const sign = reverse?.kind === 'boolean' && reverse.value ? -1 : 1;
  const order = (left: Value, right: Value): number =>
    'value' in left && 'value' in right && left.value !== right.value ? (left.value < right.value ? -sign : sign) : 0;
  return list(keyed.sort((left, right) => order(left.by, right.by)).map(({ item }) => item));
};

/** `map(function, items, …)` as a list. */
export const map: BuiltinFunction = ([action, ...values], call, context) => {
  const all = itemsOf(values, context);
  if (!action || !all || all.length === 0) return undefined;
  const length = Math.min(...all.map(items => items.length));
  return list(
    Array.from({ length }, (_, index) =>
      context.call(action, { ...call, positional: all.map(items => items[index]!), keywords: new Map() }),
    ),
  );
};

/** `filter(function or None, items)` as a list. */
export const filter: BuiltinFunction = ([action, values], call, context) => {
  const items = values && iterated(values, context);
  if (!action || !items) return undefined;
  const kept = items.map(item =>
    truth(action.kind === 'none' ? item : context.call(action, { ...call, positional: [item], keywords: new Map() })),
  );
  return kept.includes(undefined) ? undefined : list(items.filter((_, index) => kept[index]));
};

/** The distinct items of something, in the order in which they come first. */
export const set: BuiltinFunction = ([values], _call, context) => {
  const items = values ? iterated(values, context) : [];
  const distinct: Value[] = [];
  for (const item of items ?? []) {
    const same = distinct.map(other => equal(other, item));
    if (same.includes(undefined)) return undefined;
    if (!same.includes(true)) distinct.push(item);
  }
  return items && list(distinct);
};

/** `zip(items, …)` as a list of tuples. */
export const zip: BuiltinFunction = (values, _call, context) => {
  const all = itemsOf(values, context);
  const length = Math.min(...(all ?? []).map(items => items.length));
  return all && list(Array.from({ length: all.length === 0 ? 0 : length }, (_, index) => tuple(all.map(items => items[index]!))));
};

/** `enumerate(items, start)` as a list of pairs. */
export const enumerate: BuiltinFunction = ([values, start = integer(0)], call, context) => {
  const items = values && iterated(values, context);
  const first = call.keywords.get('start') ?? start;
  return items && first.kind === 'integer' ? list(items.map((item, index) => tuple([integer(first.value + index), item]))) : undefined;
};
