import type { Node } from '../syntaxNode';
import { unknown, type Unknown } from '../../architecture/architecture';
import { MAXIMUM_LENGTH } from './budget';
import { iterated } from './collections';
import type { Completion, Context } from './context';
import { doubtStatements, mayJump } from './doubt';
import { lineageOf, raisedLineage } from './exceptions';
import { brokenReason, decorated, defineClass, defineFunction } from './functions';
import { runMatch } from './matching';
import { reasonOf, truth } from './operators';
import { Scope } from './scope';
import { childrenOf, field, isDangling, lineOf, rangeOf, written } from './syntax';
import { bindPattern, deleteTarget } from './targets';
import { onlyRaises, runTry } from './tryStatements';
import { InstanceValue, NONE, reference, undecided, undecidedPlain, type ClassValue, type Value } from './values';

type Rule = (node: Node, scope: Scope, context: Context) => Completion;

const nothing: Rule = () => undefined;

/** The rules by which statements are carried out, by node type; a type that is absent is doubted. */
const STATEMENTS: Readonly<Record<string, Rule>> = {
  expression_statement: runExpression,
  import_statement: runImport,
  import_from_statement: runImportFrom,
  future_import_statement: nothing,
  function_definition: define,
  class_definition: define,
  decorated_definition: define,
  if_statement: runIf,
  for_statement: runFor,
  while_statement: runWhile,
  try_statement: runTry,
  with_statement: runWith,
  return_statement: (node, scope, context) => {
    const [value] = childrenOf(node);
    return { jump: 'return', value: value ? context.evaluate(value, scope) : NONE };
  },
  break_statement: () => ({ jump: 'break' }),
  continue_statement: () => ({ jump: 'continue' }),
  pass_statement: nothing,
  assert_statement: runAssert,
  raise_statement: runRaise,
  global_statement: (node, scope) => declareOuter(node, scope, 'global'),
  nonlocal_statement: (node, scope) => declareOuter(node, scope, 'nonlocal'),
  delete_statement: runDelete,
  match_statement: runMatch,
  type_alias_statement: nothing,
  comment: nothing,
};

/** Carries out statements in order; once it is `lost` whether one of them jumped, the rest is doubted. */
export function runStatements(statements: readonly Node[], scope: Scope, context: Context): Completion {
  for (const [index, statement] of statements.entries()) {
    const end = runStatement(statement, scope, context);
    if (end?.jump === 'lost') {
      const reason = unknown('whether this line is reached is not decided', lineOf(statement));
      doubtStatements(statements.slice(index + 1), scope, reason);
    }
    if (end) return end;
  }
  return undefined;
}

const COMPOUND = new Set([
  'function_definition',
  'class_definition',
  'decorated_definition',
  'if_statement',
  'for_statement',
  'try_statement',
  'with_statement',
]);

/** Whether a statement and all that is in it are carried out, rather than that anything it mentions is put in doubt. */
export const isFollowed = (node: Node): boolean => !node.hasError && !isBroken(node) && node.type in STATEMENTS;

function isBroken(node: Node): boolean {
  const assignment = node.type === 'expression_statement' ? childrenOf(node)[0] : undefined;
  const dangling = assignment?.type === 'assignment' && isDangling(assignment);
  return node.isError || dangling || (node.hasError && !COMPOUND.has(node.type));
}

function runStatement(node: Node, scope: Scope, context: Context): Completion {
  if (isBroken(node)) return doubt([node], scope, unknown('this line cannot be parsed as it stands', lineOf(node)));
  const rule = STATEMENTS[node.type];
  return rule ? rule(node, scope, context) : doubt([node], scope, unknown(`\`${written(node, 24)}\` is not followed`, lineOf(node)));
}

function doubt(nodes: readonly Node[], scope: Scope, reason: Unknown): Completion {
  doubtStatements(nodes, scope, reason);
  return nodes.some(node => node.type === 'raise_statement') || mayJump(nodes) ? { jump: 'lost' } : undefined;
}

function runExpression(node: Node, scope: Scope, context: Context): Completion {
  for (const child of childrenOf(node)) {
    if (child.type === 'assignment') assign(child, scope, context);
    else if (child.type === 'augmented_assignment') assignAugmented(child, scope, context);
    else context.evaluate(child, scope);
  }
  return undefined;
}

/** `a = b = value`, `a: int = value`; a bare annotation binds nothing. */
function assign(node: Node, scope: Scope, context: Context): void {
  const [left, right] = [field(node, 'left'), field(node, 'right')];
  if (!left || !right) return;
  if (left.type === 'identifier' && isImportedCall(right, scope)) {
    const before = new Scope(scope);
    for (const name of namesIn(right)) before.remember(name, scope);
    scope.setLazy(left.text, () => context.evaluate(right, before));
    return;
  }
  const targets = [left];
  let value = right;
  while (value.type === 'assignment') {
    const [target, inner] = [field(value, 'left'), field(value, 'right')];
    if (!target || !inner) break;
    targets.push(target);
    value = inner;
  }
  const result = context.evaluate(value, scope);
  for (const target of targets) bindPattern(target, result, scope, context);
}

