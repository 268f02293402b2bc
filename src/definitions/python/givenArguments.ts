import { known, type ArgumentSource, type GivenArgument, type Known, type PlainValue } from '../../architecture/architecture';
import { bindArguments } from './calls';
import { findMember } from './classes';
import type { Call, ClassValue, Formal, Value } from './values';

/** What the construction of a class binds its arguments to; undefined when its `__init__` is not known or does not take them. */
export function boundArguments(classValue: ClassValue, call: Call, formals: FormalsOf = formalsOf): ReadonlyMap<string, Value> | undefined {
  return bindArguments(classValue.name, formals(classValue), call);
}

/** What the construction of a class takes. */
export type FormalsOf = (classValue: ClassValue) => readonly Formal[];

/** The arguments of a class's `__init__` without `self`. */
export function formalsOf(classValue: ClassValue): readonly Formal[] {
  const found = findMember(classValue, '__init__');
  return found && 'member' in found && found.member.kind === 'function' ? found.member.formals.slice(1) : [];
}

/** The arguments of one construction with where each comes from; `line` is that of the call or comment. */
export function givenArguments(
  classValue: ClassValue,
  call: Call,
  source: ArgumentSource,
  line: number,
  formalsOfClass: FormalsOf = formalsOf,
): GivenArgument[] {
  const formals = formalsOfClass(classValue).filter(({ role }) => role === 'positional' || role === 'keyword only');
  const bound = boundArguments(classValue, call, formalsOfClass);
  return formals.map((formal, place) => {
    const isGiven = call.keywords.has(formal.name) || (formal.role === 'positional' && place < call.positional.length);
    const value = plainOf(bound?.get(formal.name) ?? formal.default);
    return { name: formal.name, value, source: isGiven ? source : 'default', line: isGiven ? line : call.range.startLine };
  });
}

/** A value as it is told to a person or a program: numbers, words and lists as they are, everything else by its name. */
function plainOf(value: Value | undefined): Known<PlainValue> {
  switch (value?.kind) {
    case undefined:
    case 'none':
      return known(null);
    case 'integer':
    case 'float':
    case 'boolean':
    case 'string':
      return known(value.value);
    case 'sequence': {
      const items = value.items.map(plainOf);
      const open = value.doubt ?? items.find(item => !item.known);
      return open?.known === false ? open : known(items.flatMap(item => (item.known ? [item.value] : [])));
    }
    case 'undecided':
      return value.reason;
    case 'class':
    case 'function':
      return known(value.name);
    case 'reference':
      return known(value.path);
    case 'instance':
      return known(`${value.classValue?.name ?? 'object'}(…)`);
    default:
      return known(`<${value?.kind ?? 'value'}>`);
  }
}
