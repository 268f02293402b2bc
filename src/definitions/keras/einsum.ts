import type { LayerInputs } from '../../architecture/keras/kerasRule';
import type { Shape } from '../../architecture/keras/shape';
import type { Value } from '../python/values';

/** The axes of the operands and of the result of an `einsum`, one letter each. */
export interface Equation {
  readonly operands: readonly string[];
  readonly result: string;
}

/** Letters that stand for what `...` leaves open. */
const OPEN = 'ABCDEFGH';

/** The equation that a text says for operands of these ranks; undefined where it names no result, repeats a letter, or does not fit. */
export function equationOf(text: Value | undefined, ranks: readonly number[]): Equation | undefined {
  if (text?.kind !== 'string') return undefined;
  const [left = '', right] = text.value.replace(/\s/g, '').split('->');
  const written = left.split(',');
  if (right === undefined || written.length !== ranks.length) return undefined;
  const open = written.map((part, place) => (part.includes('...') ? ranks[place]! - part.length + 3 : 0));
  const most = Math.max(0, ...open);
  const filled = (part: string, count: number) => part.replace('...', OPEN.slice(most - count, most));
  const operands = written.map((part, place) => filled(part, open[place]!));
  const result = filled(right, most);
  const isWhole = (part: string) => /^[A-Za-z]*$/.test(part) && new Set(part).size === part.length;
  const fits = operands.every((part, place) => isWhole(part) && part.length === ranks[place]);
  return fits && most <= OPEN.length && isWhole(result) && Array.from(result).every(letter => operands.join('').includes(letter))
    ? { operands, result }
    : undefined;
}

/** The shape that an `einsum` makes; a side of 1 may meet a larger one. */
export function contracted({ operands, result }: Equation, inputs: LayerInputs): Shape {
  return Array.from(result).map(letter => {
    const sides = operands.flatMap((part, place) => (part.includes(letter) ? [inputs.at(place)[part.indexOf(letter)] ?? null] : []));
    const fixed = [...new Set(sides.filter(side => side !== 1))];
    if (fixed.filter(side => side !== null).length > 1) return inputs.undecided('its operands do not fit');
    return fixed.includes(null) ? (fixed.find(side => side !== null) ?? null) : (fixed[0] ?? 1);
  });
}

/** Whether every axis that is summed over is one of both of two operands: the entries of a product of matrices, laid out in some order. */
export function isProduct({ operands, result }: Equation): boolean {
  const [first, second] = operands;
  if (operands.length !== 2 || first === undefined || second === undefined) return false;
  return Array.from(first + second).every(letter => result.includes(letter) || (first.includes(letter) && second.includes(letter)));
}
