import type { Node } from '../syntaxNode';
import { readCall } from './calls';
import type { Interpreter } from './interpreter';
import type { Scope } from './scope';
import { childrenOf, descendants, field } from './syntax';
import type { Call, ClassValue, Value } from './values';
import { boundArguments, formalsOf, type FormalsOf } from './givenArguments';

/** Calls that are looked at for one class: a file with more of them has no typical one. */
const CALLERS = 4;

/**
 * How the source itself constructs a class outside of other classes, where all arguments are decided: at module level, under
 * `if __name__ == "__main__"`, and in functions run with their defaults. Each distinct construction once, in the order of the source.
 */
export function callersOf(
  classValue: ClassValue,
  root: Node,
  scope: Scope,
  interpreter: Interpreter,
  formals: FormalsOf = formalsOf,
): Call[] {
  const found = new Map<string, Call>();
  const sites = callSites(classValue.name, root);
  if (sites.length > CALLERS && !needsArguments(classValue, formals)) return [];
  for (const { call, body } of sites.slice(0, CALLERS)) {
    const direct = readCall(call, scope, interpreter);
    const calls = isDecided(direct, classValue, formals) ? [direct] : body ? constructionsIn(body, classValue, scope, interpreter) : [];
    for (const each of calls) if (isDecided(each, classValue, formals)) found.set(keyOf(classValue, each, formals), each);
  }
  return [...found.values()];
}

/** Whether the class cannot be constructed without being told something. */
export const needsArguments = (classValue: ClassValue, formals: FormalsOf = formalsOf): boolean =>
  formals(classValue).some(({ role, default: otherwise }) => role !== 'rest' && role !== 'keywords' && !otherwise);

interface CallSite {
  readonly call: Node;
  /** The function at module level that it stands in. */
  readonly body?: Node;
}

function callSites(name: string, root: Node): CallSite[] {
  const sites: CallSite[] = [];
  for (const statement of childrenOf(root)) {
    const definition = statement.type === 'decorated_definition' ? (field(statement, 'definition') ?? statement) : statement;
    if (definition.type === 'class_definition' || !definition.text.includes(`${name}(`)) continue;
    const body = definition.type === 'function_definition' ? definition : undefined;
    for (const { node } of descendants([definition], node => (node.type === 'class_definition' ? [] : node.children))) {
      if (node.type === 'call' && field(node, 'function')?.text === name) sites.push({ call: node, body });
    }
  }
  return sites;
}

function constructionsIn(definition: Node, classValue: ClassValue, scope: Scope, interpreter: Interpreter): Call[] {
  const value = scope.get(field(definition, 'name')?.text ?? '');
  if (value?.kind !== 'function') return [];
  return interpreter.watch(classValue, () => {
    const range = { startLine: 0, startColumn: 0, endLine: 0, endColumn: 0 };
    interpreter.call(value, { positional: [], keywords: new Map(), range, type: value.name });
  });
}

/** A construction whose every argument is known and fits. */
function isDecided(call: Call, classValue: ClassValue, formals: FormalsOf): boolean {
  const bound = boundArguments(classValue, call, formals);
  return !call.spread && bound !== undefined && [...bound.values()].every(value => value.kind !== 'undecided');
}

function keyOf(classValue: ClassValue, call: Call, formals: FormalsOf): string {
  const simple = (value: Value): unknown =>
    'value' in value ? value.value : value.kind === 'sequence' ? value.items.map(simple) : value.kind;
  return JSON.stringify([...(boundArguments(classValue, call, formals) ?? [])].map(([name, value]) => [name, simple(value)]));
}
