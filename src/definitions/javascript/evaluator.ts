import { unknown } from '../../architecture/architecture';
import type { Budget } from '../python/budget';
import type { Node } from '../syntaxNode';
import { callValue } from './calls';
import type { Completion, Context, Library } from './context';
import { doubtStatements } from './doubt';
import { EXPRESSIONS } from './expressions';
import { hoist } from './functions';
import { notFollowed } from './reasons';
import { runStatement } from './statements';
import { lineOf } from './syntax';
import type { Call, Scope, Value } from './values';

const LOST_WHY = 'whether this line is reached is not decided';

/**
 * Evaluates what model code needs of JavaScript and TypeScript, without running it: constants, arithmetic, objects, arrays, functions, loops
 * with known bounds. What the source does not decide becomes undecided, with its reason and line. Throws `Exhausted` when the budget is spent.
 */
export class Evaluator implements Context {
  constructor(
    readonly library: Library,
    private readonly budget: Budget,
  ) {}

  run(statements: readonly Node[], scope: Scope): Completion {
    return this.budget.enter(() => {
      for (const statement of statements) hoist(statement, scope);
      for (const [index, statement] of statements.entries()) {
        const end = this.budget.enter(() => this.statement(statement, scope));
        if (end?.jump === 'lost') doubtStatements(statements.slice(index + 1), scope, unknown(LOST_WHY, lineOf(statement)), this);
        if (end) return end;
      }
      return undefined;
    });
  }

  statement(node: Node, scope: Scope): Completion {
    return runStatement(node, scope, this);
  }

  evaluate(node: Node, scope: Scope): Value {
    const rule = Object.hasOwn(EXPRESSIONS, node.type) ? EXPRESSIONS[node.type] : undefined;
    return this.budget.enter(() => (!rule || node.isMissing || node.isError ? notFollowed(node) : rule(node, scope, this)));
  }

  call(callee: Value, call: Call): Value {
    return callValue(callee, call, this);
  }

  spend(steps: number): void {
    this.budget.spend(steps);
  }
}