/** The names that an expression mentions. */
const namesIn = (node: Node): ReadonlySet<string> => new Set(node.descendantsOfType('identifier').map(({ text }) => text));

/** A call of an imported function at module level is only carried out when its result is asked for. */
function isImportedCall(node: Node, scope: Scope): boolean {
  const callee = node.type === 'call' ? field(node, 'function') : undefined;
  return callee?.type === 'identifier' && scope.isModule && scope.isLazy(callee.text);
}

function assignAugmented(node: Node, scope: Scope, context: Context): void {
  const [left, right] = [field(node, 'left'), field(node, 'right')];
  if (!left || !right) return;
  const operator = field(node, 'operator')?.type.replace(/=$/, '') ?? '';
  const before = context.evaluate(left, scope);
  if (before.kind === 'sequence' && !before.tuple && operator === '+') {
    const items = iterated(context.evaluate(right, scope), context);
    if (items && before.items.length + items.length <= MAXIMUM_LENGTH) before.items.push(...items);
    else before.doubt ??= unknown(`\`${written(right)}\` is not known`, lineOf(right));
    return;
  }
  const extend = before instanceof InstanceValue && operator === '+' ? context.library.attribute(before, 'extend', context) : undefined;
  if (extend) {
    const call = { positional: [context.evaluate(right, scope)], keywords: new Map(), range: rangeOf(node), type: written(node) };
    context.call(extend, call);
    return;
  }
  const after = context.operate(operator, before, context.evaluate(right, scope), lineOf(node));
  if (before.kind === 'library') context.library.assign(before, 'op=', after, lineOf(node));
  bindPattern(left, after, scope, context);
}

function runImport(node: Node, scope: Scope, { modules }: Context): Completion {
  for (const name of childrenOf(node)) {
    const isAliased = name.type === 'aliased_import';
    const module = isAliased ? (field(name, 'name')?.text ?? '') : name.text.split('.')[0]!;
    const bound = isAliased ? (field(name, 'alias')?.text ?? '') : module;
    scope.setLazy(bound, () => modules.find(module, scope.file) ?? reference(module));
  }
  return undefined;
}

/** Names are looked for in the files when they are first used; where no file is found, relative imports keep their dots: `.blocks.Block`. */
function runImportFrom(node: Node, scope: Scope, { modules }: Context): Completion {
  const module = field(node, 'module_name')?.text ?? '';
  const line = lineOf(node);
  for (const name of node.childrenForFieldName('name')) {
    const imported = name.type === 'aliased_import' ? (field(name, 'name')?.text ?? '') : name.text;
    const bound = name.type === 'aliased_import' ? (field(name, 'alias')?.text ?? '') : name.text;
    scope.setLazy(bound, () => {
      const inner = module.endsWith('.') ? `${module}${imported}` : `${module}.${imported}`;
      const namespace = modules.find(module, scope.file);
      const member = namespace?.member(imported) ?? modules.find(inner, scope.file);
      return member ?? (namespace ? undecided(`\`${imported}\` is not found in \`${module}\``, line) : reference(inner));
    });
  }
  if (childrenOf(node).some(child => child.type === 'wildcard_import'))
    scope.addWildcard({ module, namespace: modules.find(module, scope.file) });
  return undefined;
}

function define(node: Node, scope: Scope, context: Context): Completion {
  const definition = node.type === 'decorated_definition' ? field(node, 'definition') : node;
  const name = definition && field(definition, 'name')?.text;
  if (!definition || !name) return undefined;
  const decorators = childrenOf(node).filter(child => child.type === 'decorator');
  if (definition.type === 'class_definition') {
    const broken = brokenReason(definition) ?? (node === definition ? undefined : brokenReason(node));
    const value = defineClass(definition, scope, context);
    if (broken) value.members.set('__init__', { kind: 'undecided', reason: broken, plain: false });
    scope.set(name, decoratedClass(value, decorators, scope, context));
    context.defined(value);
  } else if (definition.hasError) scope.set(name, undecided(`${name} cannot be parsed as it stands`, lineOf(definition)));
  else scope.set(name, defineFunction(definition, scope, context, undefined, decorators));
  return undefined;
}

/** Decorators of a class mostly note it down; one that is not known is taken to hand the class on. */
function decoratedClass(value: ClassValue, decorators: readonly Node[], scope: Scope, context: Context): Value {
  const result = decorators.length > 0 ? decorated(value, value.name, decorators, scope, context) : value;
  return result.kind === 'undecided' ? value : result;
}

