import type { Node } from '../syntaxNode';
import { unknown } from '../../architecture/architecture';
import type { Context } from './context';
import { Scope } from './scope';
import { childrenOf, field, lineOf, written } from './syntax';
import { undecided, type ClassValue, type Formal, type FunctionValue, type Value } from './values';

/** The value of a `function_definition` or `lambda`, its defaults evaluated in the scope where it stands. */
export function defineFunction(node: Node, scope: Scope, context: Context, owner?: ClassValue, decorators: readonly Node[] = []): Value {
  const body = field(node, 'body');
  if (!body) return undecided('the function has no body', lineOf(node));
  const name = field(node, 'name')?.text ?? 'lambda';
  const foreign = decorators.find(decorator => !(decoratorName(decorator) in BINDINGS) && !HARMLESS.test(decoratorName(decorator)));
  if (foreign) return undecided(`\`${written(foreign)}\` may change ${name}`, lineOf(foreign));
  const binding = decorators.map(decorator => BINDINGS[decoratorName(decorator)]).find(found => found !== undefined) ?? 'instance';
  return { kind: 'function', name, formals: readFormals(field(node, 'parameters'), scope, context), body, scope, owner, binding };
}

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
  /^(torch\.(no_grad|jit\.\w+|inference_mode)|abstractmethod|abc\.abstractmethod|override|typing\.\w+|(functools\.)?(lru_cache|cache|wraps))$/;

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
  for (const statement of childrenOf(field(node, 'body') ?? node)) {
    const definition = statement.type === 'decorated_definition' ? (field(statement, 'definition') ?? statement) : statement;
    if (definition.type === 'function_definition') {
      const decorators = childrenOf(statement).filter(child => child.type === 'decorator');
      const name = field(definition, 'name')?.text ?? '';
      if (decorators.some(decorator => /\.(setter|deleter)$/.test(decoratorName(decorator)))) continue;
      members.set(name, defineFunction(definition, scope, context, classValue, decorators));
    } else if (statement.type === 'expression_statement') {
      const [assignment] = childrenOf(statement);
      const target = assignment?.type === 'assignment' ? field(assignment, 'left') : undefined;
      const value = assignment && field(assignment, 'right');
      if (target?.type !== 'identifier' || !value) continue;
      const result = statement.hasError ? undecided('this line does not parse', lineOf(statement)) : context.evaluate(value, inside);
      inside.set(target.text, result);
      members.set(target.text, result);
    } else if (definition.type === 'class_definition') {
      members.set(field(definition, 'name')?.text ?? '', defineClass(definition, scope, context));
    } else if (statement.text.includes('__init__')) {
      members.set('__init__', undecided(`the body of ${classValue.name} is not understood`, lineOf(statement)));
    }
  }
  return classValue;
}

/** Why a class cannot be trusted while its text is being typed; undefined when it is whole. */
export function brokenReason(node: Node): ReturnType<typeof unknown> | undefined {
  const next = node.nextSibling;
  if (!node.hasError && !(next?.isError ?? false)) return undefined;
  return unknown(`${field(node, 'name')?.text ?? 'the class'} cannot be parsed as it stands`, lineOf(node));
}
