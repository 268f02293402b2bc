import type { Computation } from '../../../architecture/computation';
import type { Call, Value } from '../../python/values';
import { dimension, exactQuotient, numberOf, operateSides, type Dimension } from './dimension';
import { rangeArguments } from '../tensorFunctions';
import { rememberDraw } from './randomOrder';
import type { Recorder } from './recorder';
import { sideValue, SymbolicTensor } from './symbolicTensor';

/** Longer rows of numbers are not written down. */
const MAXIMUM_NUMBERS = 4096;

/** Functions that make a tensor which depends on no input, with a bound on its entries where there is one. */
const ENTRIES: Readonly<Record<string, number | null>> = {
  zeros: 0,
  ones: 1,
  rand: 1,
  randn: null,
  empty: null,
  full: null,
  arange: null,
  linspace: null,
  randperm: null,
  randint: null,
  eye: 1,
  zeros_like: 0,
  ones_like: 1,
  rand_like: 1,
  randn_like: null,
  empty_like: null,
  full_like: null,
};

export const isCreation = (name: string): boolean => Object.hasOwn(ENTRIES, name);

/** The tensor that such a function makes; undefined for a name that is none of them. */
export function createTensor(recorder: Recorder, name: string, call: Call): Value | undefined {
  if (!isCreation(name)) return undefined;
  const entry = ENTRIES[name] ?? null;
  const sides = sidesOf(recorder, name, call);
  const made = recorder.emit({ kind: 'constant', entry, run: runOf(name, call, sides) }, [], sides, call.range.startLine);
  rememberDraw(recorder, name, made);
  if (isTruthType(call.keywords.get('dtype'))) recorder.truths.add(made.node);
  return made;
}

/** `torch.bool`. */
export const isTruthType = (value: Value | undefined): boolean => value?.kind === 'reference' && value.path === 'torch.bool';

/** How a tensor that is the same in every pass is made; undefined for random ones and for numbers that are not known. */
function runOf(name: string, call: Call, sides: readonly (Dimension | undefined)[] | undefined): Computation | undefined {
  const number = (value: Value | undefined): number | undefined =>
    value?.kind === 'integer' || value?.kind === 'float' ? value.value : numberOf(sideValue(value));
  switch (name) {
    case 'zeros':
    case 'zeros_like':
      return { op: 'fill', number: 0 };
    case 'ones':
    case 'ones_like':
      return { op: 'fill', number: 1 };
    case 'full':
    case 'full_like': {
      const value = number(call.positional[1] ?? call.keywords.get('fill_value'));
      return value === undefined ? undefined : { op: 'fill', number: value };
    }
    case 'eye': {
      const [rows, columns] = (sides ?? []).map(numberOf);
      if (!rows || !columns || rows * columns > MAXIMUM_NUMBERS) return undefined;
      return {
        op: 'numbers',
        values: Array.from({ length: rows * columns }, (_, place) => Number(Math.floor(place / columns) === place % columns)),
      };
    }
    case 'arange': {
      const length = numberOf(sides?.[0]);
      const given = rangeArguments(call);
      const start = given.length > 1 ? number(given[0]) : 0;
      const step = given.length > 2 ? number(given[2]) : 1;
      if (length === undefined || start === undefined || step === undefined || length > MAXIMUM_NUMBERS) return undefined;
      return { op: 'numbers', values: Array.from({ length }, (_, index) => start + index * step) };
    }
    default:
      return undefined;
  }
}

function sidesOf(recorder: Recorder, name: string, call: Call): readonly (Dimension | undefined)[] | undefined {
  const [first, second, third] = call.positional;
  if (call.spread) return undefined;
  if (name.endsWith('_like')) return first instanceof SymbolicTensor ? first.sides : recorder.tensor(first, call.range.startLine)?.sides;
  switch (name) {
    case 'arange': {
      const [one, two, by] = rangeArguments(call);
      const [start, end] = two ? [sideValue(one), sideValue(two)] : [dimension(0), sideValue(one)];
      const step = by ? sideValue(by) : dimension(1);
      const length = start && end && operateSides('-', end, start);
      return [length && step && exactQuotient(length, step)];
    }
    case 'linspace':
      return [sideValue(third ?? call.keywords.get('steps'))];
    case 'randperm':
      return [sideValue(first)];
    case 'eye':
      return [sideValue(first), sideValue(second ?? first)];
    case 'randint':
      return undefined;
    default: {
      const size = call.keywords.get('size') ?? (first?.kind === 'sequence' ? first : undefined);
      if (size) return size.kind === 'sequence' && !size.doubt ? size.items.map(sideValue) : undefined;
      return call.positional.some(value => value.kind === 'undecided') ? undefined : call.positional.map(sideValue);
    }
  }
}
