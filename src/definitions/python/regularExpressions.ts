import { builtin, InstanceValue, integer, list, NONE, text, tuple, type Call, type Value } from './values';

/** Longest text that is matched; with as few repetitions as `safe` allows, no pattern takes long on it. */
const MAXIMUM_TEXT = 200;
const MAXIMUM_REPETITIONS = 3;

/** A Python pattern as one of JavaScript; undefined where they differ or where matching might take long. */
function compiled(pattern: string, flags = ''): RegExp | undefined {
  const source = pattern.replaceAll('(?P<', '(?<').replace(/\\Z$/, '$').replace(/^\\A/, '^');
  const repetitions = source.match(/(?<!\\)[*+]|\{\d*,/g) ?? [];
  const isSafe = repetitions.length <= MAXIMUM_REPETITIONS && !/\)[*+{]/.test(source) && !/\\[1-9AZbB]|\(\?[^:<]|\(\?<[=!]/.test(source);
  try {
    return isSafe ? new RegExp(source, `${flags}du`) : undefined;
  } catch {
    return undefined;
  }
}

const groupOf = (value: string | undefined): Value => (value === undefined ? NONE : text(value));

/** What `re.match` and its like return of a text that fits. */
function matchValue(found: RegExpExecArray): InstanceValue {
  const made = new InstanceValue(undefined);
  const named = found.groups ?? {};
  const group = ({ positional: [which = integer(0)] }: Call): Value => {
    if (which.kind === 'string') return groupOf(named[which.value]);
    return which.kind === 'integer' ? groupOf(found[which.value]) : NONE;
  };
  made.attributes
    .set('group', builtin(group))
    .set(
      'groups',
      builtin(() => tuple(found.slice(1).map(groupOf))),
    )
    .set(
      'start',
      builtin(() => integer(found.index)),
    )
    .set(
      'end',
      builtin(() => integer(found.index + found[0].length)),
    );
  return made;
}

const ANCHORED: Readonly<Record<string, (pattern: string) => string>> = {
  match: pattern => `^(?:${pattern})`,
  fullmatch: pattern => `^(?:${pattern})$`,
  search: pattern => pattern,
};

/** The value of `re.split`, `sub`, `match`, `fullmatch`, `search` and `findall` on short texts; undefined for what is not followed. */
export function callRegularExpression(name: string, { positional, keywords }: Call): Value | undefined {
  const [pattern, ...rest] = positional;
  const [first, second] = rest;
  if (keywords.size > 0 || pattern?.kind !== 'string' || first?.kind !== 'string') return undefined;
  const subject = name === 'sub' ? second : first;
  if (subject?.kind !== 'string' || subject.value.length > MAXIMUM_TEXT || rest.length > (name === 'sub' ? 2 : 1)) return undefined;
  const anchored = Object.hasOwn(ANCHORED, name) ? ANCHORED[name] : undefined;
  const expression = compiled(anchored ? anchored(pattern.value) : pattern.value, anchored ? '' : 'g');
  if (!expression) return undefined;
  if (anchored) {
    const found = expression.exec(subject.value);
    return found ? matchValue(found) : NONE;
  }
  if (name === 'split') return list(subject.value.split(expression).map(groupOf));
  if (name === 'sub') return /[\\$]/.test(first.value) ? undefined : text(subject.value.replace(expression, first.value));
  if (name !== 'findall') return undefined;
  return list(
    [...subject.value.matchAll(expression)].map(found =>
      found.length > 2 ? tuple(found.slice(1).map(groupOf)) : groupOf(found[1] ?? found[0]),
    ),
  );
}
