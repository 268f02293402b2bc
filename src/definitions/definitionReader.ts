import type { Node } from './syntaxNode';
import type { Architecture } from '../architecture/architecture';

/** Reads the definitions of one framework from a parsed source. One implementation a framework; none executes anything. */
export interface DefinitionReader {
  /** Whether a text may define a model at all: a cheap test before it is parsed. */
  mayDefine(text: string): boolean;
  /** The definitions of a source in its order. Text that does not parse gives unknown counts, never a fault. */
  read(root: Node): Architecture[];
}
