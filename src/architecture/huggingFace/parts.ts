import type { LayerKind, Parameter } from '../architecture';
import { initialSpectralNorm } from '../initialNorm';
import { ConfigurationProblem } from './configuration';

/** A module of a Hugging Face model: its own tensors and the modules inside it, by attribute name. */
export interface Part {
  /** The class, as `nn.Linear`. */
  readonly type: string;
  readonly kind: LayerKind;
  readonly parameters: readonly Parameter[];
  /** Parameters with `requires_grad` off. */
  readonly frozen?: readonly Parameter[];
  readonly children: ReadonlyMap<string, Part>;
}

/** Modules inside a part by name; undefined for one that is switched off. */
export type Children = Readonly<Record<string, Part | undefined>>;

/** A module that is more than a layer. Its type is written in words, since the library's class names tell a reader less. */
export function group(type: string, children: Children, parameters: readonly Parameter[] = [], kind: LayerKind = 'container'): Part {
  const present = Object.entries(children).flatMap(([name, part]) => (part ? [[name, part] as const] : []));
  return { type, kind, parameters, children: new Map(present) };
}

const MAXIMUM_BLOCKS = 2000;

/** `count` equal blocks in a list. */
export function blocks(count: number, make: (index: number) => Part): Part {
  if (count > MAXIMUM_BLOCKS) throw new ConfigurationProblem('', `${count} blocks are more than any model has`);
  return group('nn.ModuleList', Object.fromEntries(Array.from({ length: count }, (_, index) => [index, make(index)])));
}

/** A tensor that no norm is expected of: a bias, a gain, a token. */
export const tensor = (name: string, ...shape: number[]): Parameter => ({ name, shape });

/** A matrix [rows, columns, …rest] whose entries are drawn with a standard deviation; rows are the outputs. */
export function matrix(name: string, shape: readonly number[], deviation: number): Parameter {
  const [rows, ...rest] = shape as [number, ...number[]];
  return {
    name,
    shape,
    initialSpectralNorm: initialSpectralNorm(
      rows,
      rest.reduce((product, side) => product * side, 1),
      deviation,
    ),
  };
}

/** weight [outputs, inputs] and bias [outputs]. */
export function linear(inputs: number, outputs: number, deviation: number, bias = true): Part {
  const weight = matrix('weight', [outputs, inputs], deviation);
  return leaf('nn.Linear', 'linear', bias ? [weight, tensor('bias', outputs)] : [weight]);
}

/** GPT-2's linear layer, transposed: weight [inputs, outputs]. */
export const transposedLinear = (inputs: number, outputs: number, deviation: number): Part =>
  leaf('Conv1D', 'linear', [matrix('weight', [inputs, outputs], deviation), tensor('bias', outputs)]);

/** weight [outputs, inputs/groups, …kernel]. */
export function convolution(inputs: number, outputs: number, kernel: readonly number[], deviation: number, bias = true): Part {
  const weight = matrix('weight', [outputs, inputs, ...kernel], deviation);
  return leaf(`nn.Conv${kernel.length}d`, 'convolution', bias ? [weight, tensor('bias', outputs)] : [weight]);
}

/** A table of `count` rows. */
export function embedding(count: number, width: number, deviation: number, learnable = true): Part {
  const table = [{ ...tensor('weight', count, width), initialSpectralNorm: initialSpectralNorm(width, count, deviation) }];
  const part = leaf('nn.Embedding', 'embedding', learnable ? table : []);
  return learnable ? part : { ...part, frozen: table };
}

/** Gain and bias. */
export const layerNorm = (width: number): Part => leaf('nn.LayerNorm', 'normalisation', [tensor('weight', width), tensor('bias', width)]);

/** Gain alone. */
export const rmsNorm = (width: number): Part => leaf('RMSNorm', 'normalisation', [tensor('weight', width)]);

const leaf = (type: string, kind: LayerKind, parameters: readonly Parameter[]): Part => ({ type, kind, parameters, children: new Map() });
