import type { Unknown } from '../../architecture/architecture';
import { dictionary, list, tuple, type Key, type Value } from './values';

/**
 * What `copy.deepcopy` makes of lists and dictionaries, all the way down; `copyOther` says what becomes of everything else.
 * Undefined when something in it cannot be copied.
 */
export function deepCopied(value: Value, copyOther: (value: Value) => Value | undefined, depth = 0): Value | undefined {
  if (depth > 32) return undefined;
  if (value.kind === 'sequence') {
    const items = value.items.map(item => deepCopied(item, copyOther, depth + 1));
    const copies = items.filter(item => item !== undefined);
    if (copies.length < items.length) return undefined;
    return value.tuple ? tuple(copies) : list(copies, value.doubt);
  }
  if (value.kind === 'dictionary') return copiedEntries(value.entries, value.doubt, copyOther, depth);
  return PLAIN.has(value.kind) ? value : copyOther(value);
}

function copiedEntries(
  entries: ReadonlyMap<Key, Value>,
  doubt: Unknown | undefined,
  copyOther: (value: Value) => Value | undefined,
  depth: number,
): Value | undefined {
  const copies: [Key, Value][] = [];
  for (const [key, value] of entries) {
    const copy = deepCopied(value, copyOther, depth + 1);
    if (!copy) return undefined;
    copies.push([key, copy]);
  }
  return dictionary(copies, doubt);
}

const PLAIN: ReadonlySet<string> = new Set('integer float string boolean none undecided reference function builtin class'.split(' '));
