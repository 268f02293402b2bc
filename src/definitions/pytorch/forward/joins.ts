import { dimension, equalSides, numberOf } from './dimension';
import type { Recorder } from './recorder';
import { broadcast } from './shapes';
import { SymbolicTensor, type Sides } from './symbolicTensor';

/** Brings two tensors to one shape, rows along one axis; undefined when their shapes do not fit. */
function aligned(recorder: Recorder, left: SymbolicTensor, right: SymbolicTensor, line: number) {
  const sides = broadcast(left.sides, right.sides);
  if (left.sides && right.sides && !sides) return undefined;
  const [first, second] = [recorder.expand(left, sides, line), recorder.expand(right, sides, line)];
  const axes = [first, second].map(each => each.features + (sides?.length ?? 0) - (each.sides?.length ?? 0));
  const isSource = (tensor: SymbolicTensor) => ['parameter', 'constant'].includes(recorder.nodes[tensor.node]!.kind);
  const features = isSource(left) ? axes[1]! : axes[0]!;
  return {
    sides,
    features,
    tensors: [first, second].map(each => (each.sides?.length === sides?.length ? recorder.along(each, features, line) : each)) as [
      SymbolicTensor,
      SymbolicTensor,
    ],
  };
}

const noFit = (recorder: Recorder, name: string, left: SymbolicTensor, right: SymbolicTensor, line: number): SymbolicTensor =>
  recorder.unknown(name, `${shown(left)} and ${shown(right)} do not fit`, line, [left, right]);

const shown = (tensor: SymbolicTensor): string =>
  `(${(tensor.sides ?? []).map(side => (side ? [side.factor, ...side.symbols].join('·') : '?')).join(', ')})`;

/** The sum or difference of two tensors. */
export function add(recorder: Recorder, name: string, left: SymbolicTensor, right: SymbolicTensor, line: number): SymbolicTensor {
  const both = aligned(recorder, left, right, line);
  if (!both) return noFit(recorder, name, left, right, line);
  return recorder.emit({ kind: 'sum', run: { op: name === '-' ? 'subtract' : 'add' } }, both.tensors, both.sides, line, both.features);
}

/** The product of two tensors, entry by entry. */
export function multiply(recorder: Recorder, name: string, left: SymbolicTensor, right: SymbolicTensor, line: number): SymbolicTensor {
  const both = aligned(recorder, left, right, line);
  if (!both) return noFit(recorder, name, left, right, line);
  return recorder.emit({ kind: 'product', of: 'entries', run: { op: 'multiply' } }, both.tensors, both.sides, line, both.features);
}

/** `torch.cat`. */
export function concatenate(recorder: Recorder, tensors: readonly SymbolicTensor[], axis: number, line: number): SymbolicTensor {
  const [first] = tensors;
  if (!first?.sides || tensors.some(({ sides }) => sides?.length !== first.sides!.length))
    return recorder.emit({ kind: 'concatenation', along: 'features' }, tensors, undefined, line);
  const place = axis < 0 ? first.sides.length + axis : axis;
  const total = tensors.reduce<ReturnType<typeof dimension> | undefined>((sum, { sides }) => {
    const side = sides![place];
    return sum && side && (sum.symbols.join() === side.symbols.join() || sum.factor === 0)
      ? { factor: sum.factor + side.factor, symbols: side.symbols }
      : undefined;
  }, dimension(0));
  const sides = first.sides.map((side, each) => {
    if (each === place) return total;
    const all = tensors.map(tensor => tensor.sides![each]);
    return all.find(one => numberOf(one) !== undefined) ?? (all.every(one => one && side && equalSides(one, side)) ? side : undefined);
  });
  const { features } = tensors.find(tensor => recorder.nodes[tensor.node]!.kind !== 'parameter') ?? first;
  const moved = tensors.map(tensor => recorder.along(tensor, features, line));
  const along = place === features ? 'features' : 'positions';
  return recorder.emit({ kind: 'concatenation', along, run: { op: 'concatenate', axis: place } }, moved, sides, line, features);
}

/** The shape of a matrix product, leading axes broadcast; undefined when the inner sides do not fit, with `sides` undefined when they are not known. */
export function matrixShape(left: Sides, right: Sides): { readonly sides: Sides } | undefined {
  if (!left || !right || left.length === 0 || right.length === 0) return { sides: undefined };
  const [inner, other] = [left.at(-1), right.length === 1 ? right[0] : right.at(-2)];
  const [one, two] = [numberOf(inner), numberOf(other)];
  if (one !== undefined && two !== undefined && one !== two) return undefined;
  if (right.length === 1) return { sides: left.slice(0, -1) };
  if (left.length === 1) return { sides: [...right.slice(0, -2), right.at(-1)] };
  const batch = broadcast(left.slice(0, -2), right.slice(0, -2));
  return { sides: batch && [...batch, left.at(-2), right.at(-1)] };
}
