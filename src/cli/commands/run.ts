import os from 'node:os';
import path from 'node:path';
import { Stopped, UsageFault } from '../../common/fault';
import { checkTrialData } from '../../studies/checkData';
import { readStudy } from '../../studies/readStudy';
import { studyFolderName } from '../../studies/studyFolderName';
import { expandTrials } from '../../studies/trials';
import { onlyPositional, parse, positiveInteger, type Command } from '../command';
import { engineName, executeStudy } from '../executeStudy';

/** `boundlens run`: pre-trains, fine-tunes and certifies every trial of a study, each in a process of its own. */
export const runCommand: Command = {
  name: 'run',
  usage: 'STUDY [--out DIR] [--engine NAME] [--threads K] [--jobs J] [--on local] [--json]',
  summary: 'Runs a study: pre-training, fine-tuning, bound; writes report.html and report.json. Finished trials are kept.',
  async run(argv, context) {
    const { options, positionals } = parse(this, argv, {
      out: 'string',
      engine: 'string',
      threads: 'string',
      jobs: 'string',
      on: 'string',
    });
    const file = onlyPositional(this, positionals);
    if (options.on !== undefined && options.on !== 'local')
      throw new UsageFault(`--on is ${options.on}`, 'give local; clusters are not supported yet');
    const engine = engineName(options.engine);
    const threads = positiveInteger('threads', options.threads) ?? 1;
    const jobs = positiveInteger('jobs', options.jobs) ?? Math.max(1, Math.floor(os.availableParallelism() / threads));
    const study = await readStudy(file);
    const trials = expandTrials(study, path.resolve(file));
    await checkTrialData(trials);
    if (context.signal.aborted) throw new Stopped();
    const folder = path.resolve(options.out ?? path.join('.boundlens', 'runs', studyFolderName(study.name)));
    context.terminal.print(
      `${study.name}: ${trials.length} trials, ${jobs} at a time with ${threads} thread${threads === 1 ? '' : 's'} each, in ${folder}`,
    );
    return executeStudy({ trials, folder, engine, threads, jobs }, context);
  },
};
