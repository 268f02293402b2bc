import type { Node } from '../syntaxNode';
import { isInstance } from './classes';
import { iterated } from './collections';
import type { Completion, Context } from './context';
import { doubtStatements, mayJump } from './doubt';
import { keyOf } from './keys';
import { compare, reasonOf, truth } from './operators';
import type { Scope } from './scope';
import { childrenOf, field, lineOf, written } from './syntax';
import { list, reference, tuple, type Value } from './values';

/** Carries out a `match` statement: the first case whose pattern fits; a case of which that is not decided leaves it and all later ones in doubt. */
export function runMatch(node: Node, scope: Scope, context: Context): Completion {
  const subjects = node.childrenForFieldName('subject').map(subject => context.evaluate(subject, scope));
  const subject = subjects.length === 1 ? subjects[0]! : tuple(subjects);
  const block = field(node, 'body');
  const cases = (block ? childrenOf(block) : childrenOf(node)).filter(({ type }) => type === 'case_clause');
  for (const [index, clause] of cases.entries()) {
    const fits = fitsCase(clause, subject, scope, context);
    const body = field(clause, 'consequence');
    if (fits) return body ? context.run(childrenOf(body), scope) : undefined;
    if (fits === undefined) {
      const open = cases.slice(index);
      doubtStatements(open, scope, reasonOf(subject, `which case of \`${written(node, 24)}\` is taken is not decided`, lineOf(clause)));
      return mayJump(open) ? { jump: 'lost' } : undefined;
    }
  }
  return undefined;
}

function fitsCase(clause: Node, subject: Value, scope: Scope, context: Context): boolean | undefined {
  const patterns = childrenOf(clause).filter(({ type }) => type === 'case_pattern');
  const [first] = patterns;
  if (!first) return undefined;
  const fits = patterns.length > 1 ? fitsEach(patterns, subject, scope, context) : matches(first, subject, scope, context);
  const guard = field(clause, 'guard');
  if (!fits || !guard) return fits;
  return truth(context.evaluate(childrenOf(guard)[0] ?? guard, scope));
}

/** Whether a value fits a pattern, whose names are bound on the way; undefined where it is not decided. */
function matches(pattern: Node, value: Value, scope: Scope, context: Context): boolean | undefined {
  const children = childrenOf(pattern);
  const [only] = children;
  switch (pattern.type) {
    case 'case_pattern':
      return only ? matches(only, value, scope, context) : pattern.text === '_' ? true : undefined;
    case 'dotted_name': {
      if (children.length > 1) return compare('==', value, valueOf(pattern, scope, context));
      if (pattern.text !== '_') scope.set(pattern.text, value);
      return true;
    }
    case 'union_pattern':
      return anyOf(children.map(child => matches(child, value, scope, context)));
    case 'as_pattern': {
      const fits = only && matches(only, value, scope, context);
      const name = children.at(-1);
      if (fits && name) scope.set(name.text, value);
      return fits;
    }
    case 'tuple_pattern':
    case 'list_pattern':
      return fitsEach(children, value, scope, context);
    case 'dict_pattern':
      return fitsDictionary(pattern, value, scope, context);
    case 'class_pattern':
      return fitsClass(children, value, scope, context);
    case 'splat_pattern':
      return undefined;
    case 'none':
    case 'true':
    case 'false':
      return compare('is', value, context.evaluate(pattern, scope));
    default:
      return compare('==', value, pattern.text.startsWith('-') ? negative(pattern, scope, context) : context.evaluate(pattern, scope));
  }
}

const anyOf = (each: readonly (boolean | undefined)[]): boolean | undefined =>
  each.includes(true) ? true : each.includes(undefined) ? undefined : false;

function negative(pattern: Node, scope: Scope, context: Context): Value {
  const number = context.evaluate(childrenOf(pattern).at(-1) ?? pattern, scope);
  return number.kind === 'integer' || number.kind === 'float' ? { kind: number.kind, value: -number.value } : number;
}

