import type { Node } from '../syntaxNode';
import type { Unknown } from '../../architecture/architecture';
import type { Scope } from './scope';
import { descendants, field } from './syntax';
import { InstanceValue, type Value } from './values';

/** Marks what something unknown may change through a value that it was handed: lists, dictionaries, objects. */
export function putInDoubt(value: Value | undefined, reason: Unknown, depth = 0): void {
  if (!value || depth > 8) return;
  if (value instanceof InstanceValue) {
    if (value.doubts.length === 0) value.doubts.push(reason);
  } else if (value.kind === 'sequence') {
    if (!value.tuple) value.doubt ??= reason;
    for (const item of value.items) putInDoubt(item, reason, depth + 1);
  } else if (value.kind === 'dictionary') {
    value.doubt ??= reason;
    for (const item of value.entries.values()) putInDoubt(item, reason, depth + 1);
  }
}

/** Statements that are not carried out: every name that they bind, and every object that they may change, is in doubt from here on. */
export function doubtStatements(statements: readonly Node[], scope: Scope, reason: Unknown): void {
  const bound = new Set<string>();
  const self = scope.frame?.self;
  if (self?.isCompact && callsAnything(statements)) putInDoubt(self, reason);
  for (const { node, parent } of mentions(statements)) {
    const { name, attributes } = chainOf(node);
    const isTarget = isBinding(node, parent);
    const isCalled = parent?.type === 'call' && field(parent, 'function')?.id === node.id;
    putInDoubt(holderOf(scope.get(name), attributes, { isTarget, isCalled }), reason);
    if (attributes.length === 0 && isTarget) bound.add(name);
  }
  for (const name of bound) scope.set(name, { kind: 'undecided', reason, plain: false });
}

/** The names that are in doubt themselves once some statements are not carried out. */
export function namesDoubtedBy(statements: readonly Node[]): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { node, parent } of mentions(statements)) if (node.type === 'identifier' && isBinding(node, parent)) names.add(node.text);
  return names;
}

function callsAnything(statements: readonly Node[]): boolean {
  for (const { node } of descendants(statements)) if (node.type === 'call') return true;
  return false;
}

/** Whether a run of statements contains one that leaves the function or the loop. */
export function mayJump(statements: readonly Node[]): boolean {
  for (const { node } of descendants(statements)) {
    if (['return_statement', 'break_statement', 'continue_statement'].includes(node.type)) return true;
  }
  return false;
}

interface Mention {
  readonly node: Node;
  readonly parent: Node | undefined;
}

/** Every `a` and every whole `a.b.c` that is written in some statements; names of keywords are not mentions. */
function* mentions(statements: readonly Node[]): Generator<Mention, void, undefined> {
  for (const found of descendants(statements, node => (isChain(node) ? [] : valueChildren(node)))) if (isChain(found.node)) yield found;
}

const isChain = (node: Node): boolean => {
  let inner: Node | undefined = node;
  while (inner?.type === 'attribute') inner = field(inner, 'object');
  return inner?.type === 'identifier';
};

/** `f(name=value)` and `f(…).name` mention only the value. */
function valueChildren(node: Node): readonly (Node | null)[] {
  if (node.type === 'keyword_argument') return [node.childForFieldName('value')];
  return node.type === 'attribute' ? [node.childForFieldName('object')] : node.children;
}

function chainOf(node: Node): { readonly name: string; readonly attributes: readonly string[] } {
  const attributes: string[] = [];
  let inner = node;
  while (inner.type === 'attribute') {
    attributes.unshift(field(inner, 'attribute')?.text ?? '');
    inner = field(inner, 'object') ?? inner;
  }
  return { name: inner.text, attributes };
}

/** The object that a mention may change: as far along its attributes as they are known, and the one that is assigned to at the end; undefined for none. */
function holderOf(
  value: Value | undefined,
  attributes: readonly string[],
  { isTarget, isCalled }: { readonly isTarget: boolean; readonly isCalled: boolean },
): Value | undefined {
  let holder = value;
  for (const [index, name] of attributes.entries()) {
    if (!(holder instanceof InstanceValue)) return holder;
    const next = holder.attributes.get(name);
    if (isTarget && index === attributes.length - 1) return holder;
    if (!next) return holder.isLeftAloneBy(name) ? undefined : holder;
    holder = next;
  }
  return isCalled && holder instanceof InstanceValue && holder.isLeftAloneBy(undefined) ? undefined : holder;
}

const BINDING_PARENTS = new Set([
  'pattern_list',
  'tuple_pattern',
  'list_pattern',
  'list_splat_pattern',
  'as_pattern_target',
  'dotted_name',
  'aliased_import',
  'delete_statement',
  'expression_list',
  'global_statement',
  'nonlocal_statement',
  'ERROR',
]);

/** Parents that bind what stands in their field `left` or `name`. */
const NAMING_PARENTS = new Set([
  'assignment',
  'augmented_assignment',
  'for_statement',
  'for_in_clause',
  'named_expression',
  'function_definition',
  'class_definition',
]);

/** Whether the statement may bind the mention. */
function isBinding(node: Node, parent: Node | undefined): boolean {
  if (!parent || BINDING_PARENTS.has(parent.type)) return true;
  return NAMING_PARENTS.has(parent.type) && ['left', 'name'].some(name => field(parent, name)?.id === node.id);
}
