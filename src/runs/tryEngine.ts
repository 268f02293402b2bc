import { spawn } from 'node:child_process';
import type { EngineChoice } from '../training/engine/engineChoice';
import { ENGINES_VARIABLE } from '../training/engine/enginesFolder';

/** Whether an engine takes a training step here. */
export interface EngineTrial {
  readonly engine: EngineChoice;
  readonly works: boolean;
  /** Why it does not work, or what there is to say of one that does. */
  readonly detail?: string;
}

/** What `trainer.js --try=ENGINE` prints. */
export type TryOutcome = Omit<EngineTrial, 'engine'>;

const PATIENCE = 120_000;

/** Tries an engine in a process of its own, which its library may bring down. Never rejects. */
export function tryEngine(engine: EngineChoice, trainer: string, engines: string): Promise<EngineTrial> {
  return new Promise(resolve => {
    const child = spawn(process.execPath, [trainer, `--try=${engine}`], {
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: PATIENCE,
      windowsHide: true,
      // Inside VS Code the executable is Electron, which this makes a plain Node.
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1', [ENGINES_VARIABLE]: engines },
    });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.once('error', error => resolve({ engine, works: false, detail: `No process can be started (${error.message}).` }));
    child.once('close', (code, signal) => resolve({ engine, ...(outcomeIn(output) ?? died(code, signal)) }));
  });
}

function outcomeIn(output: string): TryOutcome | undefined {
  try {
    return JSON.parse(output.trimEnd().split('\n').at(-1) ?? '') as TryOutcome;
  } catch {
    return undefined;
  }
}

const died = (code: number | null, signal: string | null): TryOutcome => ({
  works: false,
  detail: `The process that tried it ended with ${signal ?? `exit code ${code}`}.`,
});
