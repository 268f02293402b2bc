import type { Node } from '../syntaxNode';
import { unknown } from '../../architecture/architecture';
import type { Context } from './context';
import { Scope } from './scope';
import { readCall } from './calls';
import { isEnumeration } from './classes';
import { childrenOf, field, lineOf, rangeOf, written } from './syntax';
import { InstanceValue, undecided, type ClassValue, type Formal, type FunctionValue, type Value } from './values';

/**
 * The value of a `function_definition` or `lambda`, its defaults and decorators evaluated in the scope where it stands; `outside` is what its
 * body sees around it, which is not the body of a class.
 */
export function defineFunction(
  node: Node,
  scope: Scope,
  context: Context,
  owner?: ClassValue,
  decorators: readonly Node[] = [],
  outside = scope,
): Value {
  const body = field(node, 'body');
  if (!body) return undecided('the function has no body', lineOf(node));
  const name = field(node, 'name')?.text ?? 'lambda';
  const binding = decorators.map(decorator => BINDINGS[decoratorName(decorator)]).find(found => found !== undefined) ?? 'instance';
  const formals = readFormals(field(node, 'parameters'), scope, context);
  const plain: Value = { kind: 'function', name, formals, body, scope: outside, owner, binding };
  return decorated(plain, name, decorators, scope, context);
}

/** A function or class after its decorators, the innermost first; what one makes of it that is not known is undecided. */
export function decorated(plain: Value, name: string, decorators: readonly Node[], scope: Scope, context: Context): Value {
  let value = plain;
  for (const decorator of [...decorators].reverse()) {
    const called = decoratorName(decorator);
    if (called in BINDINGS || HARMLESS.test(called)) continue;
    const [expression] = childrenOf(decorator);
    const isImported = scope.isLazy(/^\w+/.exec(called)?.[0] ?? '');
    if (isImported && REGISTERS.test(called) && !context.modules.keepsRegistries) continue;
    const callee = expression && context.evaluate(expression, scope);
    const applies = callee && ['function', 'builtin', 'partial', 'class', 'reference'].includes(callee.kind);
    const call = { positional: [value], keywords: new Map(), range: rangeOf(decorator), type: called };
    const result = applies ? context.call(callee, call) : undefined;
    if (result && result.kind !== 'undecided') value = result;
    else if (!REGISTERS.test(called)) return undecided(`\`${written(decorator)}\` may change ${name}`, lineOf(decorator));
  }
  return value;
}

/** Decorators of other files that, by their name, note a function or class down and hand it on. */
const REGISTERS = /(^|[._])register(_\w+)?$/;

