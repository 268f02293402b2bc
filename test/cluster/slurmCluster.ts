import { execFile, execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';
import { accessSync, constants, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';

const SEARCHED = [...(process.env['PATH'] ?? '').split(path.delimiter), '/usr/sbin', '/usr/local/sbin'];

/**
 * A real Slurm on this machine: one controller and several nodes, all in a folder of their own, on ports that were free.
 * Daemons that a test kills can be started again; `stop` ends whatever is left.
 */
export class SlurmCluster {
  private readonly daemons = new Map<string, ChildProcess>();
  /** The environment in which `sbatch`, `squeue` and `scancel` talk to this cluster. */
  readonly environment: Readonly<Record<string, string>>;

  private constructor(
    readonly folder: string,
    readonly nodes: readonly string[],
  ) {
    this.environment = { SLURM_CONF: path.join(folder, 'slurm.conf') };
  }

  /** Starts munged, slurmctld and `nodes` slurmd of two CPUs each, and resolves once every node is idle. */
  static async start(nodes = 4): Promise<SlurmCluster> {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'boundlens-slurm-'));
    const cluster = new SlurmCluster(
      folder,
      Array.from({ length: nodes }, (_, i) => `n${i + 1}`),
    );
    process.once('exit', () => cluster.killAll());
    try {
      await cluster.configure();
      cluster.launch('munged', ['--foreground', '--force', ...cluster.mungeOptions()]);
      await waitFor('MUNGE', () => cluster.succeeds('munge', ['--no-input', '--socket', cluster.inFolder('munge.socket')]));
      cluster.startController();
      for (const node of cluster.nodes) cluster.startNode(node);
      await cluster.untilIdle(nodes);
      return cluster;
    } catch (error) {
      await cluster.stop();
      throw error;
    }
  }

  startController(): void {
    this.launch('slurmctld', ['-D', '-f', this.inFolder('slurm.conf')]);
  }

  startNode(node: string): void {
    this.launch(node, ['-D', '-N', node, '-f', this.inFolder('slurm.conf')], 'slurmd');
  }

  /** Resolves once the controller has written its jobs down anew: the next one will know them. */
  async untilWritten(): Promise<void> {
    const written = () => statSync(this.inFolder('state/job_state'), { throwIfNoEntry: false })?.mtimeMs;
    const last = written();
    await waitFor('a written state', () => Promise.resolve(written() !== last));
  }

  /** Ends the controller at once, as a power cut would. */
  killController(): Promise<void> {
    return this.kill('slurmctld');
  }

  /** Ends a node at once with every process it started. */
  async killNode(node: string): Promise<void> {
    const steps = processesBelow(this.daemons.get(node)?.pid ?? -1);
    const jobs = processesWhere(environment => environment.includes(`SLURMD_NODENAME=${node}\0`) && environment.includes(this.folder));
    await this.kill(node);
    for (const pid of [...steps, ...jobs]) killQuietly(pid);
  }

  /** Resolves once the controller sees so many nodes idle. */
  async untilIdle(count: number): Promise<void> {
    await waitFor(`${count} idle nodes`, async () => {
      const states = (await this.run('sinfo', ['-h', '-N', '-o', '%t'])).trim().split('\n');
      return states.filter(state => state === 'idle').length >= count;
    });
  }

  /** Ends every job and has the controller trust all nodes again: a lost controller may have left some drained. */
  async clear(): Promise<void> {
    await this.run('scancel', ['--me']);
    await this.run('scontrol', ['update', `NodeName=${this.nodes.join(',')}`, 'State=RESUME']).catch(() => undefined);
    await this.untilIdle(1);
  }

  /** What a command of Slurm prints; throws when it fails. */
  async run(program: string, words: readonly string[]): Promise<string> {
    const { stdout } = await promisify(execFile)(programPath(program) ?? program, [...words], {
      env: { ...process.env, ...this.environment },
    });
    return stdout;
  }

  /** Ends every daemon and every job, and removes the folder. */
  async stop(): Promise<void> {
    await this.run('scancel', ['--me']).catch(() => undefined);
    for (const node of this.nodes) await this.killNode(node);
    this.killAll();
    await Promise.all([...this.daemons.values()].map(gone));
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }

  private async configure(): Promise<void> {
    for (const name of ['state', 'spool', 'log']) mkdirSync(this.inFolder(name));
    writeFileSync(this.inFolder('munge.key'), randomBytes(128), { mode: 0o400 });
    const ports = await freePorts(this.nodes.length + 1);
    writeFileSync(this.inFolder('slurm.conf'), configuration(this.folder, this.nodes, ports));
  }

  private mungeOptions(): string[] {
    const files = {
      socket: 'munge.socket',
      'key-file': 'munge.key',
      'pid-file': 'munge.pid',
      'log-file': 'munge.log',
      'seed-file': 'munge.seed',
    };
    return Object.entries(files).map(([option, name]) => `--${option}=${this.inFolder(name)}`);
  }

  private inFolder(name: string): string {
    return path.join(this.folder, name);
  }

  private async succeeds(program: string, words: readonly string[]): Promise<boolean> {
    return this.run(program, words).then(
      () => true,
      () => false,
    );
  }

  private launch(name: string, words: readonly string[], program = name): void {
    const child = spawn(programPath(program)!, [...words], { env: { ...process.env, ...this.environment }, stdio: 'ignore' });
    child.once('error', () => undefined);
    this.daemons.set(name, child);
  }

  private async kill(name: string): Promise<void> {
    const child = this.daemons.get(name);
    if (!child) return;
    child.kill('SIGKILL');
    await gone(child);
  }

  private killAll(): void {
    for (const child of this.daemons.values()) child.kill('SIGKILL');
    for (const pid of processesWhere(environment => environment.includes(`SLURM_CONF=${this.inFolder('slurm.conf')}`))) killQuietly(pid);
  }
}

