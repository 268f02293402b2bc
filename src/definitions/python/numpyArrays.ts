import { combined, concatenated, grid, mapped, NumberArray, numbersAt, permuted, reshaped, stacked } from './numberArray';
import { ArrayValue, arrayOf, rowsOf, wrapped } from './arrayValue';
import { builtin, float, integer, list, tuple, type Call, type Value } from './values';

const product = (sides: readonly number[]): number => sides.reduce((total, side) => total * side, 1);

const numberOf = (value: Value | undefined): number | undefined =>
  value?.kind === 'integer' || value?.kind === 'float' ? value.value : undefined;

/** Whole numbers given as one tuple or one after the other. */
function wholeNumbers(values: readonly (Value | undefined)[]): number[] | undefined {
  const [first] = values;
  const given = values.length === 1 && first?.kind === 'sequence' ? (first.doubt ? [undefined] : first.items) : values;
  const numbers = given.map(value => (value?.kind === 'integer' ? value.value : NaN));
  return numbers.some(Number.isNaN) ? undefined : numbers;
}

const argument = (call: Call, place: number, name: string): Value | undefined => call.positional[place] ?? call.keywords.get(name);

/** An axis that may count from the end, of so many. */
function axisAt(call: Call, place: number, axes: number, otherwise: number | undefined): number | undefined {
  const value = argument(call, place, 'axis');
  const axis = value ? (value.kind === 'integer' ? value.value : NaN) : (otherwise ?? NaN);
  const counted = axis < 0 ? axis + axes : axis;
  return counted >= 0 && counted < axes ? counted : undefined;
}

type Rule = (call: Call) => Value | undefined;

const filled =
  (number: (call: Call) => number | undefined): Rule =>
  call => {
    const shape = wholeNumbers([argument(call, 0, 'shape')]);
    const value = number(call);
    return shape && value !== undefined ? wrapped(numbersAt(shape, false, () => value)) : undefined;
  };

const filledLike =
  (value: number): Rule =>
  ({ positional: [like] }) => {
    const array = arrayOf(like);
    return array && wrapped(numbersAt(array.shape, array.whole, () => value));
  };

const counted: Rule = ({ positional, keywords }) => {
  const numbers = positional.map(numberOf);
  if (numbers.length === 0 || numbers.includes(undefined)) return undefined;
  const [start, stop, step = 1] = (numbers.length === 1 ? [0, ...numbers] : numbers) as [number, number, number?];
  const length = Math.ceil((stop - start) / step);
  const isWhole = positional.every(({ kind }) => kind === 'integer') && !keywords.has('dtype');
  return Number.isSafeInteger(length) && length >= 0 ? wrapped(numbersAt([length], isWhole, place => start + place * step)) : undefined;
};

const together =
  (join: typeof concatenated, isNew: boolean): Rule =>
  call => {
    const [items] = call.positional;
    const arrays = items?.kind === 'sequence' && !items.doubt ? items.items.map(arrayOf) : items instanceof ArrayValue ? rowsOf(items) : [];
    const [first] = arrays;
    if (!first || !arrays.every(array => array !== undefined)) return undefined;
    const axis = axisAt(call, 1, first.shape.length + Number(isNew), 0);
    return axis === undefined ? undefined : wrapped(join(arrays, axis));
  };

const mesh: Rule = ({ positional, keywords }) => {
  const axes = positional.map(arrayOf);
  const indexing = keywords.get('indexing');
  const order = indexing?.kind === 'string' && indexing.value === 'ij' ? 'ij' : 'xy';
  const arrays = axes.every(axis => axis !== undefined) ? grid(axes, order) : undefined;
  return arrays && list(arrays.map(array => new ArrayValue(array)));
};

