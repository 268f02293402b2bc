import { unknown, type SourceRange, type Unknown } from '../../architecture/architecture';
import type { Node } from '../syntaxNode';

/** A JavaScript value as far as it can be known without running anything. */
export type Value =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'nothing' }
  | ArrayValue
  | ObjectValue
  | FunctionValue
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
}

/** A value that only a library understands: a layer, a model, a symbolic tensor. */
export abstract class LibraryValue {
  readonly kind = 'library';
  /** Why it may be more than is known of it. */
  doubt: Unknown | undefined;
}

/** The arguments of one call and where it stands. */
export interface Call {
  readonly values: readonly Value[];
  readonly range: SourceRange;
  /** The callee as written. */
  readonly type: string;
}

export const NOTHING: Value = { kind: 'nothing' };
export const number = (value: number): Value => ({ kind: 'number', value });
export const text = (value: string): Value => ({ kind: 'string', value });
export const boolean = (value: boolean): Value => ({ kind: 'boolean', value });
export const array = (items: Value[], doubt?: Unknown): ArrayValue => ({ kind: 'array', items, doubt });
export const object = (entries: Iterable<readonly [string, Value]> = [], open?: Unknown): ObjectValue => ({
  kind: 'object',
  properties: new Map(entries),
  ...(open && { open }),
});
export const undecided = (why: string, line: number): Value => ({ kind: 'undecided', reason: unknown(why, line) });
export const undecidedBy = (reason: Unknown): Value => ({ kind: 'undecided', reason });

/** Names and their values, nested as blocks and functions nest them. */
export class Scope {
  private readonly names = new Map<string, Value>();

  constructor(private readonly parent?: Scope) {}

  get(name: string): Value | undefined {
    return this.names.get(name) ?? this.parent?.get(name);
  }

  declare(name: string, value: Value): void {
    this.names.set(name, value);
  }

  /** Assigns to the innermost name of that spelling; to a new one at the outermost level when there is none. */
  assign(name: string, value: Value): void {
    if (this.names.has(name) || !this.parent) this.names.set(name, value);
    else this.parent.assign(name, value);
  }

  /** The names of this scope alone. */
  own(): ReadonlyMap<string, Value> {
    return this.names;
  }
}

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
