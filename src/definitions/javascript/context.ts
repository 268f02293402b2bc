import type { Node } from '../syntaxNode';
import type { Call, LibraryValue, Scope, Value } from './values';

/** What a library adds to the language. Each method answers undefined for what it does not know. */
export interface Library {
  /** What an imported module stands for. */
  importPath(module: string): string | undefined;
  /** A name that nothing in the source declares. */
  global(name: string): Value | undefined;
  call(path: string, call: Call): Value | undefined;
  attribute(value: LibraryValue, name: string): Value | undefined;
  /** `value.name = assigned`; false when that is not followed. */
  assign(value: LibraryValue, name: string, assigned: Value): boolean;
  /** Whether a function that is not known leaves what it is handed alone. */
  isHarmless(path: string): boolean;
}

/** How a run of statements ended; `lost`: whether it jumped is not decided. */
export type Completion = undefined | { readonly jump: 'return'; readonly value: Value } | { readonly jump: 'break' | 'continue' | 'lost' };

/** What the rules of statements and expressions need of the evaluator. */
export interface Context {
  readonly library: Library;
  /** The value of an expression. */
  evaluate(node: Node, scope: Scope): Value;
  /** One statement. */
  statement(node: Node, scope: Scope): Completion;
  /** Statements in order, functions declared before. */
  run(statements: readonly Node[], scope: Scope): Completion;
  call(callee: Value, call: Call): Value;
  /** Takes steps of the budget for work that is more than one. */
  spend(steps: number): void;
}
