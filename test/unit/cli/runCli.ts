import { execFile } from 'node:child_process';
import path from 'node:path';

/** What one call of the built command line gave. */
export interface CliResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the bundle `dist/cli.js` as a user does. */
export function runCli(...args: readonly string[]): Promise<CliResult> {
  return new Promise(resolve => {
    execFile(process.execPath, [path.resolve('dist/cli.js'), ...args], { maxBuffer: 64e6 }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, stdout, stderr });
    });
  });
}

/** The one JSON document that `--json` prints. Throws where there is another, or where the command failed. */
export async function documentOf(...args: readonly string[]): Promise<Readonly<Record<string, unknown>>> {
  const { code, stdout, stderr } = await runCli(...args, '--json');
  if (code !== 0) throw new Error(`exit code ${code}: ${stderr}`);
  return JSON.parse(stdout) as Readonly<Record<string, unknown>>;
}
