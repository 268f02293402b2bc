import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { Fault, Stopped } from '../common/fault';
import type { MultiViewEvent } from '../training/multiView/frames';
import type { SeedResults } from '../training/multiView/results';

/** One line of what a process that computes one seed writes. */
export type SeedLine = MultiViewEvent | { readonly type: 'result'; readonly result: SeedResults };

/** Computes seeds in `jobs` processes of this program at once; results in the order of the seeds. Throws a Fault with what the process said when one fails. */
export async function computeSeeds(
  file: string,
  seeds: readonly number[],
  jobs: number,
  emit: (event: MultiViewEvent) => void,
  signal: AbortSignal,
): Promise<SeedResults[]> {
  const results: SeedResults[] = [];
  const waiting = seeds.map((seed, at) => ({ seed, at }));
  const failed = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) results[next.at] = await computeSeed(file, next.seed, emit, either);
  };
  try {
    await Promise.all(Array.from({ length: Math.min(jobs, seeds.length) }, work));
  } catch (error) {
    failed.abort();
    throw signal.aborted ? new Stopped() : error;
  }
  return results;
}

function computeSeed(file: string, seed: number, emit: (event: MultiViewEvent) => void, signal: AbortSignal): Promise<SeedResults> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [process.argv[1]!, 'multiview-seed', file, String(seed)], {
      stdio: ['ignore', 'pipe', 'pipe'],
      signal,
    });
    let result: SeedResults | undefined;
    let said = '';
    createInterface({ input: child.stdout }).on('line', text => {
      const line = JSON.parse(text) as SeedLine;
      if (line.type === 'result') result = line.result;
      else emit(line);
    });
    child.stderr.on('data', (bytes: Buffer) => (said = (said + bytes.toString('utf8')).slice(-2000)));
    child.on('error', reject);
    child.on('close', code => {
      if (result) resolve(result);
      else reject(new Fault(`Seed ${seed} ended with code ${String(code)} (${said.trim()})`, 'mend that and start again'));
    });
  });
}
