import { unknown, type Unknown } from '../../architecture/architecture';
import { MAXIMUM_LENGTH } from './budget';
import { ancestors, findMember, isEnumeration } from './classes';
import { formatted } from './formatting';
import { keyOf } from './keys';
import { boolean, dictionary, firstReason, float, integer, list, text, tuple, InstanceValue, undecidedPlain, type Value } from './values';

const numberOf = (value: Value): number | undefined => {
  if (value.kind === 'integer' || value.kind === 'float') return value.value;
  return value.kind === 'boolean' ? Number(value.value) : undefined;
};

const INTEGER: Readonly<Record<string, (left: number, right: number) => number>> = {
  '+': (left, right) => left + right,
  '-': (left, right) => left - right,
  '*': (left, right) => left * right,
  '//': (left, right) => Math.floor(left / right),
  '%': (left, right) => left - right * Math.floor(left / right),
  '**': (left, right) => left ** right,
};

/** Arithmetic as Python's: `/` and any float make a float, everything else stays whole. What overflows or divides by zero is undecided. */
export function arithmetic(operator: string, left: Value, right: Value, line: number): Value {
  const reason = firstReason([left, right]);
  if (reason) return undecidedPlain(reason);
  const joined = joinedSequence(operator, left, right);
  if (joined) return joined;
  const [first, second] = [numberOf(left), numberOf(right)];
  const rule = operator === '/' ? (a: number, b: number) => a / b : INTEGER[operator];
  if (first === undefined || second === undefined || !rule) return undecidedPlain(unknown(`\`${operator}\` is not understood here`, line));
  const result = rule(first, second);
  const isFloat = operator === '/' || left.kind === 'float' || right.kind === 'float' || (operator === '**' && second < 0);
  const isOpen = ![first, second].every(Number.isFinite) && !Number.isNaN(result);
  if ((Number.isFinite(result) || isOpen) && isFloat) return float(result);
  if (Number.isSafeInteger(result)) return integer(result);
  return undecidedPlain(unknown(`\`${first} ${operator} ${second}\` has no exact result`, line));
}

/** `+`, `*` and `%` on lists, tuples and text. */
function joinedSequence(operator: string, left: Value, right: Value): Value | undefined {
  if (operator === '%' && left.kind === 'string') return formatted(left.value, right);
  if (operator === '*' && left.kind === 'string' && right.kind === 'integer' && left.value.length * right.value <= MAXIMUM_LENGTH)
    return text(left.value.repeat(Math.max(0, right.value)));
  if (operator === '|' && left.kind === 'dictionary' && right.kind === 'dictionary')
    return dictionary([...left.entries, ...right.entries], left.doubt ?? right.doubt);
  if (operator === '+' && left.kind === 'string' && right.kind === 'string')
    return left.value.length + right.value.length > MAXIMUM_LENGTH ? undefined : text(left.value + right.value);
  if (operator === '+' && left.kind === 'sequence' && right.kind === 'sequence') {
    if (left.items.length + right.items.length > MAXIMUM_LENGTH) return undefined;
    const items = [...left.items, ...right.items];
    return left.tuple ? tuple(items) : list(items, left.doubt ?? right.doubt);
  }
  if (operator !== '*') return undefined;
  const [sequence, count] = left.kind === 'integer' ? [right, left] : [left, right];
  if (sequence.kind !== 'sequence' || count.kind !== 'integer') return undefined;
  if (sequence.items.length * count.value > MAXIMUM_LENGTH) return undefined;
  const items = Array.from({ length: Math.max(0, count.value) }, () => sequence.items).flat();
  return sequence.tuple ? tuple(items) : list(items, sequence.doubt);
}

/** An object is true unless its class says how long it is or what its truth is. */
function truthOfObject(value: InstanceValue): boolean | undefined {
  const { classValue } = value;
  const own = classValue ? ['__bool__', '__len__'].map(name => findMember(classValue, name)) : [];
  if (own.some(found => found && !('library' in found))) return undefined;
  return own.some(found => found) && value.constructor === InstanceValue ? undefined : value.isTrue;
}

