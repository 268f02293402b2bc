import { unknown } from '../../architecture/architecture';
import { lineOf, written } from '../python/syntax';
import type { Node } from '../syntaxNode';
import type { Completion, Context } from './context';
import { doubtStatements } from './doubt';
import { truth } from './operators';
import { bind } from './patterns';
import { reasonOf } from './reasons';
import type { Scope } from './scope';
import { childrenOf, field } from './syntax';
import { boolean, text, type Value } from './values';

const MAXIMUM_ROUNDS = 2000;

/** `for (start; condition; increment)`. */
export function runFor(node: Node, scope: Scope, context: Context): Completion {
  const inside = scope.inner();
  const start = field(node, 'initializer');
  if (start && start.type !== 'empty_statement') {
    const isStatement = start.type.endsWith('_declaration') || start.type === 'expression_statement';
    const end = isStatement ? context.statement(start, inside) : void context.evaluate(start, inside);
    if (end) return end;
  }
  return runWhile(node, inside, field(node, 'increment'), context);
}

/** `while (condition)`, and the rounds of `for`. */
export function runWhile(node: Node, scope: Scope, increment: Node | undefined, context: Context): Completion {
  const [body, condition] = [field(node, 'body'), field(node, 'condition')];
  if (!body) return undefined;
  const test = condition?.type === 'expression_statement' ? childrenOf(condition)[0] : condition;
  for (let round = 0; round < MAXIMUM_ROUNDS; round++) {
    const value: Value = test && test.type !== 'empty_statement' ? context.evaluate(test, scope) : boolean(true);
    const holds = truth(value);
    if (holds === false) return undefined;
    if (holds === undefined)
      return doubtStatements([body], scope, reasonOf(value, `\`${written(node, 24)}\` is not decided`, lineOf(node)), context);
    const end = context.statement(body, scope);
    if (end?.jump === 'break') return undefined;
    if (end && end.jump !== 'continue') return end;
    if (increment) context.evaluate(increment, scope);
  }
  return doubtStatements([body], scope, unknown('this loop runs too often to be followed', lineOf(node)), context);
}

/** What a loop visits: the items of an array, or the names in an object; undefined where they are not all known. */
function visited(value: Value, operator: string | undefined): readonly Value[] | undefined {
  if (value.kind === 'array' && !value.doubt)
    return operator === 'of' ? [...value.items] : value.items.map((_, index) => text(String(index)));
  const isWhole = value.kind === 'object' && operator === 'in' && !value.doubt && !value.open && !value.classValue;
  return isWhole ? [...value.properties.keys()].map(text) : undefined;
}

/** `for (const item of items)` and `for (const name in object)`. */
export function runForOf(node: Node, scope: Scope, context: Context): Completion {
  const [target, source, body] = [field(node, 'left'), field(node, 'right'), field(node, 'body')];
  if (!target || !source || !body) return undefined;
  const value = context.evaluate(source, scope);
  const items = visited(value, field(node, 'operator')?.type);
  if (!items) return doubtStatements([body], scope, reasonOf(value, `\`${written(source)}\` is not known`, lineOf(source)), context);
  for (const item of items) {
    const inside = scope.inner();
    bind(target, item, inside, context);
    const end = context.statement(body, inside);
    if (end?.jump === 'break') return undefined;
    if (end && end.jump !== 'continue') return end;
  }
  return undefined;
}
