import path from 'node:path';
import { formatCount } from '../../common/format';
import { UsageFault } from '../../common/fault';
import type { TrainedPart } from '../../definitions/definitionReader';
import { definitionsReport, type DefinitionReport } from '../../definitions/definitionsReport';
import { constructionCall } from '../../studies/constructionCall';
import { namedDefinition } from '../../studies/namedDefinition';
import { readStudy } from '../../studies/readStudy';
import { trainedParts } from '../../studies/trainedParts';
import { parse, type Command } from '../command';
import { readDefinitions } from '../readDefinitions';
import { table } from '../../reporting/table';

/** Only the bound depends on N, and this command does not print it. */
const ANY_COUNT = 1;

/** `boundlens definitions`: layers and exact parameter counts of the models that source files define. */
export const definitionsCommand: Command = {
  name: 'definitions',
  usage: "FILE… [--call 'NAME(…)'] [--study STUDY] [--path DIR]… [--json]",
  summary: 'Reads model definitions without running them: layers, shapes, parameter counts.',
  async run(argv, context) {
    const { options, positionals: files } = parse(this, argv, { call: 'string', study: 'string', path: 'strings' });
    if (files.length === 0) throw new UsageFault('boundlens definitions needs a file', `use boundlens definitions ${this.usage}`);
    const folders = (options.path ?? []).map(folder => path.resolve(folder));
    const studied = options.study === undefined ? undefined : await studyCall(options.study, files);
    const settings = { unlabelled: ANY_COUNT, folders, call: options.call };
    const forFile = (file: string) => ({
      ...settings,
      ...(studied?.file === path.resolve(file) && { studied: studied.calls, trained: studied.trained }),
    });
    const analyses = await readDefinitions(files, forFile, context);
    const report = definitionsReport(
      analyses.map(({ definitions, skipped }, i) => ({
        file: files[i]!,
        architectures: definitions.map(definition => definition.architecture),
        ...(skipped !== undefined && { skipped }),
      })),
    );
    const { terminal } = context;
    terminal.document(report);
    for (const file of files) {
      const found = report.definitions.filter(definition => definition.file === file);
      const skipped = report.skipped?.find(other => other.file === file);
      if (found.length === 0) terminal.print(`${file}: ${skipped?.why ?? 'defines no model'}`);
      for (const definition of found) terminal.print(definitionText(definition));
    }
    return 0;
  },
};

/** How a study constructs the definition that it names, and what it trains of it. Throws a UsageFault when it names none, or one of another file. */
async function studyCall(
  study: string,
  files: readonly string[],
): Promise<{ readonly file: string; readonly calls: Record<string, string>; readonly trained: Record<string, TrainedPart> }> {
  const { definition = '', arguments: given = {}, encoder } = await readStudy(study);
  const named = namedDefinition(definition, path.dirname(path.resolve(study)));
  if (!named) throw new UsageFault(`${study} names no definition`, 'add "definition": "models/mae.py#MaskedAutoencoder" to it');
  const { file, name } = named;
  if (!files.some(one => path.resolve(one) === file))
    throw new UsageFault(`${study} stands for ${name} in ${file}, which is not among the files`, 'name that file');
  return { file, calls: { [name]: constructionCall(name, given) }, trained: trainedParts(name, encoder) };
}

/** Whether a definition can be trained as it is, and else what stands in the way. */
function trainingText({ obstacles, nearest, knowsInput, method }: DefinitionReport['instantiable']): string[] {
  const by = method === undefined ? '' : ` by ${method}`;
  if (obstacles.length === 0) return [`  can be trained as it is${by}`];
  const named = obstacles.map(({ name, line, why }) => `line ${line}: ${name} (${why})`).join('; ');
  const verb = knowsInput ? 'cannot' : 'may not (the source does not say which images it takes)';
  return [`  ${verb} be trained as it is${by}: ${named}; the nearest built-in encoder is ${nearest}`];
}

/** One definition as a heading, its unknowns in words, and a table of its layers. */
function definitionText({
  file,
  line,
  name,
  parameters,
  trainable,
  buffers,
  unknown,
  layers,
  instantiable,
  ...rest
}: DefinitionReport): string {
  const given = Object.entries(rest.argumentSources).filter(([, source]) => source !== 'default');
  const called = given.map(([argument, source]) => `${argument}=${JSON.stringify(rest.arguments[argument])} (${source})`).join(', ');
  const counts = [
    parameters === null ? 'parameters unknown' : `${formatCount(parameters)} parameters`,
    ...(trainable !== parameters && trainable !== null ? [`${formatCount(trainable)} trained`] : []),
    ...(buffers === null || buffers === 0 ? [] : [`${formatCount(buffers)} in buffers`]),
  ];
  const rows = layers.map(layer => [
    `${layer.line}`,
    layer.path || '(itself)',
    layer.type,
    layer.parameters === null ? 'unknown' : formatCount(layer.parameters),
    Object.entries(layer.tensors)
      .map(([tensor, shape]) => `${tensor} ${shape.join('×') || '1'}`)
      .join(', '),
  ]);
  return [
    `${file}:${line} ${name}: ${counts.join(', ')}`,
    ...(called === '' ? [] : [`  with ${called}`]),
    ...trainingText(instantiable),
    ...unknown.map(({ what, why, line: place }) => `  ${what} is unknown: ${why} (line ${place})`),
    table(
      [
        { title: 'line', align: 'right' },
        { title: 'layer' },
        { title: 'type' },
        { title: 'parameters', align: 'right' },
        { title: 'tensors' },
      ],
      rows,
    ),
    '',
  ].join('\n');
}
