import type { Node } from '@vscode/tree-sitter-wasm';
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
  for (const node of descendants(statements)) {
    if (node.type !== 'identifier' || isOnlyAName(node)) continue;
    const name = node.text;
    const value = scope.get(name);
    const { holder, rest } = followAttributes(value, node);
    if (rest === 0 && isBinding(node)) bound.add(name);
    if (holder) putInDoubt(holder, reason);
  }
  for (const name of bound) scope.set(name, { kind: 'undecided', reason, plain: false });
}

/** Whether a run of statements contains one that leaves the function or the loop. */
export function mayJump(statements: readonly Node[]): boolean {
  for (const node of descendants(statements)) {
    if (['return_statement', 'break_statement', 'continue_statement'].includes(node.type)) return true;
  }
  return false;
}

/** The attribute of `a.b`, the keyword of `f(a=1)`: no reading of a variable. */
function isOnlyAName(node: Node): boolean {
  const parent = node.parent;
  return (
    (parent?.type === 'attribute' && field(parent, 'attribute')?.id === node.id) ||
    (parent?.type === 'keyword_argument' && field(parent, 'name')?.id === node.id)
  );
}

/** Follows `a.b.c` from the value of `a` as far as attributes are known; `rest` counts the attributes that are written. */
function followAttributes(value: Value | undefined, identifier: Node): { holder?: Value; rest: number } {
  let holder = value;
  let node = identifier;
  let rest = 0;
  while (node.parent?.type === 'attribute' && field(node.parent, 'object')?.id === node.id) {
    rest++;
    node = node.parent;
    if (!(holder instanceof InstanceValue)) break;
    const next = holder.attributes.get(field(node, 'attribute')?.text ?? '');
    if (!next || isAssigned(node)) break;
    holder = next;
  }
  return { holder, rest };
}

const isAssigned = (node: Node): boolean => {
  const parent = node.parent;
  return (parent?.type === 'assignment' || parent?.type === 'augmented_assignment') && field(parent, 'left')?.id === node.id;
};

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
  'function_definition',
  'class_definition',
  'ERROR',
]);

/** Whether the statement may bind the name. */
function isBinding(node: Node): boolean {
  const parent = node.parent;
  if (!parent || BINDING_PARENTS.has(parent.type)) return true;
  return ['left', 'name'].some(name => field(parent, name)?.id === node.id);
}
