import type { Node } from '../syntaxNode';
import { unknown, type Unknown } from '../../architecture/architecture';
import { ancestors, fieldsOf, findMember, isEnumeration } from './classes';
import { iterated } from './collections';
import type { Context } from './context';
import { putInDoubt } from './doubt';
import { lineageOf } from './exceptions';
import { keyName } from './keys';
import { reasonOf } from './operators';
import { Scope } from './scope';
import { childrenOf, descendants, field, lineOf, rangeOf, written } from './syntax';
import {
  dictionary,
  firstReason,
  InstanceValue,
  list,
  NONE,
  tuple,
  undecidedPlain,
  type Call,
  type ClassValue,
  type Formal,
  type FunctionValue,
  type Value,
} from './values';

/** Evaluates the arguments of a `call` node. */
export function readCall(node: Node, scope: Scope, context: Context): Call {
  const positional: Value[] = [];
  const keywords = new Map<string, Value>();
  let spread: Unknown | undefined;
  const argumentList = field(node, 'arguments');
  const isGenerator = argumentList?.type === 'generator_expression';
  for (const argument of !argumentList ? [] : isGenerator ? [argumentList] : childrenOf(argumentList)) {
    const notKnown = (value: Value): Unknown => reasonOf(value, `\`${written(argument)}\` is not known`, lineOf(argument));
    if (argument.type === 'keyword_argument') {
      keywords.set(field(argument, 'name')?.text ?? '', context.evaluate(field(argument, 'value') ?? argument, scope));
    } else if (argument.type === 'list_splat') {
      const value = context.evaluate(childrenOf(argument)[0] ?? argument, scope);
      const items = iterated(value, context);
      if (items) positional.push(...items);
      else spread ??= notKnown(value);
    } else if (argument.type === 'dictionary_splat') {
      const value = context.evaluate(childrenOf(argument)[0] ?? argument, scope);
      if (value.kind === 'dictionary' && !value.doubt) for (const [key, item] of value.entries) keywords.set(keyName(key), item);
      else spread ??= notKnown(value);
    } else {
      const value = context.evaluate(argument, scope);
      if (!spread) positional.push(value);
    }
  }
  return { positional, keywords, spread, range: rangeOf(node), type: written(field(node, 'function') ?? node) };
}

/** Arguments by the names of the formals; what is missing is undecided with its reason. Undefined when they do not fit, as a call that Python refuses. */
export function bindArguments(callee: string, formals: readonly Formal[], call: Call): ReadonlyMap<string, Value> | undefined {
  const bound = new Map<string, Value>();
  const keywords = new Map(call.keywords);
  const positional = [...call.positional];
  for (const formal of formals) {
    if (formal.role === 'rest')
      bound.set(formal.name, call.spread ? list([...positional.splice(0)], call.spread) : tuple(positional.splice(0)));
    else if (formal.role === 'keywords') {
      bound.set(formal.name, dictionary(keywords, call.spread));
      keywords.clear();
    } else {
      const given = (formal.role === 'positional' ? positional.shift() : undefined) ?? keywords.get(formal.name);
      keywords.delete(formal.name);
      bound.set(formal.name, given ?? absent(callee, formal, call));
    }
  }
  return positional.length > 0 || keywords.size > 0 ? undefined : bound;
}

