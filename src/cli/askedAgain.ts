import { UsageFault } from '../common/fault';
import { latestUnfinished } from '../runs/latestUnfinished';
import type { RunRecord } from '../runs/record';
import { EXECUTOR_OPTIONS, type ExecutorOptions } from './executorOptions';

/**
 * Options of sbatch that choose resources and do nothing else. A record comes with its folder, so others, which can run or overwrite things, are not
 * taken from it.
 */
const HARMLESS =
  /^(-[ACpqt].+|--exclusive|--(account|partition|qos|time|time-min|mem|mem-per-cpu|mem-per-gpu|gres|gpus|gpus-per-node|gpus-per-task|constraint|reservation|exclude|nodelist|nice|tmp)=.*)$/s;

/**
 * With which options runs are resumed: as they are given when they say where, else as a cluster was asked for the run that was created last of those that
 * are not finished, with what is given in its place.
 *
 * @throws UsageFault when the cluster was asked with options of sbatch that no record is trusted with
 */
export function askedAgain(given: ExecutorOptions, records: readonly RunRecord[]): ExecutorOptions {
  if (given.on !== undefined) return given;
  const latest = latestUnfinished(records);
  if (!latest?.asked) return given;
  const asked = { ...known(latest.asked), ...given };
  const refused = given['slurm-option'] ? undefined : asked['slurm-option']?.find(option => !HARMLESS.test(option));
  if (refused !== undefined)
    throw new UsageFault(
      `The cluster was asked for these runs with ${refused}, which is not taken from a record`,
      `give --slurm-option=${refused} again, or --on local to train here`,
    );
  return asked;
}

/** What a record says of the options there are; others, and values of another kind, say nothing. */
function known(asked: NonNullable<RunRecord['asked']>): ExecutorOptions {
  const isList = (value: unknown) => Array.isArray(value) && value.every(one => typeof one === 'string');
  const kept = Object.entries(EXECUTOR_OPTIONS).filter(([name, kind]) =>
    kind === 'strings' ? isList(asked[name]) : typeof asked[name] === 'string',
  );
  return Object.fromEntries(kept.map(([name]) => [name, asked[name]]));
}
