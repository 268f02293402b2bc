import { lineOf } from '../python/syntax';
import type { Node } from '../syntaxNode';
import type { Context } from './context';
import { memberOf } from './members';
import type { Scope } from './scope';
import { childrenOf, descendants, field } from './syntax';
import { undecided, type Value } from './values';

/** Declares the names of an `import` statement; those of other files are looked up when they are used. */
export function importNames(node: Node, scope: Scope, context: Context): void {
  const module = field(node, 'source')?.text.slice(1, -1) ?? '';
  for (const part of descendants(childrenOf(node).filter(child => child.type === 'import_clause'))) {
    if (part.type === 'import_specifier') {
      const name = field(part, 'name')?.text ?? '';
      const local = (field(part, 'alias') ?? field(part, 'name') ?? part).text;
      scope.link(local, () => importedName(module, name, node, scope, context));
    } else if (part.type === 'identifier' && part.parent?.type !== 'import_specifier') {
      const isWhole = part.parent?.type === 'namespace_import';
      scope.link(part.text, () =>
        isWhole ? imported(module, part.text, node, scope, context) : importedName(module, 'default', node, scope, context, part.text),
      );
    }
  }
}

/** `require(module)`. */
export function required(module: string, node: Node, scope: Scope, context: Context): Value {
  const found = imported(module, undefined, node, scope, context);
  if (found.kind !== 'namespace') return found;
  const whole = found.member('default');
  return whole?.kind === 'object' || whole === undefined ? found : whole;
}

function imported(module: string, name: string | undefined, node: Node, scope: Scope, context: Context): Value {
  const path = context.library.importPath(module);
  if (path !== undefined) return { kind: 'reference', path };
  const found = context.modules.find(module, scope.file);
  if (found) return found;
  const why = name === undefined ? `\`require('${module}')\` is another file` : `\`${name}\` comes from \`${module}\``;
  return undecided(why, lineOf(node));
}

function importedName(module: string, name: string, node: Node, scope: Scope, context: Context, local = name): Value {
  const whole = imported(module, local, node, scope, context);
  if (whole.kind === 'reference') return { kind: 'reference', path: name === 'default' ? whole.path : `${whole.path}.${name}` };
  if (whole.kind === 'namespace') return whole.member(name) ?? undecided(`\`${local}\` comes from \`${module}\``, lineOf(node));
  if (whole.kind === 'undecided' || name === 'default') return whole;
  return memberOf(whole, name, node, context);
}
