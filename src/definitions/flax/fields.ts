import { ancestors } from '../python/classes';
import { childrenOf, field } from '../python/syntax';
import { NONE, type ClassValue, type Formal } from '../python/values';

/** The fields of a `linen` module, its bases' first; every module also takes a name and a parent. */
export function linenFields(classValue: ClassValue): Formal[] {
  const fields = new Map<string, Formal>();
  for (const ancestor of [...ancestors(classValue)].reverse()) {
    if (ancestor.kind !== 'class') continue;
    for (const statement of childrenOf(field(ancestor.node, 'body') ?? ancestor.node)) {
      const [assignment] = statement.type === 'expression_statement' ? childrenOf(statement) : [];
      const [name, annotation] = [assignment && field(assignment, 'left')?.text, assignment && field(assignment, 'type')?.text];
      if (assignment?.type !== 'assignment' || name === undefined || annotation === undefined) continue;
      fields.set(name, { name, role: 'positional', default: ancestor.members.get(name), annotation });
    }
  }
  for (const name of ['parent', 'name']) fields.set(name, { name, role: 'keyword only', default: NONE });
  return [...fields.values()];
}
