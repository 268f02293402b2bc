import os from 'node:os';
import { UsageFault, sentenceOf } from '../../common/fault';
import { ENGINE_CHOICES, engineChoice, type EngineChoice } from '../../training/engine/engineChoice';
import { RunFolder } from '../runFolder';
import { trainRun, type TrainerParts } from './trainRun';

/** What the command line of a trainer says. */
export interface TrainerArguments {
  readonly folder: string;
  readonly engine: EngineChoice;
  readonly threads: number;
  /** Seconds between two saved states; absent for the usual. */
  readonly stateSeconds?: number;
}

/** Lower than anything a person waits for. */
const NICENESS = 10;

/** Reads `RUNDIR [--engine=NAME] [--threads=K] [--state-seconds=S]`. Throws a `UsageFault`. */
export function trainerArguments(words: readonly string[]): TrainerArguments {
  const [folder, ...options] = words;
  if (!folder || folder.startsWith('--')) throw new UsageFault('The trainer was started without a folder', 'name the folder of a run');
  const values = new Map(options.map(option => [option.split('=')[0], option.split('=')[1] ?? '']));
  const named = values.get('--engine') ?? 'auto';
  const engine = engineChoice(named);
  const threads = Number(values.get('--threads') ?? 1);
  if (!engine) throw new UsageFault(`There is no engine "${named}"`, `choose one of ${ENGINE_CHOICES.join(', ')}`);
  if (!Number.isInteger(threads) || threads < 1) throw new UsageFault('The number of threads is not a positive whole number', 'correct it');
  const seconds = values.get('--state-seconds');
  return { folder, engine, threads, ...(seconds !== undefined && { stateSeconds: Number(seconds) }) };
}

/**
 * The life of a trainer process: low priority, SIGTERM and SIGINT stop the run, what nobody caught ends up in the record.
 * Resolves with the exit code: 0 finished or stopped, 1 failed.
 */
export async function trainerProcess(
  folder: RunFolder,
  parts: Pick<TrainerParts, 'createEngine' | 'runTrial' | 'fingerprint' | 'code' | 'stateSeconds'>,
  log: (line: string) => void = line => console.log(`${new Date().toISOString()} ${line}`),
): Promise<0 | 1> {
  lowerPriority(log);
  const abort = new AbortController();
  const stop = () => abort.abort();
  process.once('SIGTERM', stop).once('SIGINT', stop);
  const uncaught = new Promise<never>((_, reject) => {
    process.on('uncaughtException', reject).on('unhandledRejection', reject);
  });
  try {
    const state = await Promise.race([trainRun(folder, { ...parts, log, signal: abort.signal }), uncaught]);
    return state === 'failed' ? 1 : 0;
  } catch (error) {
    log(error instanceof Error ? (error.stack ?? error.message) : String(error));
    await folder
      .update(record => ({ ...record, state: 'failed', fault: sentenceOf(error), endedAt: new Date().toISOString() }))
      .catch((second: unknown) => log(sentenceOf(second)));
    return 1;
  }
}

function lowerPriority(log: (line: string) => void): void {
  try {
    os.setPriority(NICENESS);
  } catch (error) {
    log(`The priority could not be lowered (${sentenceOf(error)}).`);
  }
}
