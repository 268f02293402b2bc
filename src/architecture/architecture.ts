import type { Composition, Side } from './composition';
import type { Program } from './computation';
import type { Instantiation } from './instantiation';

/** A value that was read from a source, or the reason why it could not be. */
export type Known<T> = { readonly known: true; readonly value: T } | Unknown;

/** Why a value is not known, and where in the source that was decided. */
export interface Unknown {
  readonly known: false;
  /** One clause, as "`cfg.width` comes from argparse". */
  readonly why: string;
  /** Zero-based line in the definition's file. */
  readonly line: number;
}

export const known = <T>(value: T): Known<T> => ({ known: true, value });
export const unknown = (why: string, line: number): Unknown => ({ known: false, why, line });

/** A stretch of a source file, zero-based like the editor's. */
export interface SourceRange {
  readonly startLine: number;
  readonly startColumn: number;
  readonly endLine: number;
  readonly endColumn: number;
}

/** One learnable tensor, named as its framework names it, relative to its layer: `weight`, `in_proj_weight`. */
export interface Parameter {
  readonly name: string;
  readonly shape: readonly number[];
  /**
   * Spectral norm expected at initialisation of the tensor as a matrix (rows = outputs), absent for vectors.
   * From the framework's initialiser and the shape (random-matrix value); an estimate.
   */
  readonly initialSpectralNorm?: number;
  /** Rows of the tensor as a matrix, where they are not its first side: kernels of Keras and Flax end with the outputs. */
  readonly outputs?: number;
}

export type LayerKind =
  | 'linear'
  | 'convolution'
  | 'normalisation'
  | 'activation'
  | 'attention'
  | 'transformer block'
  | 'embedding'
  | 'parameter'
  | 'pooling'
  | 'shape'
  | 'dropout'
  | 'container'
  | 'other';

/** One layer of a definition: what the source constructs at one place. */
export interface Layer {
  /** Attribute path within the definition, as `decoder.0.linear1`; also the prefix of its parameters' names. */
  readonly path: string;
  /** The class that is constructed, as written: `nn.Linear`. */
  readonly type: string;
  readonly kind: LayerKind;
  /** The construction arguments that were understood, by the framework's argument name. */
  readonly arguments: Readonly<Record<string, Known<number | string | boolean>>>;
  /** Own learnable tensors (children excluded), or why they are not known. */
  readonly parameters: Known<readonly Parameter[]>;
  /** Own tensors that the framework counts as parameters but does not train; absent when there are none. */
  readonly frozen?: readonly Parameter[];
  /** Own tensors that are part of its state and no parameters, as running means; absent when there are none. */
  readonly buffers?: Known<readonly Parameter[]>;
  readonly children: readonly Layer[];
  /** Shapes of what it was given and made in the forward pass, batch first, as far as they are known; absent when it was not met. */
  readonly inputShape?: readonly Side[];
  readonly outputShape?: readonly Side[];
  /** Where it is constructed in the source. */
  readonly range: SourceRange;
}

export type Framework = 'pytorch' | 'keras' | 'flax' | 'tensorflow.js' | 'hugging face';

/** Where a construction argument comes from: a comment over the class, a call in its file, the call that was asked for, or its default. */
export type ArgumentSource = 'directive' | 'study' | 'caller' | 'call' | 'default';

/** A value that a source writes down. */
export type PlainValue = number | string | boolean | null | readonly PlainValue[];

/** One argument that a definition was constructed with. */
export interface GivenArgument {
  readonly name: string;
  /** What stands for it where it is no plain value: the name of a class or function, its type. */
  readonly value: Known<PlainValue>;
  readonly source: ArgumentSource;
  /** Zero-based line of the comment, the call or the default. */
  readonly line: number;
}

/** What a definition says: its layers with shapes and counts, and what stays unknown with the reason. */
export interface Architecture {
  readonly framework: Framework;
  readonly name: string;
  /** The header of the definition: what a code lens stands over. */
  readonly range: SourceRange;
  readonly layers: readonly Layer[];
  /** The arguments that it was constructed with, and where each comes from; absent where there are none to speak of. */
  readonly arguments?: readonly GivenArgument[];
  /** Number of learnable scalars; known only when every contribution is. */
  readonly parameterCount: Known<number>;
  /** How the layers compose in a forward pass, or why that is not known; absent where no reader looks. */
  readonly composition?: Known<Composition>;
  /** How its features are computed, or why that is not known; only where somebody asked for it. */
  readonly program?: Known<Program>;
  /** What stands in the way of training its `forward`; absent where no reader looks. */
  readonly instantiation?: Instantiation;
}
