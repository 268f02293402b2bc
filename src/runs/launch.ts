import { spawn } from 'node:child_process';
import { open } from 'node:fs/promises';
import { hostname } from 'node:os';
import { EnvironmentFault } from '../common/fault';
import type { EngineChoice } from '../training/engine/engineChoice';
import { asFault } from './files';
import { processStart, type ProcessIdentity } from './processIdentity';
import type { RunFolder } from './runFolder';

/** How trainers are started. */
export interface TrainerLaunch {
  /** Path of `dist/trainer.js`. */
  readonly trainer: string;
  readonly engine?: EngineChoice;
  /** Threads of the engine; 1 when absent. */
  readonly threads?: number;
  /** Seconds between two saved states of its pre-training; `STATE_SECONDS` when absent. */
  readonly stateSeconds?: number;
}

/** A trainer process that was started a moment ago. */
export interface LaunchedTrainer {
  readonly identity: ProcessIdentity;
  /** How it ended; never rejects. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null }>;
}

/**
 * Lets the GNU C library ask for large memory pages, which transformers compute with some 3 % faster; other systems do not know the variable,
 * and what a user has set stays.
 */
export const LARGE_PAGES = { GLIBC_TUNABLES: 'glibc.malloc.hugetlb=1' } as const;

/**
 * Options of V8 for trainers: the heap is marked in one go. Steps allocate next to nothing, so a marking that goes on beside them would not end and keep
 * its threads at work, which costs steps up to a third where trials fill the cores.
 */
export const TRAINER_OPTIONS: readonly string[] = ['--no-incremental-marking'];

/**
 * Starts the trainer of a run as a process of its own: in its own session, its output in `trainer.log`, so that it outlives the process
 * that started it. It writes the record itself.
 *
 * @throws EnvironmentFault when no process can be started, FileFault when the log cannot be written
 */
export async function launchTrainer(
  folder: RunFolder,
  { trainer, engine, threads, stateSeconds }: TrainerLaunch,
): Promise<LaunchedTrainer> {
  const log = await asFault(folder.logFile, () => open(folder.logFile, 'a'));
  try {
    const options = [
      ...(engine ? [`--engine=${engine}`] : []),
      ...(threads ? [`--threads=${threads}`] : []),
      ...(stateSeconds !== undefined ? [`--state-seconds=${stateSeconds}`] : []),
    ];
    const { VSCODE_INSPECTOR_OPTIONS: _inspector, ...environment } = process.env;
    const child = spawn(process.execPath, [...TRAINER_OPTIONS, trainer, folder.path, ...options], {
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
      // Inside VS Code the executable is Electron, which this makes a plain Node.
      env: { ...LARGE_PAGES, ...environment, ELECTRON_RUN_AS_NODE: '1' },
      windowsHide: true,
    });
    const ended = new Promise<Awaited<LaunchedTrainer['ended']>>(resolve =>
      child.once('exit', (code, signal) => resolve({ code, signal })),
    );
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', error =>
        reject(new EnvironmentFault(`No trainer can be started (${error.message})`, 'free some memory and try again')),
      );
    });
    child.unref();
    const pid = child.pid!;
    return { identity: { pid, startedAt: (await processStart(pid)) ?? 'ended at once', host: hostname() }, ended };
  } finally {
    await log.close();
  }
}
