import type { Parameter } from '../architecture';
import { initialSpectralNorm } from '../initialNorm';
import type { LayerArguments } from '../torch/layerArguments';

/** Standard deviations of the initialisers that Keras and Flax name, from a weight's fan-in and fan-out. */
const DEVIATIONS: Readonly<Record<string, (fanIn: number, fanOut: number) => number>> = {
  glorot_uniform: (fanIn, fanOut) => Math.sqrt(2 / (fanIn + fanOut)),
  glorot_normal: (fanIn, fanOut) => Math.sqrt(2 / (fanIn + fanOut)),
  he_uniform: fanIn => Math.sqrt(2 / fanIn),
  he_normal: fanIn => Math.sqrt(2 / fanIn),
  lecun_uniform: fanIn => Math.sqrt(1 / fanIn),
  lecun_normal: fanIn => Math.sqrt(1 / fanIn),
  uniform: () => 0.05 / Math.sqrt(3),
  random_uniform: () => 0.05 / Math.sqrt(3),
  normal: () => 0.05,
  random_normal: () => 0.05,
  truncated_normal: () => 0.05,
};

/** How a kernel is laid out: its matrix and the fans that its initialiser sees. */
export interface KernelLayout {
  readonly rows: number;
  readonly columns: number;
  readonly fanIn: number;
  readonly fanOut: number;
}

/** A kernel with the spectral norm that the initialiser named by an argument gives it; without one for an initialiser that is not known. */
export function kernel(name: string, shape: readonly number[], layout: KernelLayout, values: LayerArguments, argument: string): Parameter {
  return initialised(name, shape, layout, values.wordIfKnown(argument));
}

/** A kernel under an initialiser that the layer itself fixes. */
export function initialised(name: string, shape: readonly number[], layout: KernelLayout, initialiser: string | undefined): Parameter {
  const { rows, columns, fanIn, fanOut } = layout;
  const word = initialiser?.replace(/([a-z])([A-Z])/g, '$1_$2').toLowerCase() ?? '';
  if (word === 'orthogonal') return { name, shape, outputs: rows, initialSpectralNorm: 1 };
  const deviation = Object.hasOwn(DEVIATIONS, word) ? DEVIATIONS[word]!(fanIn, fanOut) : undefined;
  if (deviation === undefined || !Number.isFinite(deviation)) return { name, shape, outputs: rows };
  return { name, shape, outputs: rows, initialSpectralNorm: initialSpectralNorm(rows, columns, deviation) };
}
