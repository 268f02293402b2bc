import type { LayerKind, Parameter } from '../architecture';
import { initialSpectralNorm } from '../initialNorm';
import { convolutionGain } from '../windowGains';
import { ConfigurationProblem } from './configuration';
import { chained, type Entry, type Forward } from './flow';

/** A module of a Hugging Face model: its own tensors and the modules inside it, by attribute name. */
export interface Part {
  /** The class, as `nn.Linear`. */
  readonly type: string;
  readonly kind: LayerKind;
  readonly parameters: readonly Parameter[];
  /** Parameters with `requires_grad` off. */
  readonly frozen?: readonly Parameter[];
  readonly children: ReadonlyMap<string, Part>;
  /** How its inputs become its results; what a part without one computes is not known. */
  readonly forward?: Forward;
  /** What the model that it is takes. */
  readonly inputs?: readonly Entry[];
}

/** Modules inside a part by name; undefined for one that is switched off. */
export type Children = Readonly<Record<string, Part | undefined>>;

/** A module that is more than a layer. Its type is written in words, since the library's class names tell a reader less. */
export function group(type: string, children: Children, parameters: readonly Parameter[] = [], kind: LayerKind = 'container'): Part {
  const present = Object.entries(children).flatMap(([name, part]) => (part ? [[name, part] as const] : []));
  return { type, kind, parameters, children: new Map(present) };
}

/** A part with how its inputs become its results, and the inputs of the model that it is. */
export const walked = (part: Part, forward: Forward, inputs?: readonly Entry[]): Part => ({ ...part, forward, ...(inputs && { inputs }) });

/** A model: what it takes are the inputs of the first part inside that names any. */
export function model(children: Children, forward: Forward, parameters: readonly Parameter[] = []): Part {
  return walked(group('model', children, parameters), forward);
}

/** The inputs of a model: its own, or those of the parts inside. */
export const entriesOf = (part: Part): readonly Entry[] => part.inputs ?? [...part.children.values()].flatMap(entriesOf);

const MAXIMUM_BLOCKS = 2000;

/** `count` equal blocks in a list. */
export function blocks(count: number, make: (index: number) => Part): Part {
  if (count > MAXIMUM_BLOCKS) throw new ConfigurationProblem('', `${count} blocks are more than any model has`);
  return walked(group('nn.ModuleList', Object.fromEntries(Array.from({ length: count }, (_, index) => [index, make(index)]))), chained);
}

/** A tensor that no norm is expected of: a bias, a gain, a token. */
export const tensor = (name: string, ...shape: number[]): Parameter => ({ name, shape });

/** A tensor that starts at 0, as tokens and biases that are added as they are. */
export const zeros = (name: string, ...shape: number[]): Parameter => ({ ...tensor(name, ...shape), initialSpectralNorm: 0 });

/** A token, or one for each place, drawn with a standard deviation: as one row its spectral norm is its length. */
export const token =
  (shape: readonly number[], deviation: number) =>
  (name: string): Parameter =>
    matrix(name, [1, ...shape], deviation);

/** A vector whose entries all start at one value; as one column its spectral norm is its length. */
export const constantVector = (name: string, size: number, value: number): Parameter => ({
  ...tensor(name, size),
  initialSpectralNorm: Math.abs(value) * Math.sqrt(size),
});

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
  return mapping(leaf('nn.Linear', 'linear', bias ? [weight, tensor('bias', outputs)] : [weight]), outputs);
}

/** GPT-2's linear layer, transposed: weight [inputs, outputs]. */
export const transposedLinear = (inputs: number, outputs: number, deviation: number): Part =>
  mapping(leaf('Conv1D', 'linear', [matrix('weight', [inputs, outputs], deviation), tensor('bias', outputs)]), outputs);

const mapping = (part: Part, outputs: number): Part =>
  walked(part, ({ flow, path }, [input]) => [flow.linear(path, 'weight', input!, outputs)]);

/** How a convolution moves: as far as its kernel is wide, unless it is said. */
export interface Moves {
  readonly bias?: boolean;
  readonly stride?: readonly number[];
  readonly padding?: number;
}

/** weight [outputs, inputs/groups, …kernel]. */
export function convolution(
  inputs: number,
  outputs: number,
  kernel: readonly number[],
  deviation: number,
  { bias = true, stride = kernel, padding = 0 }: Moves = {},
): Part {
  const weight = matrix('weight', [outputs, inputs, ...kernel], deviation);
  const part = leaf(`nn.Conv${kernel.length}d`, 'convolution', bias ? [weight, tensor('bias', outputs)] : [weight]);
  const gain = convolutionGain(kernel.map((size, axis) => ({ kernel: size, stride: stride[axis]!, dilation: 1 })));
  return walked(part, ({ flow, path }, [input]) => {
    const [batch, , ...sides] = flow.sides(input!);
    const moved = sides.map((side, axis) =>
      typeof side === 'number' ? Math.floor((side + 2 * padding - kernel[axis]!) / stride[axis]!) + 1 : null,
    );
    return [flow.emit({ kind: 'layer', path, tensor: 'weight', gain }, [input!], [batch!, outputs, ...moved], 1)];
  });
}

/** A table of `count` rows; where it is not learnable it holds sines, which are at most 1. */
export function embedding(count: number, width: number, deviation: number, learnable = true): Part {
  const table = [{ ...tensor('weight', count, width), initialSpectralNorm: initialSpectralNorm(width, count, deviation) }];
  const part = leaf('nn.Embedding', 'embedding', learnable ? table : []);
  return walked(learnable ? part : { ...part, frozen: table }, ({ flow, path }, [input]) => {
    const sides = [...flow.sides(input!), width];
    return [
      flow.emit(learnable ? { kind: 'lookup', path, tensor: 'weight' } : { kind: 'constant', entry: 1 }, learnable ? [input!] : [], sides),
    ];
  });
}

const normalising = (part: Part, size: number, epsilon: number): Part =>
  walked(part, ({ flow, path }, [input]) => [
    flow.emit({ kind: 'normalisation', path, over: 'rows', size, epsilon }, [input!], flow.sides(input!)),
  ]);

/** Gain and bias. */
export const layerNorm = (width: number, epsilon: number): Part =>
  normalising(leaf('nn.LayerNorm', 'normalisation', [tensor('weight', width), tensor('bias', width)]), width, epsilon);

/** Gain alone. */
export const rmsNorm = (width: number, epsilon: number): Part =>
  normalising(leaf('RMSNorm', 'normalisation', [tensor('weight', width)]), width, epsilon);

const leaf = (type: string, kind: LayerKind, parameters: readonly Parameter[]): Part => ({ type, kind, parameters, children: new Map() });
