import type { Node } from '../syntaxNode';
import { childrenOf, field } from './syntax';
import { number, object, text, type Value } from './values';

/** TypeScript's `enum`: its members count up from 0 or from the last number given, or are the words that are given. */
export function enumOf(node: Node): Value {
  const made = object();
  let next: number | undefined = 0;
  for (const member of childrenOf(field(node, 'body') ?? node)) {
    const name = (field(member, 'name') ?? member).text;
    const written = field(member, 'value')?.text;
    const value: number | undefined = written === undefined ? next : /^\d+$/.test(written) ? Number(written) : undefined;
    const word = written === undefined ? undefined : /^(['"])([^'"\\]*)\1$/.exec(written)?.[2];
    if (value !== undefined) made.properties.set(name, number(value));
    else if (word !== undefined) made.properties.set(name, text(word));
    else if (member.type === 'enum_assignment' || member.type === 'property_identifier')
      made.properties.set(name, { kind: 'reference', path: `enum ${name}` });
    next = value === undefined ? undefined : value + 1;
  }
  return made;
}