/** `einsum` of two arrays whose sides all stay: each an axis of the result, those that both have multiplied along. */
const summed: Rule = ({ positional: [equation, left, right, ...more] }) => {
  const [, first, second, result] =
    (equation?.kind === 'string' && /^(\w+),(\w+)->(\w+)$/.exec(equation.value.replaceAll(/\s/g, ''))) || [];
  const [a, b] = [arrayOf(left), arrayOf(right)];
  if (!first || !second || !result || !a || !b || more.length > 0 || a.shape.length !== first.length || b.shape.length !== second.length)
    return undefined;
  if (new Set(first + second).size !== result.length || Array.from(first + second).some(label => !result.includes(label))) return undefined;
  const spread = (array: NumberArray, labels: string): NumberArray => {
    const order = Array.from(labels, (_, axis) => axis).sort((one, other) => result.indexOf(labels[one]!) - result.indexOf(labels[other]!));
    const moved = permuted(array, order);
    return reshaped(
      moved,
      Array.from(result, label => (labels.includes(label) ? array.shape[labels.indexOf(label)]! : 1)),
    );
  };
  return wrapped(combined(spread(a, first), spread(b, second), (one, other) => one * other));
};

const OPERATORS: Readonly<Record<string, (left: number, right: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '//': (a, b) => Math.floor(a / b),
  '%': (a, b) => a - b * Math.floor(a / b),
  '**': (a, b) => a ** b,
};

/** Python's arithmetic where an operand is an array. */
export function operateArrays(operator: string, left: Value, right: Value): Value | undefined {
  const [a, b] = [arrayOf(left), arrayOf(right)];
  const apply = Object.hasOwn(OPERATORS, operator) ? OPERATORS[operator] : undefined;
  if (!(left instanceof ArrayValue || right instanceof ArrayValue) || !a || !b || !apply) return undefined;
  return wrapped(combined(a, b, apply, a.whole && b.whole && operator !== '/'));
}

const entrywise =
  (apply: (value: number) => number, keepsWhole = false): Rule =>
  ({ positional: [value] }) => {
    const array = arrayOf(value);
    return array && wrapped(mapped(array, apply, keepsWhole && array.whole));
  };

const operation =
  (operator: string): Rule =>
  ({ positional: [left, right] }) =>
    left && right && operateArrays(operator, left, right);

/** Functions of one number for each entry, which are methods of no array. */
const FUNCTIONS: Readonly<Record<string, Rule>> = {
  sin: entrywise(Math.sin),
  cos: entrywise(Math.cos),
  tan: entrywise(Math.tan),
  tanh: entrywise(Math.tanh),
  exp: entrywise(Math.exp),
  log: entrywise(Math.log),
  log2: entrywise(Math.log2),
  sqrt: entrywise(Math.sqrt),
  floor: entrywise(Math.floor),
  ceil: entrywise(Math.ceil),
  square: entrywise(value => value * value, true),
  abs: entrywise(Math.abs, true),
  negative: entrywise(value => -value, true),
  power: operation('**'),
  multiply: operation('*'),
  add: operation('+'),
  subtract: operation('-'),
  divide: operation('/'),
};

