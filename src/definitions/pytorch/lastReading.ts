import type { Node } from '../syntaxNode';
import type { Architecture } from '../../architecture/architecture';
import { relevantStatements } from '../python/relevance';

/** What a source was last found to define, with all of its text that had a say in that. */
export class LastReading {
  private constructor(
    private readonly key: string,
    private readonly statements: readonly { readonly text: string; readonly start: number; readonly end: number }[],
    private readonly found: Architecture[],
  ) {}

  /** Notes down what was found; `setting` is whatever else had a say. Undefined where the text is broken. */
  static of(root: Node, setting: string, found: Architecture[]): LastReading | undefined {
    const relevant = relevantStatements(root);
    const statements = relevant?.map(({ text, startPosition, endPosition }) => ({ text, start: startPosition.row, end: endPosition.row }));
    return statements && new LastReading(keyOf(root, setting), statements, found);
  }

  /** What another version of the source defines, where nothing that has a say in it changed but its place; undefined where something did. */
  in(root: Node, setting: string): Architecture[] | undefined {
    const relevant = relevantStatements(root);
    if (relevant?.length !== this.statements.length || keyOf(root, setting) !== this.key) return undefined;
    if (relevant.some(({ text }, place) => text !== this.statements[place]!.text)) return undefined;
    const shifts = relevant.map(({ startPosition }, place) => startPosition.row - this.statements[place]!.start);
    if (shifts.every(shift => shift === 0)) return this.found;
    const moved = (line: number): number => {
      const place = this.statements.findIndex(({ end }) => line <= end);
      return line + (shifts[place] ?? 0);
    };
    return this.found.map(architecture => withLines(architecture, moved));
  }
}

/** Comments that say how a class is constructed, and the setting. */
const keyOf = (root: Node, setting: string): string =>
  [setting, ...root.namedChildren.flatMap(({ type, text }) => (type === 'comment' && text.includes('boundlens:') ? [text] : []))].join(
    '\n',
  );

const LINES = new Set(['line', 'startLine', 'endLine']);

/** A copy of plain data with every line in it moved. */
function withLines<T>(data: T, moved: (line: number) => number): T {
  if (Array.isArray(data)) return data.map(item => withLines<unknown>(item, moved)) as T;
  if (typeof data !== 'object' || data === null) return data;
  const entries = Object.entries(data).map(([name, value]: [string, unknown]) => [
    name,
    LINES.has(name) && typeof value === 'number' ? moved(value) : withLines(value, moved),
  ]);
  return Object.fromEntries(entries) as T;
}
