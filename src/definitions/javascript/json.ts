import { array, boolean, NOTHING, number, object, text, type Value } from './values';

/** The value of a JSON file; undefined for one that does not parse. */
export function jsonValue(source: string): Value | undefined {
  try {
    return valueOf(JSON.parse(source));
  } catch {
    return undefined;
  }
}

function valueOf(parsed: unknown): Value {
  if (typeof parsed === 'number') return number(parsed);
  if (typeof parsed === 'string') return text(parsed);
  if (typeof parsed === 'boolean') return boolean(parsed);
  if (Array.isArray(parsed)) return array(parsed.map(valueOf));
  if (typeof parsed === 'object' && parsed !== null) return object(Object.entries(parsed).map(([name, value]) => [name, valueOf(value)]));
  return NOTHING;
}
