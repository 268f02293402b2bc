import { unknown } from '../../architecture/architecture';
import { iterated } from './collections';
import type { Context } from './context';
import { filled } from './formatting';
import { builtin, integer, list, text, tuple, undecidedPlain, type Call, type Value } from './values';

/** A method of a string, bound to it; undefined when there is no such method that is followed. */
export function stringMethod(value: string, name: string, context: Context): Value | undefined {
  const known = (apply: (call: Call) => Value | undefined): Value => builtin(call => apply(call) ?? undecidedPlain(notFollowed(call)));
  const argument = (call: Call): string | undefined => (call.positional[0]?.kind === 'string' ? call.positional[0].value : undefined);
  switch (name) {
    case 'lower':
      return builtin(() => text(value.toLowerCase()));
    case 'upper':
      return builtin(() => text(value.toUpperCase()));
    case 'startswith':
    case 'endswith':
      return known(call => {
        const part = argument(call);
        if (part === undefined) return undefined;
        return { kind: 'boolean', value: name === 'startswith' ? value.startsWith(part) : value.endsWith(part) };
      });
    case 'format':
      return known(call => (call.spread ? undefined : filled(value, call.positional, call.keywords)));
    case 'join':
      return known(({ positional: [items] }) => {
        const words = (items && iterated(items, context))?.map(item => (item.kind === 'string' ? item.value : undefined));
        return words && !words.includes(undefined) ? text(words.join(value)) : undefined;
      });
    case 'split':
    case 'rsplit':
      return known(call => splitText(value, call, name === 'rsplit'));
    case 'partition':
      return known(call => {
        const separator = argument(call);
        if (separator === undefined) return undefined;
        const at = value.indexOf(separator);
        const parts = at < 0 ? [value, '', ''] : [value.slice(0, at), separator, value.slice(at + separator.length)];
        return tuple(parts.map(text));
      });
    case 'replace':
      return known(({ positional: [from, to, count] }) =>
        from?.kind === 'string' && to?.kind === 'string' && !count ? text(value.replaceAll(from.value, to.value)) : undefined,
      );
    case 'strip':
    case 'lstrip':
    case 'rstrip':
      return known(call => {
        if (call.positional.length > 0 && argument(call) === undefined) return undefined;
        const letters = argument(call) ?? ' \t\n\r\f\v';
        let [start, end] = [0, value.length];
        while (name !== 'rstrip' && start < end && letters.includes(value[start]!)) start++;
        while (name !== 'lstrip' && end > start && letters.includes(value[end - 1]!)) end--;
        return text(value.slice(start, end));
      });
    case 'isdigit':
    case 'isnumeric':
      return known(() => ({ kind: 'boolean', value: /^[0-9]+$/.test(value) }));
    case 'isalpha':
      return known(() => (/^[\x00-\x7f]*$/.test(value) ? { kind: 'boolean', value: /^[A-Za-z]+$/.test(value) } : undefined));
    case 'count':
    case 'find':
      return known(call => {
        const part = argument(call);
        if (!part || call.positional.length > 1) return undefined;
        return integer(name === 'find' ? value.indexOf(part) : value.split(part).length - 1);
      });
    case 'capitalize':
      return known(() => text(value.slice(0, 1).toUpperCase() + value.slice(1).toLowerCase()));
    case 'title':
      return known(() =>
        text(value.toLowerCase().replace(/(^|[^a-z])([a-z])/g, (_, before: string, letter: string) => before + letter.toUpperCase())),
      );
    case 'removeprefix':
      return known(call =>
        argument(call) === undefined ? undefined : text(value.startsWith(argument(call)!) ? value.slice(argument(call)!.length) : value),
      );
    case 'removesuffix':
      return known(call =>
        argument(call) === undefined
          ? undefined
          : text(argument(call) !== '' && value.endsWith(argument(call)!) ? value.slice(0, -argument(call)!.length) : value),
      );
    default:
      return undefined;
  }
}

/** `text.split(separator, most)`; without separator at every run of blanks. */
function splitText(value: string, call: Call, fromRight: boolean): Value | undefined {
  const [separator, most] = [call.positional[0] ?? call.keywords.get('sep'), call.positional[1] ?? call.keywords.get('maxsplit')];
  if (!separator || separator.kind === 'none')
    return most
      ? undefined
      : list(
          value
            .split(/\s+/)
            .filter(part => part !== '')
            .map(text),
        );
  if (separator.kind !== 'string' || separator.value === '' || (most && most.kind !== 'integer')) return undefined;
  const parts = value.split(separator.value);
  const count = most?.kind === 'integer' && most.value >= 0 ? Math.min(most.value, parts.length - 1) : parts.length - 1;
  const joined = fromRight
    ? [parts.slice(0, parts.length - count).join(separator.value), ...parts.slice(parts.length - count)]
    : [...parts.slice(0, count), parts.slice(count).join(separator.value)];
  return list(joined.map(text));
}

/** Why a method does not decide what it returns or changes. */
export const notFollowed = (call: Call) => unknown(`\`${call.type}(…)\` is not followed here`, call.range.startLine);

/** What `str()` makes of a value that is certain to be written the same in Python. */
export function written(value: Value): string | undefined {
  if (value.kind === 'string') return value.value;
  if (value.kind === 'integer') return String(value.value);
  if (value.kind === 'boolean') return value.value ? 'True' : 'False';
  if (value.kind === 'none') return 'None';
  return undefined;
}
