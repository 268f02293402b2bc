import { spawn, spawnSync, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { createInterface, type Interface } from 'node:readline';
import { EnvironmentFault } from '../../src/common/fault';

/** One side of a comparison: a process that takes so many steps when told, and answers with their milliseconds. */
export class Worker {
  private constructor(
    private readonly child: ChildProcessWithoutNullStreams,
    private readonly answers: AsyncIterator<string>,
    private readonly reader: Interface,
    /** What the worker said of itself when it was ready. */
    readonly greeting: Readonly<Record<string, unknown>>,
  ) {}

  /** Starts a worker and waits until it is ready; one on a single thread is held on the last processor where the system can. */
  static async start(command: readonly string[], environment: NodeJS.ProcessEnv, threads: number): Promise<Worker> {
    const [program, ...options] = threads === 1 ? [...pinned(), ...command] : command;
    const child = spawn(program!, options, { env: { ...process.env, ...environment } });
    let complaint = '';
    child.stderr.on('data', (data: Buffer) => (complaint = (complaint + data.toString()).slice(-2000)));
    child.on('error', error => (complaint = error.message));
    const reader = createInterface(child.stdout);
    const answers = reader[Symbol.asyncIterator]();
    const first = await answers.next();
    if (first.done)
      throw new EnvironmentFault(`${command.join(' ')} ended at once (${complaint.trim()})`, 'mend what it says and measure again');
    return new Worker(child, answers, reader, JSON.parse(first.value) as Record<string, unknown>);
  }

  /** Milliseconds of each of the next `count` steps. */
  async steps(count: number): Promise<number[]> {
    this.child.stdin.write(`${count}\n`);
    const answer = await this.answers.next();
    if (answer.done) throw new EnvironmentFault('A worker ended while it was measured', 'measure again');
    return JSON.parse(answer.value) as number[];
  }

  /** The most memory that the worker ever held, in MiB; undefined where the system does not tell. */
  peakMemory(): number | undefined {
    try {
      const status = readFileSync(`/proc/${this.child.pid}/status`, 'utf8');
      return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024 || undefined;
    } catch {
      return undefined;
    }
  }

  stop(): void {
    this.reader.close();
    this.child.stdin.end();
    this.child.kill();
  }
}

/** The worker's end: greets, then answers each number on standard input until it is closed. `also` adds a number to every answer. */
export async function serve(greeting: Readonly<Record<string, unknown>>, step: () => Promise<unknown>, also?: () => number): Promise<void> {
  console.log(JSON.stringify(greeting));
  for await (const line of createInterface(process.stdin)) {
    const times: number[] = [];
    for (let i = 0; i < Number(line); i++) {
      const start = performance.now();
      await step();
      times.push(performance.now() - start);
    }
    console.log(JSON.stringify(also ? [...times, also()] : times));
  }
}

function pinned(): string[] {
  const command = ['taskset', '-c', `${availableParallelism() - 1}`];
  return spawnSync(command[0]!, [...command.slice(1), 'true']).status === 0 ? command : [];
}