function valueOf(name: Node, scope: Scope, context: Context): Value {
  const [first, ...rest] = childrenOf(name);
  return rest.reduce((value, part) => context.attribute(value, part.text, lineOf(name)), context.evaluate(first ?? name, scope));
}

/** Patterns of a sequence, one of which may take the rest. */
function fitsEach(patterns: readonly Node[], value: Value, scope: Scope, context: Context): boolean | undefined {
  const isSequence = value.kind === 'string' ? false : isInstance(value, reference('collections.abc.Sequence'), context);
  if (isSequence !== true) return isSequence;
  const items = iterated(value, context);
  if (!items) return undefined;
  const starred = patterns.findIndex(pattern => splatOf(pattern) !== undefined);
  if (starred < 0 ? items.length !== patterns.length : items.length < patterns.length - 1) return false;
  const extra = items.length - patterns.length + 1;
  for (const [index, pattern] of patterns.entries()) {
    if (index === starred) {
      const name = splatOf(pattern)?.text.replace(/^\*+\s*/, '');
      if (name && name !== '_') scope.set(name, list([...items.slice(index, index + extra)]));
      continue;
    }
    const fits = matches(pattern, items[starred >= 0 && index > starred ? index + extra - 1 : index]!, scope, context);
    if (!fits) return fits;
  }
  return true;
}

const splatOf = (pattern: Node): Node | undefined =>
  pattern.type === 'splat_pattern'
    ? pattern
    : pattern.type === 'case_pattern' && pattern.namedChildren[0]?.type === 'splat_pattern'
      ? pattern.namedChildren[0]
      : undefined;

function fitsDictionary(pattern: Node, value: Value, scope: Scope, context: Context): boolean | undefined {
  if (value.kind !== 'dictionary') return value.kind === 'undecided' ? undefined : false;
  const keys = pattern.childrenForFieldName('key');
  const values = pattern.childrenForFieldName('value');
  if (value.doubt || keys.length !== values.length || childrenOf(pattern).length !== 2 * keys.length) return undefined;
  for (const [index, key] of keys.entries()) {
    const place = keyOf(context.evaluate(key, scope));
    const item = place === undefined ? undefined : value.entries.get(place);
    if (!item) return place === undefined ? undefined : false;
    const fits = matches(values[index]!, item, scope, context);
    if (!fits) return fits;
  }
  return true;
}

/** `Point(x=0, y=name)` and `str(name)`; fields by place only where the class says which they are. */
function fitsClass([name, ...parts]: readonly Node[], value: Value, scope: Scope, context: Context): boolean | undefined {
  if (!name) return undefined;
  const type = valueOf(name, scope, context);
  const is = isInstance(value, type, context);
  if (!is) return is;
  const isPlain = type.kind === 'reference' && PLAIN.test(type.path);
  const places = type.kind === 'class' ? namesByPlace(type, context) : [];
  for (const [index, part] of parts.entries()) {
    const keyword = keywordOf(part);
    if (!keyword && isPlain) return parts.length === 1 ? matches(part, value, scope, context) : undefined;
    const attribute = keyword?.name ?? places[index];
    if (attribute === undefined) return undefined;
    const fits = matches(keyword?.pattern ?? part, context.attribute(value, attribute, lineOf(part)), scope, context);
    if (!fits) return fits;
  }
  return true;
}

const PLAIN = /^builtins\.(bool|bytes|dict|float|int|list|set|str|tuple)$/;

function keywordOf(part: Node): { readonly name: string; readonly pattern: Node } | undefined {
  const inner = part.type === 'case_pattern' ? part.namedChildren[0] : part;
  if (inner?.type !== 'keyword_pattern') return undefined;
  const [name, pattern] = childrenOf(inner);
  return name && pattern ? { name: name.text, pattern } : undefined;
}

function namesByPlace(type: Extract<Value, { kind: 'class' }>, context: Context): readonly string[] {
  if (type.fields) return type.fields.map(({ name }) => name);
  const given = type.members.get('__match_args__');
  const names = given ? iterated(given, context) : undefined;
  return names?.map(each => (each.kind === 'string' ? each.value : '')) ?? [];
}
