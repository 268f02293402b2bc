import { spawn } from 'node:child_process';
import { mkdir, open, readFile } from 'node:fs/promises';
import * as path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { EnvironmentFault, Fault } from '../common/fault';
import { isHere } from '../runs/heartbeat';
import { isAlive } from '../runs/processIdentity';
import { queueOwner } from '../runs/studyLock';
import type { EngineChoice } from '../training/engine/engineChoice';
import { ENGINES_VARIABLE } from '../training/engine/enginesFolder';

export interface StudyStart {
  /** Absolute path of the study file; absent to take up what is left of the runs in `out`. */
  readonly study?: string;
  /** Folder that will keep the study's runs and report. */
  readonly out: string;
  readonly engine: EngineChoice;
  readonly threads: number;
  /** Trials at the same time; 0 for as many as the processors allow. */
  readonly jobs: number;
  /** Options of sbatch when the trials run on Slurm; absent when this machine runs them. */
  readonly slurm?: readonly string[];
  /** Whether what is left of the runs goes to the cluster that was asked for them, with the engine and the threads of that time. */
  readonly asBefore?: boolean;
  /** Folder of engines that the user installed. */
  readonly engines: string;
  /** Path of the command line's bundle, `dist/cli.js`. */
  readonly program: string;
  /** Folder for what the process prints. */
  readonly logs: string;
}

/** How a study's process ended: `sentence` is its last word when it did not end well. */
export interface StudyEnd {
  readonly code: number | null;
  readonly sentence: string;
}

/**
 * Starts `boundlens run`, or `boundlens runs resume`, as a process of its own that works off the sweep and outlives a window reload. Resolves once it runs, with how it will end.
 * Throws an EnvironmentFault when it cannot be started.
 */
export async function startStudy(start: StudyStart): Promise<{ readonly ended: Promise<StudyEnd> }> {
  await mkdir(start.logs, { recursive: true });
  const logFile = path.join(start.logs, `${path.basename(start.out)}.log`);
  const log = await open(logFile, 'w');
  try {
    const work = start.study === undefined ? ['runs', 'resume', start.out] : ['run', start.study, '--out', start.out];
    const { VSCODE_INSPECTOR_OPTIONS: _inspector, ...environment } = process.env;
    const child = spawn(process.execPath, [start.program, ...work, ...howToRun(start), '--json'], {
      cwd: path.dirname(start.study ?? start.out),
      detached: true,
      stdio: ['ignore', 'ignore', log.fd],
      // Inside VS Code the executable is Electron, which this makes a plain Node.
      env: { ...environment, ELECTRON_RUN_AS_NODE: '1', [ENGINES_VARIABLE]: start.engines },
      windowsHide: true,
    });
    const ended = new Promise<StudyEnd>(resolve => {
      child.once('exit', code => {
        void readFile(logFile, 'utf8').then(
          text => resolve({ code, sentence: lastLine(text) }),
          () => resolve({ code, sentence: '' }),
        );
      });
    });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', error =>
        reject(new EnvironmentFault(`No trainer can be started (${error.message})`, 'free some memory and try again')),
      );
    });
    child.unref();
    return { ended };
  } finally {
    await log.close();
  }
}

/** The options that say where and how trials run. */
export function howToRun({
  engine,
  threads,
  jobs,
  slurm,
  asBefore = false,
}: Pick<StudyStart, 'engine' | 'threads' | 'jobs' | 'slurm' | 'asBefore'>): string[] {
  const furthers = (slurm ?? []).map(option => `--slurm-option=${option}`);
  if (asBefore) return furthers;
  const how = [...(engine === 'auto' ? [] : ['--engine', engine]), '--threads', `${threads}`];
  if (slurm) return [...how, '--on', 'slurm', ...furthers];
  return jobs > 0 ? [...how, '--jobs', `${jobs}`] : how;
}

/** The fault in how a study ended; undefined when it ended well or was stopped on purpose. */
export function faultOf({ code, sentence }: StudyEnd, stopped: boolean): Fault | undefined {
  if (code === 0 || stopped) return undefined;
  const [, what, mend] = /^(.+): (.+)\.$/.exec(sentence) ?? [];
  if (what && mend) return new Fault(what, mend);
  const how = code === null ? 'was ended by the system' : `ended with exit code ${code}`;
  return new Fault(sentence === '' ? `The study ${how}` : `The study ${how} (${sentence})`, 'see the log of its runs');
}

/**
 * Ends the process that works off the queue of a study folder, which stops its runs first. Resolves when it is gone, or after `patience` milliseconds;
 * at once when there is none.
 */
export async function stopStudy(studyFolder: string, patience = 15_000): Promise<void> {
  const owner = await queueOwner(studyFolder);
  if (!owner || !isHere(owner)) return;
  try {
    process.kill(owner.pid, 'SIGTERM');
  } catch {
    return;
  }
  for (const end = performance.now() + patience; performance.now() < end && (await isAlive(owner));) await pause(100);
}

const lastLine = (text: string): string => text.trimEnd().split('\n').at(-1)?.trim() ?? '';
