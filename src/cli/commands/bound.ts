import { stat } from 'node:fs/promises';
import { fileFault, FileFault } from '../../common/fault';
import { RunFolder } from '../../runs/runFolder';
import { boundOfSpec } from '../boundSpec';
import { onlyPositional, parse, positiveInteger, type Command, type CommandContext } from '../command';
import { readDefinitions } from '../readDefinitions';
import { reportText } from '../reportText';

const DEFAULT_UNLABELLED = 10_000;

/** `boundlens bound`: the terms of the bound of a definition (before any run), of a finished run, or of a specification. */
export const boundCommand: Command = {
  name: 'bound',
  usage: '(FILE|RUN|SPEC.json) [--unlabelled N] [--json]',
  summary: 'Prints a bound term by term: of a definition, of a finished run, or of numbers in a specification.',
  async run(argv, context) {
    const { options, positionals } = parse(this, argv, { unlabelled: 'string' });
    const target = onlyPositional(this, positionals);
    const unlabelled = positiveInteger('unlabelled', options.unlabelled) ?? DEFAULT_UNLABELLED;
    const found = await stat(target).catch((error: unknown) => {
      throw fileFault(target, error);
    });
    if (found.isDirectory()) await boundOfRun(target, context);
    else if (target.endsWith('.json')) {
      const report = await boundOfSpec(target, context.signal);
      context.terminal.document(report);
      context.terminal.print([report, ...(report.beside ?? [])].map(reportText).join('\n\n'));
    } else await boundOfDefinitions(target, unlabelled, context);
    return 0;
  },
};

async function boundOfRun(folder: string, { terminal }: CommandContext): Promise<void> {
  const run = await new RunFolder(folder).read();
  if (!run.results) throw new FileFault(folder, `holds a run that is ${run.state}, without results`, 'let it finish first');
  terminal.document({ run: run.id, reports: run.results.reports });
  for (const report of run.results.reports) terminal.print(`${reportText(report)}\n`);
}

async function boundOfDefinitions(file: string, unlabelled: number, context: CommandContext): Promise<void> {
  const [analysis] = await readDefinitions([file], () => ({ unlabelled }), context);
  const definitions = analysis!.definitions.map(({ architecture, bound }) => ({
    name: architecture.name,
    line: architecture.range.startLine + 1,
    report: bound?.report,
    capacityDecades: bound?.capacityDecades,
    unknown: bound || architecture.parameterCount.known ? undefined : architecture.parameterCount.why,
  }));
  context.terminal.document({ file, definitions });
  if (definitions.length === 0) context.terminal.print(`${file} defines no model`);
  for (const { name, line, report, unknown } of definitions)
    context.terminal.print(
      `${file}:${line} ${name}\n${report ? reportText(report) : `No bound: ${unknown ?? 'it has no learnable matrix'}`}\n`,
    );
}
