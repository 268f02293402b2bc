import { lineOf, written } from '../python/syntax';
import type { Node } from '../syntaxNode';
import type { Completion, Context } from './context';
import { doubtStatements } from './doubt';
import { operate, truth } from './operators';
import { reasonOf } from './reasons';
import type { Scope } from './scope';
import { childrenOf, field } from './syntax';
import { boolean } from './values';

/** `if`: the branch that is taken; where that is not decided, what both may change is in doubt. A branch that only throws is not taken. */
export function runIf(node: Node, scope: Scope, context: Context): Completion {
  const [condition, yes, otherwise] = [field(node, 'condition'), field(node, 'consequence'), field(node, 'alternative')];
  if (!condition) return undefined;
  const value = context.evaluate(condition, scope);
  const holds = truth(value);
  const no = otherwise && childrenOf(otherwise)[0];
  if (holds === undefined) {
    const taken = [yes, no].filter(branch => branch !== undefined).filter(branch => !onlyThrows(branch));
    return doubtStatements(taken, scope, reasonOf(value, `\`${written(condition)}\` is not decided`, lineOf(condition)), context);
  }
  const branch = holds ? yes : no;
  return branch && context.statement(branch, scope);
}

const onlyThrows = (branch: Node): boolean =>
  branch.type === 'throw_statement' ||
  (branch.type === 'statement_block' && childrenOf(branch).every(({ type }) => type === 'throw_statement'));

/** `switch`: the statements from the case that fits to the next `break`. */
export function runSwitch(node: Node, scope: Scope, context: Context): Completion {
  const [subject, body] = [field(node, 'value'), field(node, 'body')];
  if (!subject || !body) return undefined;
  const value = context.evaluate(subject, scope);
  const cases = childrenOf(body);
  const tests = cases.map(each => (each.type === 'switch_case' ? field(each, 'value') : undefined));
  const matches = tests.map(test => (test ? operate('===', value, context.evaluate(test, scope)) : boolean(false)));
  const unclear = matches.some(match => match?.kind !== 'boolean');
  if (unclear) return doubtStatements(cases, scope, reasonOf(value, `\`${written(subject)}\` is not decided`, lineOf(node)), context);
  const chosen = matches.findIndex(match => match?.kind === 'boolean' && match.value);
  const first = chosen >= 0 ? chosen : cases.findIndex(each => each.type === 'switch_default');
  if (first < 0) return undefined;
  const end = context.run(
    cases.slice(first).flatMap(each => each.childrenForFieldName('body')),
    scope.inner(),
  );
  return end?.jump === 'break' ? undefined : end;
}
