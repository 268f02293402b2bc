import { spawn, type ChildProcess } from 'node:child_process';

/** A `boundlens` that was started. */
export interface Started {
  readonly child: ChildProcess;
  /** How it ended, with all that it printed. */
  readonly ended: Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }>;
  /** What it has said so far. */
  readonly said: () => string;
  /** The same, once it is over. */
  readonly lastWords: () => string | undefined;
}

/** Starts the command line of a folder of bundles. */
export function boundlens(cli: string, words: readonly string[], environment: Readonly<Record<string, string>>): Started {
  const child = spawn(process.execPath, [cli, ...words], { env: { ...process.env, ...environment } });
  const texts = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) child[stream].on('data', (data: Buffer) => (texts[stream] += data.toString()));
  const ended = new Promise<Awaited<Started['ended']>>(resolve => child.once('close', code => resolve({ code, ...texts })));
  const said = () => texts.stderr + texts.stdout;
  return { child, ended, said, lastWords: () => (child.exitCode === null ? undefined : said()) };
}
