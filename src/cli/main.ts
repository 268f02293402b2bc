import { version } from '../../package.json';
import { Fault, Stopped, UsageFault, sentenceOf } from '../common/fault';
import type { Command } from './command';
import { ProcessTerminal } from './terminal';

/** The commands in the order of the help. Only the one that is called is brought in: all of them together take longer than listing thousands of runs. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  definitions: async () => (await import('./commands/definitions')).definitionsCommand,
  run: async () => (await import('./commands/run')).runCommand,
  runs: async () => (await import('./commands/runs')).runsCommand,
  engines: async () => (await import('./commands/engines')).enginesCommand,
  bound: async () => (await import('./commands/bound')).boundCommand,
  norms: async () => (await import('./commands/norms')).normsCommand,
  shift: async () => (await import('./commands/shift')).shiftCommand,
  complexity: async () => (await import('./commands/complexity')).complexityCommand,
  transferability: async () => (await import('./commands/transferability')).transferabilityCommand,
  validity: async () => (await import('./commands/validity')).validityCommand,
  capture: async () => (await import('./commands/capture')).captureCommand,
  multiview: async () => (await import('./commands/multiview')).multiviewCommand,
  'multiview-seed': async () => (await import('./commands/multiviewSeed')).multiviewSeedCommand,
  trial: async () => (await import('./commands/trial')).trialCommand,
};

/** The commands that people call. */
const shown = async (): Promise<Command[]> =>
  (await Promise.all(Object.values(COMMANDS).map(load => load()))).filter(command => !command.hidden);

/** The help text: every command with its arguments and one sentence. */
export async function help(): Promise<string> {
  const lines = (await shown()).map(helpOf);
  return [
    'Will this pre-training transfer? The generalization bound, term by term.',
    '',
    ...lines,
    '',
    'Every command takes --json: one JSON document on stdout; and --help. --version says which version this is.',
  ].join('\n');
}

/** How one command is used, and its sentence. */
const helpOf = ({ name, usage, summary }: Command): string => `  boundlens ${name} ${usage}\n      ${summary}`;

/**
 * Runs one command line. Returns the exit code: 0 done, 1 a fault, 2 wrong use. Errors go to stderr as one sentence.
 * @param argv arguments after the program's name
 * @param assets folder of the bundles
 */
export async function main(argv: readonly string[], assets: string): Promise<number> {
  const terminal = new ProcessTerminal(argv.includes('--json'));
  const stop = new AbortController();
  const interrupted = () => stop.abort();
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
  try {
    const [name, ...rest] = argv;
    if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
      process.stdout.write(`${await help()}\n`);
      return name === undefined ? 2 : 0;
    }
    if (name === '--version') {
      process.stdout.write(`${version}\n`);
      return 0;
    }
    if (!Object.hasOwn(COMMANDS, name))
      throw new UsageFault(`There is no command "${name}"`, `use one of ${(await shown()).map(known => known.name).join(', ')}`);
    const command = await COMMANDS[name]!();
    if (rest.some(word => word === '--help' || word === '-h')) {
      process.stdout.write(`${helpOf(command)}\n`);
      return 0;
    }
    return await command.run(rest, { terminal, assets, signal: stop.signal });
  } catch (error) {
    terminal.progressDone();
    process.stderr.write(`${error instanceof Fault ? error.message : `BoundLens failed: ${sentenceOf(error)}`}\n`);
    if (!(error instanceof Fault) && process.env.BOUNDLENS_DEBUG && error instanceof Error) process.stderr.write(`${error.stack}\n`);
    return error instanceof Stopped ? 1 : error instanceof Fault ? error.exitCode : 1;
  } finally {
    process.removeListener('SIGINT', interrupted).removeListener('SIGTERM', interrupted);
  }
}
