import type { Node } from '../syntaxNode';
import { unknown, type SourceRange, type Unknown } from '../../architecture/architecture';
import { savedMap } from './savedMap';
import type { Scope } from './scope';

/** A Python value as far as it can be known without running anything. */
export type Value =
  | { readonly kind: 'integer'; readonly value: number }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'none' }
  | SequenceValue
  | DictionaryValue
  | FunctionValue
  | BuiltinValue
  | PartialValue
  | ClassValue
  | InstanceValue
  | SuperValue
  | ReferenceValue
  | NamespaceValue
  | LibraryValue
  | UndecidedValue;

/** A list or tuple. Once in doubt, its items are only some of what it may hold. */
export interface SequenceValue {
  readonly kind: 'sequence';
  readonly tuple: boolean;
  readonly items: Value[];
  doubt?: Unknown;
}

/** What an entry of a dictionary goes by: a text, a whole number, something hashed by its identity; for every other value see `keyOf`. */
export type Key = string | number | ClassValue | FunctionValue | PartialValue | InstanceValue;

/** A dictionary, its entries by their keys. */
export interface DictionaryValue {
  readonly kind: 'dictionary';
  readonly entries: Map<Key, Value>;
  doubt?: Unknown;
  /** What makes an entry that is missing: `defaultdict(list)`. */
  missing?: Value;
}

/** One formal argument of a function in the source; defaults are evaluated where the function is defined. */
export interface Formal {
  readonly name: string;
  readonly role: 'positional' | 'keyword only' | 'rest' | 'keywords';
  readonly default?: Value;
  /** What makes a field's default anew for every object: `field(default_factory=list)`. */
  readonly factory?: Value;
  readonly annotation?: string;
}

/** A function, method or lambda of the source. */
export interface FunctionValue {
  readonly kind: 'function';
  readonly name: string;
  readonly formals: readonly Formal[];
  readonly body: Node;
  readonly scope: Scope;
  /** The class whose body defines it. */
  readonly owner?: ClassValue;
  readonly binding: 'instance' | 'class' | 'static' | 'property';
}

/** Something callable that BoundLens itself carries out: a bound method, `list.append`. */
export interface BuiltinValue {
  readonly kind: 'builtin';
  readonly call: (call: Call) => Value;
  /** Whether it is a method in a class's body: an object that it is looked up on is its first argument. */
  readonly isMethod?: boolean;
  /** The function of the source that it is, and the object to which that is bound. */
  readonly bound?: { readonly method: FunctionValue; readonly self: InstanceValue };
}

/** `functools.partial(callee, …)`. */
export interface PartialValue {
  readonly kind: 'partial';
  readonly callee: Value;
  readonly positional: readonly Value[];
  readonly keywords: ReadonlyMap<string, Value>;
}

/** A class of the source. */
export interface ClassValue {
  readonly kind: 'class';
  readonly name: string;
  readonly bases: readonly Value[];
  readonly members: Map<string, Value>;
  readonly node: Node;
  /** The fields of a data class in order, those of its bases first; absent for every other class. */
  fields?: readonly Formal[];
}

/** An object with attributes: an instance of a class of the source or of a library. */
export class InstanceValue {
  readonly kind = 'instance';
  readonly attributes = new Map<string, Value>();
  /** Why it may hold more or other attributes than these; empty when it does not. */
  readonly doubts: Unknown[] = [];
  /** Whether its methods make parts of it by calling classes: statements of theirs that are not carried out leave it in doubt. */
  isCompact = false;
  /** The attributes in order of an object that is a tuple too. */
  order?: readonly string[];

  constructor(readonly classValue: ClassValue | undefined) {}

  /** What brings it back to what it is now. */
  saved(): () => void {
    const attributes = savedMap(this.attributes);
    const doubts = [...this.doubts];
    const { isCompact, order } = this;
    return () => {
      attributes();
      this.doubts.splice(0, this.doubts.length, ...doubts);
      Object.assign(this, { isCompact, order });
    };
  }

