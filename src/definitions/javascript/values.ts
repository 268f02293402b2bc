import { unknown, type SourceRange, type Unknown } from '../../architecture/architecture';
import type { Node } from '../syntaxNode';
import type { ClassValue } from './classes';
import type { Scope } from './scope';

/** A JavaScript value as far as it can be known without running anything. */
export type Value =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'nothing' }
  | ArrayValue
  | ObjectValue
  | FunctionValue
  | ClassValue
  | SuperValue
  | NamespaceValue
  | { readonly kind: 'builtin'; readonly call: (call: Call) => Value }
  | { readonly kind: 'reference'; readonly path: string }
  | LibraryValue
  | { readonly kind: 'undecided'; readonly reason: Unknown };

/** An array. Once in doubt, its items are only some of what it may hold. */
export interface ArrayValue {
  readonly kind: 'array';
  readonly items: Value[];
  doubt?: Unknown;
}

/** An object with the properties that were written. */
export interface ObjectValue {
  readonly kind: 'object';
  readonly properties: Map<string, Value>;
  /** The class that it was constructed from. */
  readonly classValue?: ClassValue;
  doubt?: Unknown;
  /** Why it may have properties that were not written, as `this` in a method that is looked at alone. */
  readonly open?: Unknown;
}

/** A function of the source with the names around it. */
export interface FunctionValue {
  readonly kind: 'function';
  readonly name: string;
  readonly node: Node;
  readonly scope: Scope;
  readonly self?: Value;
  /** The class whose method it is. */
  readonly owner?: ClassValue;
}

/** `super` in a method: what the class's base makes of `this`. */
export interface SuperValue {
  readonly kind: 'super';
  readonly self: Value;
  readonly owner: ClassValue;
}

/** The exports of another file. */
export interface NamespaceValue {
  readonly kind: 'namespace';
  /** An export by its name; undefined when there is none. */
  readonly member: (name: string) => Value | undefined;
}

/** A value that only a library understands: a layer, a model, a symbolic tensor. */
export abstract class LibraryValue {
  readonly kind = 'library';
  /** Why it may be more than is known of it. */
  doubt: Unknown | undefined;
  /** What it has as an object of a class of the source; absent for what the library itself constructs. */
  readonly own?: { readonly classValue: ClassValue; readonly properties: Map<string, Value> };
}

/** The arguments of one call and where it stands. */
export interface Call {
  readonly values: readonly Value[];
  readonly range: SourceRange;
  /** The callee as written. */
  readonly type: string;
  /** Whether the source may hand over more than is known, as where a function is looked at by itself. */
  readonly isOpen?: boolean;
}

export const NOTHING: Value = { kind: 'nothing' };
export const number = (value: number): Value => ({ kind: 'number', value });
export const text = (value: string): Value => ({ kind: 'string', value });
export const boolean = (value: boolean): Value => ({ kind: 'boolean', value });
export const builtin = (call: (call: Call) => Value): Value => ({ kind: 'builtin', call });
export const array = (items: Value[], doubt?: Unknown): ArrayValue => ({ kind: 'array', items, doubt });
export const object = (entries: Iterable<readonly [string, Value]> = [], open?: Unknown): ObjectValue => ({
  kind: 'object',
  properties: new Map(entries),
  ...(open && { open }),
});
export const undecided = (why: string, line: number): Value => ({ kind: 'undecided', reason: unknown(why, line) });
export const undecidedBy = (reason: Unknown): Value => ({ kind: 'undecided', reason });

/** Marks what something unknown may change through a value that it was handed. */
export function putInDoubt(value: Value | undefined, reason: Unknown, depth = 0): void {
  if (!value || depth > 6) return;
  if (value.kind === 'library') value.doubt ??= reason;
  if (value.kind === 'array') {
    value.doubt ??= reason;
    for (const item of value.items) putInDoubt(item, reason, depth + 1);
  }
  if (value.kind === 'object') {
    value.doubt ??= reason;
    for (const item of value.properties.values()) putInDoubt(item, reason, depth + 1);
  }
}
