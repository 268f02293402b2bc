import { unknown } from '../../architecture/architecture';
import { lineOf, written } from '../python/syntax';
import type { Node } from '../syntaxNode';
import { runIf, runSwitch } from './branches';
import { classOf } from './classes';
import type { Completion, Context } from './context';
import { doubtStatements } from './doubt';
import { enumOf } from './enums';
import { DEFAULT } from './exports';
import { importNames } from './imports';
import { runFor, runForOf, runWhile } from './loops';
import { bind } from './patterns';
import type { Scope } from './scope';
import { childrenOf, field } from './syntax';
import { NOTHING } from './values';

type Rule = (node: Node, scope: Scope, context: Context) => Completion;

const declareAll: Rule = (node, scope, context) => {
  for (const declarator of childrenOf(node)) declare(declarator, scope, context);
  return undefined;
};

const declareClass: Rule = (node, scope, context) => {
  scope.declare(field(node, 'name')?.text ?? '', classOf(node, scope, context));
  return undefined;
};

const RULES: Readonly<Record<string, Rule>> = {
  export_statement(node, scope, context) {
    const [declaration, value] = [field(node, 'declaration'), field(node, 'value')];
    const end = declaration && context.statement(declaration, scope);
    if (!node.children.some(({ type }) => type === 'default')) return end;
    const name = declaration && field(declaration, 'name')?.text;
    if (name !== undefined) scope.link(DEFAULT, () => scope.get(name) ?? NOTHING);
    else if (value) scope.declare(DEFAULT, context.evaluate(value, scope));
    return end;
  },
  import_statement(node, scope, context) {
    importNames(node, scope, context);
    return undefined;
  },
  expression_statement(node, scope, context) {
    for (const child of childrenOf(node)) context.evaluate(child, scope);
    return undefined;
  },
  lexical_declaration: declareAll,
  variable_declaration: declareAll,
  class_declaration: declareClass,
  abstract_class_declaration: declareClass,
  enum_declaration(node, scope) {
    scope.declare(field(node, 'name')?.text ?? '', enumOf(node));
    return undefined;
  },
  return_statement(node, scope, context) {
    const [value] = childrenOf(node);
    return { jump: 'return', value: value ? context.evaluate(value, scope) : NOTHING };
  },
  statement_block: (node, scope, context) => context.run(childrenOf(node), scope.inner()),
  if_statement: runIf,
  for_statement: runFor,
  for_in_statement: runForOf,
  switch_statement: runSwitch,
  do_statement(node, scope, context) {
    const body = field(node, 'body');
    const end = body && context.statement(body, scope.inner());
    if (end?.jump === 'break') return undefined;
    return end && end.jump !== 'continue' ? end : runWhile(node, scope.inner(), undefined, context);
  },
  while_statement: (node, scope, context) => runWhile(node, scope.inner(), undefined, context),
  try_statement(node, scope, context) {
    const body = field(node, 'body');
    const handlers = childrenOf(node).filter(child => child.type === 'catch_clause');
    const end = body && context.run(childrenOf(body), scope.inner());
    return end ?? doubtStatements(handlers, scope, unknown('whether this `catch` runs is not decided', lineOf(node)), context);
  },
  break_statement: () => ({ jump: 'break' }),
  continue_statement: () => ({ jump: 'continue' }),
  throw_statement: () => ({ jump: 'lost' }),
};

/** Compound statements, which are followed as far as they parse. */
const BLOCKS = new Set([
  'export_statement',
  'lexical_declaration',
  'variable_declaration',
  'statement_block',
  'if_statement',
  'function_declaration',
]);

/** Statements that bind nothing that a model is made of, or are looked at where they are called. */
const HARMLESS = new Set(
  `function_declaration generator_function_declaration empty_statement comment hash_bang_line
   interface_declaration type_alias_declaration ambient_declaration function_signature debugger_statement`.split(/\s+/),
);

/** Carries out one statement. */
export function runStatement(node: Node, scope: Scope, context: Context): Completion {
  if (node.isError || (node.hasError && !BLOCKS.has(node.type)))
    return doubtStatements([node], scope, unknown('this line does not parse as it stands', lineOf(node)), context);
  const rule = Object.hasOwn(RULES, node.type) ? RULES[node.type] : undefined;
  if (rule) return rule(node, scope, context);
  const reason = unknown(`\`${written(node, 24)}\` is not followed`, lineOf(node));
  return HARMLESS.has(node.type) ? undefined : doubtStatements([node], scope, reason, context);
}

function declare(declarator: Node, scope: Scope, context: Context): void {
  const [target, value] = [field(declarator, 'name'), field(declarator, 'value')];
  if (!target) return;
  const result = value ? context.evaluate(value, scope) : NOTHING;
  const isNamed = (result.kind === 'function' || result.kind === 'class') && target.type === 'identifier';
  bind(target, isNamed ? { ...result, name: target.text } : result, scope, context);
}
