import type { Unknown } from '../../architecture/architecture';
import type { Node } from '../syntaxNode';
import type { Completion, Context } from './context';
import { descendants, field } from './syntax';
import { putInDoubt, undecidedBy, type Scope } from './values';

const JUMPS = new Set(['return_statement', 'break_statement', 'continue_statement', 'throw_statement']);

/** Statements that are not carried out: what they assign and what they may change is in doubt from here on. */
export function doubtStatements(nodes: readonly Node[], scope: Scope, reason: Unknown, context: Context): Completion {
  let jumps = false;
  for (const node of descendants(nodes)) {
    context.spend(1 / 16);
    if (node.type === 'identifier' || node.type === 'this') putInDoubt(scope.get(node.text), reason);
    if (node.type === 'assignment_expression' || node.type === 'augmented_assignment_expression' || node.type === 'update_expression') {
      const target = field(node, 'left') ?? field(node, 'argument');
      if (target?.type === 'identifier') scope.assign(target.text, undecidedBy(reason));
    }
    if (JUMPS.has(node.type)) jumps = true;
  }
  return jumps ? { jump: 'lost' } : undefined;
}
