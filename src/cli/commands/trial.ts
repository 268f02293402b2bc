import path from 'node:path';
import { UsageFault } from '../../common/fault';
import { SCHEDULERS, schedulerNamed } from '../../runs/cluster/schedulers';
import { trialOfTask } from '../../runs/cluster/submissions';
import { runTrialTask } from '../../runs/cluster/trialTask';
import { launchTrainer } from '../../runs/launch';
import { RunStore } from '../../runs/store';
import { parse, positiveInteger, type Command } from '../command';
import { engineName, secondsIn } from '../executors';

/** `boundlens trial`: what a task of a job array runs on its node. Not for people. */
export const trialCommand: Command = {
  name: 'trial',
  usage: 'DIR INDEX [--on NAME] [--engine NAME] [--threads K] [--state-seconds S] [--json]',
  summary: 'Runs the trial that a line of a study folder’s manifest names; the tasks of a cluster call it.',
  hidden: true,
  async run(argv, { terminal, assets, signal }) {
    const { options, positionals } = parse(this, argv, { on: 'string', engine: 'string', threads: 'string', 'state-seconds': 'string' });
    const [folder, line, ...rest] = positionals;
    const index = Number(line);
    if (folder === undefined || rest.length > 0 || !Number.isInteger(index) || index < 0)
      throw new UsageFault('boundlens trial takes a folder and the number of a line', `use boundlens trial ${this.usage}`);
    const scheduler = schedulerNamed(options.on ?? SCHEDULERS[0]);
    const task = scheduler?.thisTask(process.env);
    if (!task) throw new UsageFault('This is no task of a job array', 'submit the study with boundlens run --on slurm');
    const store = new RunStore(path.resolve(folder));
    const attempt = {
      name: `${task.task}.${task.restarts}-${process.pid}`,
      task: task.task,
      ...(task.node !== undefined && { node: task.node }),
    };
    const engine = engineName(options.engine);
    const threads = positiveInteger('threads', options.threads) ?? 1;
    const stateSeconds = secondsIn(options['state-seconds']);
    const trainer = path.join(assets, 'trainer.js');
    const launch = { trainer, engine, threads, ...(stateSeconds !== undefined && { stateSeconds }) };
    const record = await runTrialTask(store.folder(await trialOfTask(store.path, index)), attempt, {
      launch: run => launchTrainer(run, launch),
      signal,
    });
    terminal.document({ id: record.id, state: record.state });
    terminal.print(`${new Date().toISOString()} ${record.id}: ${record.state}${record.fault ? ` – ${record.fault}` : ''}`);
    return record.state === 'failed' ? 1 : 0;
  },
};
