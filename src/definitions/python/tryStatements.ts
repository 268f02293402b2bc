import type { Node } from '../syntaxNode';
import { unknown } from '../../architecture/architecture';
import type { Completion, Context } from './context';
import { doubtStatements } from './doubt';
import { handledBy, Raised, takes, type Handled } from './exceptions';
import type { Scope } from './scope';
import { childrenOf, field, lineOf } from './syntax';
import { undecidedPlain } from './values';

/** A branch that ends the program is not taken by a model that exists. */
export function onlyRaises(body: Node): boolean {
  return childrenOf(body).every(statement => statement.type === 'raise_statement' || statement.type === 'pass_statement');
}

/** The handler that takes what the body raises for certain is carried out; else the body is taken to succeed. */
export function runTry(node: Node, scope: Scope, context: Context): Completion {
  const clauses = childrenOf(node).filter(({ type }) => type === 'except_clause');
  const handled = clauses.map(clause => () => handledBy(clause, scope, context));
  const taken = (lineage: readonly string[]) => {
    for (const names of handled) {
      const fits = takes(names(), lineage);
      if (fits !== false) return fits;
    }
    return false;
  };
  const body = field(node, 'body');
  try {
    const before = context.undecidedSoFar;
    const end = body && context.guarded(taken, () => context.run(childrenOf(body), scope));
    const isFollowed = context.undecidedSoFar === before;
    return end ?? afterSuccess(node, scope, context, clause => isFollowed && isDetected(handledBy(clause, scope, context)));
  } catch (error) {
    if (!(error instanceof Raised)) throw error;
    const clause = clauses.find((_, index) => takes(handled[index]!(), error.lineage));
    if (!clause) throw error;
    return runHandler(node, clause, scope, context);
  }
}

/** Exceptions that show while a body is followed, so that one that was followed completely does not raise them. */
const DETECTED = new Set([
  'TypeError',
  'AttributeError',
  'KeyError',
  'IndexError',
  'LookupError',
  'AssertionError',
  'ValueError',
  'NameError',
]);

const isDetected = (handled: Handled): boolean => handled !== 'all' && handled !== undefined && handled.every(name => DETECTED.has(name));

function runHandler(node: Node, clause: Node, scope: Scope, context: Context): Completion {
  for (const target of clause.descendantsOfType('as_pattern_target').slice(0, 1))
    scope.set(target.text, undecidedPlain(unknown(`\`${target.text}\` is only known when the program runs`, lineOf(target))));
  const block = childrenOf(clause).find(({ type }) => type === 'block');
  const end = block && context.run(childrenOf(block), scope);
  const last = childrenOf(node).find(({ type }) => type === 'finally_clause');
  const finish = last && childrenOf(last).find(({ type }) => type === 'block');
  return (finish && context.run(childrenOf(finish), scope)) ?? end;
}

/** What the handlers of a body that did not raise do is in doubt unless they only raise: whether it may raise is not known. */
function afterSuccess(node: Node, scope: Scope, context: Context, isIdle: (clause: Node) => boolean): Completion {
  for (const clause of childrenOf(node)) {
    if (clause.type === 'except_clause' || clause.type === 'except_group_clause') {
      const handler = childrenOf(clause).filter(child => child.type === 'block');
      if (!handler.every(onlyRaises) && !isIdle(clause))
        doubtStatements(handler, scope, unknown('which branch of this `try` runs is not decided', lineOf(clause)));
    } else if (clause.type === 'else_clause' || clause.type === 'finally_clause') {
      const block = childrenOf(clause).find(child => child.type === 'block');
      const ended = block && context.run(childrenOf(block), scope);
      if (ended) return ended;
    }
  }
  return undefined;
}