/** The branches of an `if` with their conditions; the last may have none. */
function branchesOf(node: Node): { readonly condition?: Node; readonly body: Node | undefined }[] {
  const alternatives = node.childrenForFieldName('alternative');
  return [
    { condition: field(node, 'condition'), body: field(node, 'consequence') },
    ...alternatives.map(child => ({
      condition: field(child, 'condition'),
      body: child.type === 'else_clause' ? field(child, 'body') : field(child, 'consequence'),
    })),
  ];
}

function runIf(node: Node, scope: Scope, context: Context): Completion {
  const branches = branchesOf(node);
  for (const [index, { condition, body }] of branches.entries()) {
    const value = condition && context.evaluate(condition, scope);
    const holds = value ? truth(value) : true;
    if (holds) return body ? context.run(childrenOf(body), scope) : undefined;
    if (holds === undefined && condition && value) {
      const rest = branches.slice(index).flatMap(branch => (branch.body ? [branch.body] : []));
      if (rest.every(onlyRaises)) return undefined;
      return doubt(rest, scope, reasonOf(value, `\`${written(condition)}\` is not decided`, lineOf(condition)));
    }
  }
  return undefined;
}

function runFor(node: Node, scope: Scope, context: Context): Completion {
  const [left, right, body] = [field(node, 'left'), field(node, 'right'), field(node, 'body')];
  if (!left || !right || !body) return undefined;
  const source = context.evaluate(right, scope);
  const items = iterated(source, context);
  if (!items) return doubt([left, body], scope, reasonOf(source, `\`${written(right)}\` is not known`, lineOf(right)));
  for (const item of [...items]) {
    bindPattern(left, item, scope, context);
    const end = context.run(childrenOf(body), scope);
    if (end?.jump === 'break') return undefined;
    if (end?.jump === 'lost') doubtStatements([body], scope, unknown('how often this loop runs is not decided', lineOf(node)));
    if (end && end.jump !== 'continue') return end;
  }
  return otherwise(node, scope, context);
}

/** The `else` of a loop that was not left. */
function otherwise(node: Node, scope: Scope, context: Context): Completion {
  const clause = field(node, 'alternative');
  const body = clause && field(clause, 'body');
  return body ? context.run(childrenOf(body), scope) : undefined;
}

const MAXIMUM_ROUNDS = 1000;

function runWhile(node: Node, scope: Scope, context: Context): Completion {
  const [condition, body] = [field(node, 'condition'), field(node, 'body')];
  if (!condition || !body) return undefined;
  for (let round = 0; round < MAXIMUM_ROUNDS; round++) {
    const value = context.evaluate(condition, scope);
    const holds = truth(value);
    if (holds === false) return otherwise(node, scope, context);
    if (holds === undefined) return doubt([body], scope, reasonOf(value, `\`${written(condition)}\` is not decided`, lineOf(condition)));
    const end = context.run(childrenOf(body), scope);
    if (end?.jump === 'break') return undefined;
    if (end && end.jump !== 'continue') return end;
  }
  return doubt([body], scope, unknown('this loop runs too often to be followed', lineOf(node)));
}

function declareOuter(node: Node, scope: Scope, kind: 'global' | 'nonlocal'): Completion {
  for (const name of childrenOf(node)) scope.declareOuter(name.text, kind);
  return undefined;
}

/** `del name`, `del dictionary[key]`, `del object.name`; everything else is doubted. */
function runDelete(node: Node, scope: Scope, context: Context): Completion {
  const targets = childrenOf(node).flatMap(child => (child.type === 'expression_list' ? childrenOf(child) : [child]));
  for (const target of targets)
    if (!deleteTarget(target, scope, context)) doubt([target], scope, unknown(`\`${written(node)}\` is not followed`, lineOf(node)));
  return undefined;
}

/** An assertion that certainly fails matters where a handler takes it. */
function runAssert(node: Node, scope: Scope, context: Context): Completion {
  const [condition] = childrenOf(node);
  if (condition && context.isGuarded && truth(context.evaluate(condition, scope)) === false) context.raise(lineageOf('AssertionError'));
  return undefined;
}

/** An exception that a handler around takes goes there; any other ends the program, so that nothing that follows is certain. */
function runRaise(node: Node, scope: Scope, context: Context): Completion {
  const lineage = context.isGuarded ? raisedLineage(node, scope, context) : undefined;
  if (lineage) context.raise(lineage);
  return doubt([node], scope, unknown(`\`${written(node, 24)}\` is not followed`, lineOf(node)));
}

/** A context manager runs its body once; what it is bound to is not known. */
function runWith(node: Node, scope: Scope, context: Context): Completion {
  const clause = childrenOf(node).find(child => child.type === 'with_clause');
  for (const target of clause?.descendantsOfType('as_pattern_target') ?? []) {
    const name = childrenOf(target)[0];
    if (name)
      bindPattern(name, undecidedPlain(unknown(`\`${written(name)}\` is only known when the program runs`, lineOf(name))), scope, context);
  }
  const body = field(node, 'body');
  return body ? context.run(childrenOf(body), scope) : undefined;
}
