import { version } from '../../package.json';
import { Fault, Stopped, UsageFault, sentenceOf } from '../common/fault';
import type { Command } from './command';
import { boundCommand } from './commands/bound';
import { captureCommand } from './commands/capture';
import { complexityCommand } from './commands/complexity';
import { definitionsCommand } from './commands/definitions';
import { enginesCommand } from './commands/engines';
import { multiviewCommand } from './commands/multiview';
import { multiviewSeedCommand } from './commands/multiviewSeed';
import { normsCommand } from './commands/norms';
import { runCommand } from './commands/run';
import { runsCommand } from './commands/runs';
import { shiftCommand } from './commands/shift';
import { transferabilityCommand } from './commands/transferability';
import { trialCommand } from './commands/trial';
import { validityCommand } from './commands/validity';
import { ProcessTerminal } from './terminal';

const COMMANDS: readonly Command[] = [
  definitionsCommand,
  runCommand,
  runsCommand,
  enginesCommand,
  boundCommand,
  normsCommand,
  shiftCommand,
  complexityCommand,
  transferabilityCommand,
  validityCommand,
  captureCommand,
  multiviewCommand,
  multiviewSeedCommand,
  trialCommand,
];
const SHOWN = COMMANDS.filter(command => !command.hidden);

/** The help text: every command with its arguments and one sentence. */
export function help(): string {
  const lines = SHOWN.map(helpOf);
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
      process.stdout.write(`${help()}\n`);
      return name === undefined ? 2 : 0;
    }
    if (name === '--version') {
      process.stdout.write(`${version}\n`);
      return 0;
    }
    const command = COMMANDS.find(candidate => candidate.name === name);
    if (!command) throw new UsageFault(`There is no command "${name}"`, `use one of ${SHOWN.map(known => known.name).join(', ')}`);
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
