import { unknown } from '../../architecture/architecture';
import { errorFunction } from '../../theory/normalDistribution';
import { iterated } from './collections';
import type { Context } from './context';
import { float, integer, undecidedPlain, type Call, type Value } from './values';

/** Whether a value is a number; truth values are none here. */
export const isNumber = (value: Value | undefined): value is Extract<Value, { kind: 'integer' | 'float' }> =>
  value?.kind === 'integer' || value?.kind === 'float';

/** A whole number as long as it is exact. */
export const wholeOf = (value: number): Value | undefined => (Number.isSafeInteger(value) ? integer(value) : undefined);

const MATH: Readonly<Record<string, (...values: number[]) => number>> = {
  sqrt: Math.sqrt,
  log: (value: number, base?: number) => (base === undefined ? Math.log(value) : Math.log(value) / Math.log(base)),
  log2: Math.log2,
  log10: Math.log10,
  exp: Math.exp,
  pow: Math.pow,
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  atan: Math.atan,
  atan2: Math.atan2,
  tanh: Math.tanh,
  log1p: Math.log1p,
  fabs: Math.abs,
  erf: errorFunction,
  hypot: Math.hypot,
};

function commonDivisor(left: number, right: number): number {
  let [a, b] = [Math.abs(left), Math.abs(right)];
  while (b !== 0) [a, b] = [b, a % b];
  return a;
}

const WHOLE_MATH: Readonly<Record<string, (...values: number[]) => number>> = {
  ceil: Math.ceil,
  floor: Math.floor,
  trunc: Math.trunc,
  isqrt: value => Math.floor(Math.sqrt(value)),
  gcd: (...values) => values.reduce(commonDivisor, 0),
  lcm: (...values) => values.reduce((multiple, value) => (multiple * value) / commonDivisor(multiple, value), 1),
  factorial: value => Array.from({ length: value }, (_, index) => index + 1).reduce((product, factor) => product * factor, 1),
  comb: (all, some = 0) =>
    Array.from({ length: some }, (_, index) => (all - index) / (index + 1)).reduce((product, factor) => product * factor, 1),
  prod: (...values) => values.reduce((product, value) => product * value, 1),
};

/** The value of a function of `math`; undefined for those that are not followed and for arguments that are not decided. */
export function callMath(name: string, call: Call, context: Context): Value | undefined {
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
