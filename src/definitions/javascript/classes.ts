import { unknown, type Unknown } from '../../architecture/architecture';
import { lineOf } from '../python/syntax';
import type { Node } from '../syntaxNode';
import type { Context } from './context';
import { callFunction } from './functions';
import type { Scope } from './scope';
import { childrenOf, field } from './syntax';
import { LibraryValue, NOTHING, undecidedBy, type Call, type FunctionValue, type ObjectValue, type Value } from './values';

/** A class of the source. */
export interface ClassValue {
  readonly kind: 'class';
  readonly name: string;
  readonly node: Node;
  readonly scope: Scope;
  /** What it extends. */
  readonly base?: Value;
  /** Methods and accessors of its objects, and what belongs to the class itself. */
  readonly methods: ReadonlyMap<string, Member>;
  readonly statics: Map<string, Value>;
}

interface Member {
  readonly value: FunctionValue;
  readonly isGetter: boolean;
}

const FIELDS = new Set(['field_definition', 'public_field_definition']);

const has = (node: Node, word: string): boolean => node.children.some(({ type }) => type === word);

/** The class that a declaration or expression makes. */
export function classOf(node: Node, scope: Scope, context: Context): ClassValue {
  const heritage = childrenOf(node).find(({ type }) => type === 'class_heritage');
  const clause = heritage && (childrenOf(heritage).find(({ type }) => type === 'extends_clause') ?? heritage);
  const extended = clause && (field(clause, 'value') ?? childrenOf(clause)[0]);
  const isBase = extended !== undefined && extended.type !== 'implements_clause';
  const methods = new Map<string, Member>();
  const made: ClassValue = {
    kind: 'class',
    name: field(node, 'name')?.text ?? 'class',
    node,
    scope,
    ...(isBase && { base: context.evaluate(extended, scope) }),
    methods,
    statics: new Map(),
  };
  for (const part of childrenOf(field(node, 'body') ?? node)) {
    const name = (field(part, 'name') ?? field(part, 'property'))?.text ?? '';
    if (part.type === 'method_definition' && !has(part, 'set')) {
      const value: FunctionValue = { kind: 'function', name, node: part, scope, owner: made };
      if (!has(part, 'static')) methods.set(name, { value, isGetter: has(part, 'get') });
      else if (!has(part, 'get')) made.statics.set(name, { ...value, self: made });
    } else if (FIELDS.has(part.type) && has(part, 'static')) {
      const value = field(part, 'value');
      made.statics.set(name, value ? context.evaluate(value, scope) : NOTHING);
    }
  }
  return made;
}

/** A method of a class or of what it extends. */
export function findMethod(classValue: Value | undefined, name: string): Member | undefined {
  for (let each = classValue; each?.kind === 'class'; each = each.base) {
    const found = each.methods.get(name);
    if (found) return found;
  }
  return undefined;
}

/** A member that the class itself has. */
export function staticOf(classValue: ClassValue, name: string): Value | undefined {
  for (let each: Value | undefined = classValue; each?.kind === 'class'; each = each.base) {
    const found = each.statics.get(name);
    if (found) return found;
  }
  return undefined;
}

/** A method bound to an object, or what its accessor returns. */
export function bound({ value, isGetter }: Member, self: Value, call: Omit<Call, 'values'>, context: Context): Value {
  const method: FunctionValue = { ...value, self };
  return isGetter ? context.call(method, { ...call, values: [] }) : method;
}

/** What a class extends in the end that is no class of the source; undefined when there is nothing of that kind. */
function foreignBase(classValue: ClassValue): Value | undefined {
  let base: Value | undefined = classValue;
  for (let depth = 0; base?.kind === 'class' && depth < 100; depth++) base = base.base;
  return base;
}

/** `new Name(…)`: the object with its fields, and with what its constructors do to it. */
export function construct(classValue: ClassValue, call: Call, context: Context): Value {
  const base = foreignBase(classValue);
  const made = base?.kind === 'reference' ? context.library.instantiate(base.path, classValue, call, context) : undefined;
  const open = base && !made ? openBase(classValue, base, call.range.startLine) : undefined;
  const instance: ObjectValue | LibraryValue = made ?? { kind: 'object', properties: new Map(), classValue, ...(open && { open }) };
  initialise(classValue, instance, call, context);
  return instance;
}

function openBase({ name }: ClassValue, base: Value, line: number): Unknown {
  if (base.kind === 'undecided') return base.reason;
  return unknown(
    base.kind === 'reference' ? `\`${base.path}\`, which ${name} extends, is not followed` : `what ${name} extends is not known`,
    line,
  );
}

/** Runs a class's constructor, or the one it inherits, on an object. */
export function initialise(classValue: ClassValue, instance: Value, call: Call, context: Context): void {
  context.spend(1);
  const constructor = classValue.methods.get('constructor');
  if (constructor) {
    if (!classValue.base) setFields(classValue, instance, context);
    callFunction({ ...constructor.value, self: instance }, call, context);
    return;
  }
  initialiseBase(classValue, instance, call, context);
}

/** `super(…)` in the constructor of a class: its base's constructor, then its own fields. */
export function initialiseBase(classValue: ClassValue, instance: Value, call: Call, context: Context): void {
  if (classValue.base?.kind === 'class') initialise(classValue.base, instance, call, context);
  else if (instance instanceof LibraryValue) context.library.initialise(instance, call);
  setFields(classValue, instance, context);
}

function setFields({ node, scope, name }: ClassValue, instance: Value, context: Context): void {
  const properties = propertiesOf(instance);
  const inside = scope.inner();
  inside.declare('this', instance);
  for (const part of childrenOf(field(node, 'body') ?? node)) {
    if (!FIELDS.has(part.type) || has(part, 'static')) continue;
    const key = (field(part, 'name') ?? field(part, 'property'))?.text ?? '';
    const value = field(part, 'value');
    if (part.hasError) properties?.set(key, undecidedBy(unknown(`${name} does not parse as it stands`, lineOf(part))));
    else properties?.set(key, value ? context.evaluate(value, inside) : NOTHING);
  }
}

/** The properties of an object that may be set; undefined for what has none. */
export function propertiesOf(value: Value): Map<string, Value> | undefined {
  if (value.kind === 'object') return value.properties;
  return value.kind === 'library' ? value.own?.properties : undefined;
}
