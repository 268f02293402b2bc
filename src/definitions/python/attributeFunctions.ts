import type { BuiltinFunction } from './builtinFunction';
import { findMember } from './classes';
import type { Context } from './context';
import { methodOf } from './methods';
import { assignAttribute } from './targets';
import { InstanceValue, NONE, type Value } from './values';

/** `getattr(object, name, default)`; with a default only what is certainly there: a missing attribute may still be the class's or the library's. */
export const getattr: BuiltinFunction = ([object, name, otherwise], call, context) => {
  if (!object || name?.kind !== 'string') return undefined;
  if (otherwise) {
    const has = hasAttribute(object, name.value, context);
    if (has === undefined) return undefined;
    return has ? context.attribute(object, name.value, call.range.startLine) : otherwise;
  }
  return context.attribute(object, name.value, call.range.startLine);
};

/** Whether a value has an attribute; undefined where a library or something in doubt may add it. */
export function hasAttribute(object: Value, name: string, context: Context): boolean | undefined {
  if (object instanceof InstanceValue) {
    if (object.attributes.has(name)) return true;
    const found = object.classValue && findMember(object.classValue, name);
    if (found && 'member' in found) return true;
    if (found && 'unreadable' in found) return undefined;
    if (context.library.attribute(object, name, context)) return true;
    return object.doubts.length > 0 || name.startsWith('__') ? undefined : false;
  }
  if (object.kind === 'namespace') return object.member(name) !== undefined;
  if (object.kind === 'class') {
    const found = findMember(object, name);
    return found && 'member' in found ? true : found ? undefined : false;
  }
  if (object.kind === 'reference') return /^(torch|numpy|math)(\.|$)/.test(object.path) ? true : undefined;
  if (object.kind === 'function') return ['__name__', '__doc__', '__module__', '__call__'].includes(name) ? true : undefined;
  if (['integer', 'float', 'boolean', 'none'].includes(object.kind)) return name.startsWith('__') ? undefined : false;
  if (['sequence', 'dictionary', 'string'].includes(object.kind))
    return ['__len__', '__iter__', '__getitem__'].includes(name) || methodOf(object, name, context) ? true : undefined;
  return undefined;
}

/** `delattr(object, name)` of an attribute that is there. */
export const delattr: BuiltinFunction = ([object, name]) =>
  object instanceof InstanceValue && name?.kind === 'string' && object.attributes.delete(name.value) ? NONE : undefined;

/** `setattr(object, name, value)` on an object or a class of the source. */
export const setattr: BuiltinFunction = ([object, name, value], _call, context) => {
  if (name?.kind !== 'string' || !value) return undefined;
  if (!(object instanceof InstanceValue) && object?.kind !== 'class') return undefined;
  assignAttribute(object, name.value, value, context);
  return NONE;
};

/** Whether a value can be called; undefined where that is not decided. */
export const isCallable = (value: Value): boolean | undefined => {
  if (['function', 'builtin', 'partial', 'class'].includes(value.kind)) return true;
  if (value.kind === 'instance') {
    const found = value.classValue && findMember(value.classValue, '__call__');
    return found ? ('member' in found ? true : undefined) : value.classValue ? false : undefined;
  }
  if (value.kind === 'reference') return true;
  return value.kind === 'undecided' || value.kind === 'library' ? undefined : false;
};
