import type { Node } from '../syntaxNode';
import { childrenOf, descendants, field } from './syntax';

type IsLocal = (name: string) => boolean;

const COMPREHENSIONS = new Set(['list_comprehension', 'set_comprehension', 'dictionary_comprehension', 'generator_expression']);
const SCOPES = new Set(['function_definition', 'class_definition', 'lambda', ...COMPREHENSIONS]);

/** The names in some code that are looked up around it: all but those that a function, lambda or comprehension binds for itself. */
export function freeNames(node: Node): ReadonlySet<string> {
  const names = new Set<string>();
  collect(node, () => false, names);
  return names;
}

function collect(start: Node, isLocal: IsLocal, names: Set<string>): void {
  const open: { readonly node: Node; readonly isLocal: IsLocal; readonly around?: IsLocal }[] = [{ node: start, isLocal }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { node, isLocal: local } = next;
    if (node.type === 'identifier') {
      if (!local(node.text)) names.add(node.text);
      continue;
    }
    if (node.type === 'for_in_clause') {
      const right = field(node, 'right');
      if (right) open.push({ node: right, isLocal: next.around ?? local });
      continue;
    }
    const inner = lookedUpIn(node);
    const own = ownNames(node);
    const isInside: IsLocal = own ? name => own.has(name) || local(name) : local;
    for (const child of inner)
      if (child) open.push({ node: child, isLocal: own && isOutside(node, child) ? local : isInside, around: own && local });
  }
}

/** The parts of a node in which names are looked up: not the name of a parameter, of an attribute, of a keyword. */
function lookedUpIn(node: Node): readonly (Node | undefined)[] {
  if (node.type === 'attribute') return [field(node, 'object')];
  if (node.type === 'keyword_argument') return [field(node, 'value')];
  if (!/^(lambda_)?parameters$/.test(node.type)) return node.namedChildren;
  return childrenOf(node).flatMap(parameter => [field(parameter, 'value'), field(parameter, 'type')]);
}

/** Default values and annotations stand outside of the function that they belong to; a comprehension's first source does too, and all are taken to. */
const isOutside = (node: Node, child: Node): boolean => ['parameters', 'return_type'].some(name => field(node, name)?.id === child.id);

/** What a function, lambda or comprehension binds for itself; undefined for every other node. */
function ownNames(node: Node): ReadonlySet<string> | undefined {
  if (COMPREHENSIONS.has(node.type))
    return new Set(childrenOf(node).flatMap(child => (child.type === 'for_in_clause' ? targetsIn(field(child, 'left')) : [])));
  if (node.type !== 'function_definition' && node.type !== 'lambda') return undefined;
  const parameters = field(node, 'parameters');
  const body = field(node, 'body');
  const names = new Set([...(parameters ? childrenOf(parameters).flatMap(parameterNames) : []), ...(body ? boundNames(body) : [])]);
  for (const { node: each } of body ? descendants([body], inside) : [])
    if (each.type === 'global_statement' || each.type === 'nonlocal_statement')
      for (const name of childrenOf(each)) names.delete(name.text);
  return names;
}

const parameterNames = (parameter: Node): string[] => {
  const named = field(parameter, 'name') ?? (parameter.type === 'typed_parameter' ? childrenOf(parameter)[0] : parameter);
  return named ? targetsIn(named) : [];
};

/** The names that statements bind where they stand, inner functions and classes by their own names. */
export function boundNames(body: Node): string[] {
  const names: string[] = [];
  for (const { node } of descendants([body], inside)) {
    if (node.type === 'assignment' || node.type === 'augmented_assignment' || node.type === 'for_statement')
      names.push(...targetsIn(field(node, 'left')));
    else if (node.type === 'as_pattern_target') names.push(...childrenOf(node).flatMap(targetsIn));
    else if (node.type === 'named_expression' || node.type === 'function_definition' || node.type === 'class_definition')
      names.push(field(node, 'name')?.text ?? '');
    else if (/^import_/.test(node.type))
      for (const name of node.childrenForFieldName('name')) names.push((field(name, 'alias') ?? name).text.split('.')[0]!);
  }
  return names;
}

const inside = (node: Node): readonly Node[] => (SCOPES.has(node.type) ? [] : node.children);

/** The names in a target: attributes and elements bind none. */
function targetsIn(target: Node | undefined): string[] {
  if (!target) return [];
  if (target.type === 'identifier') return [target.text];
  return /(pattern|pattern_list|parameter)$/.test(target.type) ? childrenOf(target).flatMap(targetsIn) : [];
}
