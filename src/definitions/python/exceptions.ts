import type { Node } from '../syntaxNode';
import { ancestors } from './classes';
import type { Context } from './context';
import type { Scope } from './scope';
import { childrenOf, field } from './syntax';
import type { Value } from './values';

/** An exception of the source that one of its handlers takes; never thrown where no handler does. */
export class Raised extends Error {
  constructor(readonly lineage: readonly string[]) {
    super(lineage[0]);
  }
}

/** What an `except` names: the classes that it takes, `all` for every exception, undefined where they are not known. */
export type Handled = readonly string[] | 'all' | undefined;

/** Python's own exceptions below `Exception`, each with what it derives from. */
const BASES: Readonly<Record<string, string>> = {
  ModuleNotFoundError: 'ImportError',
  KeyError: 'LookupError',
  IndexError: 'LookupError',
  ZeroDivisionError: 'ArithmeticError',
  OverflowError: 'ArithmeticError',
  NotImplementedError: 'RuntimeError',
  RecursionError: 'RuntimeError',
  FileNotFoundError: 'OSError',
  UnicodeError: 'ValueError',
};

/** An exception's name followed by everything that it derives from. */
export function lineageOf(name: string): readonly string[] {
  const names = [name];
  for (let base = BASES[name]; base !== undefined; base = BASES[base]) names.push(base);
  return [...names, 'Exception', 'BaseException'];
}

/** What `raise value` raises, by name; undefined for what is no exception that is followed. */
export function raisedLineage(node: Node, scope: Scope, context: Context): readonly string[] | undefined {
  const [raised] = childrenOf(node);
  const named = raised?.type === 'call' ? field(raised, 'function') : raised;
  return named && lineageOfClass(context.evaluate(named, scope));
}

function lineageOfClass(value: Value): readonly string[] | undefined {
  if (value.kind === 'reference') return lineageOf(value.path.replace(/^builtins\./, ''));
  if (value.kind !== 'class') return undefined;
  const names = ancestors(value).flatMap(ancestor =>
    ancestor.kind === 'class' ? [ancestor.name] : ancestor.kind === 'reference' ? lineageOf(ancestor.path.replace(/^builtins\./, '')) : [],
  );
  return names.includes('BaseException') ? names : undefined;
}

/** The exceptions that an `except` clause takes. */
export function handledBy(clause: Node, scope: Scope, context: Context): Handled {
  const [first] = childrenOf(clause).filter(child => child.type !== 'block');
  if (!first) return 'all';
  const named = first.type === 'as_pattern' ? childrenOf(first)[0] : first;
  const value = named && context.evaluate(named, scope);
  const classes = value?.kind === 'sequence' ? value.items : value ? [value] : [];
  const names = classes.map(each => lineageOfClass(each)?.[0]);
  return names.every(name => name !== undefined) ? names : undefined;
}

/** Whether one of some handlers takes an exception; undefined where that depends on a handler that is not known. */
export function takes(handled: Handled, lineage: readonly string[]): boolean | undefined {
  if (handled === 'all') return true;
  return handled && handled.some(name => lineage.includes(name));
}
