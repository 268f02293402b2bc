import { unknown } from '../../architecture/architecture';
import { delattr, getattr, hasAttribute, isCallable, setattr } from './attributeFunctions';
import type { BuiltinFunction } from './builtinFunction';
import { classOf, isInstance, isSubclass } from './classes';
import { iterated } from './collections';
import type { Context } from './context';
import { dict, enumerate, every, extreme, filter, map, range, sequence, set, sorted, zip } from './itemFunctions';
import { callMath, isNumber, wholeOf } from './mathModule';
import { decided, truth } from './operators';
import { SliceValue } from './sliceValue';
import { callStandardLibrary } from './standardLibrary';
import { written } from './strings';
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
  type Value,
} from './values';

const roundHalfToEven = (value: number): number => {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
};

/** The number in a library's value, as a tensor of one. */
function itemOf(value: Value, call: Call, context: Context): Value {
  if (value.kind !== 'library') return value;
  return context.call(context.attribute(value, 'item', call.range.startLine), { ...call, positional: [], keywords: new Map() });
}

const BUILTINS: Readonly<Record<string, BuiltinFunction>> = {
  range,
  slice: values => new SliceValue(values.length === 1 ? [undefined, values[0]] : values.slice(0, 3)),
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
    const infinite = value?.kind === 'string' ? /^([+-]?)inf(inity)?$/i.exec(value.value.trim()) : null;
    if (infinite) return float(infinite[1] === '-' ? -Infinity : Infinity);
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