/** Waits until something is so; throws after some minutes, or at once when `hopeless` says why. */
export async function waitFor(what: string, isSo: () => Promise<boolean>, hopeless?: () => string | undefined): Promise<void> {
  for (let attempt = 0; attempt < 1500; attempt++) {
    if (await isSo().catch(() => false)) return;
    const reason = hopeless?.();
    if (reason !== undefined) throw new Error(`There will be no ${what}: ${reason}`);
    await pause(200);
  }
  throw new Error(`Waited in vain for ${what}`);
}

function configuration(folder: string, nodes: readonly string[], [controller, ...ports]: readonly number[]): string {
  const host = os.hostname().split('.')[0]!;
  const user = os.userInfo().username;
  const inFolder = (name: string) => path.join(folder, name);
  const settings: Record<string, string | number> = {
    ClusterName: 'boundlens',
    SlurmctldHost: `${host}(127.0.0.1)`,
    SlurmctldPort: controller!,
    SlurmUser: user,
    SlurmdUser: user,
    AuthType: 'auth/munge',
    CredType: 'cred/munge',
    AuthInfo: `socket=${inFolder('munge.socket')},cred_expire=10`,
    ProctrackType: 'proctrack/linuxproc',
    TaskPlugin: 'task/none',
    MpiDefault: 'none',
    SwitchType: 'switch/none',
    ReturnToService: 2,
    JobRequeue: 1,
    MaxArraySize: 10001,
    KillWait: 2,
    SlurmctldTimeout: 10,
    SlurmdTimeout: 10,
    StateSaveLocation: inFolder('state'),
    SlurmdSpoolDir: inFolder('spool/%n'),
    SlurmctldPidFile: inFolder('slurmctld.pid'),
    SlurmdPidFile: inFolder('slurmd.%n.pid'),
    SlurmctldLogFile: inFolder('log/slurmctld.log'),
    SlurmdLogFile: inFolder('log/slurmd.%n.log'),
    SchedulerType: 'sched/backfill',
    SchedulerParameters: 'bf_interval=2,sched_interval=2,batch_sched_delay=1',
    SelectType: 'select/cons_tres',
    SelectTypeParameters: 'CR_CPU',
    AccountingStorageType: 'accounting_storage/none',
    JobAcctGatherType: 'jobacct_gather/none',
    CommunicationParameters: 'NoInAddrAny,NoCtldInAddrAny',
  };
  return [
    ...Object.entries(settings).map(([name, value]) => `${name}=${value}`),
    ...nodes.map(
      (node, i) => `NodeName=${node} NodeHostname=${host} NodeAddr=127.0.0.1 Port=${ports[i]!} CPUs=2 RealMemory=2000 State=UNKNOWN`,
    ),
    `PartitionName=main Nodes=${nodes.join(',')} Default=YES MaxTime=60 State=UP`,
    '',
  ].join('\n');
}

function programPath(name: string): string | undefined {
  return SEARCHED.map(folder => path.join(folder, name)).find(file => {
    try {
      accessSync(file, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Ports that nobody listens on now, below those that the system gives to outgoing connections: none of them is taken while a daemon is down. */
async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) {
    const port = randomInt(10_000, 32_000);
    const server = createServer();
    const isFree = await new Promise<boolean>(resolve =>
      server.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => resolve(true)),
    );
    await new Promise(resolve => server.close(resolve));
    if (isFree) ports.add(port);
  }
  return [...ports];
}

const gone = (child: ChildProcess): Promise<void> =>
  new Promise(resolve => (child.exitCode !== null || child.signalCode !== null ? resolve() : child.once('exit', () => resolve())));

/** Ends a process at once; one that is gone already is none of anybody's concern. */
export function killQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It is gone already.
  }
}

/** The processes that have this one among their ancestors. */
function processesBelow(ancestor: number): number[] {
  const parents = execFileSync('ps', ['-e', '-o', 'pid=,ppid='], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map(line => line.trim().split(/\s+/).map(Number) as [number, number]);
  const below = new Set([ancestor]);
  for (let size = 0; size !== below.size;) {
    size = below.size;
    for (const [pid, parent] of parents) if (below.has(parent)) below.add(pid);
  }
  below.delete(ancestor);
  return [...below];
}

/** The processes whose environment (entries that end in NUL) is as described. */
function processesWhere(matches: (environment: string) => boolean): number[] {
  const pids = execFileSync('ps', ['-e', '-o', 'pid='], { encoding: 'utf8' }).trim().split(/\s+/).map(Number);
  return pids.filter(pid => {
    if (pid === process.pid) return false;
    try {
      return matches(readFileSync(`/proc/${pid}/environ`, 'utf8'));
    } catch {
      return false;
    }
  });
}
