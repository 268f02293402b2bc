/** What Python lets an argument be called. */
export const ARGUMENT_NAME = /^[\p{L}_][\p{L}\p{N}_]*$/u;

/**
 * A study's `arguments` as the call that constructs its definition, in Python: `Net(width=64, cfg=SimpleNamespace(depth=2))`. An object becomes a
 * configuration with attributes, or a dictionary where a key of it is no name.
 */
export function constructionCall(name: string, given: Readonly<Record<string, unknown>>): string {
  return `${name}(${keywords(given)})`;
}

const keywords = (given: object): string =>
  Object.entries(given)
    .map(([key, value]) => `${key}=${python(value)}`)
    .join(', ');

function python(value: unknown): string {
  if (value === null || value === undefined) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (Array.isArray(value)) return `[${value.map(python).join(', ')}]`;
  if (typeof value !== 'object') return JSON.stringify(value);
  if (Object.keys(value).every(key => ARGUMENT_NAME.test(key))) return `SimpleNamespace(${keywords(value)})`;
  return `{${Object.entries(value)
    .map(([key, one]) => `${JSON.stringify(key)}: ${python(one)}`)
    .join(', ')}}`;
}
