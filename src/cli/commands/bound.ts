import { stat } from 'node:fs/promises';
import path from 'node:path';
import { CHECKPOINT_ENDINGS } from '../../checkpoints/endings';
import { fileFault, FileFault, UsageFault } from '../../common/fault';
import { readText } from '../../common/readText';
import { table } from '../../reporting/table';
import { RunFolder } from '../../runs/runFolder';
import { boundOfSpec } from '../boundSpec';
import { cappedReport } from '../cappedReport';
import { boundOfCheckpoint, type CheckpointBound } from '../checkpointBound';
import { onlyPositional, parse, positiveInteger, type Command, type CommandContext } from '../command';
import { readDefinitions } from '../readDefinitions';
import { reportText } from '../reportText';

const DEFAULT_UNLABELLED = 10_000;
/** Layers that the terminal lists. */
const MOST_SHOWN = 12;

/** `boundlens bound`: the terms of the bound of a definition (before any run), of a checkpoint, of a finished run, or of a specification. */
export const boundCommand: Command = {
  name: 'bound',
  usage: '(FILE|CHECKPOINT|RUN|SPEC.json) [--definition FILE#Class] [--unlabelled N] [--json]',
  summary:
    'Prints a bound term by term: of a definition, of a checkpoint (with the definition that composes it), of a finished run, or of numbers in a specification.',
  async run(argv, context) {
    const { options, positionals } = parse(this, argv, { unlabelled: 'string', definition: 'string' });
    const target = onlyPositional(this, positionals);
    const unlabelled = positiveInteger('unlabelled', options.unlabelled) ?? DEFAULT_UNLABELLED;
    const found = await stat(target).catch((error: unknown) => {
      throw fileFault(target, error);
    });
    const kind = found.isDirectory() ? 'run' : await kindOf(target);
    if (options.definition !== undefined && kind !== 'checkpoint')
      throw new UsageFault(`--definition goes with a checkpoint, and ${target} is a ${kind}`, 'leave it out');
    if (kind === 'run') await boundOfRun(target, context);
    else if (kind === 'specification') {
      const report = await boundOfSpec(target, context.signal);
      context.terminal.document(cappedReport(report));
      context.terminal.print([report, ...(report.beside ?? [])].map(reportText).join('\n\n'));
    } else if (kind === 'checkpoint') {
      const bound = await boundOfCheckpoint(target, options.definition, unlabelled, context);
      context.terminal.document(cappedReport(bound));
      context.terminal.print(checkpointText(bound));
    } else await boundOfDefinitions(target, unlabelled, context);
    return 0;
  },
};

/** What a file is: weights by their ending; a .json by what it holds, since specifications, TensorFlow.js models and Hugging Face configurations share it. */
async function kindOf(file: string): Promise<'definition' | 'checkpoint' | 'specification'> {
  const ending = path.extname(file).toLowerCase();
  if (ending !== '.json') return CHECKPOINT_ENDINGS.some(known => known === ending) ? 'checkpoint' : 'definition';
  if (file.endsWith('.safetensors.index.json')) return 'checkpoint';
  const json = plainJson(await readText(file).catch(() => ''));
  const has = (key: string) => typeof json === 'object' && json !== null && key in json;
  if (has('weightsManifest')) return 'checkpoint';
  return has('model_type') && !has('theorem') ? 'definition' : 'specification';
}

/** Undefined for what is no plain JSON: a specification may hold comments, and whoever reads it says what is wrong. */
function plainJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A checkpoint's bound for the terminal: the report, what did not match, and the layers that count most. */
function checkpointText(bound: CheckpointBound): string {
  const most = [...bound.layers].sort((a, b) => b.share - a.share).slice(0, MOST_SHOWN);
  const rows = most.map(({ name, spectral, frobenius, share }) => [
    name,
    spectral ? spectral.upper.toPrecision(5) : '–',
    frobenius.toPrecision(5),
    `${(100 * share).toFixed(1)} %`,
  ]);
  const columns = [{ title: 'weight' }, ...['‖W‖ ≤', 'Frobenius', 'of capacity'].map(title => ({ title, align: 'right' as const }))];
  const { definition } = bound;
  const unmatched = definition
    ? [
        ...definition.missing.map(({ name, why }) => `Not measured: ${name}, ${why}.`),
        ...(definition.unused.length > 0 ? [`Not in ${definition.name}: ${definition.unused.join(', ')}.`] : []),
      ]
    : [];
  return [
    reportText(bound),
    '',
    `Composition ${bound.composition}.`,
    ...unmatched,
    '',
    table(columns, rows),
    ...(bound.layers.length > most.length ? [`and ${bound.layers.length - most.length} others`] : []),
  ].join('\n');
}

async function boundOfRun(folder: string, { terminal }: CommandContext): Promise<void> {
  const run = await new RunFolder(folder).read();
  if (!run.results) throw new FileFault(folder, `holds a run that is ${run.state}, without results`, 'let it finish first');
  terminal.document({ run: run.id, reports: run.results.reports.map(cappedReport) });
  for (const report of run.results.reports.flatMap(one => [one, ...(one.beside ?? [])])) terminal.print(`${reportText(report)}\n`);
}

async function boundOfDefinitions(file: string, unlabelled: number, context: CommandContext): Promise<void> {
  const [analysis] = await readDefinitions([file], () => ({ unlabelled }), context);
  const definitions = analysis!.definitions.map(({ architecture, bound }) => ({
    name: architecture.name,
    line: architecture.range.startLine + 1,
    report: bound && cappedReport(bound.report),
    capacityDecades: bound?.capacityDecades,
    unknown: bound || architecture.parameterCount.known ? undefined : architecture.parameterCount.why,
  }));
  if (definitions.length === 0)
    throw new FileFault(
      file,
      analysis!.skipped === undefined ? 'defines no model' : `is not read: ${analysis!.skipped}`,
      'name a file that defines one, weights, the folder of a run, or a specification',
    );
  context.terminal.document({ file, definitions });
  for (const { name, line, report, unknown } of definitions)
    context.terminal.print(
      `${file}:${line} ${name}\n${report ? reportText(report) : `No bound: ${unknown ?? 'it has no learnable matrix'}`}\n`,
    );
}
