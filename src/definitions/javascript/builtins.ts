import { boolean, number, type Call, type Value } from './values';

const MATH: Readonly<Record<string, (...values: number[]) => number>> = {
  floor: Math.floor,
  ceil: Math.ceil,
  round: Math.round,
  trunc: Math.trunc,
  sqrt: Math.sqrt,
  pow: Math.pow,
  log2: Math.log2,
  min: Math.min,
  max: Math.max,
  abs: Math.abs,
};

/** The value of a call of the language's own functions; undefined for those that are not followed. */
export function callBuiltin(path: string, call: Call): Value | undefined {
  const [first] = call.values;
  if (path === 'Array.isArray' && first && first.kind !== 'undecided') return boolean(first.kind === 'array');
  if (path === 'parseInt' && first?.kind === 'number') return number(Math.trunc(first.value));
  return callMath(path, call);
}

function callMath(path: string, { values }: Call): Value | undefined {
  const [module, name = ''] = path.split('.');
  if (module !== 'Math' || !Object.hasOwn(MATH, name) || !values.every(value => value.kind === 'number')) return undefined;
  return number(MATH[name]!(...values.map(({ value }) => value)));
}
