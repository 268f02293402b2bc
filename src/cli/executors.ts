import os from 'node:os';
import path from 'node:path';
import { UsageFault } from '../common/fault';
import { runClusterSweep } from '../runs/cluster/clusterSweep';
import type { Scheduler } from '../runs/cluster/scheduler';
import { SCHEDULERS } from '../runs/cluster/schedulers';
import { slurm } from '../runs/cluster/slurm/slurm';
import { taskScript } from '../runs/cluster/taskScript';
import type { Executor } from '../runs/executor';
import type { AskedOptions } from '../runs/record';
import { launchTrainer } from '../runs/launch';
import { runSweep } from '../runs/queue';
import { ENGINE_CHOICES, engineChoice, type EngineChoice } from '../training/engine/engineChoice';
import { positiveInteger } from './command';
import { EXECUTOR_OPTIONS, type ExecutorOptions } from './executorOptions';

/** The executor that the options describe. Throws a `UsageFault` for options that make no sense. */
export function executorOf(options: ExecutorOptions, assets: string): Executor {
  const engine = engineName(options.engine);
  const threads = positiveInteger('threads', options.threads) ?? 1;
  const jobs = positiveInteger('jobs', options.jobs);
  const stateSeconds = secondsIn(options['state-seconds']);
  const { on = 'local', partition, time, memory, 'slurm-option': further } = options;
  if (on === 'slurm') {
    const scheduler = slurm({
      cpus: threads,
      ...(partition !== undefined && { partition }),
      ...(time !== undefined && { time }),
      ...(memory !== undefined && { memory }),
      ...(further && { further }),
    });
    const settings = { engine, threads, ...(jobs !== undefined && { jobs }), ...(stateSeconds !== undefined && { stateSeconds }) };
    return inCluster(scheduler, settings, assets, asked(options));
  }
  if (on !== 'local') throw new UsageFault(`--on is ${on}`, `give local or ${SCHEDULERS.join(' or ')}`);
  const forSlurm = Object.entries({ partition, time, memory, 'slurm-option': further }).find(([, value]) => value !== undefined);
  if (forSlurm) throw new UsageFault(`--${forSlurm[0]} says nothing to this machine`, 'add --on slurm or leave it out');
  const settings = { engine, threads, jobs: jobs ?? Math.max(1, Math.floor(os.availableParallelism() / threads)) };
  return onThisMachine({ ...settings, ...(stateSeconds !== undefined && { stateSeconds }) }, assets);
}

/** The options that were given, as a record keeps them. */
function asked(options: ExecutorOptions): AskedOptions {
  const given = Object.keys(EXECUTOR_OPTIONS).map(name => [name, options[name as keyof ExecutorOptions]] as const);
  return Object.fromEntries(given.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}

/** The engine that an option names; `auto` when it is absent. */
export function engineName(value = 'auto'): EngineChoice {
  const found = engineChoice(value);
  if (!found) throw new UsageFault(`--engine is ${value}`, `give one of ${ENGINE_CHOICES.join(', ')}`);
  return found;
}

/** The value of `--state-seconds`. Throws a `UsageFault` for what is no number of seconds. */
export function secondsIn(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const seconds = Number(value);
  if (value.trim() === '' || !Number.isFinite(seconds) || seconds < 0)
    throw new UsageFault(`--state-seconds is ${value}`, 'give a number of seconds from 0 up');
  return seconds;
}

const threadsText = (threads: number): string => `${threads} thread${threads === 1 ? '' : 's'} each`;

interface ExecutorSettings {
  readonly engine: EngineChoice;
  readonly threads: number;
  readonly jobs: number;
  readonly stateSeconds?: number;
}

function onThisMachine({ jobs, ...settings }: ExecutorSettings, assets: string): Executor {
  const trainer = path.join(assets, 'trainer.js');
  return {
    description: `${jobs} at a time with ${threadsText(settings.threads)}`,
    outlivesCaller: false,
    run: request => runSweep({ ...request, jobs, launch: run => launchTrainer(run, { trainer, ...settings }) }),
  };
}

function inCluster(
  scheduler: Scheduler,
  { jobs, ...settings }: Omit<ExecutorSettings, 'jobs'> & Partial<Pick<ExecutorSettings, 'jobs'>>,
  assets: string,
  asked: AskedOptions,
): Executor {
  const programs = { node: process.execPath, cli: path.join(assets, 'cli.js'), ...settings };
  return {
    description: `on ${scheduler.title}, ${jobs === undefined ? '' : `at most ${jobs} at a time, `}${threadsText(settings.threads)}`,
    outlivesCaller: true,
    async run(request) {
      if (request.trials.some(trial => trial.earlyStop))
        throw new UsageFault(
          'sweep.earlyStop compares trials on this machine alone',
          `take it out of the study to run it on ${scheduler.title}, or leave out --on ${scheduler.name}`,
        );
      return runClusterSweep({
        ...request,
        scheduler,
        script: taskScript(programs, scheduler, request.store.path),
        asked,
        ...(jobs !== undefined && { atOnce: jobs }),
      });
    },
  };
}
