import type { Node } from '../syntaxNode';
import type { Context } from './context';
import { bind } from './patterns';
import { childrenOf, field, lineOf, written } from './syntax';
import { array, NOTHING, Scope, undecided, type Call, type FunctionValue, type Value } from './values';

/** Calls a function of the source; a parameter that is neither given nor has a default is undecided. */
export function callFunction(callee: FunctionValue, call: Call, context: Context): Value {
  const inside = new Scope(callee.scope);
  if (callee.self) inside.declare('this', callee.self);
  const formals = field(callee.node, 'parameters') ?? field(callee.node, 'parameter');
  const each = formals?.type === 'identifier' ? [formals] : formals ? childrenOf(formals) : [];
  each.forEach((formal, index) => bindFormal(formal, index, call, callee, inside, context));
  const body = field(callee.node, 'body');
  if (!body) return NOTHING;
  if (body.type !== 'statement_block') return context.evaluate(body, inside);
  const end = context.run(childrenOf(body), inside);
  if (end?.jump === 'lost') return undecided(`what ${callee.name} returns is not decided`, lineOf(callee.node));
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
  const missing = () => undecided(`the parameter \`${written(target)}\` of ${callee.name} has no default`, lineOf(formal));
  const value = given && given.kind !== 'nothing' ? given : fallback ? context.evaluate(fallback, scope) : (given ?? missing());
  bind(target, value, scope, context);
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
