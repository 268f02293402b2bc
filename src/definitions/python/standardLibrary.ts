import { MAXIMUM_LENGTH } from './budget';
import { fieldsOf } from './classes';
import { iterated, slice, subscript } from './collections';
import type { Context } from './context';
import { keyName } from './keys';
import { callRegularExpression } from './regularExpressions';
import {
  builtin,
  dictionary,
  float,
  InstanceValue,
  integer,
  list,
  NONE,
  tuple,
  undecided,
  type Call,
  type DictionaryValue,
  type Value,
} from './values';

type Rule = (call: Call, context: Context) => Value | undefined;

/** `collections.namedtuple(name, fields)`: what makes objects with these attributes in this order. */
const namedtuple: Rule = ({ positional: [name, given] }, context) => {
  const names = given?.kind === 'string' ? given.value.split(/[\s,]+/).filter(part => part !== '') : given && textsOf(given, context);
  if (name?.kind !== 'string' || !names) return undefined;
  return builtin(call => {
    const made = new InstanceValue(undefined);
    made.order = names;
    for (const [place, field] of names.entries()) {
      const value = call.positional[place] ?? call.keywords.get(field);
      if (value) made.attributes.set(field, value);
    }
    return made;
  });
};

const textsOf = (value: Value, context: Context): string[] | undefined => {
  const texts = iterated(value, context)?.map(item => (item.kind === 'string' ? item.value : undefined));
  return texts?.every(text => text !== undefined) ? texts : undefined;
};

const namespace: Rule = ({ keywords, positional: [first] }) => {
  const made = new InstanceValue(undefined);
  if (first) {
    if (first.kind !== 'dictionary' || first.doubt) return undefined;
    for (const [name, value] of first.entries) made.attributes.set(keyName(name), value);
  }
  for (const [name, value] of keywords) made.attributes.set(name, value);
  return made;
};

/** `dataclasses.replace(object, field=…)`. */
const replace: Rule = ({ positional: [object], keywords }) => {
  if (!(object instanceof InstanceValue) || object.doubts.length > 0) return undefined;
  const made = new InstanceValue(object.classValue);
  made.order = object.order;
  for (const [name, value] of [...object.attributes, ...keywords]) made.attributes.set(name, value);
  return made;
};

const asdict: Rule = ({ positional: [object] }) => {
  const fields = object instanceof InstanceValue && object.classValue && fieldsOf(object.classValue);
  if (!fields || object.doubts.length > 0) return undefined;
  return dictionary(fields.map(({ name }) => [name, object.attributes.get(name)!] as const));
};

const repeat: Rule = ({ positional: [value, count] }) =>
  value && count?.kind === 'integer' && count.value <= MAXIMUM_LENGTH
    ? list(Array.from({ length: Math.max(0, count.value) }, () => value))
    : undefined;

const chain: Rule = ({ positional }, context) => {
  const all = positional.map(value => iterated(value, context));
  return all.every(items => items !== undefined) ? list(all.flat()) : undefined;
};

const flattened: Rule = ({ positional: [outer] }, context) => {
  const all = (outer && iterated(outer, context))?.map(value => iterated(value, context));
  return all?.every(items => items !== undefined) ? list(all.flat()) : undefined;
};

const product: Rule = ({ positional, keywords }, context) => {
  const times = keywords.get('repeat');
  const each = positional.map(value => iterated(value, context));
  if (!each.every(items => items !== undefined) || (times && times.kind !== 'integer')) return undefined;
  const all = Array.from({ length: times?.kind === 'integer' ? times.value : 1 }, () => each).flat();
  if (all.reduce((size, items) => size * items.length, 1) > MAXIMUM_LENGTH) return undefined;
  const rows = all.reduce<Value[][]>((before, items) => before.flatMap(row => items.map(item => [...row, item])), [[]]);
  return list(rows.map(row => tuple(row)));
};

const pairwise: Rule = ({ positional: [items] }, context) => {
  const all = items && iterated(items, context);
  return all && list(all.slice(1).map((item, index) => tuple([all[index]!, item])));
};

