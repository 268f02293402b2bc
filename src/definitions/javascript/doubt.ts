import type { Unknown } from '../../architecture/architecture';
import type { Node } from '../syntaxNode';
import type { Completion, Context } from './context';
import type { Scope } from './scope';
import { descendants, field } from './syntax';
import { putInDoubt, undecidedBy, type FunctionValue, type Value } from './values';

const JUMPS = new Set(['return_statement', 'break_statement', 'continue_statement', 'throw_statement']);

const ASSIGNMENTS = new Set(['assignment_expression', 'augmented_assignment_expression', 'update_expression']);

/**
 * Statements that are not carried out: what they assign and what they may change, also through the functions of the source that they name, is
 * in doubt from here on.
 */
export function doubtStatements(
  nodes: readonly Node[],
  scope: Scope,
  reason: Unknown,
  context: Context,
  seen = new Set<Node>(),
): Completion {
  let jumps = false;
  for (const node of descendants(nodes)) {
    context.spend(1 / 16);
    if (node.type === 'identifier' || node.type === 'this') {
      const value = scope.get(node.text);
      putInDoubt(value, reason);
      if (value?.kind === 'function' && node.parent?.type === 'call_expression') doubtBody(value, reason, context, seen);
    }
    if (ASSIGNMENTS.has(node.type)) {
      const target = field(node, 'left') ?? field(node, 'argument');
      if (target?.type === 'identifier' && !keepsLibrary(node, scope.get(target.text), context))
        scope.assign(target.text, undecidedBy(reason));
    }
    if (JUMPS.has(node.type)) jumps = true;
  }
  return jumps ? { jump: 'lost' } : undefined;
}

/** Whether an assignment only chooses among packages that mean the same: `tf = require('@tensorflow/tfjs-node-gpu')`. */
function keepsLibrary(assignment: Node, before: Value | undefined, { library }: Context): boolean {
  const module = /^require\((['"])([^'"]*)\1\)$/.exec(field(assignment, 'right')?.text ?? '')?.[2];
  const path = module === undefined ? undefined : library.importPath(module);
  return path !== undefined && before?.kind === 'reference' && before.path === path;
}

/** What a function may change when nobody knows whether, or how often, it is called. */
function doubtBody({ node, scope }: FunctionValue, reason: Unknown, context: Context, seen: Set<Node>): void {
  const body = field(node, 'body');
  if (!body || seen.has(node) || seen.size > 50) return;
  seen.add(node);
  doubtStatements([body], scope.inner(), reason, context, seen);
}

/** What something unknown may change that is handed values, functions among them. */
export function doubtValues(values: readonly Value[], reason: Unknown, context: Context): void {
  for (const value of values) {
    putInDoubt(value, reason);
    if (value.kind === 'function') doubtBody(value, reason, context, new Set());
  }
}
