import type { SourceRange } from '../../architecture/architecture';
import { descendants, field } from '../javascript/syntax';
import type { Node } from '../syntaxNode';

/** A function of the source that makes a model in its own body, or calls one that does. */
export interface Maker {
  readonly node: Node;
  readonly name: string;
  /** The class whose method it is. */
  readonly owner: Node | undefined;
  /** Whether a model is made in its own body. */
  readonly isOwn: boolean;
}

/** Functions that are looked at by themselves at most. */
const MAXIMUM_MAKERS = 60;

const FUNCTIONS = new Set([
  'function_declaration',
  'method_definition',
  'arrow_function',
  'function_expression',
  'generator_function_declaration',
]);

/** Text that makes a model. */
export const MAKES_MODEL = /\b(sequential|model)\s*(<[^<>()]*>)?\(/;

/** Functions and methods of the source that are not inside others: those that make models, then those that call them, then those that call these. */
export function makersOf(root: Node): Maker[] {
  const functions = [...descendants([root])].filter(isOutermost).flatMap(node => {
    const declarator = node.parent && NAMING.has(node.parent.type) ? node.parent : undefined;
    const name =
      field(node, 'name') ?? (declarator && (field(declarator, 'name') ?? field(declarator, 'key') ?? field(declarator, 'property')));
    const owner = node.type === 'method_definition' ? (node.parent?.parent ?? undefined) : undefined;
    return name ? [{ node, name: name.text, owner, text: node.text }] : [];
  });
  const makers: Maker[] = functions.filter(({ text }) => MAKES_MODEL.test(text)).map(each => ({ ...each, isOwn: true }));
  for (let next = 0; next < makers.length && makers.length < MAXIMUM_MAKERS; next++) {
    const { name } = makers[next]!;
    if (!/^[\w$]+$/.test(name)) continue;
    const calls = new RegExp(`\\b${name.replaceAll('$', '\\$')}\\s*\\(`);
    for (const each of functions)
      if (!makers.some(({ node }) => node === each.node) && calls.test(each.text)) makers.push({ ...each, isOwn: false });
  }
  return makers.slice(0, MAXIMUM_MAKERS);
}

const NAMING = new Set(['variable_declarator', 'pair', 'public_field_definition', 'field_definition']);

const isOutermost = (node: Node): boolean => FUNCTIONS.has(node.type) && enclosing(node.parent) === undefined;

/** The innermost function around a node. */
export function enclosing(node: Node | null): Node | undefined {
  for (let outer = node; outer; outer = outer.parent) if (FUNCTIONS.has(outer.type)) return outer;
  return undefined;
}

/** The innermost node of exactly this range. */
export function nodeAt(root: Node, { startLine, startColumn, endLine, endColumn }: SourceRange): Node {
  let node = root;
  for (;;) {
    const next = node.children.find(
      ({ startPosition: start, endPosition: end }) =>
        (start.row < startLine || (start.row === startLine && start.column <= startColumn)) &&
        (end.row > endLine || (end.row === endLine && end.column >= endColumn)),
    );
    if (!next) return node;
    node = next;
  }
}

/** What the source calls a model that is made at a node: the variable or property that it is put into. */
export function nameOf(node: Node): { readonly name: string; readonly range: SourceRange } {
  for (let outer: Node | null = node; outer; outer = outer.parent) {
    const target = field(outer, 'left') ?? field(outer, 'name') ?? field(outer, 'key') ?? field(outer, 'property');
    if ((NAMING.has(outer.type) || outer.type === 'assignment_expression') && target)
      return { name: target.text.replace(/^this\./, ''), range: headerOf(outer) };
    if (FUNCTIONS.has(outer.type)) break;
  }
  return { name: 'model', range: headerOf(node) };
}

/** A node's first line, from where it starts. */
export function headerOf(node: Node): SourceRange {
  const { startPosition: start, endPosition: end } = node;
  const [first = ''] = node.text.split('\n', 1);
  const endColumn = start.row === end.row ? end.column : start.column + first.length;
  return { startLine: start.row, startColumn: start.column, endLine: start.row, endColumn };
}

/** The line above which a comment on a function stands: that of its declaration. */
export function declaredLine(node: Node): number {
  let outer = node;
  while (outer.parent && (NAMING.has(outer.parent.type) || /^(lexical|variable)_declaration$|^export_statement$/.test(outer.parent.type)))
    outer = outer.parent;
  return outer.startPosition.row;
}
