// npm run bench [-- [NAME] [--json] [--write-docs] [OPTION…]]: measures BoundLens beside its peers; without a name everything, in bounded time.
import { readFileSync, writeFileSync } from 'node:fs';
import { Fault, sentenceOf, UsageFault } from '../../src/common/fault';
import { runAll } from './all';
import { table, type Benchmark } from './benchmark';
import { definitions } from './definitions';
import { editor } from './editor';
import { epoch } from './epoch';
import { fresh } from './fresh';
import { allMet, page, withClaims } from './page';
import { runs } from './runs';
import { scaling } from './scaling';
import { sizes } from './sizes';
import { theory } from './theory';
import { training } from './training';

/** In the order in which all of them run: what minds other work most comes first. */
const BENCHMARKS: Readonly<Record<string, Benchmark>> = { training, theory, definitions, editor, fresh, epoch, runs, scaling, sizes };

const DOCS = { page: 'docs/benchmarks.md', data: 'docs/benchmarks.json', readme: 'README.md' };

function usage(): string {
  const list = Object.entries(BENCHMARKS).map(([name, { summary }]) => `  ${name.padEnd(12)}${summary}`);
  return [
    'usage: npm run bench -- [--only=NAME,…] [--json] [--write-docs]   everything, at most 20 minutes',
    '       npm run bench -- NAME [--json] [OPTION…]                   one of',
    ...list,
  ].join('\n');
}

async function everything(options: readonly string[], progress: (line: string) => void): Promise<void> {
  const only = options
    .find(option => option.startsWith('--only='))
    ?.slice('--only='.length)
    .split(',');
  const unknown = options.find(option => !['--json', '--write-docs'].includes(option) && !option.startsWith('--only='));
  if (unknown !== undefined) throw new UsageFault(`${unknown} needs the name of a benchmark before it`, usage());
  const results = await runAll(BENCHMARKS, progress, only);
  if (options.includes('--write-docs')) {
    writeFileSync(DOCS.data, `${JSON.stringify(results, undefined, 1)}\n`);
    writeFileSync(DOCS.page, page(results));
    writeFileSync(DOCS.readme, withClaims(readFileSync(DOCS.readme, 'utf8'), results));
    progress(`${DOCS.page}, ${DOCS.data} and what ${DOCS.readme} says of claims are written.`);
  }
  if (options.includes('--json')) console.log(JSON.stringify(results));
  else
    for (const { name, rows, missing } of results.results)
      console.log(`${name}\n${missing === undefined ? table(rows) : `not measured: ${missing}`}\n`);
  if (!allMet(results)) progress('Not every claim was met: the page says which.');
}

async function main([name, ...options]: readonly string[]): Promise<void> {
  const progress = (line: string) => process.stderr.write(`${line}\n`);
  if (name === '--help') {
    console.error(usage());
    return;
  }
  if (name === undefined || name.startsWith('--')) return everything(name === undefined ? [] : [name, ...options], progress);
  const benchmark = Object.hasOwn(BENCHMARKS, name) ? BENCHMARKS[name]! : undefined;
  if (!benchmark) throw new UsageFault(`There is no benchmark ${name}`, `choose one of ${Object.keys(BENCHMARKS).join(', ')}`);
  if (options.includes('--worker') && benchmark.work) return benchmark.work(options);
  const rows = await benchmark.run(options, progress);
  console.log(options.includes('--json') ? JSON.stringify({ rows }) : table(rows));
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Fault ? error.message : error instanceof Error ? error.stack : sentenceOf(error));
  process.exitCode = error instanceof Fault ? error.exitCode : 1;
});
