import { spawn } from 'node:child_process';
import { sentenceOf } from '../../src/common/fault';
import { LEFT_OUT, type Benchmark, type Row } from './benchmark';
import { thisMachine } from './machine';
import type { Result, Results } from './page';

/** Seconds after which a benchmark is given up, so that all of them end within 20 minutes whatever happens. */
const MOST_SECONDS = 1200;
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
  let expected = Object.entries(benchmarks).reduce((sum, [name, { seconds }]) => sum + (only.includes(name) ? seconds : 0), 0);
  let place = 0;
  for (const [name, { summary, seconds }] of Object.entries(benchmarks)) {
    if (!only.includes(name)) {
      results.push({ name, summary, seconds: 0, rows: [], missing: 'it was left out of this run' });
      continue;
    }
    const left = MOST_SECONDS - (performance.now() - begin) / 1e3;
    const start = performance.now();
    progress(`── ${name}, ${++place} of ${only.length}: about ${duration(seconds)}; about ${duration(expected)} to the end`);
    expected -= seconds;
    const outcome = await measure(name, Math.min(MOST_SECONDS_EACH, left)).catch((error: unknown) => ({
      rows: [],
      missing: sentenceOf(error),
    }));
    const took = (performance.now() - start) / 1e3;
    progress('missing' in outcome ? `   not measured: ${outcome.missing}` : `   took ${duration(took)}`);
    results.push({ name, summary, seconds: took, ...outcome });
  }
  return { machine, results };
}

/** Seconds below two minutes, else whole minutes. */
const duration = (seconds: number): string => (seconds < 120 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`);

function measure(name: string, seconds: number): Promise<{ rows: readonly Row[]; leftOut?: readonly string[] }> {
  return new Promise((resolve, reject) => {
    // A group of its own: workers of a benchmark that is given up end with it.
    const child = spawn(process.execPath, [__filename, name, '--json'], { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    let output = '';
    let complaint = '';
    child.stdout.on('data', (data: Buffer) => (output += data.toString()));
    child.stderr.on('data', (data: Buffer) => {
      process.stderr.write(data);
      complaint = (complaint + data.toString()).slice(-10_000);
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
      else {
        const leftOut = complaint.split('\n').flatMap(line => (line.startsWith(LEFT_OUT) ? [line.slice(LEFT_OUT.length)] : []));
        resolve({ ...(JSON.parse(output) as { rows: readonly Row[] }), ...(leftOut.length > 0 && { leftOut }) });
      }
    });
  });
}
