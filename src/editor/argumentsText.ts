import type { Architecture } from '../architecture/architecture';
import { directiveOver } from '../definitions/python/directives';
import { t } from '../common/translation';

/** What stands in a call for a value that a person has yet to give. */
export const BLANK = '…';

/** Frameworks whose definitions are constructed by a call in Python. */
const CALLED: readonly string[] = ['pytorch', 'keras', 'flax'];

/** Whether saying the arguments of a definition can make more of it known. */
export function wantsArguments({ framework, parameterCount, arguments: given }: Architecture): boolean {
  if (parameterCount.known || !CALLED.includes(framework)) return false;
  return given === undefined ? framework !== 'pytorch' : given.some(({ value }) => !value.known);
}

/**
 * The call to start from: what a comment over the definition already says, else its name with a blank for every argument that is not known. Fields that the
 * source reads of such an argument make it a configuration: `Net(cfg=SimpleNamespace(width=…))`.
 * @param line zero-based line of the definition's header
 */
export function suggestedCall({ name, framework, arguments: given = [] }: Architecture, lines: readonly string[], line: number): string {
  const written = directiveOver(lines, firstLine(lines, line), name);
  if (written) return `${written.call}${written.input === undefined ? '' : ` on ${written.input}`}`;
  const body = blockText(lines, line);
  const missing = given.filter(({ value }) => !value.known).map(argument => `${argument.name}=${blankFor(argument.name, body)}`);
  return `${name}(${missing.join(', ')})${framework === 'pytorch' ? '' : ` on (${BLANK})`}`;
}

/** What is wrong with a call that is to stand in the comment over a definition; undefined when nothing is. */
export function callProblem(text: string, name: string): string | undefined {
  const call = text.trim();
  if (call.includes(BLANK)) return t('Put a value in place of each {0}.', BLANK);
  if (call !== name && !call.startsWith(`${name}(`) && !call.startsWith(`${name} on `))
    return t('Write a call of {0}, as {0}(width=64).', name);
  return isClosed(call) ? undefined : t('A bracket or quote is not closed.');
}

/** A change of whole lines: `count` of them from `line` on become `text`. */
export interface LineEdit {
  readonly line: number;
  readonly count: number;
  readonly text: string;
}

/**
 * Writes a call as the comment over a definition, in place of one that is there.
 * @param line zero-based line of the definition's header
 */
export function directiveEdit(lines: readonly string[], line: number, name: string, call: string): LineEdit {
  const first = firstLine(lines, line);
  const written = directiveOver(lines, first, name);
  const indent = /^\s*/.exec(lines[first] ?? '')![0];
  return { line: written?.line ?? first, count: written ? 1 : 0, text: `${indent}# boundlens: ${call.trim()}\n` };
}

/** The line on which a definition begins, its decorators included. */
function firstLine(lines: readonly string[], line: number): number {
  let first = line;
  while (first > 0 && /^\s*@/.test(lines[first - 1]!)) first--;
  return first;
}

/** The lines of a definition: its header and what is indented below it. */
export function blockText(lines: readonly string[], line: number): string {
  const end = lines.findIndex((text, index) => index > line && /^\S/.test(text) && !/^[#)\]]/.test(text));
  return lines.slice(line, end < 0 ? undefined : end).join('\n');
}

function blankFor(name: string, body: string): string {
  const fields = [...body.matchAll(new RegExp(`\\b${name}\\.([A-Za-z_]\\w*)\\b(?!\\s*\\()`, 'g'))].map(([, field]) => field!);
  const blanks = [...new Set(fields)].map(field => `${field}=${BLANK}`);
  return blanks.length > 0 ? `SimpleNamespace(${blanks.join(', ')})` : BLANK;
}

const PAIRS: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' };

function isClosed(text: string): boolean {
  const open: string[] = [];
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|["'()[\]{}]/g)) {
    if (token.length > 1) continue;
    if (token === '"' || token === "'") return false;
    if (!(token in PAIRS)) open.push(token);
    else if (open.pop() !== PAIRS[token]) return false;
  }
  return open.length === 0;
}
