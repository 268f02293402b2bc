import type { Node } from '../syntaxNode';
import type { ClassValue } from './classes';
import type { ScriptModules } from './modules';
import type { Scope } from './scope';
import type { Call, LibraryValue, Value } from './values';

/** What a library adds to the language. Each method answers undefined for what it does not know. */
export interface Library {
  /** What an imported module stands for. */
  importPath(module: string): string | undefined;
  /** A name that nothing in the source declares. */
  global(name: string): Value | undefined;
  call(path: string, call: Call, context: Context): Value | undefined;
  attribute(value: LibraryValue, name: string, context: Context): Value | undefined;
  /** `value.name = assigned`; false when that is not followed. */
  assign(value: LibraryValue, name: string, assigned: Value): boolean;
  /** An object of a class that derives from a class of the library, before its constructor runs. */
  instantiate(path: string, classValue: ClassValue, call: Call, context: Context): LibraryValue | undefined;
  /** The library's own constructor of such an object: what `super(…)` hands it. */
  initialise(value: LibraryValue, call: Call): void;
  /** `value instanceof path`; undefined where that is not decided. */
  isInstance(value: LibraryValue, path: string): boolean | undefined;
  /** Whether a function that is not known leaves what it is handed alone. */
  isHarmless(path: string): boolean;
}

/** How a run of statements ended; `lost`: whether it jumped is not decided. */
export type Completion = undefined | { readonly jump: 'return'; readonly value: Value } | { readonly jump: 'break' | 'continue' | 'lost' };

/** What the rules of statements and expressions need of the evaluator. */
export interface Context {
  readonly library: Library;
  readonly modules: ScriptModules;
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
