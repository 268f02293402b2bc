import { unknown } from '../../architecture/architecture';
import { repeated } from './arrayMembers';
import type { Context } from './context';
import { asText, truth } from './operators';
import { array, boolean, number, object, text, undecidedBy, type Call, type ObjectValue, type Value } from './values';

const MATH: Readonly<Record<string, (...values: number[]) => number>> = {
  floor: Math.floor,
  ceil: Math.ceil,
  round: Math.round,
  trunc: Math.trunc,
  sqrt: Math.sqrt,
  pow: Math.pow,
  log2: Math.log2,
  log: Math.log,
  exp: Math.exp,
  min: Math.min,
  max: Math.max,
  abs: Math.abs,
};

type Rule = (call: Call, context: Context) => Value | undefined;

/** The properties of an object that is known whole. */
const whole = (value: Value | undefined): ObjectValue['properties'] | undefined =>
  value?.kind === 'object' && !value.doubt && !value.open ? value.properties : undefined;

const RULES: Readonly<Record<string, Rule>> = {
  'Array.isArray': ({ values: [first] }) => (first && first.kind !== 'undecided' ? boolean(first.kind === 'array') : undefined),
  parseInt: ({ values: [first] }) => numeric(first, Math.trunc),
  parseFloat: ({ values: [first] }) => numeric(first, value => value),
  Number: ({ values: [first] }) => numeric(first, value => value),
  String: ({ values: [first] }) => {
    const word = first && asText(first);
    return word === undefined ? undefined : text(word);
  },
  Boolean: ({ values: [first] }) => {
    const holds = first && truth(first);
    return holds === undefined ? undefined : boolean(holds);
  },
  'Number.isInteger': ({ values: [first] }) => (first?.kind === 'number' ? boolean(Number.isInteger(first.value)) : undefined),
  'Object.keys': ({ values: [first] }) => listed(first, ([name]) => text(name)),
  'Object.values': ({ values: [first] }) => listed(first, ([, value]) => value),
  'Object.entries': ({ values: [first] }) => listed(first, ([name, value]) => array([text(name), value])),
  'Object.freeze': ({ values: [first] }) => first,
  'Object.assign': ({ values: [target, ...sources] }) => {
    const [into, from] = [whole(target), sources.map(whole)];
    if (!into || from.includes(undefined)) return undefined;
    for (const properties of from) for (const [name, value] of properties!) into.set(name, value);
    return target;
  },
  Array: ({ values, range }) =>
    values.length === 1 ? repeated(values[0], () => ({ kind: 'nothing' }), range.startLine) : array([...values]),
  'Array.of': ({ values }) => array([...values]),
  'Array.from': (call, context) => {
    const [source, callee] = call.values;
    const make = (item: Value, index: number) => (callee ? context.call(callee, { ...call, values: [item, number(index)] }) : item);
    if (source?.kind === 'array') return source.doubt ? undefined : array(source.items.map(make));
    return repeated(whole(source)?.get('length'), index => (context.spend(1), make({ kind: 'nothing' }, index)), call.range.startLine);
  },
  'JSON.parse': () => undefined,
};

function numeric(value: Value | undefined, use: (value: number) => number): Value | undefined {
  if (value?.kind === 'number') return number(use(value.value));
  if (value?.kind !== 'string' || value.value.trim() === '') return undefined;
  const parsed = Number(value.value);
  return Number.isNaN(parsed) ? undefined : number(use(parsed));
}

const listed = (value: Value | undefined, use: (entry: [string, Value]) => Value): Value | undefined => {
  const properties = whole(value);
  return properties && array([...properties].map(use));
};

/** The value of a call of the language's own functions; undefined for those that are not followed. */
export function callBuiltin(path: string, call: Call, context: Context): Value | undefined {
  return (Object.hasOwn(RULES, path) ? RULES[path]!(call, context) : undefined) ?? callMath(path, call);
}

/** `new Name(…)` of the language's own classes. */
export function newBuiltin(path: string, call: Call, context: Context): Value | undefined {
  if (path === 'Array') return callBuiltin(path, call, context);
  if (path === 'Object') return object();
  if (!PLAIN.has(path)) return undefined;
  return undecidedBy(unknown(`what \`new ${path}(…)\` holds is not followed`, call.range.startLine));
}

/** Classes whose objects change nothing that they are handed. */
const PLAIN = new Set([
  'Date',
  'Error',
  'TypeError',
  'RangeError',
  'RegExp',
  'Promise',
  'Float32Array',
  'Uint8Array',
  'Int32Array',
  'URL',
  'Image',
]);

function callMath(path: string, { values }: Call): Value | undefined {
  const [module, name = ''] = path.split('.');
  if (module !== 'Math' || !Object.hasOwn(MATH, name) || !values.every(value => value.kind === 'number')) return undefined;
  return number(MATH[name]!(...values.map(({ value }) => value)));
}
