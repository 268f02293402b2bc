import type { Row } from './benchmark';
import { checked } from './claims';
import type { Machine } from './machine';

/** What one benchmark gave: rows, or why there are none. */
export interface Result {
  readonly name: string;
  readonly summary: string;
  readonly seconds: number;
  readonly rows: readonly Row[];
  readonly missing?: string;
  /** Parts that could not be measured, and why. */
  readonly leftOut?: readonly string[];
  /** When it was measured, and at which load, where not in one run with the others. */
  readonly apart?: { readonly date: string; readonly load: number };
}

/** Everything that one run of all benchmarks gave; docs/benchmarks.json holds one. */
export interface Results {
  readonly machine: Machine;
  readonly results: readonly Result[];
}

const INTRODUCTION = `# Benchmarks

Made by \`npm run bench -- --write-docs\`, which measures everything on this page anew, each thing beside its peer in the same run on the same work; the same
figures as data are in [benchmarks.json](benchmarks.json). Without Python the peers in Python are left out, and said so.

_ours / theirs_ below 1 means that BoundLens needs less. Threads are those of both sides. What is measured, and how, is in \`test/bench\`: one file each.
`;

/** The page docs/benchmarks.md. */
export function page({ machine, results }: Results): string {
  const { processor, processors, memory, system, node, python, load, date } = machine;
  const place = `Measured on ${date}: ${processor}, ${processors} processors, ${memory}, ${system}, Node ${node}, ${python ? `Python ${python}` : 'no Python'}. The load before was ${load}${load > processors / 2 ? ': other work was running, so times stray; `npm run bench -- --write-docs` on a quiet machine mends that' : ''}.`;
  return [INTRODUCTION, `${place}\n`, claimsChapter(results), ...results.map(chapter)].join('\n');
}

/** Whether every claim that was checked holds. */
export const allMet = ({ results }: Results): boolean => results.every(({ name, rows }) => checked(name, rows).every(({ isMet }) => isMet));

const [BEGIN, END] = ['<!-- claims: written by npm run bench -- --write-docs -->', '<!-- /claims -->'];

/** The README with what it says between its two marks about claims that a measurement contradicted. Throws without the marks. */
export function withClaims(readme: string, results: Results): string {
  const [before, rest] = readme.split(BEGIN) as [string, string?];
  const after = rest?.split(END)[1];
  if (after === undefined) throw new Error(`The README lacks ${BEGIN} … ${END}`);
  return `${before}${BEGIN}\n\n${claimsText(results)}\n\n${END}${after}`;
}

/** Which claims did not hold in the last measurement, and what was not measured then. */
function claimsText({ results }: Results): string {
  const unmet = results.flatMap(({ name, rows }) => checked(name, rows).filter(({ isMet }) => !isMet));
  const said = unmet.map(
    ({ says, most, measured }) =>
      `- ${says} Measured: ${rounded(Math.max(...measured.map(({ ratio }) => ratio)))}, claimed: at most ${rounded(most)}.`,
  );
  const missing = results.filter(({ missing: why }) => why !== undefined).map(({ name }) => name);
  return [
    said.length === 0
      ? 'Every claim that was measured holds.'
      : ['These claims did not hold when they were measured last:', '', ...said].join('\n'),
    ...(missing.length > 0 ? [`Not measured then: ${missing.join(', ')}.`] : []),
  ].join('\n\n');
}

function claimsChapter(results: readonly Result[]): string {
  const lines = results.flatMap(({ name, rows }) =>
    checked(name, rows).map(({ says, most, measured, isMet }) => {
      const ratios = measured.map(({ ratio }) => ratio);
      const range = ratios.length === 1 ? rounded(ratios[0]!) : `${rounded(Math.min(...ratios))} – ${rounded(Math.max(...ratios))}`;
      return [says, rounded(most), range, isMet ? 'yes' : '**no**'];
    }),
  );
  return `## Claims\n\n${markdownTable(['claim', 'most', 'measured', 'met'], lines)}`;
}

function chapter({ name, summary, seconds, rows, missing, leftOut = [], apart }: Result): string {
  const title = `## ${name[0]!.toUpperCase()}${name.slice(1)}\n\n${sentence(summary)}`;
  if (missing !== undefined) return `${title}\n\nNot measured: ${sentence(missing)}\n`;
  const lines = rows.map(row => [
    row.work,
    `${row.threads}`,
    row.unit,
    rounded(row.ours),
    rounded(row.theirs),
    rounded(row.ratio),
    row.peer,
  ]);
  const head = ['work', 'threads', 'unit', 'ours', 'theirs', 'ours / theirs', 'peer'];
  const without = leftOut.map(reason => `Left out: ${sentence(reason)}\n`);
  const when = apart ? ` Measured apart from the others on ${apart.date}, at a load of ${apart.load}.` : '';
  return [`${title} Took ${Math.round(seconds)} s.${when}\n`, ...(lines.length > 0 ? [markdownTable(head, lines)] : []), ...without].join(
    '\n',
  );
}

/** Begins with a capital and ends with a full stop; without the options that a summary ends with. */
function sentence(text: string): string {
  const plain = text.replace(/(\s*\[[^\]]*\])+$/, '').trim();
  return `${plain[0]!.toUpperCase()}${plain.slice(1)}${/[.!?]$/.test(plain) ? '' : '.'}`;
}

/** Three significant digits, whole numbers from a thousand on. */
function rounded(value: number): string {
  if (value === 0) return '0';
  if (Math.abs(value) >= 1000) return Math.round(value).toLocaleString('en');
  return String(Number(value.toPrecision(3)));
}

function markdownTable(head: readonly string[], lines: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return `${[line(head), line(head.map(() => '---')), ...lines.map(line)].join('\n')}\n`;
}
