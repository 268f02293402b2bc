import { savedMap } from './savedMap';
import type { ClassValue, InstanceValue, NamespaceValue, SequenceValue, Value } from './values';

/** What `super()` needs to know inside a method. */
export interface MethodFrame {
  readonly owner: ClassValue;
  readonly self: InstanceValue;
}

/** One `from module import *`: the module's name, and its own namespace where it was found among the files. */
export interface Wildcard {
  readonly module: string;
  readonly namespace?: NamespaceValue;
}

/** Names and their values, nested as Python nests them: module, functions, comprehensions. */
export class Scope {
  private readonly names = new Map<string, Value>();
  private readonly lazy = new Map<string, () => Value>();
  private readonly wildcards: Wildcard[] = [];
  /** Names that belong to a scope outside: `global`, `nonlocal`. */
  private outer: Map<string, Scope> | undefined;
  /** What the generator that this scope belongs to has yielded so far. */
  yielded: SequenceValue | undefined;

  constructor(
    private readonly parent?: Scope,
    private readonly ownFrame?: MethodFrame,
    private readonly ownFile?: string,
  ) {}

  /** The file that the names are written in, where it is one that has a path. */
  get file(): string | undefined {
    return this.ownFile ?? this.parent?.file;
  }

  /** The innermost method that this scope lies in. */
  get frame(): MethodFrame | undefined {
    return this.ownFrame ?? this.parent?.frame;
  }

  /** The scope around this one. */
  get outside(): Scope | undefined {
    return this.parent;
  }

  /** What brings its names back to what they are now. */
  saved(): () => void {
    const [names, lazy] = [savedMap(this.names), savedMap(this.lazy)];
    const wildcards = [...this.wildcards];
    const outer = this.outer && new Map(this.outer);
    return () => {
      names();
      lazy();
      this.wildcards.splice(0, this.wildcards.length, ...wildcards);
      this.outer = outer && new Map(outer);
    };
  }

  /** What finds out whether its names still stand for the same; those that are only looked up later may. */
  unchanged(): () => boolean {
    const [names, lazy] = [new Map(this.names), new Set(this.lazy.keys())];
    return () =>
      [...names].every(([name, value]) => this.names.get(name) === value) &&
      [...this.names.keys()].every(name => names.has(name) || lazy.has(name));
  }

  get(name: string): Value | undefined {
    const elsewhere = this.outer?.get(name);
    if (elsewhere) return elsewhere.get(name);
    return this.names.get(name) ?? this.resolved(name) ?? this.parent?.get(name);
  }

  /** Remembers `from module import *`. */
  addWildcard(wildcard: Wildcard): void {
    this.wildcards.unshift(wildcard);
  }

  /** The modules all of whose names were imported, the last first. */
  get wildcardModules(): readonly Wildcard[] {
    return [...this.wildcards, ...(this.parent?.wildcardModules ?? [])];
  }

  set(name: string, value: Value): void {
    const elsewhere = this.outer?.get(name);
    if (elsewhere) {
      elsewhere.set(name, value);
      return;
    }
    this.lazy.delete(name);
    this.names.set(name, value);
  }

  /** Binds a name to what is only found out when it is asked for: a name that is imported. */
  setLazy(name: string, find: () => Value): void {
    this.names.delete(name);
    this.lazy.set(name, find);
  }

  /** Carries out `global name` and `nonlocal name`: from here on the name is that of the module, or of the innermost function outside that binds it. */
  declareOuter(name: string, kind: 'global' | 'nonlocal'): void {
    let scope = this.parent;
    if (!scope) return;
    while (scope.parent && (kind === 'global' || !scope.names.has(name))) scope = scope.parent;
    (this.outer ??= new Map()).set(name, scope);
  }

  /** The innermost generator that this scope lies in. */
  get generator(): SequenceValue | undefined {
    return this.yielded ?? this.parent?.generator;
  }

  /** The names that are bound in this scope itself, with their values. */
  get ownNames(): ReadonlyMap<string, Value> {
    return this.names;
  }

  /** Whether it holds the names of a module itself. */
  get isModule(): boolean {
    return this.parent === undefined;
  }

  /** Whether the name is bound to something that was not asked for yet. */
  isLazy(name: string): boolean {
    return this.lazy.has(name);
  }

  /** Binds a name as another scope has it now, whatever becomes of it there. */
  remember(name: string, from: Scope): void {
    const find = from.lazy.get(name);
    const value = from.names.get(name);
    if (find) this.setLazy(name, find);
    else if (value) this.set(name, value);
  }

  /** Unbinds a name of this scope itself; false when it has none of that name. */
  delete(name: string): boolean {
    return this.lazy.delete(name) || this.names.delete(name);
  }

  private resolved(name: string): Value | undefined {
    const find = this.lazy.get(name);
    if (!find) return undefined;
    this.lazy.delete(name);
    const value = find();
    this.names.set(name, value);
    return value;
  }
}
