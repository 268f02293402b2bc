import { lineOf, written } from '../python/syntax';
import type { Node } from '../syntaxNode';
import { propertiesOf } from './classes';
import type { Context } from './context';
import { bind } from './patterns';
import type { Scope } from './scope';
import { childrenOf, field } from './syntax';
import { array, NOTHING, undecided, type Call, type FunctionValue, type Value } from './values';

/** Calls a function of the source; a parameter that is neither given nor has a default is undecided. */
export function callFunction(callee: FunctionValue, call: Call, context: Context): Value {
  const { node, self, owner, name } = callee;
  if (node.type.startsWith('generator') || node.children.some(({ type }) => type === '*'))
    return undecided(`what the generator ${name} gives is not followed`, lineOf(node));
  const inside = callee.scope.inner();
  if (self) inside.declare('this', self);
  if (self && owner) inside.declare('super', { kind: 'super', self, owner });
  const formals = field(node, 'parameters') ?? field(node, 'parameter');
  const each = formals?.type === 'identifier' ? [formals] : formals ? childrenOf(formals) : [];
  each.forEach((formal, index) => bindFormal(formal, index, call, callee, inside, context));
  const body = field(node, 'body');
  if (!body) return NOTHING;
  if (body.type !== 'statement_block') return context.evaluate(body, inside);
  const end = context.run(childrenOf(body), inside);
  if (end?.jump === 'lost') return undecided(`what ${name} returns is not decided`, lineOf(node));
  return end?.jump === 'return' ? end.value : NOTHING;
}

function bindFormal(formal: Node, index: number, call: Call, callee: FunctionValue, scope: Scope, context: Context): void {
  const given = call.values[index];
  const isTyped = formal.type === 'required_parameter' || formal.type === 'optional_parameter';
  const inner = isTyped ? (field(formal, 'pattern') ?? formal) : formal;
  const [target, fallback] =
    inner.type === 'assignment_pattern' ? [field(inner, 'left') ?? inner, field(inner, 'right')] : [inner, field(formal, 'value')];
  if (target.type === 'rest_pattern') {
    bind(childrenOf(target)[0] ?? target, array(call.values.slice(index)), scope, context);
    return;
  }
  const missing = () =>
    !call.isOpen || formal.type === 'optional_parameter'
      ? NOTHING
      : undecided(`the parameter \`${written(target)}\` of ${callee.name} has no default`, lineOf(formal));
  const value = given && given.kind !== 'nothing' ? given : fallback ? context.evaluate(fallback, scope) : (given ?? missing());
  bind(target, value, scope, context);
  const isProperty = formal.children.some(({ type }) => type === 'accessibility_modifier' || type === 'readonly');
  if (isProperty && callee.self) propertiesOf(callee.self)?.set(target.text, value);
}

/** A function as a value; one that does not parse is undecided. */
export function functionOf(node: Node, name: string, scope: Scope): Value {
  if (node.hasError) return undecided(`${name} does not parse as it stands`, lineOf(node));
  return { kind: 'function', name, node, scope };
}

/** Declares a function before the statements around it run, as JavaScript does. */
export function hoist(node: Node, scope: Scope): void {
  const declaration = node.type === 'export_statement' ? field(node, 'declaration') : node;
  if (declaration?.type !== 'function_declaration' && declaration?.type !== 'generator_function_declaration') return;
  const name = field(declaration, 'name')?.text ?? '';
  scope.declare(name, functionOf(declaration, name, scope));
}
