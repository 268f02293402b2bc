import { savedMap } from './savedMap';
import type { Scope } from './scope';
import { InstanceValue, LibraryValue, type SequenceValue, type Value } from './values';

/**
 * What some scopes hold, all the way down, so that it can be brought back after other code has run that may have changed it: lists, dictionaries, objects,
 * classes, and the names themselves. What a function of BoundLens keeps inside (a bound method) is only found where a name leads to it too.
 */
export class Snapshot {
  private readonly undo: (() => void)[] = [];
  /** What is asked whether anything is another than it was. */
  private readonly tests: (() => boolean)[] = [];
  private readonly seen = new Set<object>();

  constructor(scopes: Iterable<Scope>) {
    for (const scope of scopes) this.addScope(scope);
    const open = this.open.splice(0);
    for (let value = open.pop(); value; value = open.pop()) {
      this.add(value);
      open.push(...this.open.splice(0));
    }
  }

  /** Values that were found and not looked into yet. */
  private readonly open: Value[] = [];

  /** Brings everything back to what it was. */
  restore(): void {
    for (const undo of this.undo) undo();
  }

  /** Whether everything still is what it was, but for imported names that have been looked up since. */
  isSame(): boolean {
    return this.tests.every(test => test());
  }

  private addScope(scope: Scope | undefined): void {
    for (let each = scope; each && !this.seen.has(each); each = each.outside) {
      this.seen.add(each);
      this.undo.push(each.saved());
      this.tests.push(each.unchanged());
      this.open.push(...each.ownNames.values());
    }
  }

  private add(value: Value): void {
    if (this.seen.has(value)) return;
    this.seen.add(value);
    if (CHANGEABLE.has(value.kind)) this.tests.push(unchanged(value));
    if (value instanceof InstanceValue || value instanceof LibraryValue) {
      this.undo.push(value.saved());
      this.open.push(...value.parts());
      return;
    }
    switch (value.kind) {
      case 'sequence': {
        this.open.push(...value.items);
        if (!value.tuple) this.undo.push(savedList(value));
        break;
      }
      case 'dictionary': {
        const entries = savedMap(value.entries);
        const { doubt, missing } = value;
        this.undo.push(() => {
          entries();
          Object.assign(value, { doubt, missing });
        });
        this.open.push(...value.entries.values(), ...(missing ? [missing] : []));
        for (const key of value.entries.keys()) if (typeof key === 'object') this.open.push(key);
        break;
      }
      case 'class':
        this.undo.push(savedMap(value.members));
        this.open.push(...value.bases, ...value.members.values(), ...(value.fields ?? []).flatMap(defaultsOf));
        break;
      case 'function':
        this.addScope(value.scope);
        this.open.push(...value.formals.flatMap(defaultsOf));
        break;
      case 'partial':
        this.open.push(value.callee, ...value.positional, ...value.keywords.values());
        break;
      case 'super':
        this.open.push(value.instance, value.after);
        break;
      default:
    }
  }
}

const CHANGEABLE = new Set(['instance', 'library', 'sequence', 'dictionary', 'class']);

/** What finds out whether a value still holds the same. */
function unchanged(value: Value): () => boolean {
  const before = contentsOf(value);
  return () => {
    const now = contentsOf(value);
    return now.length === before.length && now.every((part, place) => part === before[place]);
  };
}

const contentsOf = (value: Value): readonly unknown[] =>
  Object.values(value).flatMap((part: unknown) => (part instanceof Map ? [...part.keys(), ...part.values()] : part));

const defaultsOf = (formal: { readonly default?: Value; readonly factory?: Value }): Value[] =>
  [formal.default, formal.factory].filter(value => value !== undefined);

/** What brings a list back to the items that it has now, and to its doubt. */
export function savedList(value: SequenceValue): () => void {
  const items = [...value.items];
  const { doubt } = value;
  return () => {
    const now = value.items;
    if (now.length !== items.length || now.some((item, index) => item !== items[index])) now.splice(0, now.length, ...items);
    value.doubt = doubt;
  };
}
