import { boolean, number, text, type Value } from './values';

/** Whether a value counts as true; undefined where that is not decided. */
export function truth(value: Value): boolean | undefined {
  switch (value.kind) {
    case 'number':
      return value.value !== 0 && !Number.isNaN(value.value);
    case 'string':
      return value.value !== '';
    case 'boolean':
      return value.value;
    case 'nothing':
      return false;
    case 'undecided':
    case 'reference':
      return undefined;
    default:
      return true;
  }
}

/** A value inside a text; undefined where it is not decided. */
export function asText(value: Value): string | undefined {
  if (value.kind === 'number' || value.kind === 'string' || value.kind === 'boolean') return String(value.value);
  return undefined;
}

const ARITHMETIC: Readonly<Record<string, (left: number, right: number) => number>> = {
  '+': (left, right) => left + right,
  '-': (left, right) => left - right,
  '*': (left, right) => left * right,
  '/': (left, right) => left / right,
  '%': (left, right) => left % right,
  '**': (left, right) => left ** right,
  '<<': (left, right) => left << right,
  '>>': (left, right) => left >> right,
  '>>>': (left, right) => left >>> right,
  '&': (left, right) => left & right,
  '|': (left, right) => left | right,
  '^': (left, right) => left ^ right,
};

const COMPARISONS: Readonly<Record<string, (left: number | string, right: number | string) => boolean>> = {
  '<': (left, right) => left < right,
  '>': (left, right) => left > right,
  '<=': (left, right) => left <= right,
  '>=': (left, right) => left >= right,
};

/** The result of a binary operator on values that are known; undefined for everything else. */
export function operate(operator: string, left: Value, right: Value): Value | undefined {
  const equal = equality(operator, left, right);
  if (equal !== undefined) return boolean(equal);
  if (left.kind === 'number' && right.kind === 'number') {
    if (Object.hasOwn(ARITHMETIC, operator)) return number(ARITHMETIC[operator]!(left.value, right.value));
    return Object.hasOwn(COMPARISONS, operator) ? boolean(COMPARISONS[operator]!(left.value, right.value)) : undefined;
  }
  if (Object.hasOwn(COMPARISONS, operator) && (left.kind === 'nothing' || right.kind === 'nothing')) {
    const [asNull, asUndefined] = [0, NaN].map(nothing => compared(operator, left, right, nothing));
    return asNull === asUndefined && asNull !== undefined ? boolean(asNull) : undefined;
  }
  if (operator !== '+' || (left.kind !== 'string' && right.kind !== 'string')) return undefined;
  const [first, second] = [asText(left), asText(right)];
  return first === undefined || second === undefined || first.length + second.length > 4096 ? undefined : text(first + second);
}

/** A comparison in which `null`, which is 0, or `undefined`, which is no number, takes part. */
function compared(operator: string, left: Value, right: Value, nothing: number): boolean | undefined {
  const [first, second] = [left, right].map(({ kind, ...rest }) =>
    kind === 'number' ? (rest as { value: number }).value : kind === 'nothing' ? nothing : undefined,
  );
  return first === undefined || second === undefined ? undefined : COMPARISONS[operator]!(first, second);
}

function equality(operator: string, left: Value, right: Value): boolean | undefined {
  const same = operator === '===' || operator === '==';
  if (!same && operator !== '!==' && operator !== '!=') return undefined;
  if (left.kind === 'nothing' || right.kind === 'nothing') {
    const other = left.kind === 'nothing' ? right : left;
    if (other.kind === 'undecided' || other.kind === 'reference') return undefined;
    return (other.kind === 'nothing') === same;
  }
  const plain = ['number', 'string', 'boolean'];
  if (left.kind !== right.kind || !plain.includes(left.kind)) return undefined;
  return ((left as { value: unknown }).value === (right as { value: unknown }).value) === same;
}
