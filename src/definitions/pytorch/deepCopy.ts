import type { Context } from '../python/context';
import { dictionary, InstanceValue, list, tuple, type Call, type Value } from '../python/values';
import { ModuleValue } from './moduleValue';
import { ParameterValue } from './tensors';

/** Steps that copying one module takes, so that no definition grows beyond what can be shown. */
const COPY_STEPS = 8;

/** A copy of a module, paid for by its size. */
export function copyOf(module: ModuleValue, context: Context, copies = new Map<Value, Value>()): ModuleValue {
  context.spend(COPY_STEPS * [...module.modules()].length);
  return module.copy(copies);
}

/** `copy.deepcopy(value)`; undefined for what is not followed. */
export function deepCopy(call: Call, context: Context): Value | undefined {
  const [value] = call.positional;
  return value && deeplyCopied(value, context, new Map());
}

/** A copy that shares nothing that can change with the original, sharing inside it kept; undefined for what is not followed. */
function deeplyCopied(value: Value, context: Context, copies: Map<Value, Value>): Value | undefined {
  const before = copies.get(value);
  if (before) return before;
  if (value instanceof ModuleValue) return copyOf(value, context, copies);
  if (value instanceof ParameterValue) {
    const copy = value.copy();
    copies.set(value, copy);
    return copy;
  }
  context.spend(1);
  if (value.kind === 'sequence') {
    const copy = value.tuple ? tuple([]) : list([], value.doubt);
    copies.set(value, copy);
    return pushAll(copy.items, value.items, context, copies) ? copy : undefined;
  }
  if (value.kind === 'dictionary') {
    const copy = dictionary([], value.doubt);
    copy.missing = value.missing;
    copies.set(value, copy);
    const items: Value[] = [];
    if (!pushAll(items, [...value.entries.values()], context, copies)) return undefined;
    for (const [place, key] of [...value.entries.keys()].entries()) copy.entries.set(key, items[place]!);
    return copy;
  }
  if (value instanceof InstanceValue) {
    const copy = new InstanceValue(value.classValue);
    copy.order = value.order;
    copy.doubts.push(...value.doubts);
    copies.set(value, copy);
    const items: Value[] = [];
    if (!pushAll(items, [...value.attributes.values()], context, copies)) return undefined;
    for (const [place, name] of [...value.attributes.keys()].entries()) copy.attributes.set(name, items[place]!);
    return copy;
  }
  return ['builtin', 'super', 'namespace'].includes(value.kind) ? undefined : value;
}

function pushAll(into: Value[], items: readonly Value[], context: Context, copies: Map<Value, Value>): boolean {
  for (const item of items) {
    const copy = deeplyCopied(item, context, copies);
    if (!copy) return false;
    into.push(copy);
  }
  return true;
}