const decoratorName = (decorator: Node): string => decorator.text.replace(/^@\s*/, '').replace(/\(.*$/s, '').trim();

const BINDINGS: Readonly<Record<string, FunctionValue['binding']>> = {
  staticmethod: 'static',
  classmethod: 'class',
  property: 'property',
  cached_property: 'property',
  'functools.cached_property': 'property',
};

/** Decorators that leave what a function returns alone. */
const HARMLESS =
  /^(torch\.(no_grad|jit\.\w+|inference_mode|fx\.wrap|autocast|compile)|_?dataclass|dataclasses\.dataclass|total_ordering|abstractmethod|abc\.abstractmethod|override|overload|typing\.\w+|final|(functools\.)?(lru_cache|cache|wraps)|handle_legacy_interface|keras_export|kwonly_to_pos_or_kw|add_(start|end)_docstrings\w*|replace_return_docstrings)$/;

function readFormals(node: Node | undefined, scope: Scope, context: Context): readonly Formal[] {
  const formals: Formal[] = [];
  let role: Formal['role'] = 'positional';
  for (const parameter of node ? childrenOf(node) : []) {
    const [inner] = childrenOf(parameter);
    const starred = parameter.type === 'typed_parameter' ? (inner ?? parameter) : parameter;
    if (starred.type === 'list_splat_pattern') {
      formals.push({ name: childrenOf(starred)[0]?.text ?? '', role: 'rest' });
      role = 'keyword only';
    } else if (starred.type === 'dictionary_splat_pattern') {
      formals.push({ name: childrenOf(starred)[0]?.text ?? '', role: 'keywords' });
    } else if (parameter.type === 'keyword_separator') role = 'keyword only';
    else if (parameter.type !== 'positional_separator') {
      const value = field(parameter, 'value');
      formals.push({
        name: (field(parameter, 'name') ?? starred).text,
        role,
        default: value && context.evaluate(value, scope),
        annotation: field(parameter, 'type')?.text,
      });
    }
  }
  return formals;
}

/** The value of a `class_definition`: its bases and what its body assigns and defines. */
export function defineClass(node: Node, scope: Scope, context: Context): ClassValue {
  const members = new Map<string, Value>();
  const bases = (field(node, 'superclasses') ? childrenOf(field(node, 'superclasses')!) : [])
    .filter(base => base.type !== 'keyword_argument')
    .map(base => context.evaluate(base.type === 'subscript' ? (field(base, 'value') ?? base) : base, scope));
  const classValue: ClassValue = { kind: 'class', name: field(node, 'name')?.text ?? '', bases, members, node };
  const inside = new Scope(scope);
  const fields: Formal[] = [];
  for (const statement of childrenOf(field(node, 'body') ?? node)) {
    const definition = statement.type === 'decorated_definition' ? (field(statement, 'definition') ?? statement) : statement;
    if (definition.type === 'function_definition') {
      const decorators = childrenOf(statement).filter(child => child.type === 'decorator');
      const name = field(definition, 'name')?.text ?? '';
      const accessor = decorators
        .map(decorator => /\.(setter|deleter)$/.exec(decoratorName(decorator))?.[1])
        .find(found => found !== undefined);
      if (accessor === undefined) members.set(name, defineFunction(definition, inside, context, classValue, decorators, scope));
      else if (accessor === 'setter') members.set(`${name}.setter`, defineFunction(definition, inside, context, classValue, [], scope));
    } else if (statement.type === 'expression_statement') {
      const [assignment] = childrenOf(statement);
      const target = assignment?.type === 'assignment' ? field(assignment, 'left') : undefined;
      const value = assignment && field(assignment, 'right');
      const annotation = assignment && field(assignment, 'type')?.text;
      if (target?.type === 'identifier' && annotation !== undefined && !/^(typing\.)?ClassVar/.test(annotation)) {
        fields.push({ name: target.text, role: 'positional', annotation, ...(value && startOfField(value, inside, context)) });
      }
      if (target?.type !== 'identifier' || !value) continue;
      const result = statement.hasError ? undecided('this line does not parse', lineOf(statement)) : context.evaluate(value, inside);
      inside.set(target.text, result);
      members.set(target.text, result);
    } else if (definition.type === 'class_definition') {
      const inner = defineClass(definition, inside, context);
      members.set(inner.name, inner);
      inside.set(inner.name, inner);
    } else if (statement.text.includes('__init__')) {
      members.set('__init__', undecided(`the body of ${classValue.name} is not understood`, lineOf(statement)));
    }
  }
  if (isEnumeration(classValue)) nameMembers(classValue);
  else if (isDataClass(node) || isNamedTuple(bases)) classValue.fields = withInherited(bases, fields);
  return classValue;
}

/** `field(default=…)` and `field(default_factory=…)` say what a field starts as; every other value is its default. */
function startOfField(value: Node, scope: Scope, context: Context): Pick<Formal, 'default' | 'factory'> {
  const callee = value.type === 'call' ? field(value, 'function')?.text : undefined;
  if (callee !== 'field' && callee !== 'dataclasses.field') return { default: context.evaluate(value, scope) };
  const { keywords } = readCall(value, scope, context);
  return { default: keywords.get('default'), factory: keywords.get('default_factory') };
}

const isDataClass = (node: Node): boolean =>
  node.parent?.type === 'decorated_definition' &&
  childrenOf(node.parent).some(child => child.type === 'decorator' && /(^|\.)_?dataclass$/.test(decoratorName(child)));

const isNamedTuple = (bases: readonly Value[]): boolean =>
  bases.some(base => base.kind === 'reference' && base.path === 'typing.NamedTuple');

function withInherited(bases: readonly Value[], own: readonly Formal[]): readonly Formal[] {
  const all = new Map<string, Formal>();
  for (const base of [...bases].reverse()) if (base.kind === 'class') for (const each of base.fields ?? []) all.set(each.name, each);
  for (const each of own) all.set(each.name, each);
  return [...all.values()];
}

/** A class attribute of an enumeration is an object with a name and a value. */
function nameMembers(classValue: ClassValue): void {
  for (const [name, value] of classValue.members) {
    if (value.kind === 'function' || name.startsWith('_')) continue;
    const member = new InstanceValue(classValue);
    member.attributes.set('name', { kind: 'string', value: name }).set('value', value);
    classValue.members.set(name, member);
  }
}

/** Why a class cannot be trusted while its text is being typed; undefined when it is whole. */
export function brokenReason(node: Node): ReturnType<typeof unknown> | undefined {
  const next = node.nextSibling;
  if (!node.hasError && !(next?.isError ?? false)) return undefined;
  return unknown(`${field(node, 'name')?.text ?? 'the class'} cannot be parsed as it stands`, lineOf(node));
}
