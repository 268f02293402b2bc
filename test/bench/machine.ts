import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import os from 'node:os';

/** What the figures were measured on. */
export interface Machine {
  readonly processor: string;
  readonly processors: number;
  readonly memory: string;
  readonly system: string;
  readonly node: string;
  /** The Python that the peers run in; absent where there is none. */
  readonly python?: string;
  /** Load of the system before the first measurement, as `uptime` tells it: on a quiet machine far below 1. */
  readonly load: number;
  readonly date: string;
}

export function thisMachine(): Machine {
  const python = spawnSync('python3', ['--version'], { encoding: 'utf8' });
  return {
    processor: os.cpus()[0]?.model.trim().replace(/\s+/g, ' ') ?? 'unknown',
    processors: os.availableParallelism(),
    memory: `${Math.round(os.totalmem() / 2 ** 30)} GiB`,
    system: distribution() ?? `${os.type()} ${os.release()}`,
    node: process.versions.node,
    ...(python.status === 0 && { python: python.stdout.trim().replace(/^Python /, '') }),
    load: Math.round(os.loadavg()[0]! * 100) / 100,
    date: new Date().toISOString().slice(0, 10),
  };
}

function distribution(): string | undefined {
  try {
    return /^PRETTY_NAME="?([^"\n]+)/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1];
  } catch {
    return undefined;
  }
}
