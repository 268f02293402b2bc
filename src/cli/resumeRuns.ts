import { Stopped } from '../common/fault';
import type { StoredRun } from '../runs/store';
import { checkTrialData } from '../studies/checkData';
import { definitionCheck } from '../training/definition/definitionCheck';
import { askedAgain } from './askedAgain';
import type { CommandContext } from './command';
import { executeStudy } from './executeStudy';
import type { ExecutorOptions } from './executorOptions';
import { executorOf } from './executors';

/** Takes up the runs of a study's folder that have not finished, where they ran or where the options say. Returns the exit code. */
export async function resumeRuns(
  folder: string,
  runs: readonly StoredRun[],
  options: ExecutorOptions,
  context: CommandContext,
): Promise<number> {
  const records = runs.map(({ record }) => record);
  const executor = executorOf(askedAgain(options, records), context.assets);
  const open = records.filter(({ state }) => state !== 'finished').map(({ trial }) => trial);
  await checkTrialData(open, definitionCheck(context.assets));
  if (context.signal.aborted) throw new Stopped();
  const trials = records.map(({ trial }) => trial);
  context.terminal.print(`${trials[0]!.study.name}: ${open.length} of ${trials.length} trials left, ${executor.description}, in ${folder}`);
  return executeStudy({ trials, folder, executor }, context);
}