const combinations =
  (isOrdered: boolean): Rule =>
  ({ positional: [items, count] }, context) => {
    const all = items && iterated(items, context);
    const length = count?.kind === 'integer' ? count.value : isOrdered && !count ? all?.length : undefined;
    if (!all || length === undefined) return undefined;
    let rows: number[][] = [[]];
    for (let place = 0; place < length; place++) {
      rows = rows.flatMap(row => {
        const next = all.map((_, index) => index).filter(index => (isOrdered ? !row.includes(index) : index > (row.at(-1) ?? -1)));
        return next.map(index => [...row, index]);
      });
      if (rows.length > MAXIMUM_LENGTH) return undefined;
    }
    return list(rows.map(row => tuple(row.map(index => all[index]!))));
  };

const islice: Rule = ({ positional: [items, ...bounds] }, context) => {
  const all = items && iterated(items, context);
  return all && slice(list([...all]), bounds.length === 1 ? [undefined, ...bounds] : bounds);
};

const longest: Rule = ({ positional, keywords }, context) => {
  const all = positional.map(value => iterated(value, context));
  if (!all.every(items => items !== undefined)) return undefined;
  const length = Math.max(0, ...all.map(items => items.length));
  return list(Array.from({ length }, (_, index) => tuple(all.map(items => items[index] ?? keywords.get('fillvalue') ?? NONE))));
};

const starmap: Rule = (call, context) => {
  const [action, items] = call.positional;
  const rows = items && iterated(items, context)?.map(item => iterated(item, context));
  if (!action || !rows?.every(row => row !== undefined)) return undefined;
  return list(rows.map(row => context.call(action, { ...call, positional: row, keywords: new Map() })));
};

/** The functions of `operator` by the signs that they stand for. */
const SIGNS: Readonly<Record<string, string>> = {
  mul: '*',
  add: '+',
  sub: '-',
  truediv: '/',
  floordiv: '//',
  mod: '%',
  pow: '**',
};

const accumulate: Rule = (call, context) => {
  const [items, action] = call.positional;
  const all = items && iterated(items, context);
  let sum: Value | undefined;
  return (
    all &&
    list(
      all.map(item => {
        if (!sum) sum = item;
        else if (action) sum = context.call(action, { ...call, positional: [sum, item], keywords: new Map() });
        else sum = context.operate('+', sum, item, call.range.startLine);
        return sum;
      }),
    )
  );
};

const reduce: Rule = (call, context) => {
  const [action, items, first] = call.positional;
  const all = items && iterated(items, context);
  if (!action || !all) return undefined;
  const values = first ? [first, ...all] : [...all];
  return values.length === 0
    ? undefined
    : values.reduce((sum, item) => context.call(action, { ...call, positional: [sum, item], keywords: new Map() }));
};

const copy: Rule = ({ positional: [value] }) => {
  if (value?.kind === 'sequence') return value.tuple ? value : list([...value.items], value.doubt);
  if (value?.kind === 'dictionary') return dictionary(value.entries, value.doubt);
  if (!(value instanceof InstanceValue) || value.constructor !== InstanceValue) return undefined;
  const made = new InstanceValue(value.classValue);
  made.order = value.order;
  made.doubts.push(...value.doubts);
  for (const [name, attribute] of value.attributes) made.attributes.set(name, attribute);
  return made;
};

/** A dictionary whose missing entries are made by a call. */
const defaultdict: Rule = ({ positional: [factory] }) => {
  const made: DictionaryValue = dictionary();
  made.missing = factory;
  return made;
};

const numberOf = (value: Value | undefined): number | undefined =>
  value?.kind === 'integer' || value?.kind === 'float' ? value.value : undefined;

/** A function of one number, as `numpy.sqrt`. */
const ofOne =
  (apply: (value: number) => number): Rule =>
  ({ positional: [value] }) => {
    const number = numberOf(value);
    const result = number === undefined ? undefined : apply(number);
    return result === undefined || !Number.isFinite(result) ? undefined : float(result);
  };

