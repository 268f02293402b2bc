import { PickledTensor } from './tensorPickle';

/** Keys under which training scripts keep the weights of a model beside its optimiser and counters, the first that holds tensors wins. */
const WRAPPERS = ['state_dict', 'model_state_dict', 'model', 'module', 'net', 'network', 'encoder', 'student', 'teacher'] as const;

/** Prefixes that wrappers of modules put before every name: data parallelism and compilation. */
const PREFIXES = ['module.', '_orig_mod.'] as const;

const DEEPEST = 32;

/** Every tensor inside nested containers, named by its path with dots. A container that is reached twice is followed once. */
function tensorsBelow(root: unknown): [string, PickledTensor][] {
  const found: [string, PickledTensor][] = [];
  const seen = new Set<unknown>();
  const visit = (value: unknown, path: string, depth: number): void => {
    if (value instanceof PickledTensor) found.push([path, value]);
    if (typeof value !== 'object' || value === null || depth > DEEPEST || seen.has(value)) return;
    if (!(value instanceof Map) && !Array.isArray(value)) return;
    seen.add(value);
    for (const [key, member] of value.entries())
      if (typeof key === 'string' || typeof key === 'number') visit(member, path === '' ? String(key) : `${path}.${key}`, depth + 1);
  };
  visit(root, '', 0);
  return found;
}

/** Every tensor inside a saved object, also those of an optimiser. */
export const allTensors = (root: unknown): PickledTensor[] => tensorsBelow(root).map(([, tensor]) => tensor);

const holdsTensors = (value: unknown) => value instanceof Map && Array.from(value.values()).some(member => member instanceof PickledTensor);

/** The state dict inside what a script saved: the dictionary itself when tensors lie in it, else the one under a customary key, else all of it. */
function unwrapped(root: unknown): unknown {
  if (!(root instanceof Map) || holdsTensors(root)) return root;
  for (const key of WRAPPERS) {
    const inner: unknown = root.get(key);
    if (holdsTensors(inner)) return inner;
    if (inner instanceof Map && tensorsBelow(inner).length > 0) return unwrapped(inner);
  }
  return root;
}

/** The named tensors of a saved object, without what wraps the state dict and without prefixes that every name has. */
export function stateDict(root: unknown): [string, PickledTensor][] {
  let tensors = tensorsBelow(unwrapped(root));
  for (let stripped = true; stripped;) {
    stripped = false;
    for (const prefix of PREFIXES) {
      if (tensors.length === 0 || !tensors.every(([name]) => name.startsWith(prefix) && name.length > prefix.length)) continue;
      tensors = tensors.map(([name, tensor]) => [name.slice(prefix.length), tensor]);
      stripped = true;
    }
  }
  return tensors;
}
