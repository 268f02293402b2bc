import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** How a tool ended: `code` is undefined when it could not be started, null when a signal ended it. */
export interface ToolEnd {
  readonly code: number | null | undefined;
  /** The last lines that it printed. */
  readonly output: readonly string[];
}

/** Runs a program of this machine in a folder. */
export type RunTool = (words: readonly string[], folder: string, signal: AbortSignal) => Promise<ToolEnd>;

const KEPT_LINES = 200;

/** Starts the program in a process group of its own, so that aborting ends also what it started. Never rejects. */
export const runTool: RunTool = ([program, ...options], folder, signal) =>
  new Promise(resolve => {
    const windows = process.platform === 'win32';
    // npm is a script on Windows, which only a shell can start; the words are fixed ones.
    const child = spawn(program!, options, {
      cwd: folder,
      shell: windows,
      detached: !windows,
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
    });
    const output: string[] = [];
    for (const stream of [child.stdout, child.stderr])
      createInterface(stream).on('line', line => {
        output.push(line);
        if (output.length > KEPT_LINES) output.shift();
      });
    const stop = () => {
      if (child.pid === undefined) return;
      if (windows) spawn('taskkill', ['/pid', `${child.pid}`, '/t', '/f'], { windowsHide: true });
      else process.kill(-child.pid, 'SIGTERM');
    };
    const end = (code: ToolEnd['code']) => {
      signal.removeEventListener('abort', stop);
      resolve({ code, output });
    };
    signal.addEventListener('abort', stop);
    child.once('error', () => end(undefined));
    child.once('close', code => end(code));
    if (signal.aborted) stop();
  });
