import type { ClassValue, InstanceValue, Value } from './values';

/** What `super()` needs to know inside a method. */
export interface MethodFrame {
  readonly owner: ClassValue;
  readonly self: InstanceValue;
}

/** Names and their values, nested as Python nests them: module, functions, comprehensions. */
export class Scope {
  private readonly names = new Map<string, Value>();
  private readonly wildcards: string[] = [];

  constructor(
    private readonly parent?: Scope,
    private readonly ownFrame?: MethodFrame,
  ) {}

  /** The innermost method that this scope lies in. */
  get frame(): MethodFrame | undefined {
    return this.ownFrame ?? this.parent?.frame;
  }

  get(name: string): Value | undefined {
    return this.names.get(name) ?? this.parent?.get(name);
  }

  /** Remembers `from module import *`. */
  addWildcard(module: string): void {
    this.wildcards.push(module);
  }

  /** The modules all of whose names were imported. */
  get wildcardModules(): readonly string[] {
    return [...this.wildcards, ...(this.parent?.wildcardModules ?? [])];
  }

  set(name: string, value: Value): void {
    this.names.set(name, value);
  }
}
