import type { SourceRange } from '../../architecture/architecture';
import type { Node } from '../syntaxNode';
import { findMember } from './classes';
import type { Scope } from './scope';
import { field, isImported, lineOf, rangeOf } from './syntax';
import type { ClassValue } from './values';

/** The header of a definition: from its start to the end of its first line or of its class header. */
export function headerOf(node: Node): SourceRange {
  const body = field(node, 'body');
  const end = body ? (body.previousSibling?.endPosition ?? node.startPosition) : firstLineEnd(node);
  return { ...rangeOf(node), endLine: end.row, endColumn: end.column };
}

function firstLineEnd(node: Node): { row: number; column: number } {
  const { startPosition: start, endPosition: end } = node;
  return start.row === end.row ? end : { row: start.row, column: start.column + node.text.indexOf('\n') };
}

/** The line on which a class starts, its decorators included. */
export const decoratedLine = (node: Node): number => lineOf(node.parent?.type === 'decorated_definition' ? node.parent : node);

/** What an expression calls, and the header of its definition; the start of the source where it is defined elsewhere. */
export function calledIn(expression: string, scope: Scope): { readonly name: string; readonly range: SourceRange } {
  const name = /^[\w.]+/.exec(expression)?.[0] ?? expression;
  const made = scope.get(name);
  const node = made?.kind === 'class' ? made.node : made?.kind === 'function' ? made.body.parent : undefined;
  return { name, range: node && !isImported(node) ? headerOf(node) : { startLine: 0, startColumn: 0, endLine: 0, endColumn: 0 } };
}

/** What stands for the construction of a class that the source does not call: its `__init__`, for an argument without default. */
export function callRange(classValue: ClassValue, range: SourceRange): SourceRange {
  const initialiser = findMember(classValue, '__init__');
  const method = initialiser && 'member' in initialiser && initialiser.member.kind === 'function' ? initialiser.member : undefined;
  const isOwn = method && !isImported(method.body);
  return { ...range, startLine: isOwn ? lineOf(method.body.parent ?? method.body) : range.startLine };
}