  /** What Python takes it for in a condition, when its class does not say; undefined where that is not known. */
  get isTrue(): boolean | undefined {
    if (this.order) return this.order.length > 0;
    return this.classValue || this.constructor === InstanceValue ? true : undefined;
  }

  /** What it leads to, where code may come from it. */
  parts(): readonly Value[] {
    return [...this.attributes.values(), ...(this.classValue ? [this.classValue] : [])];
  }

  /** Whether reading or calling a member of it, or calling it itself where none is named, certainly leaves it as it is. */
  isLeftAloneBy(_member: string | undefined): boolean {
    return false;
  }
}

/** `super()` inside a method: the instance, seen from the classes after `after`. */
export interface SuperValue {
  readonly kind: 'super';
  readonly instance: InstanceValue;
  readonly after: ClassValue;
}

/** A name that belongs to a library, with its full dotted path: `torch.nn.Linear`, `builtins.len`. */
export interface ReferenceValue {
  readonly kind: 'reference';
  readonly path: string;
}

/** A module of the workspace, evaluated when a member is first asked for. */
export interface NamespaceValue {
  readonly kind: 'namespace';
  readonly file: string;
  /** A name of the module or a module inside it; undefined when it has none. */
  readonly member: (name: string) => Value | undefined;
}

/** A value that only a library understands, as a tensor. */
export abstract class LibraryValue {
  readonly kind = 'library';

  /** What it leads to that may change. */
  parts(): readonly Value[] {
    return [];
  }

  /** What brings it back to what it is now. */
  saved(): () => void {
    return () => undefined;
  }
}

/** A value that the source alone does not decide. */
export interface UndecidedValue {
  readonly kind: 'undecided';
  readonly reason: Unknown;
  /** It is certainly no layer and no learnable tensor: the result of arithmetic, an argument annotated `int`. */
  readonly plain: boolean;
  /** The call that makes it, when it may be a layer. */
  readonly call?: { readonly type: string; readonly range: SourceRange };
}

/** The arguments of one call and where it stands. */
export interface Call {
  readonly positional: readonly Value[];
  readonly keywords: ReadonlyMap<string, Value>;
  /** An argument list that is not known completely (`*args` of something undecided). */
  readonly spread?: Unknown;
  readonly range: SourceRange;
  /** The callee as written: `nn.Linear`. */
  readonly type: string;
}

export const NONE: Value = { kind: 'none' };
export const integer = (value: number): Value => ({ kind: 'integer', value });
export const float = (value: number): Value => ({ kind: 'float', value });
export const text = (value: string): Value => ({ kind: 'string', value });
export const boolean = (value: boolean): Value => ({ kind: 'boolean', value });
export const reference = (path: string): ReferenceValue => ({ kind: 'reference', path });
export const builtin = (call: (call: Call) => Value): BuiltinValue => ({ kind: 'builtin', call });
export const list = (items: Value[], doubt?: Unknown): SequenceValue => ({ kind: 'sequence', tuple: false, items, doubt });
export const tuple = (items: Value[]): SequenceValue => ({ kind: 'sequence', tuple: true, items });
export const dictionary = (entries: Iterable<readonly [Key, Value]> = [], doubt?: Unknown): DictionaryValue => ({
  kind: 'dictionary',
  entries: new Map(entries),
  doubt,
});

/** A value that may be anything, a layer among it. */
export const undecided = (why: string, line: number): UndecidedValue => ({ kind: 'undecided', reason: unknown(why, line), plain: false });

/** An undecided value that is certainly no layer. */
export const undecidedPlain = (reason: Unknown): UndecidedValue => ({ kind: 'undecided', reason, plain: true });

/** The first reason among some values, when one of them is undecided. */
export const firstReason = (values: Iterable<Value>): Unknown | undefined => {
  for (const value of values) if (value.kind === 'undecided') return value.reason;
  return undefined;
};
