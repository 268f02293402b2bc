import type { Node } from '../syntaxNode';
import type { Context, Index } from './context';
import type { Scope } from './scope';
import { SliceValue } from './sliceValue';
import { sliceBounds } from './syntax';

/** One index of `value[a, b:c, ...]` as it stands in the source. */
export function readIndex(node: Node, scope: Scope, context: Context): Index {
  if (node.type === 'ellipsis') return { rest: true };
  if (node.type === 'slice') return { slice: sliceBounds(node).map(bound => bound && context.evaluate(bound, scope)) };
  const at = context.evaluate(node, scope);
  return at instanceof SliceValue ? { slice: at.bounds } : { at };
}
