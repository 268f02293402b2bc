import type { Node } from '../syntaxNode';
import type { Context } from './context';
import { childrenOf, descendants, field, lineOf } from './syntax';
import { undecided, type Scope, type Value } from './values';

/** Declares the names of an `import` statement. */
export function importNames(node: Node, scope: Scope, context: Context): void {
  const module = field(node, 'source')?.text.slice(1, -1) ?? '';
  const path = context.library.importPath(module);
  const foreign = (name: string): Value => undecided(`\`${name}\` comes from \`${module}\``, lineOf(node));
  for (const part of descendants(childrenOf(node).filter(child => child.type === 'import_clause'))) {
    if (part.type === 'import_specifier') {
      const name = field(part, 'name')?.text ?? '';
      scope.declare(
        (field(part, 'alias') ?? field(part, 'name') ?? part).text,
        path === undefined ? foreign(name) : { kind: 'reference', path: `${path}.${name}` },
      );
    } else if (part.type === 'identifier' && part.parent?.type !== 'import_specifier')
      scope.declare(part.text, path === undefined ? foreign(part.text) : { kind: 'reference', path });
  }
}
