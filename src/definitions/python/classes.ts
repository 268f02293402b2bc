import type { Context } from './context';
import { InstanceValue, type ClassValue, type Formal, type Value } from './values';

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

/** Whether a class derives from one of `enum`'s. */
export const isEnumeration = (classValue: ClassValue): boolean =>
  ancestors(classValue).some(ancestor => ancestor.kind === 'reference' && /^enum\.\w*(Enum|Flag)$/.test(ancestor.path));

/** The fields that constructing a class sets, as a data class or named tuple, looked for after `after`; undefined where an `__init__` comes first. */
export function fieldsOf(classValue: ClassValue, after?: ClassValue): readonly Formal[] | undefined {
  const all = ancestors(classValue);
  for (const ancestor of all.slice(after ? all.indexOf(after) + 1 : 0)) {
    if (ancestor.kind !== 'class' || ancestor.members.has('__init__')) return undefined;
    if (ancestor.fields) return ancestor.fields;
  }
  return undefined;
}

/** Bases that add neither attributes nor construction. */
const PLAIN_BASES = new Set(
  `builtins.object abc.ABC typing.Generic typing.Protocol typing.NamedTuple enum.Enum enum.IntEnum enum.StrEnum
   huggingface_hub.PyTorchModelHubMixin`.split(/\s+/),
);

/** The types that lie in tuples of tuples, each once: a tuple may hold another twice, and that another. */
function typesIn(type: Value): readonly Value[] {
  const [found, open] = [new Set<Value>([type]), [type]];
  for (let next = open.pop(); next; next = open.pop())
    for (const item of next.kind === 'sequence' ? next.items : []) if (found.size < found.add(item).size) open.push(item);
  return [...found].filter(({ kind }) => kind !== 'sequence');
}

/** Whether one of the types fits; undefined where that is not decided. */
function any(types: readonly Value[], fits: (type: Value) => boolean | undefined): boolean | undefined {
  const each = types.map(fits);
  if (each.includes(true)) return true;
  return each.includes(undefined) ? undefined : false;
}

/** `isinstance(value, type)`; undefined where it is not decided. */
export function isInstance(value: Value, type: Value, context: Context): boolean | undefined {
  if (value.kind === 'undecided' || type.kind === 'undecided') return undefined;
  if (type.kind === 'sequence') {
    return any(typesIn(type), item => isInstance(value, item, context));
  }
  if (type.kind === 'class') {
    if (!(value instanceof InstanceValue)) return value.kind === 'library' ? undefined : false;
    return value.classValue ? isSubclass(value.classValue, type, context) : false;
  }
  if (type.kind !== 'reference') return undefined;
  const kinds = PYTHON_TYPES[abstract(type.path)];
  if (kinds && value instanceof InstanceValue && isAbstract(type.path)) return fitsAbstract(value, abstract(type.path), context);
  if (kinds && (value.kind === 'instance' || value.kind === 'library')) return isAbstract(type.path) ? undefined : isPlainInstance(value);
  if (kinds && value.kind === 'reference' && /^builtins\.\w+$/.test(value.path))
    return value.path in PYTHON_TYPES ? kinds.includes('class') : kinds.includes('builtin');
  if (kinds && value.kind === 'reference') return /^torch\.nn\.[A-Z]\w*$/.test(value.path) ? kinds.includes('class') : undefined;
  if (kinds) return kinds.includes(value.kind === 'sequence' ? (value.tuple ? 'tuple' : 'list') : value.kind);
  return context.library.isInstance(value, type.path);
}

/** Whether an object of a class has the methods by which Python recognises an iterable or a callable, or derives from the abstract class itself. */
function fitsAbstract(value: InstanceValue, path: string, context: Context): boolean | undefined {
  if (value.order) return path.endsWith('.Callable') ? false : path.endsWith('.Mapping') ? false : true;
  const bases = value.classValue ? ancestors(value.classValue) : [];
  if (bases.some(base => base.kind === 'reference' && abstract(base.path) === path)) return true;
  if (bases.some(({ kind }) => kind === 'unreadable')) return undefined;
  const method = path.endsWith('.Callable') ? '__call__' : path.endsWith('.Iterable') ? '__iter__' : undefined;
  if (method === undefined) return false;
  return context.methodOf(value, method) !== undefined || context.library.hasMethod?.(value, method) === true;
}

const isAbstract = (path: string): boolean => abstract(path).startsWith('collections.abc.');

/** An object of a class of the source is no number, word or list unless a base says so. */
const isPlainInstance = (value: Value): false | undefined =>
  value instanceof InstanceValue &&
  (value.order || (value.classValue && ancestors(value.classValue).some(({ kind }) => kind === 'unreadable')))
    ? undefined
    : false;

const PYTHON_TYPES: Readonly<Record<string, readonly string[]>> = {
  'builtins.int': ['integer', 'boolean'],
  'builtins.float': ['float'],
  'builtins.str': ['string'],
  'builtins.bool': ['boolean'],
  'builtins.list': ['list'],
  'builtins.tuple': ['tuple'],
  'builtins.dict': ['dictionary'],
  'builtins.set': ['set'],
  'builtins.type': ['class'],
  'collections.OrderedDict': ['dictionary'],
  'collections.abc.Iterable': ['list', 'tuple', 'dictionary', 'string'],
  'collections.abc.Sequence': ['list', 'tuple', 'string'],
  'collections.abc.Mapping': ['dictionary'],
  'collections.abc.Callable': ['function', 'builtin', 'partial', 'class'],
  'numbers.Number': ['integer', 'float', 'boolean'],
  'numbers.Real': ['integer', 'float', 'boolean'],
  'numbers.Integral': ['integer', 'boolean'],
  'functools.partial': ['partial'],
  'types.FunctionType': ['function'],
};

/** What `typing` calls as `collections.abc` does. */
const abstract = (path: string): string => {
  const name = path.replace(/^(typing|collections)\.(?=(Iterable|Sequence|Mapping|Callable)$)/, 'collections.abc.');
  return name === 'typing.List'
    ? 'builtins.list'
    : name === 'typing.Tuple'
      ? 'builtins.tuple'
      : name === 'typing.Dict'
        ? 'builtins.dict'
        : name;
};

/** The class of an object: of the source, or the library's own. */
export function classOf(instance: InstanceValue, { library }: Context): Value | undefined {
  const path = instance.classValue ? undefined : library.classOf?.(instance);
  return path === undefined ? instance.classValue : { kind: 'reference', path };
}

/** `issubclass(value, type)`; undefined where it is not decided. */
export function isSubclass(value: Value, type: Value, context: Context): boolean | undefined {
  if (type.kind === 'sequence') {
    return any(typesIn(type), item => isSubclass(value, item, context));
  }
  if (value.kind === 'reference' && type.kind === 'class') return false;
  if (value.kind === 'reference' && type.kind === 'reference')
    return value.path === type.path ? true : context.library.isSubclass?.(value.path, type.path);
  if (value.kind !== 'class') return undefined;
  const all = ancestors(value);
  const found = all.some(
    ancestor => ancestor === type || (ancestor.kind === 'reference' && type.kind === 'reference' && ancestor.path === type.path),
  );
  if (found) return true;
  if (all.some(ancestor => ancestor.kind === 'unreadable')) return undefined;
  if (type.kind === 'class') return false;
  if (type.kind !== 'reference') return undefined;
  const each = all.flatMap(ancestor => (ancestor.kind === 'reference' ? [context.library.isSubclass?.(ancestor.path, type.path)] : []));
  return each.includes(true) ? true : each.includes(undefined) ? undefined : false;
}
