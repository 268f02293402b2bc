/** A comment over a definition that says how it is constructed: `# boundlens: Net(width=64) on (3, 32, 32)`. */
export interface Directive {
  /** The call, as `Net(width=64)`. */
  readonly call: string;
  /** The shape of one input, as written behind `on`. */
  readonly input?: string;
  /** Zero-based line of the comment. */
  readonly line: number;
}

const DIRECTIVE = /^\s*#\s*boundlens:\s*(.+?)\s*$/;

/** The directive for `name` in the comments and decorators right above a definition that starts on `line` (zero-based). */
export function directiveOver(lines: readonly string[], line: number, name: string): Directive | undefined {
  for (let above = line - 1; above >= 0; above--) {
    const text = lines[above]!;
    if (!/^\s*[#@]/.test(text)) return undefined;
    const found = DIRECTIVE.exec(text)?.[1];
    if (found === undefined) continue;
    const { call, input } = splitInput(found);
    if (call === name || call.startsWith(`${name}(`)) return { call: call === name ? `${name}()` : call, input, line: above };
  }
  return undefined;
}

/** Splits `Net(…) on (3, 32, 32)`; the last ` on ` outside the call counts. */
export function splitInput(text: string): { readonly call: string; readonly input?: string } {
  const [, call, input] = /^(\w+(?:\(.*\))?)\s+on\s+(.+)$/.exec(text) ?? [];
  return call === undefined ? { call: text } : { call, input };
}
