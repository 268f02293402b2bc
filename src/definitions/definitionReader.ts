import type { Node } from './syntaxNode';
import type { Architecture } from '../architecture/architecture';
import type { ParsedSources } from './python/parsedSources';
import type { SourceFiles } from './python/sourceFiles';

/** What shall be computed of a definition. */
export interface ProgramRequest {
  /** Name of the definition; of the expression's model where one is asked for. */
  readonly name: string;
  /** Sides that one input may have, without the batch, likeliest first. */
  readonly inputs: readonly (readonly number[])[];
  /** The method that makes the features; `forward` when absent. */
  readonly method?: string;
  /** The layer whose first input or output they are; what the method returns when absent. */
  readonly outlet?: { readonly layer: string; readonly side: 'input' | 'output' };
}

/** What a study trains of a definition: the method that makes the features, and the layer at which they are taken. */
export type TrainedPart = Pick<ProgramRequest, 'method' | 'outlet'>;

/** What a reader may look at beside the source itself. */
export interface ReadContext {
  /** Absolute path of the source; absent for a text that is in no file. */
  readonly path?: string;
  readonly files: SourceFiles;
  /** Folders in which absolute imports are looked for after the source's own. */
  readonly folders: readonly string[];
  /** Trees of imported files and of expressions. */
  readonly sources: ParsedSources;
  /** How studies construct definitions of the source, by their names: `Net(width=64)`. */
  readonly studied?: Readonly<Record<string, string>>;
  /** What studies train of definitions of the source, by their names. */
  readonly trained?: Readonly<Record<string, TrainedPart>>;
  /** An expression to evaluate in the source's scope in place of its classes, as `vit_b_16(num_classes=10)`. */
  readonly call?: string;
  /** Asks for the program of a definition. */
  readonly program?: ProgramRequest;
}

/** Reads the definitions of one framework from a parsed source. One implementation a framework; none executes anything. */
export interface DefinitionReader {
  /** Whether a text may define a model at all: a cheap test before it is parsed. */
  mayDefine(text: string): boolean;
  /** The definitions of a source in its order. Text that does not parse gives unknown counts, never a fault. */
  read(root: Node, context: ReadContext): Architecture[];
}
