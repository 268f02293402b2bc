import { unknown } from '../../architecture/architecture';
import { MAXIMUM_LENGTH } from './budget';
import { iterated } from './collections';
import type { Context } from './context';
import { compare, decided, equal, truth } from './operators';
import { classOf, findMember, isInstance, isSubclass } from './classes';
import { keyOf } from './keys';
import { callMath, isNumber, wholeOf } from './mathModule';
import { methodOf } from './methods';
import { callStandardLibrary } from './standardLibrary';
import { written } from './strings';
import { assignAttribute } from './targets';
import {
  boolean,
  dictionary,
  firstReason,
  float,
  InstanceValue,
  integer,
  list,
  NONE,
  reference,
  text,
  tuple,
  type Call,
  type Key,
  type Value,
} from './values';

/** The value of a call of one of Python's own functions; undefined when it cannot be decided. */
type Builtin = (values: readonly Value[], call: Call, context: Context) => Value | undefined;

const roundHalfToEven = (value: number): number => {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
};

/** The items of each argument, when all of them are known completely. */
function itemsOf(values: readonly Value[], context: Context): (readonly Value[])[] | undefined {
  const all = values.map(value => iterated(value, context));
  return all.every(items => items !== undefined) ? all : undefined;
}

/** `min` and `max` over their arguments or over the items of the only one. */
function extreme(operator: '<' | '>'): Builtin {
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

function range(values: readonly Value[]): Value | undefined {
  if (values.length === 0 || !values.every(value => value.kind === 'integer')) return undefined;
  const numbers = values.map(value => value.value);
  const [start, end, step = 1] = numbers.length === 1 ? [0, numbers[0]!] : (numbers as [number, number, number?]);
  if (step === 0 || Math.abs((end - start) / step) > MAXIMUM_LENGTH) return undefined;
  const items: Value[] = [];
  for (let value = start; step > 0 ? value < end : value > end; value += step) items.push(integer(value));
  return list(items);
}

const sequence =
  (make: (items: Value[]) => Value): Builtin =>
  (values, _call, context) => {
    if (values.length === 0) return make([]);
    const items = iterated(values[0]!, context);
    return items && make([...items]);
  };

const dict: Builtin = (values, call, context) => {
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

/** With a default only what is certainly there: a missing attribute may still be the class's or the library's. */
const getattr: Builtin = ([object, name, otherwise], call, context) => {
  if (!object || name?.kind !== 'string') return undefined;
  if (otherwise) {
    const has = hasAttribute(object, name.value, context);
    if (has === undefined) return undefined;
    return has ? context.attribute(object, name.value, call.range.startLine) : otherwise;
  }
  return context.attribute(object, name.value, call.range.startLine);
};

/** Whether a value has an attribute; undefined where a library or something in doubt may add it. */
function hasAttribute(object: Value, name: string, context: Context): boolean | undefined {
  if (object instanceof InstanceValue) {
    if (object.attributes.has(name)) return true;
    const found = object.classValue && findMember(object.classValue, name);
    if (found && 'member' in found) return true;
    if (found && 'unreadable' in found) return undefined;
    if (context.library.attribute(object, name, context)) return true;
    return object.doubts.length > 0 || name.startsWith('__') ? undefined : false;
  }
  if (object.kind === 'namespace') return object.member(name) !== undefined;
  if (object.kind === 'class') {
    const found = findMember(object, name);
    return found && 'member' in found ? true : found ? undefined : false;
  }
  if (object.kind === 'reference') return /^(torch|numpy|math)(\.|$)/.test(object.path) ? true : undefined;
  if (object.kind === 'function') return ['__name__', '__doc__', '__module__', '__call__'].includes(name) ? true : undefined;
  if (['integer', 'float', 'boolean', 'none'].includes(object.kind)) return name.startsWith('__') ? undefined : false;
  if (['sequence', 'dictionary', 'string'].includes(object.kind))
    return ['__len__', '__iter__', '__getitem__'].includes(name) || methodOf(object, name, context) ? true : undefined;
  return undefined;
}

const isCallable = (value: Value): boolean | undefined => {
  if (['function', 'builtin', 'partial', 'class'].includes(value.kind)) return true;
  if (value.kind === 'instance') {
    const found = value.classValue && findMember(value.classValue, '__call__');
    return found ? ('member' in found ? true : undefined) : value.classValue ? false : undefined;
  }
  if (value.kind === 'reference') return true;
  return value.kind === 'undecided' || value.kind === 'library' ? undefined : false;
};

/** `all` and `any`: decided by one item of the deciding kind, or when every item is known. */
const every =
  (deciding: boolean): Builtin =>
  ([values], call, context) => {
    const items = values && iterated(values, context);
    const truths = items?.map(truth);
    if (!truths) return undefined;
    if (truths.includes(deciding)) return boolean(deciding);
    return truths.includes(undefined) ? undefined : boolean(!deciding);
  };

const sorted: Builtin = ([values], call, context) => {
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

const map: Builtin = ([action, ...values], call, context) => {
  const all = itemsOf(values, context);
  if (!action || !all || all.length === 0) return undefined;
  const length = Math.min(...all.map(items => items.length));
  return list(
    Array.from({ length }, (_, index) =>
      context.call(action, { ...call, positional: all.map(items => items[index]!), keywords: new Map() }),
    ),
  );
};

const filter: Builtin = ([action, values], call, context) => {
  const items = values && iterated(values, context);
  if (!action || !items) return undefined;
  const kept = items.map(item =>
    truth(action.kind === 'none' ? item : context.call(action, { ...call, positional: [item], keywords: new Map() })),
  );
  return kept.includes(undefined) ? undefined : list(items.filter((_, index) => kept[index]));
};

/** The distinct items of something, in the order in which they come first. */
const set: Builtin = ([values], _call, context) => {
  const items = values ? iterated(values, context) : [];
  const distinct: Value[] = [];
  for (const item of items ?? []) {
    const same = distinct.map(other => equal(other, item));
    if (same.includes(undefined)) return undefined;
    if (!same.includes(true)) distinct.push(item);
  }
  return items && list(distinct);
};

const delattr: Builtin = ([object, name]) =>
  object instanceof InstanceValue && name?.kind === 'string' && object.attributes.delete(name.value) ? NONE : undefined;

const setattr: Builtin = ([object, name, value], _call, context) => {
  if (name?.kind !== 'string' || !value) return undefined;
  if (!(object instanceof InstanceValue) && object?.kind !== 'class') return undefined;
  assignAttribute(object, name.value, value, context);
  return NONE;
};

const zip: Builtin = (values, _call, context) => {
  const all = itemsOf(values, context);
  const length = Math.min(...(all ?? []).map(items => items.length));
  return all && list(Array.from({ length: all.length === 0 ? 0 : length }, (_, index) => tuple(all.map(items => items[index]!))));
};

const enumerate: Builtin = ([values, start = integer(0)], call, context) => {
  const items = values && iterated(values, context);
  const first = call.keywords.get('start') ?? start;
  return items && first.kind === 'integer' ? list(items.map((item, index) => tuple([integer(first.value + index), item]))) : undefined;
};

/** The number in a library's value, as a tensor of one. */
function itemOf(value: Value, call: Call, context: Context): Value {
  if (value.kind !== 'library') return value;
  return context.call(context.attribute(value, 'item', call.range.startLine), { ...call, positional: [], keywords: new Map() });
}

const BUILTINS: Readonly<Record<string, Builtin>> = {
  range,
  min: extreme('<'),
  max: extreme('>'),
  list: sequence(items => list(items)),
  tuple: sequence(tuple),
  reversed: sequence(items => list(items.reverse())),
  dict,
  zip,
  enumerate,
  getattr,
  setattr,
  delattr,
  sorted,
  map,
  filter,
  set,
  frozenset: set,
  all: every(false),
  any: every(true),
  hasattr: ([object, name], call, context) => {
    if (!object || name?.kind !== 'string') return undefined;
    const has = hasAttribute(object, name.value, context);
    return has === undefined ? undefined : boolean(has);
  },
  callable: ([value]) => {
    const is = value && isCallable(value);
    return is === undefined ? undefined : boolean(is);
  },
  type: ([value], call, context) => {
    if (call.positional.length !== 1) return undefined;
    if (value instanceof InstanceValue) return classOf(value, context);
    const names = { integer: 'int', float: 'float', string: 'str', boolean: 'bool', dictionary: 'dict' } as const;
    if (value?.kind === 'sequence') return reference(value.tuple ? 'builtins.tuple' : 'builtins.list');
    return value && value.kind in names ? reference(`builtins.${names[value.kind as keyof typeof names]}`) : undefined;
  },
  vars: ([value]) => (value instanceof InstanceValue && value.doubts.length === 0 ? dictionary([...value.attributes]) : undefined),
  iter: ([values], _call, context) => {
    const items = values && iterated(values, context);
    return items && list([...items]);
  },
  next: ([values, otherwise], _call, context) => {
    const items = values && iterated(values, context);
    if (values?.kind === 'sequence' && items) return values.items.shift() ?? otherwise;
    return undefined;
  },
  divmod: ([left, right], call, context) =>
    left && right && tuple(['//', '%'].map(operator => context.operate(operator, left, right, call.range.startLine))),
  pow: ([left, right], call, context) => left && right && context.operate('**', left, right, call.range.startLine),
  dir: ([value]) => (value?.kind === 'reference' ? reference(`${value.path}.__dir__`) : undefined),
  id: () => undefined,
  len: ([value], call, context) => {
    if (value?.kind === 'string') return integer(value.value.length);
    if (value?.kind === 'dictionary') return value.doubt ? undefined : integer(value.entries.size);
    const own = value instanceof InstanceValue ? context.methodOf(value, '__len__') : undefined;
    if (own) return context.call(own, { ...call, positional: [], keywords: new Map() });
    const items = value && iterated(value, context);
    return items && integer(items.length);
  },
  sum: ([values, start], call, context) => {
    const given = values && iterated(values, context);
    const items = given && start ? [start, ...given] : given?.map(item => (item.kind === 'boolean' ? integer(Number(item.value)) : item));
    if (start?.kind === 'sequence') return items?.reduce((all, item) => context.operate('+', all, item, call.range.startLine));
    if (!items?.every(isNumber)) return undefined;
    const total = items.reduce((sum, item) => sum + item.value, 0);
    return items.some(item => item.kind === 'float') ? float(total) : wholeOf(total);
  },
  int: ([given], call, context) => {
    const value = given && itemOf(given, call, context);
    if (isNumber(value)) return wholeOf(Math.trunc(value.value));
    if (value?.kind === 'boolean') return integer(Number(value.value));
    return value?.kind === 'string' && /^\s*-?\d+\s*$/.test(value.value) ? wholeOf(Number(value.value)) : undefined;
  },
  float: ([given], call, context) => {
    const value = given && itemOf(given, call, context);
    if (value?.kind === 'string' && /^\s*-?(\d+\.?\d*|\.\d+)(e-?\d+)?\s*$/.test(value.value)) return float(Number(value.value));
    return isNumber(value) ? float(value.value) : undefined;
  },
  abs: ([value]) => (isNumber(value) ? { kind: value.kind, value: Math.abs(value.value) } : undefined),
  round: ([value, digits]) => {
    if (!isNumber(value)) return undefined;
    if (!digits || digits.kind === 'none') return wholeOf(roundHalfToEven(value.value));
    return digits.kind === 'integer' && value.kind === 'float' && digits.value >= 0
      ? float(Number(value.value.toFixed(digits.value)))
      : undefined;
  },
  bool: ([value]) => value && decided(truth(value), () => unknown('its truth is not known', 0)),
  str: ([value]) => {
    if (value?.kind === 'string') return value;
    const word = value && written(value);
    return word === undefined ? undefined : text(word);
  },
  chr: ([value]) =>
    value?.kind === 'integer' && value.value >= 0 && value.value < 0x110000 ? text(String.fromCodePoint(value.value)) : undefined,
  ord: ([value]) => {
    const [letter, ...more] = value?.kind === 'string' ? Array.from(value.value) : [];
    return letter !== undefined && more.length === 0 ? integer(letter.codePointAt(0)!) : undefined;
  },
  print: () => NONE,
  isinstance: ([value, type], call, context) =>
    value && type && decided(isInstance(value, type, context), () => undecidedType(value, type, call)),
  issubclass: ([value, type], call, context) =>
    value && type && decided(isSubclass(value, type, context), () => undecidedType(value, type, call)),
};

const undecidedType = (value: Value, type: Value, call: Call) =>
  firstReason([value, type]) ?? unknown(`what \`${call.type}(…)\` says is not decided`, call.range.startLine);

/** Names that Python defines without an import. */
export const isBuiltinName = (name: string): boolean => Object.hasOwn(BUILTINS, name) || OTHER_NAMES.has(name);

const OTHER_NAMES = new Set(
  `all any callable classmethod delattr dir divmod filter frozenset hasattr hash id int iter map next object open ord chr pow property repr set slice
   sorted staticmethod super type vars bytes complex input Exception ValueError TypeError KeyError RuntimeError NotImplementedError AssertionError
   ImportError AttributeError IndexError StopIteration NotImplemented`.split(/\s+/),
);

/** Whether a function of Python that could not be carried out leaves what it was given alone. */
export const isPureBuiltin = (name: string): boolean => !['setattr', 'delattr', 'map', 'next'].includes(name);

/** Whether what a function of Python returns may be a layer that it was handed. */
export const mayReturnArgument = (name: string): boolean =>
  [
    'getattr',
    'next',
    'min',
    'max',
    'sum',
    'map',
    'filter',
    'list',
    'tuple',
    'dict',
    'sorted',
    'reversed',
    'zip',
    'enumerate',
    'iter',
    'vars',
    'set',
  ].includes(name);

/** The value of a call of Python's own functions, of `math` or of `collections.OrderedDict`; undefined for every other path or when it is not decided. */
export function callBuiltin(path: string, call: Call, context: Context): Value | undefined {
  if (call.spread) return undefined;
  if (path === 'collections.OrderedDict' || path === 'typing.OrderedDict') return dict(call.positional, call, context);
  const standard = callStandardLibrary(path, call, context);
  if (standard) return standard;
  const [module, name] = path.split('.') as [string, string];
  if (module === 'builtins' && Object.hasOwn(BUILTINS, name)) return BUILTINS[name]!(call.positional, call, context);
  return module === 'math' ? callMath(name, call, context) : undefined;
}
