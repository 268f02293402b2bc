import type { Value } from './values';

/** Names and their values, nested as blocks and functions nest them. */
export class Scope {
  private readonly names = new Map<string, Value | (() => Value)>();

  constructor(
    private readonly parent?: Scope,
    /** Absolute path of the file whose top level it is. */
    private readonly path?: string,
  ) {}

  get(name: string): Value | undefined {
    const own = this.names.get(name);
    return typeof own === 'function' ? own() : (own ?? this.parent?.get(name));
  }

  declare(name: string, value: Value): void {
    this.names.set(name, value);
  }

  /** Declares a name of another file: its value is what that file says when the name is used. */
  link(name: string, read: () => Value): void {
    this.names.set(name, read);
  }

  /** A block or function inside it. */
  inner(): Scope {
    return new Scope(this);
  }

  /** Assigns to the innermost name of that spelling; to a new one at the outermost level when there is none. */
  assign(name: string, value: Value): void {
    if (this.names.has(name) || !this.parent) this.names.set(name, value);
    else this.parent.assign(name, value);
  }

  /** Absolute path of the file that the names stand in; undefined for a text that is in no file. */
  get file(): string | undefined {
    return this.path ?? this.parent?.file;
  }
}
