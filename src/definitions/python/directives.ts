/** How a definition is constructed by what is said outside its code: a comment over it, `# boundlens: Net(width=64) on (3, 32, 32)`, or a study. */
export interface Directive {
  /** The call, as `Net(width=64)`. */
  readonly call: string;
  /** The shape of one input, as written behind `on`. */
  readonly input?: string;
  /** Zero-based line of the comment; of the definition, for a study. */
  readonly line: number;
  readonly source: 'directive' | 'study';
}

const DIRECTIVE = /^\s*(?:#|\/\/)\s*boundlens:\s*(.+?)\s*$/;

/**
 * How `name`, whose definition starts on `line` (zero-based), is constructed: by the comment among the comments and decorators right above it, else by the
 * call that a study makes of it. A comment that only says the input, `# boundlens: Net on (3, 32, 32)`, leaves the arguments to the study.
 */
export function directiveOver(
  lines: readonly string[],
  line: number,
  name: string,
  studied?: Readonly<Record<string, string>>,
): Directive | undefined {
  const call = studied && Object.hasOwn(studied, name) ? studied[name] : undefined;
  const comment = commentOver(lines, line, name);
  if (call === undefined || comment?.call.startsWith(`${name}(`)) return comment && { ...comment, call: withCall(comment.call) };
  return { call, input: comment?.input, line, source: 'study' };
}

const withCall = (call: string): string => (call.includes('(') ? call : `${call}()`);

const OVER = /^\s*(#|@|\/\/|\/?\*)/;

/** The comments and decorators right above a definition that starts on `line`, where any of them is a directive. */
export function directivesOver(lines: readonly string[], line: number): string {
  let above = line;
  while (above > 0 && OVER.test(lines[above - 1]!)) above--;
  const text = lines.slice(above, line).join('\n');
  return text.includes('boundlens:') ? text : '';
}

function commentOver(lines: readonly string[], line: number, name: string): Directive | undefined {
  for (let above = line - 1; above >= 0; above--) {
    const text = lines[above]!;
    if (!OVER.test(text)) return undefined;
    const found = DIRECTIVE.exec(text)?.[1];
    if (found === undefined) continue;
    const { call, input } = splitInput(found);
    if (call === name || call.startsWith(`${name}(`)) return { call, input, line: above, source: 'directive' };
  }
  return undefined;
}

/** Splits `Net(…) on (3, 32, 32)`; the last ` on ` outside the call counts. */
export function splitInput(text: string): { readonly call: string; readonly input?: string } {
  const [, call, input] = /^([\w.]+|.*\))\s+on\s+(.+)$/.exec(text) ?? [];
  return call === undefined ? { call: text } : { call, input };
}
