import { unknown } from '../../architecture/architecture';
import { lineOf, written } from '../python/syntax';
import type { Node } from '../syntaxNode';
import type { Context } from './context';
import { functionOf } from './functions';
import { asText } from './operators';
import { notFollowed, reasonOf } from './reasons';
import type { Scope } from './scope';
import { childrenOf, field } from './syntax';
import { MAXIMUM_ITEMS } from './arrayMembers';
import { array, number, object, text, undecidedBy, type ObjectValue, type Value } from './values';

export function numberOf(node: Node): Value {
  const value = Number(node.text.replaceAll('_', ''));
  return Number.isNaN(value) ? notFollowed(node) : number(value);
}

export const stringOf = (node: Node): Value => {
  const value = unescaped(node.text.slice(1, -1));
  return value === undefined ? notFollowed(node) : text(value);
};

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', "'": "'", '"': '"', '\\': '\\', '`': '`' };

/** A text without its escapes; undefined for escapes that are not plain. */
function unescaped(written: string): string | undefined {
  const escapes = [...written.matchAll(/\\(.)/gs)].map(([, letter]) => ESCAPES[letter!]);
  if (escapes.includes(undefined)) return undefined;
  return written.replace(/\\(.)/gs, (_, letter: string) => ESCAPES[letter]!);
}

/** The value of the only expression inside a node. */
export function inner(node: Node, scope: Scope, context: Context): Value {
  const [child] = childrenOf(node);
  return child ? context.evaluate(child, scope) : notFollowed(node);
}

/** A template string whose parts are all known. */
export function templateOf(node: Node, scope: Scope, context: Context): Value {
  let joined = '';
  for (const part of childrenOf(node)) {
    if (part.type === 'string_fragment') joined += part.text;
    else {
      const value = part.type === 'template_substitution' ? inner(part, scope, context) : notFollowed(part);
      const word = asText(value);
      if (word === undefined) return undecidedBy(reasonOf(value, `\`${written(node)}\` is not known`, lineOf(node)));
      joined += word;
    }
  }
  return text(joined);
}

export function arrayOf(node: Node, scope: Scope, context: Context): Value {
  const items: Value[] = [];
  let doubt = hasHoles(node) ? unknown(`\`${written(node)}\` has holes`, lineOf(node)) : undefined;
  for (const child of childrenOf(node)) {
    if (child.type === 'spread_element') {
      const value = inner(child, scope, context);
      if (value.kind === 'array' && items.length + value.items.length > MAXIMUM_ITEMS)
        doubt ??= unknown('the array is too long', lineOf(child));
      else if (value.kind === 'array' && !value.doubt) items.push(...value.items);
      else doubt ??= reasonOf(value, `\`${written(child)}\` is not known`, lineOf(child));
      context.spend(items.length / 16);
    } else items.push(context.evaluate(child, scope));
  }
  return array(items, doubt);
}

/** Whether an array leaves out an item between commas. */
const hasHoles = (node: Node): boolean =>
  node.children.some(({ type }, index) => type === ',' && [',', '['].includes(node.children[index - 1]?.type ?? ''));

export function objectOf(node: Node, scope: Scope, context: Context): Value {
  const made = object();
  for (const child of childrenOf(node)) addProperty(made, child, scope, context);
  return made;
}

function addProperty(made: ObjectValue, child: Node, scope: Scope, context: Context): void {
  switch (child.type) {
    case 'pair': {
      const key = field(child, 'key');
      const name = key?.type === 'string' ? key.text.slice(1, -1) : (key?.text ?? '');
      const value = context.evaluate(field(child, 'value') ?? child, scope);
      if (key?.type === 'computed_property_name') {
        const word = asText(inner(key, scope, context));
        if (word === undefined) made.doubt ??= unknown(`\`${written(child)}\` is not known`, lineOf(child));
        else made.properties.set(word, value);
      } else made.properties.set(name, value);
      return;
    }
    case 'shorthand_property_identifier':
      made.properties.set(child.text, context.evaluate(child, scope));
      return;
    case 'spread_element': {
      const value = inner(child, scope, context);
      if (value.kind === 'object') {
        for (const [name, item] of value.properties) made.properties.set(name, item);
        made.doubt ??= value.doubt ?? value.open;
      } else if (value.kind !== 'nothing') made.doubt ??= reasonOf(value, `\`${written(child)}\` is not known`, lineOf(child));
      return;
    }
    case 'method_definition': {
      const name = field(child, 'name')?.text ?? '';
      const isAccessor = child.children.some(({ type }) => type === 'get' || type === 'set');
      made.properties.set(name, isAccessor ? notFollowed(child) : functionOf(child, name, scope));
    }
  }
}