/** Python's truth of a value; undefined where it is not decided. */
export function truth(value: Value): boolean | undefined {
  switch (value.kind) {
    case 'integer':
    case 'float':
      return value.value !== 0;
    case 'string':
      return value.value !== '';
    case 'boolean':
      return value.value;
    case 'none':
      return false;
    case 'instance':
      return truthOfObject(value);
    case 'sequence':
      return value.items.length > 0 || (value.doubt ? undefined : false);
    case 'dictionary':
      return value.entries.size > 0 || (value.doubt ? undefined : false);
    case 'function':
    case 'builtin':
    case 'partial':
    case 'class':
    case 'reference':
      return true;
    default:
      return undefined;
  }
}

/** The reason why a value's truth, or anything else about it, is not decided. */
export function reasonOf(value: Value, otherwise: string, line: number): Unknown {
  if (value.kind === 'undecided') return value.reason;
  const doubt = value.kind === 'sequence' || value.kind === 'dictionary' ? value.doubt : undefined;
  return doubt ?? unknown(otherwise, line);
}

/** Two classes of `torch.nn` of different names are different ones. */
const areLayers = (...references: readonly { readonly path: string }[]): boolean =>
  references.every(({ path }) => /^torch\.nn\.[A-Z]\w*$/.test(path));

/** Two members of one enumeration. */
const areMembers = (left: InstanceValue, right: InstanceValue): boolean =>
  left.classValue !== undefined && left.classValue === right.classValue && isEnumeration(left.classValue);

/** A member of an enumeration that is nothing but that: equal to nothing but itself. */
const isPlainMember = (value: Value): boolean =>
  value.kind === 'instance' &&
  value.classValue !== undefined &&
  isEnumeration(value.classValue) &&
  !findMember(value.classValue, '__eq__') &&
  ancestors(value.classValue).every(base => base.kind === 'class' || (base.kind === 'reference' && /^enum\.(Enum|Flag)$/.test(base.path)));

/** An object that may say itself what it is equal to. */
const mayCompare = (value: Value): boolean =>
  value.kind === 'library' ||
  (value.kind === 'instance' && value.classValue !== undefined && findMember(value.classValue, '__eq__') !== undefined);

/** Functions and classes are equal only to themselves. */
const isCode = (value: Value): boolean =>
  value.kind === 'function' || value.kind === 'class' || value.kind === 'partial' || (value.kind === 'reference' && areLayers(value));

/** Comparisons of items that one `==` may need, and how deep lists may lie in lists: a list can hold itself, or the same list over and over. */
const MOST_COMPARISONS = 100_000;
const DEEPEST_COMPARISON = 200;

/** Whether two values are equal as Python's `==` has it; undefined where it is not decided. */
export function equal(left: Value, right: Value, effort = { comparisons: MOST_COMPARISONS, depth: 0 }): boolean | undefined {
  if (left.kind === 'undecided' || right.kind === 'undecided') return undefined;
  if (--effort.comparisons < 0 || effort.depth > DEEPEST_COMPARISON) return undefined;
  const [first, second] = [numberOf(left), numberOf(right)];
  if (first !== undefined && second !== undefined) return first === second;
  if (left.kind === 'string' && right.kind === 'string') return left.value === right.value;
  if (left.kind === 'reference' && right.kind === 'reference')
    return left.path === right.path || (areLayers(left, right) ? false : undefined);
  if (left !== right && isCode(left) && isCode(right)) return false;
  if (left.kind === 'sequence' && right.kind === 'sequence') return equalSequences(left, right, effort);
  if (left === right && left.kind !== 'library') return true;
  if ((isPlainMember(left) && !mayCompare(right)) || (isPlainMember(right) && !mayCompare(left))) return false;
  if (left.kind === 'instance' && right.kind === 'instance') return areMembers(left, right) ? false : undefined;
  const plain = ['integer', 'float', 'boolean', 'string', 'none'];
  return plain.includes(left.kind) && plain.includes(right.kind)
    ? left.kind === 'none' && right.kind === 'none'
    : differentKinds(left, right);
}

