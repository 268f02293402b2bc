import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Stopped } from '../../common/fault';
import { checkTrialData } from '../../studies/checkData';
import { readStudy } from '../../studies/readStudy';
import { studyFolderName } from '../../studies/studyFolderName';
import { expandTrials } from '../../studies/trials';
import { definitionCheck } from '../../training/definition/definitionCheck';
import { onlyPositional, parse, type Command } from '../command';
import { executeStudy } from '../executeStudy';
import { EXECUTOR_OPTIONS, EXECUTOR_USAGE } from '../executorOptions';
import { executorOf } from '../executors';

/** `boundlens run`: pre-trains, fine-tunes and certifies every trial of a study, each in a process of its own. */
export const runCommand: Command = {
  name: 'run',
  usage: `STUDY [--out DIR] ${EXECUTOR_USAGE} [--json]`,
  summary:
    'Runs a study: pre-training, fine-tuning, bound; writes report.html and report.json. Finished trials are kept. In a cluster, Ctrl-C ends the watching alone.',
  async run(argv, context) {
    const { options, positionals } = parse(this, argv, { out: 'string', ...EXECUTOR_OPTIONS });
    const file = onlyPositional(this, positionals);
    const executor = executorOf(options, context.assets);
    const study = await readStudy(file);
    const hash = createHash('sha256')
      .update(await readFile(file))
      .digest('hex');
    const trials = expandTrials(study, path.resolve(file), hash);
    await checkTrialData(trials, definitionCheck(context.assets));
    if (context.signal.aborted) throw new Stopped();
    const folder = path.resolve(options.out ?? path.join('.boundlens', 'runs', studyFolderName(study.name)));
    context.terminal.print(`${study.name}: ${trials.length} trials, ${executor.description}, in ${folder}`);
    return executeStudy({ trials, folder, executor }, context);
  },
};