const total: Rule = ({ positional: [items] }, context) => {
  const all = items && iterated(items, context);
  const numbers = all?.map(numberOf);
  if (!all || !numbers?.every(number => number !== undefined)) return undefined;
  const result = numbers.reduce((sum, number) => sum * number, 1);
  return all.every(({ kind }) => kind === 'integer') ? integer(result) : float(result);
};

/** `numpy.linspace(start, stop, num)` as a list of numbers. */
const linspace: Rule = ({ positional, keywords }) => {
  const [start, stop] = positional.map(numberOf);
  const count = positional[2] ?? keywords.get('num');
  if (start === undefined || stop === undefined || count?.kind !== 'integer' || count.value > MAXIMUM_LENGTH) return undefined;
  const step = count.value > 1 ? (stop - start) / (count.value - 1) : 0;
  return list(Array.from({ length: count.value }, (_, index) => float(start + index * step)));
};

const RULES: Readonly<Record<string, Rule>> = {
  'collections.namedtuple': namedtuple,
  'collections.defaultdict': defaultdict,
  'types.SimpleNamespace': namespace,
  'argparse.Namespace': namespace,
  'types.MappingProxyType': ({ positional: [value] }) => value,
  'dataclasses.replace': replace,
  'dataclasses.asdict': asdict,
  'typing.cast': ({ positional: [, value] }) => value,
  'itertools.repeat': repeat,
  'itertools.chain': chain,
  'itertools.chain.from_iterable': flattened,
  'itertools.product': product,
  'itertools.pairwise': pairwise,
  'itertools.accumulate': accumulate,
  'functools.reduce': reduce,
  'copy.copy': copy,
  'collections.deque': ({ positional: [items] }, context) => {
    const all = items ? iterated(items, context) : [];
    return all && list([...all]);
  },
  'os.environ.get': ({ positional: [, otherwise] }) => otherwise ?? NONE,
  'os.getenv': ({ positional: [, otherwise] }) => otherwise ?? NONE,
  'itertools.islice': islice,
  'itertools.zip_longest': longest,
  'itertools.starmap': starmap,
  'itertools.combinations': combinations(false),
  'itertools.permutations': combinations(true),
  ...Object.fromEntries(
    Object.entries(SIGNS).map(([name, sign]): [string, Rule] => [
      `operator.${name}`,
      ({ positional: [left, right], range }, context) => left && right && context.operate(sign, left, right, range.startLine),
    ]),
  ),
  'operator.attrgetter': ({ positional: [name] }, context) =>
    name?.kind === 'string'
      ? builtin(({ positional: [value = NONE], range }) =>
          name.value.split('.').reduce((inner, part) => context.attribute(inner, part, range.startLine), value),
        )
      : undefined,
  'operator.itemgetter': ({ positional: [place] }, context) =>
    place &&
    builtin(
      ({ positional: [value = NONE], range }) =>
        subscript(value, place, context) ?? undecided('this element is not known', range.startLine),
    ),
  'numpy.prod': total,
  'numpy.linspace': linspace,
  'numpy.sqrt': ofOne(Math.sqrt),
  'numpy.log2': ofOne(Math.log2),
  'numpy.log': ofOne(Math.log),
  'numpy.ceil': ofOne(Math.ceil),
  'numpy.floor': ofOne(Math.floor),
  'numpy.round': ofOne(value => (Math.abs(value % 1) === 0.5 ? 2 * Math.round(value / 2) : Math.round(value))),
};

/** The value of a call of Python's standard library or of numpy on plain numbers; undefined for what is not followed. */
export function callStandardLibrary(path: string, call: Call, context: Context): Value | undefined {
  if (call.spread) return undefined;
  if (path.startsWith('re.')) return callRegularExpression(path.slice('re.'.length), call);
  const name = path.replace(/^np\./, 'numpy.');
  return Object.hasOwn(RULES, name) ? RULES[name]!(call, context) : undefined;
}
