import type { Node } from '../syntaxNode';
import type { Scope } from './scope';
import { childrenOf, descendants, field } from './syntax';
import type { NamespaceValue, Value } from './values';

/** The name under which a default export's value is kept in its file's scope; no source can spell it. */
export const DEFAULT = ' default';

/** The value of an export of a file; undefined when it exports no such name. `from` finds another file that it exports from. */
export function exported(root: Node, scope: Scope, name: string, from: (module: string) => NamespaceValue | undefined): Value | undefined {
  for (const statement of childrenOf(root)) {
    if (statement.type !== 'export_statement') continue;
    const source = field(statement, 'source')?.text.slice(1, -1);
    const clause = childrenOf(statement).find(({ type }) => type === 'export_clause');
    const local = clause && specified(clause, name);
    if (local !== undefined) return source === undefined ? scope.get(local) : from(source)?.member(local);
    if (name === 'default' && statement.children.some(({ type }) => type === 'default')) return scope.get(DEFAULT);
    const declaration = field(statement, 'declaration');
    if (declaration && name !== 'default' && declares(declaration, name)) return scope.get(name);
    const namespace = childrenOf(statement).find(({ type }) => type === 'namespace_export');
    if (namespace && source !== undefined && childrenOf(namespace)[0]?.text === name) return from(source);
    const everything = source !== undefined && !clause && !namespace ? from(source)?.member(name) : undefined;
    if (everything) return everything;
  }
  return commonExport(scope, name);
}

/** The local name that `{local as name}` exports. */
function specified(clause: Node, name: string): string | undefined {
  const found = childrenOf(clause).find(each => (field(each, 'alias') ?? field(each, 'name'))?.text === name);
  return found && field(found, 'name')?.text;
}

function declares(declaration: Node, name: string): boolean {
  if (field(declaration, 'name')?.text === name) return true;
  return childrenOf(declaration).some(each => {
    const target = each.type === 'variable_declarator' ? field(each, 'name') : undefined;
    return target !== undefined && [...descendants([target])].some(({ type, text }) => type.includes('identifier') && text === name);
  });
}

/** What CommonJS' `module.exports` holds under a name; the whole of it under `default`. */
function commonExport(scope: Scope, name: string): Value | undefined {
  const module = scope.get('module');
  const whole = module?.kind === 'object' ? module.properties.get('exports') : undefined;
  const isEmpty = whole?.kind === 'object' && whole.properties.size === 0 && !whole.doubt;
  if (!whole || isEmpty) return undefined;
  if (name === 'default') return whole;
  if (whole.kind !== 'object') return undefined;
  return whole.doubt ? { kind: 'undecided', reason: whole.doubt } : whole.properties.get(name);
}
