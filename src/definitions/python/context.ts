import type { Node } from '../syntaxNode';
import type { Modules } from './modules';
import type { Scope } from './scope';
import type { Call, ClassValue, InstanceValue, Value } from './values';

/** What evaluating Python needs to know of the libraries that the source imports. Every method answers undefined for what it does not know. */
export interface Library {
  /** The value of a call of a library's function or class. */
  call(path: string, call: Call, context: Context): Value | undefined;
  /** What calling an object of the library returns. */
  callInstance(instance: InstanceValue, call: Call, context: Context): Value | undefined;
  /** The value of an attribute or a bound method; `instance.attributes` was searched before. */
  attribute(value: Value, name: string, context: Context): Value | undefined;
  /** `value.name = assigned`: on a value that only the library understands, and told of it on every other object; `[]` for an element, `op=` after `+=` and its like. */
  assign(value: Value, name: string, assigned: Value, line: number): void;
  /** Told of an attribute of an object before it is set. */
  assigning?(object: InstanceValue, name: string): void;
  /** An instance of a class of the source, before its `__init__` runs. */
  instantiate(classValue: ClassValue, call: Call): InstanceValue;
  /** Carries out `super().__init__(…)` where the base is a library's class. */
  initialise(instance: InstanceValue, base: string, call: Call, context: Context): Value | undefined;
  /** The result of an operator one of whose operands is the library's. */
  operate(operator: string, left: Value, right: Value, line: number): Value | undefined;
  /** The items of something that is iterated over. */
  iterate?(value: Value): readonly Value[] | undefined;
  /** `value[index]`. */
  subscript?(value: Value, index: Value): Value | undefined;
  /** `value[a, b:c]` of a value that only the library understands; `subscript` answers where this is absent. */
  select?(value: Value, indices: readonly Index[], line: number): Value | undefined;
  /** The result of `<`, `==` and their like where an operand is the library's and the result is no truth value. */
  compare?(operator: string, left: Value, right: Value, line: number): Value | undefined;
  /** Carries out `container[index] = value` on an object of the library; false when it is not followed. */
  assignElement?(container: Value, index: Value, value: Value): boolean;
  /** Carries out `value[a, b:c] = assigned` on a value that only the library understands; false when it is not followed. */
  assignPart?(value: Value, indices: readonly Index[], assigned: Value): boolean;
  /** A method that `super()` finds in a base of the library's, bound to an object. */
  baseMethod?(instance: InstanceValue, name: string, base: string, context: Context): Value | undefined;
  /** Whether an object has a method of Python's protocols from the library: `__call__`, `__iter__`. */
  hasMethod?(value: InstanceValue, name: string): boolean;
  /** Whether a value is an instance of a library's class. */
  isInstance(value: Value, path: string): boolean | undefined;
  /** The library's class of an object that is of no class of the source. */
  classOf?(value: InstanceValue): string | undefined;
  /** Whether one class of the library derives from another; undefined where that is not known. */
  isSubclass?(path: string, base: string): boolean | undefined;
  /** Whether `from module import *` brings in the name. */
  exports(module: string, name: string): boolean;
  /** Whether an unknown function of this path returns no layer and leaves the layers that it is given alone. */
  isHarmless(path: string): boolean;
}

/** One index of `value[a, b:c, ...]`. */
export type Index = { readonly at: Value } | { readonly slice: readonly (Value | undefined)[] } | { readonly rest: true };

/** The evaluator as its parts see it. */
export interface Context {
  readonly library: Library;
  evaluate(node: Node, scope: Scope): Value;
  /** Runs statements; see `Completion`. */
  run(statements: readonly Node[], scope: Scope): Completion;
  call(callee: Value, call: Call): Value;
  attribute(value: Value, name: string, line: number): Value;
  /** A method that a class of the source gives an object, bound to it: `__getitem__`. */
  methodOf(instance: InstanceValue, name: string): Value | undefined;
  operate(operator: string, left: Value, right: Value, line: number): Value;
  /** Told of every construction of a class of the source, before it happens. */
  constructing(classValue: ClassValue, call: Call): void;
  /** Pays for work that one node of the source causes: a copy of many layers, a long list. */
  spend(steps: number): void;
  /** How many evaluated expressions may be anything, for want of knowing: whether something was followed completely shows in its staying the same. */
  readonly undecidedSoFar: number;
  /** Raises an exception, where one of the handlers around takes it for certain: `lineage` names it and what it derives from. */
  raise(lineage: readonly string[]): void;
  /** Whether there is any handler around. */
  readonly isGuarded: boolean;
  /** Runs something inside handlers; `taken` says which exceptions they take. */
  guarded<T>(taken: (lineage: readonly string[]) => boolean | undefined, work: () => T): T;
  /** The modules that the source imports. */
  readonly modules: Modules;
  /** Told of every class that is defined. */
  readonly defined: (classValue: ClassValue) => void;
}

/**
 * How a run of statements ended: at its end (undefined), by a jump, or `lost`: whether it jumped is not decided, so that
 * nothing that follows in the same function is certain.
 */
export type Completion = undefined | { readonly jump: 'return'; readonly value: Value } | { readonly jump: 'break' | 'continue' | 'lost' };
