import { unknown, type SourceRange } from '../../architecture/architecture';
import { Exhausted, type Budget } from '../python/budget';
import { lineOf } from '../python/syntax';
import type { Node } from '../syntaxNode';
import { callValue } from './calls';
import type { Completion, Context, Library } from './context';
import { doubtStatements } from './doubt';
import { EXPRESSIONS } from './expressions';
import { hoist } from './functions';
import { ScriptModules, type ScriptRunner } from './modules';
import { notFollowed } from './reasons';
import type { Scope } from './scope';
import { runStatement } from './statements';
import { childrenOf } from './syntax';
import type { Call, Value } from './values';

const LOST_WHY = 'whether this line is reached is not decided';

/**
 * Evaluates what model code needs of JavaScript and TypeScript, without running it: constants, arithmetic, objects, arrays, classes, functions,
 * loops with known bounds, and the files that it imports. What the source does not decide becomes undecided, with its reason and line. Throws
 * `Exhausted` when the budget is spent.
 */
export class Evaluator implements Context, ScriptRunner {
  /** The innermost call in the file that is read. */
  place: SourceRange = { startLine: 0, startColumn: 0, endLine: 0, endColumn: 0 };

  constructor(
    readonly library: Library,
    private readonly budget: Budget,
    readonly modules: ScriptModules = new ScriptModules(),
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

  /** Runs the statements of a file, each with a share of its own; one that takes too much leaves what it binds in doubt. */
  runModule(root: Node, scope: Scope): void {
    this.budget.apart(() => {
      const statements = childrenOf(root);
      for (const statement of statements) hoist(statement, scope);
      for (const [index, statement] of statements.entries()) {
        this.budget.renew();
        try {
          const end = this.budget.enter(() => this.statement(statement, scope));
          if (end) {
            doubtStatements(statements.slice(index + 1), scope, unknown(LOST_WHY, lineOf(statement)), this);
            return;
          }
        } catch (error) {
          if (!(error instanceof Exhausted)) throw error;
          doubtStatements([statement], scope, unknown('it takes too many steps to evaluate', lineOf(statement)), this);
        }
      }
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
    const outer = this.place;
    this.place = call.range;
    try {
      this.budget.spend(1);
      return callValue(callee, call, this);
    } finally {
      this.place = outer;
    }
  }

  spend(steps: number): void {
    this.budget.spend(steps);
  }
}
