import { unknown, type Unknown } from '../../architecture/architecture';
import { iterated } from '../python/collections';
import type { Context } from '../python/context';
import { keyName } from '../python/keys';
import type { Call, Value } from '../python/values';
import { ModuleValue } from './moduleValue';

/** The containers of `torch.nn`; true for those whose elements have names of their own. */
const CONTAINERS: ReadonlyMap<string, boolean> = new Map([
  ['torch.nn.Sequential', false],
  ['torch.nn.ModuleList', false],
  ['torch.nn.ParameterList', false],
  ['torch.nn.ModuleDict', true],
  ['torch.nn.ParameterDict', true],
]);

export const isContainer = (path: string): boolean => CONTAINERS.has(path);

/** Fills a container from its construction arguments: modules one by one, a list of them, or a dictionary. */
export function fillContainer(module: ModuleValue, path: string, call: Call, context: Context): void {
  module.elements = { keys: [], mapping: CONTAINERS.get(path) ?? false };
  const [first] = call.positional;
  if (call.spread) module.doubts.push(call.spread);
  if (path === 'torch.nn.Sequential' && first?.kind !== 'dictionary') {
    for (const value of call.positional) module.addElement(String(module.elements.keys.length), value);
  } else if (first?.kind === 'dictionary') {
    for (const [key, value] of first.entries) module.addElement(keyName(key), value);
    if (first.doubt) module.doubts.push(first.doubt);
  } else if (first) extend(module, first, call, context);
}

/** Adds every item of a list to a container; what is not known of the list leaves the container in doubt. */
export function extend(module: ModuleValue, items: Value, call: Call, context: Context): void {
  const all = iterated(items, context);
  for (const value of all ?? (items.kind === 'sequence' ? items.items : []))
    module.addElement(String(module.elements?.keys.length ?? 0), value);
  if (!all) module.doubts.push(doubtOf(items, call));
}

function doubtOf(items: Value, call: Call): Unknown {
  if (items.kind === 'undecided') return items.reason;
  return (
    (items.kind === 'sequence' ? items.doubt : undefined) ??
    unknown(`the layers of \`${call.type}(…)\` are not known`, call.range.startLine)
  );
}

/** The elements of a container, when all of them are known; the names of one that is a mapping, as Python iterates it. */
export function elementsOf(module: ModuleValue): readonly Value[] | undefined {
  const { elements } = module;
  if (!elements || module.doubts.length > 0) return undefined;
  return elements.keys.map(key => (elements.mapping ? ({ kind: 'string', value: key } as const) : module.attributes.get(key)!));
}

/** `container[index]`. */
export function elementAt(module: ModuleValue, index: Value): Value | undefined {
  const { elements } = module;
  if (!elements || module.doubts.length > 0) return undefined;
  if (index.kind === 'string') return module.attributes.get(index.value);
  if (index.kind !== 'integer') return undefined;
  const key = elements.keys.at(index.value);
  return key === undefined ? undefined : module.attributes.get(key);
}

/** Carries out `container[index] = value`; false when the index is not one of its elements. */
export function setElementAt(module: ModuleValue, index: Value, value: Value): boolean {
  const { elements } = module;
  if (!elements || module.doubts.length > 0) return false;
  if (index.kind === 'string' && elements.mapping) {
    if (elements.keys.includes(index.value)) module.attributes.set(index.value, value);
    else module.addElement(index.value, value);
    return true;
  }
  const key = index.kind === 'integer' ? elements.keys.at(index.value) : undefined;
  if (key === undefined || elements.mapping) return false;
  module.attributes.set(key, value);
  return true;
}