/** Methods of arrays, and functions of the same name whose first argument is the array. */
const METHODS: Readonly<Record<string, Rule>> = {
  reshape: ({ positional: [value, ...given], keywords }) => {
    const array = arrayOf(value);
    const sides = wholeNumbers(given.length > 0 ? given : [keywords.get('newshape') ?? keywords.get('shape')]);
    if (!array || !sides) return undefined;
    const rest = product(sides.filter(side => side !== -1));
    const shape = sides.map(side => (side === -1 ? array.size / rest : side));
    return product(shape) === array.size && shape.every(Number.isInteger) ? wrapped(reshaped(array, shape)) : undefined;
  },
  ravel: ({ positional: [value] }) => {
    const array = arrayOf(value);
    return array && wrapped(reshaped(array, [array.size]));
  },
  transpose: ({ positional: [value, ...given], keywords }) => {
    const array = arrayOf(value);
    const axes = given.length > 0 || keywords.has('axes') ? wholeNumbers(given.length > 0 ? given : [keywords.get('axes')]) : undefined;
    const order = array && (axes ?? array.shape.map((_, axis) => array.shape.length - 1 - axis));
    const isOrder = order?.toSorted((one, other) => one - other).every((axis, place) => axis === place);
    return array && order?.length === array.shape.length && isOrder ? wrapped(permuted(array, order)) : undefined;
  },
  expand_dims: call => {
    const array = arrayOf(call.positional[0]);
    const axis = array && axisAt(call, 1, array.shape.length + 1, undefined);
    return axis === undefined ? undefined : wrapped(reshaped(array!, array!.shape.toSpliced(axis, 0, 1)));
  },
  squeeze: call => {
    const array = arrayOf(call.positional[0]);
    return array && call.positional.length === 1 && call.keywords.size === 0
      ? wrapped(
          reshaped(
            array,
            array.shape.filter(side => side !== 1),
          ),
        )
      : undefined;
  },
  astype: ({ positional: [value, type] }) => {
    const array = arrayOf(value);
    const isWhole = /int/.test(type?.kind === 'reference' ? type.path : type?.kind === 'string' ? type.value : '');
    return array && wrapped(isWhole ? mapped(array, Math.trunc, true) : mapped(array, each => each));
  },
  copy: ({ positional: [value] }) => wrapped(arrayOf(value)),
  tolist: ({ positional: [value] }) => listed(value),
};

const FLATTENED: Readonly<Record<string, Rule>> = { flatten: METHODS.ravel!, view: METHODS.reshape! };

/** `array.tolist()` of one row. */
function listed(value: Value | undefined): Value | undefined {
  const array = arrayOf(value);
  return array?.shape.length === 1 ? list([...array.values].map(number => (array.whole ? integer(number) : float(number)))) : undefined;
}

const CREATIONS: Readonly<Record<string, Rule>> = {
  arange: counted,
  zeros: filled(() => 0),
  ones: filled(() => 1),
  empty: filled(() => 0),
  full: filled(call => numberOf(argument(call, 1, 'fill_value'))),
  zeros_like: filledLike(0),
  ones_like: filledLike(1),
  array: ({ positional: [value] }) => wrapped(arrayOf(value)),
  asarray: ({ positional: [value] }) => wrapped(arrayOf(value)),
  float32: entrywise(each => each),
  float64: entrywise(each => each),
  meshgrid: mesh,
  stack: together(stacked, true),
  concatenate: together(concatenated, false),
  einsum: summed,
  outer: ({ positional: [left, right] }) => {
    const [a, b] = [arrayOf(left), arrayOf(right)];
    return a && b && wrapped(combined(reshaped(a, [a.size, 1]), reshaped(b, [1, b.size]), (one, other) => one * other));
  },
};

/** The value of `numpy.name(…)` on arrays, or that makes one; undefined for what is not followed. */
export function callNumpy(name: string, call: Call): Value | undefined {
  if (call.spread) return undefined;
  for (const table of [CREATIONS, FUNCTIONS, METHODS]) if (Object.hasOwn(table, name)) return table[name]!(call);
  return undefined;
}

/** An attribute or bound method of an array; undefined for one that is not followed. */
export function arrayAttribute(value: ArrayValue, name: string): Value | undefined {
  const { array } = value;
  switch (name) {
    case 'shape':
      return tuple(array.shape.map(integer));
    case 'ndim':
      return integer(array.shape.length);
    case 'size':
      return integer(array.size);
    case 'T':
      return callNumpy('transpose', { positional: [value], keywords: new Map(), range: NOWHERE, type: 'T' });
  }
  const method = Object.hasOwn(METHODS, name) ? METHODS[name] : FLATTENED[name];
  if (!method) return undefined;
  return builtin(call => method({ ...call, positional: [value, ...call.positional] }) ?? notFollowed(call));
}

const notFollowed = (call: Call): Value => ({
  kind: 'undecided',
  reason: { known: false, why: `what \`${call.type}(…)\` makes is not followed`, line: call.range.startLine },
  plain: true,
});

const NOWHERE = { startLine: 0, startColumn: 0, endLine: 0, endColumn: 0 };