/** A plain value never equals a list, a function or a class; of the rest nothing is known. */
function differentKinds(left: Value, right: Value): false | undefined {
  const isPlain = (value: Value) => ['integer', 'float', 'boolean', 'string', 'none'].includes(value.kind);
  const isBuilt = (value: Value) => ['sequence', 'dictionary', 'function', 'builtin', 'partial', 'class', 'reference'].includes(value.kind);
  const never = (isPlain(left) && isBuilt(right)) || (isPlain(right) && isBuilt(left));
  const noneAndObject = (left.kind === 'none' && right.kind === 'instance') || (right.kind === 'none' && left.kind === 'instance');
  const noneAndLibrary = (left.kind === 'none' && right.kind === 'library') || (right.kind === 'none' && left.kind === 'library');
  return never || noneAndObject || noneAndLibrary ? false : undefined;
}

type Sequence = Extract<Value, { kind: 'sequence' }>;

function equalSequences(left: Sequence, right: Sequence, effort: { comparisons: number; depth: number }): boolean | undefined {
  if (left.doubt || right.doubt || left.tuple !== right.tuple) return left.tuple !== right.tuple ? false : undefined;
  if (left.items.length !== right.items.length) return false;
  effort.depth++;
  const pairs = left.items.map((item, index) => equal(item, right.items[index]!, effort));
  effort.depth--;
  if (pairs.includes(false)) return false;
  return pairs.includes(undefined) ? undefined : true;
}

const ORDER: Readonly<Record<string, (left: number, right: number) => boolean>> = {
  '<': (left, right) => left < right,
  '<=': (left, right) => left <= right,
  '>': (left, right) => left > right,
  '>=': (left, right) => left >= right,
};

/** One comparison of a chain; undefined where it is not decided. */
export function compare(operator: string, left: Value, right: Value): boolean | undefined {
  const [first, second] = [numberOf(left), numberOf(right)];
  const order = ORDER[operator];
  if (order) return first === undefined || second === undefined ? undefined : order(first, second);
  switch (operator) {
    case 'is':
    case 'is not':
      if (left.kind === 'instance' && right.kind === 'instance') return (left === right) === (operator === 'is');
      return operator === 'is' ? equal(left, right) : negated(equal(left, right));
    case '==':
      return equal(left, right);
    case '!=':
      return negated(equal(left, right));
    case 'in':
      return contains(right, left);
    case 'not in':
      return negated(contains(right, left));
    default:
      return undefined;
  }
}

export const negated = (decided: boolean | undefined): boolean | undefined => (decided === undefined ? undefined : !decided);

function contains(container: Value, item: Value): boolean | undefined {
  if (container.kind === 'string' && item.kind === 'string') return container.value.includes(item.value);
  if (container.kind === 'dictionary') {
    const key = keyOf(item);
    return key === undefined ? undefined : container.entries.has(key) || (container.doubt ? undefined : false);
  }
  if (container.kind === 'reference' && container.path === 'os.environ') return false;
  const listed = container.kind === 'reference' ? /^(.+)\.__dir__$/.exec(container.path)?.[1] : undefined;
  if (listed !== undefined) return /^(torch|numpy|math)\b/.test(listed) ? true : undefined;
  if (container.kind !== 'sequence') return undefined;
  const found = container.items.map(each => equal(each, item));
  if (found.includes(true)) return true;
  return found.includes(undefined) || container.doubt ? undefined : false;
}

/** A decided truth as a value. */
export const decided = (value: boolean | undefined, reason: () => Unknown): Value =>
  value === undefined ? undecidedPlain(reason()) : boolean(value);
