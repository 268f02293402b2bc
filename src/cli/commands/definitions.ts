import { formatCount } from '../../common/format';
import { UsageFault } from '../../common/fault';
import { definitionsReport } from '../../definitions/definitionsReport';
import { parse, type Command } from '../command';
import { readDefinitions } from '../readDefinitions';
import { table } from '../../reporting/table';

/** Only the bound depends on N, and this command does not print it. */
const ANY_COUNT = 1;

/** `boundlens definitions`: layers and exact parameter counts of the models that source files define. */
export const definitionsCommand: Command = {
  name: 'definitions',
  usage: 'FILE… [--json]',
  summary: 'Reads model definitions without running them: layers, shapes, parameter counts.',
  async run(argv, context) {
    const { positionals: files } = parse(this, argv, {});
    if (files.length === 0) throw new UsageFault('boundlens definitions needs a file', `use boundlens definitions ${this.usage}`);
    const analyses = await readDefinitions(files, ANY_COUNT, context);
    const report = definitionsReport(
      analyses.map(({ definitions, skipped }, i) => ({
        file: files[i]!,
        architectures: definitions.map(definition => definition.architecture),
        ...(skipped !== undefined && { skipped }),
      })),
    );
    const { terminal } = context;
    terminal.document(report);
    for (const { file, definitions, skipped } of report.files) {
      if (definitions.length === 0) terminal.print(`${file}: ${skipped ?? 'defines no model'}`);
      for (const { name, line, parameters, layers } of definitions) {
        terminal.print(`${file}:${line} ${name}: ${countText(parameters)}`);
        const rows = layers.map(layer => [`${layer.line}`, layer.path, layer.type, countText(layer.parameters)]);
        if (rows.length > 0)
          terminal.print(
            `${table([{ title: 'line', align: 'right' }, { title: 'layer' }, { title: 'type' }, { title: 'parameters', align: 'right' }], rows)}\n`,
          );
      }
    }
    return 0;
  },
};

const countText = (
  count: { readonly known: true; readonly value: number } | { readonly known: false; readonly why: string; readonly line: number },
): string => (count.known ? formatCount(count.value) : `unknown: ${count.why} (line ${count.line})`);
