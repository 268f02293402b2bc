import type { Entrywise } from '../../../architecture/computation';
import type { ComputedActivation } from '../../../architecture/computedFunctions';
import type { Side } from '../../../architecture/composition';
import { refused, type ProgramBuilder } from './programBuilder';

/** Entrywise functions that Keras, Flax and TensorFlow name alike, by their name without underscores. */
const FUNCTIONS: Readonly<Record<string, readonly [name: ComputedActivation, numbers?: Readonly<Record<string, number>>]>> = {
  relu: ['relu'],
  relu6: ['relu6'],
  elu: ['elu'],
  selu: ['selu'],
  celu: ['celu'],
  gelu: ['gelu'],
  gelutanh: ['gelu', { approximate: 1 }],
  silu: ['silu'],
  swish: ['silu'],
  mish: ['mish'],
  sigmoid: ['sigmoid'],
  logsigmoid: ['logsigmoid'],
  hardsigmoid: ['hardsigmoid'],
  hardsilu: ['hardswish'],
  hardswish: ['hardswish'],
  hardtanh: ['hardtanh'],
  leakyrelu: ['leakyrelu', { negative_slope: 0.2 }],
  softplus: ['softplus'],
  softsign: ['softsign'],
  tanh: ['tanh'],
  tanhshrink: ['tanhshrink'],
  exp: ['exp'],
  exponential: ['exp'],
  expm1: ['expm1'],
  log: ['log'],
  log1p: ['log1p'],
  log2: ['log2'],
  sqrt: ['sqrt'],
  rsqrt: ['rsqrt'],
  reciprocal: ['reciprocal'],
  abs: ['abs'],
  absolute: ['abs'],
  sin: ['sin'],
  cos: ['cos'],
  erf: ['erf'],
};

const bare = (name: string): string => name.replaceAll('_', '').toLowerCase();

/** A function of every entry by its name; null for the identity, undefined for one that is not known. */
export function entrywise(name: string): Entrywise | null | undefined {
  const key = bare(name);
  if (key === 'linear' || key === 'identity') return null;
  const found = Object.hasOwn(FUNCTIONS, key) ? FUNCTIONS[key]! : undefined;
  return found && { name: found[0], numbers: found[1] ?? {} };
}

/** A function of every entry by its name; undefined for one that is not known. Softmax goes along the last axis. */
export function applied(
  builder: ProgramBuilder,
  place: number,
  name: string,
  line: number,
  numbers?: Readonly<Record<string, number>>,
): number | undefined {
  const key = bare(name);
  const shape = builder.shape(place);
  if (key === 'softmax' || key === 'logsoftmax')
    return builder.emit({ op: 'softmax', axis: builder.sides(place).length - 1, logarithm: key !== 'softmax' }, [place], shape, line);
  const found = entrywise(name);
  return found
    ? builder.emit({ op: 'activation', ...found, numbers: { ...found.numbers, ...numbers } }, [place], shape, line)
    : found === null
      ? place
      : undefined;
}

export const times = (builder: ProgramBuilder, place: number, number: number, line: number): number =>
  number === 1 ? place : builder.emit({ op: 'times', number }, [place], builder.shape(place), line);

export const plus = (builder: ProgramBuilder, place: number, number: number, line: number): number =>
  number === 0 ? place : builder.emit({ op: 'plus', number }, [place], builder.shape(place), line);

export const powered = (builder: ProgramBuilder, place: number, exponent: number, line: number): number =>
  builder.emit({ op: 'activation', name: 'power', numbers: { exponent } }, [place], builder.shape(place), line);

export const clamped = (builder: ProgramBuilder, place: number, numbers: Readonly<Record<string, number>>, line: number): number =>
  builder.emit({ op: 'activation', name: 'clamp', numbers }, [place], builder.shape(place), line);

type Pair = 'add' | 'subtract' | 'multiply' | 'divide' | 'maximum' | 'minimum';

/** Two results met entry by entry, repeated along axes of side 1. Throws `Undecided` where they do not fit. */
export function paired(builder: ProgramBuilder, op: Pair, left: number, right: number, line: number): number {
  if (op === 'maximum' || op === 'minimum') {
    // max(x, y) = x + relu(y − x), min(x, y) = x − relu(x − y)
    const [one, other] = op === 'maximum' ? [right, left] : [left, right];
    const rest = applied(builder, paired(builder, 'subtract', one, other, line), 'relu', line)!;
    return paired(builder, op === 'maximum' ? 'add' : 'subtract', left, rest, line);
  }
  return builder.emit({ op }, [left, right], met(builder.sides(left), builder.sides(right), line), line);
}

/** The sides of two tensors met entry by entry. */
function met(left: readonly Side[], right: readonly Side[], line: number): readonly Side[] {
  const rank = Math.max(left.length, right.length);
  const whole = (sides: readonly Side[]): readonly Side[] => [...Array<number>(rank - sides.length).fill(1), ...sides];
  const [one, other] = [whole(left), whole(right)];
  return one.map((side, axis) => {
    const second = other[axis]!;
    if (side === second || second === 1) return side;
    if (side === 1) return second;
    return refused(`shapes (${left.join(', ')}) and (${right.join(', ')}) do not fit`, line);
  });
}
