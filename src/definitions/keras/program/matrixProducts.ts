import type { Side } from '../../../architecture/composition';
import type { Equation } from '../einsum';
import { permuted, reshapedTo } from './channelsLast';
import { refused, type ProgramBuilder } from './programBuilder';

/** A product of matrices over the last two axes, leading ones broadcast; the second factor is transposed where that is said. */
export function multiplied(builder: ProgramBuilder, [left, right]: readonly number[], turnsRight: boolean, line: number): number {
  const last = (place: number): number => {
    const rank = builder.sides(place).length;
    return permuted(
      builder,
      place,
      Array.from({ length: rank }, (_, axis) => (axis === rank - 1 ? rank - 2 : axis === rank - 2 ? rank - 1 : axis)),
      line,
    );
  };
  const second = turnsRight ? last(right!) : right!;
  const [one, other] = [builder.sides(left!), builder.sides(second)];
  if (one.length < 2 || other.length < 2 || one.at(-1) !== other.at(-2)) return refused('its sides do not fit', line);
  const lead = one.length >= other.length ? one.slice(0, -2) : other.slice(0, -2);
  return builder.emit({ op: 'matrix product' }, [left!, second], [...lead, one.at(-2)!, other.at(-1)!], line);
}

/** A product of two tensors whose common letters are summed over or kept, as a product of matrices. */
export function summed(builder: ProgramBuilder, inputs: readonly number[], { operands, result }: Equation, line: number): number {
  const [one, other] = operands as [string, string];
  if (operands.length !== 2) return refused('equations of two tensors are computed', line);
  const sides = new Map(
    operands.flatMap((part, place) => Array.from(part, (letter, axis) => [letter, builder.sides(inputs[place]!)[axis]!] as const)),
  );
  const shared = Array.from(one).filter(letter => other.includes(letter));
  const batch = shared.filter(letter => result.includes(letter));
  const gone = shared.filter(letter => !result.includes(letter));
  const rows = Array.from(one).filter(letter => !other.includes(letter));
  const columns = Array.from(other).filter(letter => !one.includes(letter));
  if ([...rows, ...columns].some(letter => !result.includes(letter))) return refused('it sums over an axis of one tensor alone', line);
  const arranged = (place: number, part: string, ...groups: readonly (readonly string[])[]): number => {
    const order = [...batch, ...groups.flat()].map(letter => part.indexOf(letter));
    const sorted = order.every((axis, each) => axis === each) ? inputs[place]! : permuted(builder, inputs[place]!, order, line);
    return grouped(sorted, [...batch.map(letter => [letter]), ...groups]);
  };
  const grouped = (place: number, groups: readonly (readonly string[])[]): number =>
    groups.every(({ length }) => length === 1) ? place : reshapedTo(builder, place, groups.map(total), line);
  const total = (letters: readonly string[]): Side => {
    if (letters.length === 1) return sides.get(letters[0]!)!;
    const own = letters.map(letter => sides.get(letter)!);
    const open = own.find(side => typeof side === 'string');
    if (open !== undefined) {
      const rest = own.filter(side => side !== open).reduce<number>((product, side) => product * Number(side), 1);
      return rest === 1 ? open : `${rest}·${open}`;
    }
    return own.reduce<number>((product, side) => product * Number(side), 1);
  };
  const product = multiplied(builder, [arranged(0, one, rows, gone), arranged(1, other, gone, columns)], false, line);
  const letters = [...batch, ...rows, ...columns];
  const apart = reshapedTo(
    builder,
    product,
    letters.map(letter => sides.get(letter)!),
    line,
  );
  const order = Array.from(result, letter => letters.indexOf(letter));
  return order.every((axis, place) => axis === place) ? apart : permuted(builder, apart, order, line);
}