const PLAIN_ANNOTATION = /^(int|float|str|bool|Tuple\[|tuple\[|torch\.device|torch\.dtype)/;

function absent(callee: string, formal: Formal, call: Call): Value {
  const plain = formal.annotation !== undefined && PLAIN_ANNOTATION.test(formal.annotation);
  if (call.spread) return { kind: 'undecided', reason: call.spread, plain };
  if (formal.default) return formal.default;
  const reason = unknown(`the argument \`${formal.name}\` of ${callee} has no default`, call.range.startLine);
  return { kind: 'undecided', reason, plain };
}

/** Carries out a function of the source. */
export function callFunction(callee: FunctionValue, call: Call, context: Context, self?: InstanceValue): Value {
  const name = callee.owner ? `${callee.owner.name}.${callee.name}` : callee.name;
  const bound = bindArguments(callee.name === '__init__' && callee.owner ? callee.owner.name : name, callee.formals, call);
  if (!bound) context.raise(lineageOf('TypeError'));
  if (!bound) return refuse(call, `\`${call.type}(…)\` does not fit the arguments of ${name}`);
  const receiver = self ?? (callee.owner && call.positional[0] instanceof InstanceValue ? call.positional[0] : undefined);
  const scope = new Scope(callee.scope, callee.owner && receiver ? { owner: callee.owner, self: receiver } : undefined);
  for (const [formal, value] of bound) scope.set(formal, value);
  if (callee.body.type !== 'block') return context.evaluate(callee.body, scope);
  if (yields(callee.body)) return generated(callee.body, scope, context, call);
  const end = context.run(childrenOf(callee.body), scope);
  if (end?.jump === 'return') return end.value;
  return end
    ? { kind: 'undecided', reason: unknown(`what \`${call.type}(…)\` returns is not decided`, call.range.startLine), plain: false }
    : NONE;
}

/** Bodies that were asked whether they yield. */
const yielding = new WeakMap<Node, boolean>();

function yields(body: Node): boolean {
  let found = yielding.get(body);
  if (found === undefined) {
    const inside = (node: Node) => (['function_definition', 'lambda', 'class_definition'].includes(node.type) ? [] : node.children);
    found = /\byield\b/.test(body.text) && [...descendants([body], inside)].some(({ node }) => node.type === 'yield');
    yielding.set(body, found);
  }
  return found;
}

/** What a generator yields, all of it at once. */
function generated(body: Node, scope: Scope, context: Context, call: Call): Value {
  const items = list([]);
  scope.yielded = items;
  const end = context.run(childrenOf(body), scope);
  if (end?.jump === 'lost') items.doubt ??= unknown(`what \`${call.type}(…)\` yields is not decided`, call.range.startLine);
  return items;
}

/** A call that is not carried out: what it was handed is in doubt, and what it returns is not known. */
export function refuse(call: Call, why: string): Value {
  const reason = unknown(why, call.range.startLine);
  doubtArguments(call, reason);
  return { kind: 'undecided', reason, plain: false, call: { type: call.type, range: call.range } };
}

/** Everything that the callee was handed may have been changed by it. */
export function doubtArguments(call: Call, reason: Unknown): void {
  for (const value of [...call.positional, ...call.keywords.values()]) putInDoubt(value, reason);
}

const isSame = (member: InstanceValue, value: Value): boolean => {
  const own = member.attributes.get('value');
  return own !== undefined && 'value' in own && 'value' in value && own.value === value.value;
};

/** Makes an instance of a class of the source and runs its `__init__`. */
export function construct(classValue: ClassValue, call: Call, context: Context): InstanceValue {
  const [value] = call.positional;
  if (isEnumeration(classValue) && value instanceof InstanceValue && value.classValue === classValue) return value;
  if (isEnumeration(classValue) && value) {
    const same = [...classValue.members.values()].find(each => each instanceof InstanceValue && isSame(each, value));
    if (same instanceof InstanceValue) return same;
  }
  context.constructing(classValue, call);
  const instance = context.library.instantiate(classValue, call);
  initialise(instance, classValue, undefined, call, context);
  return instance;
}

/** Runs the first `__init__` after `after` in the instance's hierarchy. */
export function initialise(
  instance: InstanceValue,
  classValue: ClassValue,
  after: ClassValue | undefined,
  call: Call,
  context: Context,
): Value {
  const fields = fieldsOf(classValue, after);
  if (fields) return initialiseFields(instance, classValue, fields, call, context);
  const found = findMember(classValue, '__init__', after);
  const line = call.range.startLine;
  if (!found) {
    const given = call.positional.length + call.keywords.size > 0;
    if (given && !after) instance.doubts.push(unknown(`what ${classValue.name} does with its arguments is not known`, line));
  } else if ('unreadable' in found) {
    instance.doubts.push(
      found.unreadable.kind === 'undecided' ? found.unreadable.reason : unknown(`a base of ${classValue.name} is not known`, line),
    );
  } else if ('library' in found) {
    if (!context.library.initialise(instance, found.library, call, context))
      instance.doubts.push(unknown(`\`${found.library}\`, a base of ${classValue.name}, is not read`, line));
  } else if (found.member.kind === 'function') {
    callFunction(found.member, { ...call, positional: [instance, ...call.positional] }, context, instance);
  } else {
    putInDoubt(
      instance,
      found.member.kind === 'undecided' ? found.member.reason : unknown(`${classValue.name}.__init__ is not understood`, line),
    );
  }
  return NONE;
}

/** Sets the fields of a data class or named tuple and runs what it does afterwards. */
function initialiseFields(instance: InstanceValue, classValue: ClassValue, fields: readonly Formal[], call: Call, context: Context): Value {
  const bound = bindArguments(classValue.name, fields, call);
  if (!bound) instance.doubts.push(unknown(`\`${call.type}(…)\` does not fit the fields of ${classValue.name}`, call.range.startLine));
  for (const [name, value] of bound ?? []) instance.attributes.set(name, value);
  for (const [place, { name, factory }] of fields.entries()) {
    const isGiven = place < call.positional.length || call.keywords.has(name);
    if (factory && !isGiven && !call.spread)
      instance.attributes.set(name, context.call(factory, { ...call, positional: [], keywords: new Map() }));
  }
  if (ancestors(classValue).some(ancestor => ancestor.kind === 'reference' && ancestor.path === 'typing.NamedTuple'))
    instance.order = fields.map(({ name }) => name);
  const after = findMember(classValue, '__post_init__');
  if (after && 'member' in after && after.member.kind === 'function')
    callFunction(after.member, { ...call, positional: [instance], keywords: new Map() }, context, instance);
  return NONE;
}

/** An undecided result that is certainly no layer, for the reason that an argument is undecided where one is. */
export const plainResult = (call: Call): Value =>
  undecidedPlain(firstReason(call.positional) ?? unknown(`\`${call.type}(…)\` is only known when the program runs`, call.range.startLine));
