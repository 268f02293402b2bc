import { spawn } from 'node:child_process';
import { sentenceOf } from '../../src/common/fault';
import type { Benchmark, Row } from './benchmark';
import { thisMachine } from './machine';
import type { Result, Results } from './page';

/** Seconds after which a benchmark is given up, so that all of them end within 25 minutes whatever happens. */
const MOST_SECONDS = 1500;
/** Seconds that one alone may take. */
const MOST_SECONDS_EACH = 600;

/** Runs every benchmark in a process of its own, one after the other; one that fails or takes too long is noted, and the others run. */
export async function runAll(
  benchmarks: Readonly<Record<string, Benchmark>>,
  progress: (line: string) => void,
  only: readonly string[] = Object.keys(benchmarks),
): Promise<Results> {
  const machine = thisMachine();
  const begin = performance.now();
  const results: Result[] = [];
  for (const [name, { summary }] of Object.entries(benchmarks)) {
    if (!only.includes(name)) {
      results.push({ name, summary, seconds: 0, rows: [], missing: 'it was left out of this run' });
      continue;
    }
    const left = MOST_SECONDS - (performance.now() - begin) / 1e3;
    const start = performance.now();
    progress(`── ${name}`);
    const outcome = await measure(name, Math.min(MOST_SECONDS_EACH, left)).catch((error: unknown) => ({
      rows: [],
      missing: sentenceOf(error),
    }));
    results.push({ name, summary, seconds: (performance.now() - start) / 1e3, ...outcome });
  }
  return { machine, results };
}

function measure(name: string, seconds: number): Promise<{ rows: readonly Row[] }> {
  return new Promise((resolve, reject) => {
    // A group of its own: workers of a benchmark that is given up end with it.
    const child = spawn(process.execPath, [__filename, name, '--json'], { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    let output = '';
    let complaint = '';
    child.stdout.on('data', (data: Buffer) => (output += data.toString()));
    child.stderr.on('data', (data: Buffer) => {
      process.stderr.write(data);
      complaint = (complaint + data.toString()).slice(-2000);
    });
    let isLate = false;
    const watchdog = setTimeout(
      () => {
        isLate = true;
        if (child.pid !== undefined) process.kill(process.platform === 'win32' ? child.pid : -child.pid, 'SIGKILL');
      },
      Math.max(1, seconds) * 1e3,
    );
    child.once('error', reject);
    child.once('close', code => {
      clearTimeout(watchdog);
      if (isLate) reject(new Error(`it took more than ${Math.round(seconds)} seconds`));
      else if (code !== 0) reject(new Error(complaint.trim().split('\n').at(-1) ?? `it ended with exit code ${code}`));
      else resolve(JSON.parse(output) as { rows: readonly Row[] });
    });
  });
}
