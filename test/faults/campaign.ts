import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Random } from '../../src/common/random';
import { metricOf } from '../../src/runs/metricLines';
import { startFromStat } from '../../src/runs/processIdentity';
import { fingerprintOf, recordOn, TRIALS, writeStudy } from './study';

/** What is killed: a trainer, the process that works off the queue, both with all trainers at once, or a command that looks at the runs. */
const TARGETS = ['trainer', 'queue', 'everything', 'command'] as const;
export type Target = (typeof TARGETS)[number];

/** What a campaign of kills found. */
export interface Findings {
  readonly kills: Readonly<Record<Target, number>>;
  readonly sweeps: number;
  readonly finished: number;
  /** Times that a trainer went on from a saved state. */
  readonly resumed: number;
  /** What must not be: each a sentence. */
  readonly wrong: readonly string[];
}

const RUN = ['--jobs', '2', '--threads', '1', '--state-seconds', '0.1'];
/** A sweep is left alone after so many kills, so that trials are hit at every age; it must then come to its end in this time. */
const KILLS_PER_SWEEP = 20;
const LONGEST_END = 240_000;

/** Kills at random times while small sweeps run, until so many have hit; every sweep is taken to its end and compared with an undisturbed one. */
export async function campaign(folder: string, kills: number, seed: string, log: (line: string) => void): Promise<Findings> {
  return new Campaign(folder, kills, new Random(seed), log).run();
}

class Campaign {
  private readonly kills = { trainer: 0, queue: 0, everything: 0, command: 0 };
  private readonly wrong: string[] = [];
  private readonly expected = new Map<string, string>();
  private readonly study: string;
  private sweeps = 0;
  private finished = 0;
  private resumed = 0;

  constructor(
    private readonly folder: string,
    private readonly wanted: number,
    private readonly random: Random,
    private readonly log: (line: string) => void,
  ) {
    this.study = path.join(folder, 'faults.study.json');
  }

  async run(): Promise<Findings> {
    mkdirSync(this.folder, { recursive: true });
    writeStudy(this.study);
    const undisturbed = path.join(this.folder, 'undisturbed');
    await ended(this.start('run', this.study, '--out', undisturbed, '--jobs', '2', '--threads', '1'));
    for (const id of TRIALS) this.expected.set(id, fingerprintOf(path.join(undisturbed, id)));
    while (this.total < this.wanted) await this.sweep(path.join(this.folder, `sweep-${this.sweeps++}`));
    const { kills, sweeps, finished, resumed, wrong } = this;
    return { kills, sweeps, finished, resumed, wrong };
  }

  private get total(): number {
    return Object.values(this.kills).reduce((sum, count) => sum + count, 0);
  }

  /** One sweep, killed at and started again until every trial has finished. */
  private async sweep(out: string): Promise<void> {
    const done = new Map<string, string>();
    const before = this.total;
    let lastKill = performance.now();
    let queue: ChildProcess | undefined;
    while (TRIALS.some(id => !done.has(id))) {
      if (performance.now() - lastKill > LONGEST_END) {
        this.wrong.push(`${out} did not come to its end`);
        break;
      }
      if (queue?.exitCode !== null || queue.signalCode !== null) queue = this.start('run', this.study, '--out', out, ...RUN);
      const limit = performance.now() + 100 + this.random.integer(2400);
      while (performance.now() < limit && queue.exitCode === null) await pause(20);
      if (this.total < this.wanted && this.total - before < KILLS_PER_SWEEP) {
        await this.kill(out, queue);
        lastKill = performance.now();
      }
      this.examine(out, done);
    }
    if (queue && queue.exitCode === null && queue.signalCode === null) await ended(queue);
    this.examine(out, done);
    this.log(`${path.basename(out)}: ${done.size} of ${TRIALS.length} finished, ${this.total} of ${this.wanted} kills`);
  }

  private async kill(out: string, queue: ChildProcess): Promise<void> {
    const target = TARGETS[this.random.integer(TARGETS.length)]!;
    const trainers = TRIALS.flatMap(id => trainerOf(path.join(out, id)) ?? []);
    switch (target) {
      case 'trainer': {
        const pid = trainers[this.random.integer(Math.max(1, trainers.length))];
        if (pid !== undefined && killed(pid)) this.kills.trainer++;
        break;
      }
      case 'queue':
        if (await killedChild(queue)) this.kills.queue++;
        break;
      case 'everything': {
        const hit = await killedChild(queue);
        const hits = trainers.filter(killed);
        if (hit || hits.length > 0) this.kills.everything++;
        break;
      }
      case 'command': {
        const command = this.start('runs', 'list', out);
        await pause(this.random.integer(250));
        if (await killedChild(command)) this.kills.command++;
      }
    }
  }

  /** Looks at every file of every run: all of it must be readable, and what was finished must stay as it was and be what it should be. */
  private examine(out: string, done: Map<string, string>): void {
    for (const id of TRIALS) {
      const folder = path.join(out, id);
      try {
        const record = recordOn(folder);
        const known = done.get(id);
        if (!record) {
          if (known !== undefined) this.wrong.push(`${folder} lost its finished record`);
          continue;
        }
        if (record.state !== 'finished') {
          if (known !== undefined) this.wrong.push(`${folder} was finished and is ${record.state}`);
          const damaged = completeLines(folder).filter(line => metricOf(line) === undefined).length;
          if (damaged > 0) this.wrong.push(`${folder} has ${damaged} damaged lines of metrics`);
          continue;
        }
        const now = fingerprintOf(folder);
        if (known === undefined) {
          this.finished++;
          this.resumed += record.resumedAfter?.length ?? 0;
          if (now !== this.expected.get(id)) this.wrong.push(`${folder} differs from the undisturbed run`);
        } else if (known !== now) this.wrong.push(`${folder} changed after it had finished`);
        done.set(id, now);
      } catch (error) {
        this.wrong.push(`${folder} is corrupted: ${String(error)}`);
      }
    }
  }

  private start(...words: readonly string[]): ChildProcess {
    return spawn(process.execPath, [path.resolve('dist/cli.js'), ...words], { stdio: 'ignore', cwd: this.folder });
  }
}

/** Lines that were written to their end; the last one of a killed trainer may not be. */
function completeLines(folder: string): string[] {
  const file = path.join(folder, 'metrics.jsonl');
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : [];
}

/** The living trainer of a run: a number that another process has by now is none. */
function trainerOf(folder: string): number | undefined {
  const record = recordOn(folder);
  if (record?.state !== 'running' || !record.process) return undefined;
  const { pid, startedAt } = record.process;
  if (process.platform !== 'linux') return pid;
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return startFromStat(readFileSync(`/proc/${pid}/stat`, 'utf8'), boot) === startedAt ? pid : undefined;
  } catch {
    return undefined;
  }
}

function killed(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch {
    return false;
  }
}

async function killedChild(child: ChildProcess): Promise<boolean> {
  if (child.exitCode !== null || child.signalCode !== null) return false;
  child.kill('SIGKILL');
  await ended(child);
  // It may have ended by itself at the last moment.
  return (child as { readonly signalCode: string | null }).signalCode === 'SIGKILL';
}

/** Resolves when a process has ended. */
function ended(child: ChildProcess): Promise<void> {
  return new Promise(resolve => {
    if (child.exitCode !== null || child.signalCode !== null) resolve();
    else child.once('exit', () => resolve());
  });
}
