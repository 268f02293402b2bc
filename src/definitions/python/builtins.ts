import { unknown } from '../../architecture/architecture';
import { MAXIMUM_LENGTH } from './budget';
import { iterated } from './collections';
import type { Context } from './context';
import { compare, decided, truth } from './operators';
import { isInstance, isSubclass } from './classes';
import {
  dictionary,
  firstReason,
  float,
  InstanceValue,
  integer,
  list,
  NONE,
  text,
  tuple,
  undecidedPlain,
  type Call,
  type Value,
} from './values';

/** The value of a call of one of Python's own functions; undefined when it cannot be decided. */
type Builtin = (values: readonly Value[], call: Call, context: Context) => Value | undefined;

const isNumber = (value: Value | undefined): value is Extract<Value, { kind: 'integer' | 'float' }> =>
  value?.kind === 'integer' || value?.kind === 'float';

const roundHalfToEven = (value: number): number => {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
};

const wholeOf = (value: number): Value | undefined => (Number.isSafeInteger(value) ? integer(value) : undefined);

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
  const entries = new Map<string | number, Value>();
  const [first] = values;
  if (first?.kind === 'dictionary') {
    if (first.doubt) return undefined;
    for (const [key, value] of first.entries) entries.set(key, value);
  } else if (first) {
    for (const pair of iterated(first, context) ?? [undefined]) {
      const [key, value] = (pair && iterated(pair, context)) ?? [];
      if ((key?.kind !== 'string' && key?.kind !== 'integer') || !value) return undefined;
      entries.set(key.value, value);
    }
  }
  for (const [key, value] of call.keywords) entries.set(key, value);
  return dictionary(entries);
};

/** With a default only what is certainly there: a missing attribute may still be the class's or the library's. */
const getattr: Builtin = ([object, name, otherwise], call, context) => {
  if (!object || name?.kind !== 'string') return undefined;
  if (otherwise) return object instanceof InstanceValue ? object.attributes.get(name.value) : undefined;
  return context.attribute(object, name.value, call.range.startLine);
};

const setattr: Builtin = ([object, name, value]) => {
  if (!(object instanceof InstanceValue) || name?.kind !== 'string' || !value) return undefined;
  object.attributes.set(name.value, value);
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
  len: ([value], _call, context) => {
    if (value?.kind === 'string') return integer(value.value.length);
    if (value?.kind === 'dictionary') return value.doubt ? undefined : integer(value.entries.size);
    const items = value && iterated(value, context);
    return items && integer(items.length);
  },
  sum: ([values], _call, context) => {
    const items = values && iterated(values, context);
    if (!items?.every(isNumber)) return undefined;
    const total = items.reduce((sum, item) => sum + item.value, 0);
    return items.some(item => item.kind === 'float') ? float(total) : wholeOf(total);
  },
  int: ([value]) => {
    if (isNumber(value)) return wholeOf(Math.trunc(value.value));
    if (value?.kind === 'boolean') return integer(Number(value.value));
    return value?.kind === 'string' && /^\s*-?\d+\s*$/.test(value.value) ? wholeOf(Number(value.value)) : undefined;
  },
  float: ([value]) => (isNumber(value) ? float(value.value) : undefined),
  abs: ([value]) => (isNumber(value) ? { kind: value.kind, value: Math.abs(value.value) } : undefined),
  round: ([value, digits]) => (isNumber(value) && !digits ? wholeOf(roundHalfToEven(value.value)) : undefined),
  bool: ([value]) => value && decided(truth(value), () => unknown('its truth is not known', 0)),
  str: ([value]) => {
    if (value?.kind === 'string') return value;
    return value?.kind === 'integer' ? text(String(value.value)) : undefined;
  },
  print: () => NONE,
  isinstance: ([value, type], call, context) =>
    value && type && decided(isInstance(value, type, context), () => undecidedType(value, type, call)),
  issubclass: ([value, type], call) => value && type && decided(isSubclass(value, type), () => undecidedType(value, type, call)),
};

const undecidedType = (value: Value, type: Value, call: Call) =>
  firstReason([value, type]) ?? unknown(`what \`${call.type}(…)\` says is not decided`, call.range.startLine);

const MATH: Readonly<Record<string, (...values: number[]) => number>> = {
  sqrt: Math.sqrt,
  log: (value: number, base?: number) => (base === undefined ? Math.log(value) : Math.log(value) / Math.log(base)),
  log2: Math.log2,
  log10: Math.log10,
  exp: Math.exp,
  pow: Math.pow,
};

const WHOLE_MATH: Readonly<Record<string, (...values: number[]) => number>> = {
  ceil: Math.ceil,
  floor: Math.floor,
  prod: (...values) => values.reduce((product, value) => product * value, 1),
};

/** Names that Python defines without an import. */
export const isBuiltinName = (name: string): boolean => Object.hasOwn(BUILTINS, name) || OTHER_NAMES.has(name);

const OTHER_NAMES = new Set(
  `all any callable classmethod delattr dir divmod filter frozenset hasattr hash id int iter map next object open ord chr pow property repr set slice
   sorted staticmethod super type vars bytes complex input Exception ValueError TypeError KeyError RuntimeError NotImplementedError AssertionError
   ImportError AttributeError IndexError StopIteration NotImplemented`.split(/\s+/),
);

/** Whether a function of Python that could not be carried out leaves what it was given alone. */
export const isPureBuiltin = (name: string): boolean => name !== 'setattr' && name !== 'delattr';

/** Whether what a function of Python returns may be a layer that it was handed. */
export const mayReturnArgument = (name: string): boolean => ['getattr', 'next', 'min', 'max', 'sum'].includes(name);

/** The value of a call of Python's own functions, of `math` or of `collections.OrderedDict`; undefined for every other path or when it is not decided. */
export function callBuiltin(path: string, call: Call, context: Context): Value | undefined {
  if (call.spread) return undefined;
  if (path === 'collections.OrderedDict') return dict(call.positional, call, context);
  const [module, name] = path.split('.') as [string, string];
  if (module === 'builtins' && Object.hasOwn(BUILTINS, name)) return BUILTINS[name]!(call.positional, call, context);
  return module === 'math' ? callMath(name, call, context) : undefined;
}

function callMath(name: string, call: Call, context: Context): Value | undefined {
  const values = name === 'prod' && call.positional[0] ? iterated(call.positional[0], context) : call.positional;
  if (!values?.every(isNumber)) return undefined;
  const numbers = values.map(value => value.value);
  if (Object.hasOwn(WHOLE_MATH, name)) {
    const result = WHOLE_MATH[name]!(...numbers);
    return name === 'prod' && values.some(value => value.kind === 'float') ? float(result) : wholeOf(result);
  }
  if (!Object.hasOwn(MATH, name)) return undefined;
  const result = MATH[name]!(...numbers);
  return Number.isFinite(result) ? float(result) : undecidedPlain(unknown(`math.${name} has no result here`, call.range.startLine));
}
