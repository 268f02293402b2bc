import { sentenceOf } from '../../src/common/fault';

/** One thing measured beside its peer in the same run. */
export interface Row {
  readonly work: string;
  /** What it was measured beside, with its version. */
  readonly peer: string;
  readonly threads: number;
  readonly unit: string;
  readonly ours: number;
  readonly theirs: number;
  /** ours / theirs: smaller is better. */
  readonly ratio: number;
}

/** A figure beside the budget that it must keep. */
export const budgetRow = (work: string, unit: string, ours: number, budget: number): Row => ({
  work,
  peer: 'budget',
  threads: 1,
  unit,
  ours,
  theirs: budget,
  ratio: ours / budget,
});

/** A named benchmark of the command line. */
export interface Benchmark {
  readonly summary: string;
  /** About how long it takes on two quiet processors. */
  readonly seconds: number;
  /** Measures; `progress` takes a line about what is under way. Throws a `Fault` when this machine lacks what it needs. */
  run(options: readonly string[], progress: (line: string) => void): Promise<readonly Row[]>;
  /** Serves one side of a comparison in a process of its own, when started with `--worker`. */
  work?(options: readonly string[]): Promise<void>;
}

/** How a line of progress begins that says what could not be measured, and why. */
export const LEFT_OUT = 'left out: ';

/** The rows of one part of a benchmark; none, with a line that says why, where this machine lacks what the part needs. */
export async function part(
  what: string,
  measure: () => Promise<readonly Row[]> | readonly Row[],
  progress: (line: string) => void,
): Promise<readonly Row[]> {
  try {
    return await measure();
  } catch (error) {
    progress(`${LEFT_OUT}${what}, because ${sentenceOf(error).split('\n')[0]}`);
    return [];
  }
}

/** The middle value; of an even number of values the lower middle one. */
export function middle<T>(items: readonly T[], by: (item: T) => number): T {
  return [...items].sort((a, b) => by(a) - by(b))[(items.length - 1) >> 1]!;
}

export const median = (values: readonly number[]): number => middle(values, value => value);

/** Rows as aligned columns. */
export function table(rows: readonly Row[]): string {
  const lines = [
    ['work', 'threads', 'unit', 'ours', 'theirs', 'ours / theirs', 'peer'],
    ...rows.map(row => [row.work, `${row.threads}`, row.unit, row.ours.toFixed(1), row.theirs.toFixed(1), row.ratio.toFixed(2), row.peer]),
  ];
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map(line => line[column]!.length)));
  const textual = new Set([0, 2, 6]);
  const cell = (text: string, column: number) => (textual.has(column) ? text.padEnd(widths[column]!) : text.padStart(widths[column]!));
  return lines.map(line => line.map(cell).join('  ').trimEnd()).join('\n');
}
