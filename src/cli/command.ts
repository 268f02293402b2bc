import { parseArgs } from 'node:util';
import { UsageFault } from '../common/fault';
import type { Terminal } from './terminal';

/** What a command is given beside its arguments. */
export interface CommandContext {
  readonly terminal: Terminal;
  /** Folder that holds the bundles and their WebAssembly files. */
  readonly assets: string;
  /** Fires on Ctrl-C and SIGTERM. */
  readonly signal: AbortSignal;
}

export interface Command {
  readonly name: string;
  /** Arguments as they are shown in the help: `STUDY [--out DIR]`. */
  readonly usage: string;
  /** One sentence. */
  readonly summary: string;
  /** Whether the help leaves it out: programs call it, people do not. */
  readonly hidden?: boolean;
  /** Resolves to the exit code. Throws a Fault for everything a person can mend. */
  run(argv: readonly string[], context: CommandContext): Promise<number>;
}

/** What an option takes: one word, one for each time it is given, or none. */
type OptionKinds = Readonly<Record<string, 'string' | 'strings' | 'boolean'>>;
interface OptionTypes {
  readonly string: string;
  readonly strings: readonly string[];
  readonly boolean: boolean;
}
type OptionValues<O extends OptionKinds> = { readonly [K in keyof O]?: OptionTypes[O[K]] };

/** Splits a command's arguments into options and positionals; an option it does not know is a UsageFault that shows the usage. */
export function parse<O extends OptionKinds>(
  command: Pick<Command, 'name' | 'usage'>,
  argv: readonly string[],
  kinds: O,
): { readonly options: OptionValues<O>; readonly positionals: readonly string[] } {
  try {
    const all: [string, OptionKinds[string]][] = Object.entries({ ...kinds, json: 'boolean' as const });
    const options = Object.fromEntries(
      all.map(([key, kind]) => [key, { type: kind === 'boolean' ? kind : ('string' as const), multiple: kind === 'strings' }]),
    );
    const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true, strict: true });
    return { options: values as OptionValues<O>, positionals };
  } catch (error) {
    const reason = (error as Error).message.split(/[.\n]/)[0]!;
    const [, option] = /^Option '(?:-\w, )?(--[\w-]+).*argument (?:is ambiguous|missing)/.exec(reason) ?? [];
    if (option !== undefined)
      throw new UsageFault(`${option} is not followed by a value`, `give one, as ${option}=VALUE where it begins with a dash`);
    throw new UsageFault(reason, `use boundlens ${command.name} ${command.usage}`);
  }
}

/** The value of an option that takes a positive whole number. */
export function positiveInteger(option: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1) throw new UsageFault(`--${option} is ${value}`, 'give a whole number from 1 up');
  return number;
}

/** The one positional argument that a command takes. */
export function onlyPositional(command: Pick<Command, 'name' | 'usage'>, positionals: readonly string[]): string {
  const [first, ...rest] = positionals;
  if (first === undefined || rest.length > 0)
    throw new UsageFault(
      `boundlens ${command.name} takes one argument, not ${positionals.length}`,
      `use boundlens ${command.name} ${command.usage}`,
    );
  return first;
}
