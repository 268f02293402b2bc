import type { Context } from './context';
import { InstanceValue, type ClassValue, type Value } from './values';

/** A class of the source or, by its dotted path, of a library. */
export type Ancestor =
  ClassValue | { readonly kind: 'reference'; readonly path: string } | { readonly kind: 'unreadable'; readonly base: Value };

/** The classes in which an attribute is looked for: the class, then its bases depth first, each at its last place, as Python orders simple hierarchies. */
export function ancestors(classValue: ClassValue): readonly Ancestor[] {
  const all: Ancestor[] = [];
  const visit = (value: Value, depth: number) => {
    if (depth > 20) return;
    if (value.kind === 'class') {
      all.push(value);
      for (const base of value.bases) visit(base, depth + 1);
    } else if (value.kind === 'reference') all.push(value);
    else all.push({ kind: 'unreadable', base: value });
  };
  visit(classValue, 0);
  return all.filter((ancestor, index) => !all.slice(index + 1).some(later => isSame(ancestor, later)));
}

const isSame = (left: Ancestor, right: Ancestor): boolean =>
  left === right || (left.kind === 'reference' && right.kind === 'reference' && left.path === right.path);

/** The first class after `after` (from the start when absent) that has the member, or a library's class before it, which may have it. */
export function findMember(
  classValue: ClassValue,
  name: string,
  after?: ClassValue,
): { readonly member: Value; readonly owner: ClassValue } | { readonly library: string } | { readonly unreadable: Value } | undefined {
  const all = ancestors(classValue);
  const start = after ? all.indexOf(after) + 1 : 0;
  for (const ancestor of all.slice(start)) {
    if (ancestor.kind === 'class') {
      const member = ancestor.members.get(name);
      if (member) return { member, owner: ancestor };
    } else if (ancestor.kind === 'unreadable') return { unreadable: ancestor.base };
    else if (!PLAIN_BASES.has(ancestor.path)) return { library: ancestor.path };
  }
  return undefined;
}

/** Bases that add neither attributes nor construction. */
const PLAIN_BASES = new Set(['builtins.object', 'abc.ABC', 'typing.Generic', 'typing.Protocol', 'huggingface_hub.PyTorchModelHubMixin']);

/** `isinstance(value, type)`; undefined where it is not decided. */
export function isInstance(value: Value, type: Value, context: Context): boolean | undefined {
  if (value.kind === 'undecided' || type.kind === 'undecided') return undefined;
  if (type.kind === 'sequence') {
    const each = type.items.map(item => isInstance(value, item, context));
    if (each.includes(true)) return true;
    return each.includes(undefined) ? undefined : false;
  }
  if (type.kind === 'class') {
    if (!(value instanceof InstanceValue)) return value.kind === 'library' ? undefined : false;
    return value.classValue ? isSubclass(value.classValue, type) : false;
  }
  if (type.kind !== 'reference') return undefined;
  const kinds = PYTHON_TYPES[type.path];
  if (kinds) return kinds.includes(value.kind === 'sequence' ? (value.tuple ? 'tuple' : 'list') : value.kind);
  return context.library.isInstance(value, type.path);
}

const PYTHON_TYPES: Readonly<Record<string, readonly string[]>> = {
  'builtins.int': ['integer', 'boolean'],
  'builtins.float': ['float'],
  'builtins.str': ['string'],
  'builtins.bool': ['boolean'],
  'builtins.list': ['list'],
  'builtins.tuple': ['tuple'],
  'builtins.dict': ['dictionary'],
};

/** `issubclass(value, type)`; undefined where it is not decided. */
export function isSubclass(value: Value, type: Value): boolean | undefined {
  if (value.kind !== 'class') return value.kind === 'reference' && type.kind === 'reference' && value.path === type.path ? true : undefined;
  const all = ancestors(value);
  const found = all.some(
    ancestor => ancestor === type || (ancestor.kind === 'reference' && type.kind === 'reference' && ancestor.path === type.path),
  );
  if (found) return true;
  return type.kind === 'class' && !all.some(ancestor => ancestor.kind === 'unreadable') ? false : undefined;
}
