import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { promisify } from 'node:util';

/** A process that cannot be mistaken for another one that got the same number later. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it started, in a form of the system's own; only to be compared. */
  readonly startedAt: string;
  /** The machine that it runs on; this one when absent. */
  readonly host?: string;
}

const run = promisify(execFile);

/** When the process with this number started; undefined when there is none or it is only waiting to be reaped. */
export async function processStart(pid: number): Promise<string | undefined> {
  if (process.platform === 'linux') return linuxStart(pid);
  return process.platform === 'win32' ? windowsStart(pid) : posixStart(pid);
}

/** This process. */
export async function ownIdentity(): Promise<ProcessIdentity> {
  return { pid: process.pid, startedAt: (await processStart(process.pid)) ?? 'unknown', host: hostname() };
}

/** Whether exactly this process of this machine still runs. */
export async function isAlive({ pid, startedAt }: ProcessIdentity): Promise<boolean> {
  return (await processStart(pid)) === startedAt;
}

/** Field 22 of /proc/PID/stat (clock ticks since boot), with the boot it counts from. */
async function linuxStart(pid: number): Promise<string | undefined> {
  try {
    const [stat, boot] = await Promise.all([readFile(`/proc/${pid}/stat`, 'utf8'), bootId()]);
    return startFromStat(stat, boot);
  } catch {
    return undefined;
  }
}

/** The start time out of the text of /proc/PID/stat; a command name may hold spaces and brackets. Undefined for a zombie. */
export function startFromStat(stat: string, boot: string): string | undefined {
  const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return state === 'Z' || state === 'X' ? undefined : `${fields[18]!} ticks after boot ${boot}`;
}

async function bootId(): Promise<string> {
  const id = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => 'unknown');
  return id.trim();
}

/** macOS and other POSIX systems. */
export async function posixStart(pid: number): Promise<string | undefined> {
  return outputOf('ps', ['-o', 'lstart=', '-p', `${pid}`]);
}

async function windowsStart(pid: number): Promise<string | undefined> {
  return outputOf('powershell.exe', ['-NoProfile', '-Command', `(Get-Process -Id ${pid} -ErrorAction Stop).StartTime.ToFileTimeUtc()`]);
}

async function outputOf(command: string, parameters: string[]): Promise<string | undefined> {
  try {
    const { stdout } = await run(command, parameters, { env: { ...process.env, LC_ALL: 'C' }, windowsHide: true });
    return stdout.trim() || undefined;
  } catch {
    return undefined;
  }
}
