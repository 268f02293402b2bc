// node out/bench.js NAME [--json]: measures BoundLens beside its peers.
import { Fault, sentenceOf, UsageFault } from '../../src/common/fault';
import { table, type Benchmark } from './benchmark';
import { theory } from './theory';
import { definitions } from './definitions';
import { editor } from './editor';
import { epoch } from './epoch';
import { runs } from './runs';
import { training } from './training';

const BENCHMARKS: Readonly<Record<string, Benchmark>> = { definitions, editor, theory, training, epoch, runs };

function usage(): string {
  const list = Object.entries(BENCHMARKS).map(([name, { summary }]) => `  ${name.padEnd(12)}${summary}`);
  return ['usage: npm run bench -- NAME [--json] [OPTION…], where NAME is one of', ...list].join('\n');
}

async function main([name, ...options]: readonly string[]): Promise<void> {
  if (name === undefined || name === '--help') {
    console.error(usage());
    if (name === undefined) process.exitCode = 2;
    return;
  }
  const benchmark = Object.hasOwn(BENCHMARKS, name) ? BENCHMARKS[name]! : undefined;
  if (!benchmark) throw new UsageFault(`There is no benchmark ${name}`, `choose one of ${Object.keys(BENCHMARKS).join(', ')}`);
  if (options.includes('--worker') && benchmark.work) return benchmark.work(options);
  const rows = await benchmark.run(options, line => process.stderr.write(`${line}\n`));
  console.log(options.includes('--json') ? JSON.stringify({ rows }) : table(rows));
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Fault ? error.message : error instanceof Error ? error.stack : sentenceOf(error));
  process.exitCode = error instanceof Fault ? error.exitCode : 1;
});
