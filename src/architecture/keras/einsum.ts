import type { LayerArguments } from '../torch/layerArguments';
import type { LayerInputs } from './kerasRule';
import type { Shape } from './shape';

/** What an equation of `EinsumDense` says of its kernel and its output. */
export interface Einsum {
  readonly kernelShape: readonly number[];
  readonly outputShape: Shape;
  /** The letters of the output; the batch of `...` has none. */
  readonly letters: readonly string[];
}

/** Reads `ab,bc->ac` (also with `...` at the head) against `output_shape`, which leaves out the batch. Throws `Undecided` where they do not fit. */
export function einsumOf(values: LayerArguments, inputs: LayerInputs): Einsum {
  const equation = values.word('equation') ?? '';
  const parts = /^(\.\.\.)?([a-zA-Z]+),([a-zA-Z]+)->(\.\.\.)?([a-zA-Z]+)$/.exec(equation.replace(/\s/g, ''));
  if (!parts || (parts[1] === undefined) !== (parts[4] === undefined))
    return values.undecided(`the equation '${equation}' is not followed`);
  const [inputLetters, kernelLetters, letters] = [parts[2], parts[3], parts[5]].map(word => Array.from(word!)) as [
    string[],
    string[],
    string[],
  ];
  const input = inputs.first;
  const lead = parts[1] === undefined ? [] : input.slice(0, input.length - inputLetters.length);
  const sides = new Map<string, number | null>();
  const named = input.slice(lead.length);
  if (named.length !== inputLetters.length) inputs.undecided(`its input does not fit the equation '${equation}'`);
  inputLetters.forEach((letter, axis) => sides.set(letter, named[axis]!));
  const output = values.sides('output_shape');
  const free = letters.slice(letters.length - output.length);
  if (free.length !== output.length && lead.length === 0) values.undecided(`output_shape does not fit the equation '${equation}'`);
  free.forEach((letter, axis) => {
    const side = output[output.length - free.length + axis] ?? null;
    if (side !== null || !sides.has(letter)) sides.set(letter, side);
  });
  const kernelShape = kernelLetters.map(letter => sides.get(letter) ?? values.undecided(`axis ${letter} of the kernel has no fixed size`));
  return { kernelShape, outputShape: [...lead, ...letters.map(letter => sides.get(letter) ?? null)], letters };
}
