import { spawn } from 'node:child_process';
import { EnvironmentFault, Fault, Stopped } from '../common/fault';
import { ENGINES_VARIABLE } from '../training/engine/enginesFolder';

export interface CliCall {
  /** Path of the command line's bundle, `dist/cli.js`. */
  readonly program: string;
  /** Folder of engines that the user installed. */
  readonly engines: string;
  /** Command and arguments, as on the command line. */
  readonly argv: readonly string[];
  /** Ends the process when it fires. */
  readonly signal: AbortSignal;
  /** Hears what the process says beside its result, as it says it. */
  readonly onRemark?: (text: string) => void;
}

/** Longer output than this is none that BoundLens writes. */
const MOST_OUTPUT = 64_000_000;

/**
 * Runs a command of `boundlens` in a process of its own and resolves to what it prints. Rejects with the Fault that its last line tells, with `Stopped`
 * when the signal fires, and with an EnvironmentFault when it cannot be started.
 */
export function runCli({ program, engines, argv, signal, onRemark }: CliCall): Promise<string> {
  return new Promise((resolve, reject) => {
    const { VSCODE_INSPECTOR_OPTIONS: _inspector, ...environment } = process.env;
    const child = spawn(process.execPath, [program, ...argv], {
      // Inside VS Code the executable is Electron, which this makes a plain Node.
      env: { ...environment, ELECTRON_RUN_AS_NODE: '1', [ENGINES_VARIABLE]: engines },
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
      signal,
    });
    let [output, errors] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (data: string) => {
      output += data;
      if (output.length > MOST_OUTPUT) child.kill();
    });
    child.stderr.setEncoding('utf8').on('data', (data: string) => {
      errors = (errors + data).slice(-10_000);
      onRemark?.(data);
    });
    child.once('error', error =>
      reject(
        signal.aborted
          ? new Stopped()
          : new EnvironmentFault(`No process can be started (${error.message})`, 'free some memory and try again'),
      ),
    );
    child.once('close', code => {
      if (code === 0) resolve(output);
      else reject(signal.aborted ? new Stopped() : faultIn(errors, code));
    });
  });
}

/** What a progress line of a process that has no terminal says: its share in per cent and what it is at. */
export function progressIn(remark: string): { readonly percent: number; readonly label: string } | undefined {
  const [, percent, label] = [...remark.matchAll(/ (\d+) %.* · (.+)/g)].at(-1) ?? [];
  return percent === undefined || label === undefined ? undefined : { percent: Number(percent), label };
}

/** The fault that the last line of a process tells, `what: mend.`. */
function faultIn(errors: string, code: number | null): Fault {
  const sentence = errors.trimEnd().split('\n').at(-1)?.trim() ?? '';
  const [, what, mend] = /^(.+): (.+)\.$/.exec(sentence) ?? [];
  if (what && mend) return new Fault(what, mend);
  return new Fault(`The command ended with exit code ${code ?? 'none'}${sentence === '' ? '' : ` (${sentence})`}`, 'see the log');
}
