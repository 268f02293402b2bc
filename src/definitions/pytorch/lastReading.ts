import type { Architecture } from '../../architecture/architecture';
import type { Node } from '../syntaxNode';
import type { Relevance } from '../python/relevance';

type Point = Node['startPosition'];

/** The definitions of a source by the places of the statements that make them. */
export type Found = ReadonlyMap<number, readonly Architecture[]>;

/** What a statement defined, with all of the text that had a say in that. */
interface Reading {
  readonly said: string;
  readonly statements: readonly { readonly version: unknown; readonly start: Point; readonly end: number }[];
  readonly found: readonly Architecture[];
}

/** What a source was last found to define. */
export class LastReading {
  private constructor(
    readonly relevance: Relevance,
    private readonly setting: string,
    /** Whether reading one definition changes nothing that another one may see. */
    readonly isApart: boolean,
    private readonly readings: ReadonlyMap<string, Reading>,
  ) {}

  /** Notes down what was found; `setting` is whatever else had a say. */
  static of(relevance: Relevance, setting: string, isApart: boolean, found: Found): LastReading {
    const readings = keysOf(relevance).map(([key, place]): [string, Reading] => {
      const statements = relevance.of(place).map(each => {
        const { startPosition, endPosition } = relevance.statements[each]!;
        return { version: relevance.versionOf(each), start: startPosition, end: endPosition.row };
      });
      return [key, { said: relevance.saidOf(place), statements, found: found.get(place) ?? [] }];
    });
    return new LastReading(relevance, setting, isApart, new Map(readings));
  }

  /** What another version of the source still defines, where nothing that has a say in it changed but its place. */
  in(relevance: Relevance, setting: string): Found {
    if (setting !== this.setting) return new Map();
    const keys = keysOf(relevance);
    const kept = new Map<number, readonly Architecture[]>();
    for (const [key, place] of keys) {
      const found = this.still(this.readings.get(key), relevance, place);
      if (found) kept.set(place, found);
    }
    return this.isApart || (kept.size === keys.length && kept.size === this.readings.size) ? kept : new Map();
  }

  private still(reading: Reading | undefined, relevance: Relevance, place: number): readonly Architecture[] | undefined {
    const places = reading && relevance.of(place);
    if (!places || places.length !== reading.statements.length || relevance.saidOf(place) !== reading.said) return undefined;
    const starts = places.map(each => relevance.statements[each]!.startPosition);
    const isSame = places.every((each, index) => {
      const { version, start } = reading.statements[index]!;
      return relevance.versionOf(each) === version && starts[index]!.column === start.column;
    });
    if (!isSame) return undefined;
    const shifts = starts.map(({ row }, index) => row - reading.statements[index]!.start.row);
    if (shifts.every(shift => shift === 0)) return reading.found;
    const own = places.indexOf(place);
    const lead = reading.said.includes('boundlens:') ? reading.said.split('\n').length : 0;
    const moved = (line: number): number => {
      const holder = reading.statements.findIndex(({ start, end }) => start.row <= line && line <= end);
      const isOver = line >= reading.statements[own]!.start.row - lead && line < reading.statements[own]!.start.row;
      return line + (shifts[holder < 0 && isOver ? own : holder] ?? 0);
    };
    return withLines(reading.found, moved);
  }
}

/** The definitions of a source, by names that tell them apart. */
function keysOf(relevance: Relevance): readonly (readonly [key: string, place: number])[] {
  const counts = new Map<string, number>();
  return relevance.definitions.map(place => {
    const name = relevance.nameOf(place);
    const count = counts.get(name) ?? 0;
    counts.set(name, count + 1);
    return [`${name} ${count}`, place];
  });
}

const LINES = new Set(['line', 'startLine', 'endLine']);

/** Plain data with every line in it moved; what holds none stays the same object. */
function withLines<T>(data: T, moved: (line: number) => number): T {
  if (typeof data !== 'object' || data === null) return data;
  const before = data as Record<string, unknown>;
  let after = before;
  for (const name of Object.keys(before)) {
    const value = before[name];
    // Those of obstacles are counted from 1, and 0 is none.
    const within = name === 'obstacles' ? (line: number) => (line > 0 ? moved(line - 1) + 1 : line) : moved;
    const now = LINES.has(name) && typeof value === 'number' ? moved(value) : withLines(value, within);
    if (now === value) continue;
    if (after === before) after = (Array.isArray(data) ? [...(data as unknown[])] : { ...before }) as Record<string, unknown>;
    after[name] = now;
  }
  return after as T;
}
