import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { EnvironmentFault } from '../../../common/fault';
import type { JobArray, Scheduler } from '../scheduler';
import { arraySpec, parseQueue, parseSubmitted, QUEUE_FORMAT } from './slurmText';

/** What is asked of Slurm for each trial. */
export interface SlurmOptions {
  readonly partition?: string;
  /** Longest time a trial may take, in Slurm's form: `2:00:00`, `1-12`. */
  readonly time?: string;
  /** CPUs for each trial: the threads of its engine; 1 when absent. */
  readonly cpus?: number;
  /** Memory for each trial in Slurm's form: `4G`. */
  readonly memory?: string;
  /** Further options of sbatch, as they are: `--account=lab`. */
  readonly further?: readonly string[];
}

/** Runs a command and resolves to what it prints; rejects as `execFile` does. */
export type RunCommand = (command: string, words: readonly string[]) => Promise<string>;

const TIMEOUT = 30_000;

const onThisMachine: RunCommand = async (command, words) =>
  (await promisify(execFile)(command, [...words], { timeout: TIMEOUT, maxBuffer: 64 << 20 })).stdout;

/** Slurm through `sbatch`, `squeue` and `scancel`, by the text forms that every release has. */
export function slurm(options: SlurmOptions = {}, run: RunCommand = onThisMachine): Scheduler {
  return {
    name: 'slurm',
    title: 'Slurm',
    indexVariable: 'SLURM_ARRAY_TASK_ID',
    async submit(array) {
      const text = await answer(run, 'sbatch', [...submissionWords(array, options), array.script]);
      const job = parseSubmitted(text);
      if (job === undefined)
        throw new EnvironmentFault(`sbatch answers "${firstLine(text)}" instead of a job's number`, 'check that it is Slurm’s own');
      return job;
    },
    async queue(jobs) {
      if (jobs.length === 0) return [];
      try {
        return parseQueue(await answer(run, 'squeue', ['-r', '-h', '-o', QUEUE_FORMAT, '-j', jobs.join(',')]));
      } catch (error) {
        // Slurm forgets jobs some minutes after their end.
        if (error instanceof EnvironmentFault && /invalid job id/i.test(error.message)) return [];
        throw error;
      }
    },
    async cancel(tasks) {
      if (tasks.length > 0) await answer(run, 'scancel', ['--quiet', ...tasks.map(({ job, index }) => `${job}_${index}`)]);
    },
    thisTask(environment) {
      const { SLURM_ARRAY_JOB_ID: job, SLURM_ARRAY_TASK_ID: index, SLURM_RESTART_COUNT: restarts, SLURMD_NODENAME: node } = environment;
      if (!job || !index) return undefined;
      return { task: `${job}_${index}`, restarts: Number(restarts ?? 0), ...(node && { node }) };
    },
  };
}

/** What sbatch is told beside the script. */
function submissionWords({ name, logs, indices, atOnce }: JobArray, options: SlurmOptions): string[] {
  const { partition, time, cpus = 1, memory, further = [] } = options;
  return [
    '--parsable',
    `--job-name=${name}`,
    `--array=${arraySpec(indices)}${atOnce === undefined ? '' : `%${atOnce}`}`,
    '--requeue',
    '--open-mode=append',
    `--output=${logs}/%A_%a.log`,
    '--nodes=1',
    '--ntasks=1',
    `--cpus-per-task=${cpus}`,
    ...(partition ? [`--partition=${partition}`] : []),
    ...(time ? [`--time=${time}`] : []),
    ...(memory ? [`--mem=${memory}`] : []),
    ...further,
  ];
}

async function answer(run: RunCommand, command: string, words: readonly string[]): Promise<string> {
  try {
    return await run(command, words);
  } catch (error) {
    const { code, stderr, killed, message } = error as Error & { code?: unknown; stderr?: string; killed?: boolean };
    if (code === 'ENOENT')
      throw new EnvironmentFault(
        `There is no ${command} on this machine`,
        'run this on a login node of your cluster, or give --on local to train here',
      );
    const reason = killed ? 'gave no answer within 30 seconds' : `says: ${firstLine(stderr ?? '') || firstLine(message)}`;
    throw new EnvironmentFault(`${command} ${reason}`, 'correct the options of the cluster, or ask those who run it');
  }
}

const firstLine = (text: string): string =>
  (text.trim().split('\n')[0] ?? '').replace(/^(sbatch|squeue|scancel|slurm_load_jobs error): (error: )?/, '');
