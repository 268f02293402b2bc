import type { z } from 'zod';
import { closest } from './closest';
import { child, knownKeys, type JsonSchema } from './jsonSchema';

/** What zod found, in words: the place is a path in the checked value. */
export interface Finding {
  readonly path: readonly PropertyKey[];
  /** Whether `path` ends in a key that should not be there (rather than in a value that is wrong). */
  readonly key: boolean;
  readonly problem: string;
  readonly mend: string;
}

type Issue = z.core.$ZodIssue;

/** Findings for all issues of one value, misspelt keys first; what a misspelt key leaves missing is not reported again. */
export function findings(found: readonly Issue[], value: unknown, schema: JsonSchema): Finding[] {
  const issues = found.flatMap(issue => chosenForm(issue, value));
  const misspelt = issues.flatMap(issue => (issue.code === 'unrecognized_keys' ? unknownKeys(issue, value, schema) : []));
  const meant = new Set(misspelt.flatMap(({ finding, meant }) => (meant ? [[...finding.path.slice(0, -1), meant].join('/')] : [])));
  const others = issues.flatMap(issue => {
    if (issue.code === 'unrecognized_keys') return [];
    const found = valueAt(value, issue.path);
    if (found === undefined && meant.has(issue.path.join('/'))) return [];
    return [{ path: issue.path, key: false, ...describe(issue, found) }];
  });
  return [...misspelt.map(({ finding }) => finding), ...others];
}

/** Where a value may have one of several forms, the issues of the form that it comes nearest to; else the issue itself. */
function chosenForm(issue: Issue, root: unknown): readonly Issue[] {
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return [issue];
  const value = valueAt(root, issue.path);
  const isOfForm = (form: readonly Issue[]): boolean =>
    !form.some(
      one => one.path.length === 0 && (one.code === 'invalid_type' || (one.code === 'invalid_value' && typeof value !== 'string')),
    );
  const weight = (form: readonly Issue[]): number =>
    form.reduce((sum, one) => sum + (one.code === 'unrecognized_keys' ? one.keys.length : 1), 0);
  const [nearest = issue.errors[0]!] = issue.errors.filter(isOfForm).sort((a, b) => weight(a) - weight(b));
  return nearest.flatMap(one => chosenForm({ ...one, path: [...issue.path, ...one.path] }, root));
}

function unknownKeys(issue: Issue & { code: 'unrecognized_keys' }, value: unknown, schema: JsonSchema) {
  const parent = valueAt(value, issue.path);
  const known = knownKeys(schema, issue.path, value);
  const free = known.filter(key => child(parent, key) === undefined);
  return issue.keys.map(key => {
    const meant = closest(key, free);
    const mend = meant ? `did you mean "${meant}"? Write that` : `remove it or use one of: ${known.join(', ')}`;
    return { finding: { path: [...issue.path, key], key: true, problem: 'is not a key that is known here', mend }, meant };
  });
}

function describe(issue: Issue, value: unknown): { problem: string; mend: string } {
  if (value === undefined) return { problem: 'is missing', mend: missingMend(issue) };
  switch (issue.code) {
    case 'invalid_type':
      return {
        problem: `is ${shown(value)}, not ${TYPES[issue.expected] ?? issue.expected}`,
        mend: `write ${TYPES[issue.expected] ?? issue.expected}`,
      };
    case 'too_small':
      return issue.origin === 'array' || issue.origin === 'string'
        ? (value as ArrayLike<unknown>).length === 0 || issue.origin === 'string'
          ? { problem: 'is empty', mend: 'put at least one thing in' }
          : { problem: `has ${(value as ArrayLike<unknown>).length}, but must have at least ${Number(issue.minimum)}`, mend: 'put more in' }
        : limit(value, issue.inclusive ? 'at least' : 'above', Number(issue.minimum));
    case 'too_big':
      return issue.origin === 'array' || issue.origin === 'string'
        ? { problem: `is longer than ${Number(issue.maximum)}`, mend: 'shorten it' }
        : limit(value, issue.inclusive ? 'at most' : 'below', Number(issue.maximum));
    case 'invalid_value':
      return choice(value, issue.values.map(String));
    case 'invalid_union':
      return choice(value, (issue as { options?: readonly unknown[] }).options?.map(String) ?? []);
    case 'invalid_format':
      return { problem: `is ${shown(value)}`, mend: 'write it as `models/mae.py#MaskedAutoencoder`' };
    case 'custom':
      return { problem: issue.message, mend: String(issue.params?.['mend'] ?? 'correct it') };
    default:
      return { problem: `is ${shown(value)}, which does not fit (${issue.message})`, mend: 'correct it' };
  }
}

const TYPES: Readonly<Record<string, string>> = {
  int: 'a whole number',
  number: 'a number',
  string: 'a text in quotes',
  array: 'a list in [ ]',
  object: 'an object in { }',
};

function missingMend(issue: Issue): string {
  if (issue.code === 'invalid_union')
    return `add it: ${((issue as { options?: readonly unknown[] }).options ?? []).map(option => `"${String(option)}"`).join(' or ')}`;
  if (issue.code === 'invalid_value') return `add it: ${issue.values.map(option => `"${String(option)}"`).join(' or ')}`;
  return issue.code === 'invalid_type' ? `add ${TYPES[issue.expected] ?? 'it'}` : 'add it';
}

function limit(value: unknown, relation: string, bound: number) {
  return { problem: `is ${shown(value)}, but must be ${relation} ${bound}`, mend: `choose a number ${relation} ${bound}` };
}

function choice(value: unknown, options: readonly string[]) {
  const meant = typeof value === 'string' ? closest(value, options) : undefined;
  const areNumbers = options.every(option => Number.isFinite(Number(option)));
  return {
    problem: `is ${shown(value)}`,
    mend: meant
      ? `did you mean "${meant}"? Write that`
      : `choose ${options.map(option => (areNumbers ? option : `"${option}"`)).join(' or ')}`,
  };
}

function shown(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}…"` : text;
}

/** The value below `root` that a path leads to. */
function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce(child, root);
}
